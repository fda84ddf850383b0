"""What the two teams of a match do in their room."""
