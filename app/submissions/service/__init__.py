"""Use cases of submissions, by group: reading, drafts, steps, importing."""
