"""Pages of teams: what they write and send, and its way afterwards."""
