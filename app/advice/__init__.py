"""The advisory board: what is put before it, what it advises, what it asks."""
