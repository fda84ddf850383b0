"""Use cases of the advisory board, by group."""
