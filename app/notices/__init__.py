"""Public notices: what everybody may read of a challenge, approved by the team behind it."""
