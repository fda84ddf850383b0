"""Matches: pairs of a challenge and a solution that people brought together."""
