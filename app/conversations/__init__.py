"""Conversations: the room in which the two teams of a match talk, meet and agree on work."""
