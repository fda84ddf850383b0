"""Counterpart, the matchmaking service of a government-to-government innovation incubator."""
