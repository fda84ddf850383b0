"""Gap watch: what a call for solutions lacks while it is open, and whom to invite."""
