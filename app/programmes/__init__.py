"""Programmes (editions of the incubator) and their calls."""
