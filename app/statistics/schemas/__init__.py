"""What goes out about statistics, by whom it is for."""
