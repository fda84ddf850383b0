"""Running the service: jobs, health, migrations, backup, retention."""
