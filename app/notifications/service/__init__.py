"""Use cases of letters: the outbox, their texts, and what people choose to get."""
