"""What a call lacks while it is open, and inviting teams that may help."""
