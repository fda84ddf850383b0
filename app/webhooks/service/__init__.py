"""Use cases of webhooks: having them, spreading what happens, delivering, replaying."""
