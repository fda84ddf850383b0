"""Use cases of matchmaking, by group: requesting, computing, reading, deciding."""
