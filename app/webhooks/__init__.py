"""Webhooks: programs of others that are told what letters tell."""
