"""What goes in and out about reviews, by what it is about."""
