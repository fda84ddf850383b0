"""Queries over all features; writes nothing."""
