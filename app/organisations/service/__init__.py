"""Use cases of organisations, by group: organisations, people, invitations, leaving."""
