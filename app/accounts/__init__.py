"""Organisations, users, memberships and tokens: who is asking."""
