"""Organisations, the people in them, and how people come and go."""
