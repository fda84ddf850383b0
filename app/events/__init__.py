"""What has happened, as a log: a line for each thing that letters tell, without their words."""
