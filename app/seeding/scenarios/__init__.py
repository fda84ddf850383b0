"""Scenarios of the demonstration: a whole edition, played through the services."""
