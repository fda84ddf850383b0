"""Working on a submission together: people from elsewhere who help a team to write."""
