"""Working on a submission together: collaborators, comments, the support of a superior."""

from app.teams.service import support

__all__ = ["support"]
"""What submissions ask before they are sent: there as soon as anything of this room is."""
