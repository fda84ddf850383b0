"""The use cases of statistics, by what they are about."""
