"""Pages of a programme: for staff, and what of it advisors and auditors read."""
