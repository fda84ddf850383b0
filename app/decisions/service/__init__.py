"""Use cases of decisions: drafting, the steps of one, letters, the release of a call."""
