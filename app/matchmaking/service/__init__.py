"""Use cases of matchmaking, by group: runs, suggestions, verdicts, previews, assignments."""
