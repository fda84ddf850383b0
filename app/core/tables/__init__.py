"""Tables that people bring and take: CSV, JSON Lines, XLSX."""
