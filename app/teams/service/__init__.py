"""Use cases of those who write a submission together."""
