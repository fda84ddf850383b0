"""Challenges and solutions: one life, two typed contents."""
