"""Runs of the engine, their suggestions, and what people decide about them."""
