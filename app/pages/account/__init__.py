"""Pages about oneself: signing in, invitations, a new password, the profile, tokens."""
