"""What the features stand on; it knows none of them."""
