"""Who takes part and how far each group comes: reports, statistics for everybody, open data."""
