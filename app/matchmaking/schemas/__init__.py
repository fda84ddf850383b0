"""What goes in and out about matchmaking, by group of use cases."""
