"""Near-duplicates: submissions that tell nearly the same, for those who may read them all."""
