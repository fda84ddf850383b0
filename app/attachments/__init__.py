"""Files that belong to submissions: taken in, told apart by what they hold, handed out."""
