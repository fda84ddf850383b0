"""Use cases of reviews, by group."""
