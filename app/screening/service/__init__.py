"""Use cases of screening: exclusions, findings, revisions, themes that are proposed."""
