"""What becomes of submissions: drafted, approved by a second person, released together."""
