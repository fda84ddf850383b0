"""Pages for those who review."""
