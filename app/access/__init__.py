"""Who may do what, as tables: permissions, visibility, and how a life is read."""
