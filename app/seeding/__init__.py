"""Loads `seeds/` through the services, as often as you like."""
