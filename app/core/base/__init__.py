"""Values and rules without a database or the web: errors, clock, text, files, logging."""
