"""How much each side would like to work with the other one; for the staff alone."""
