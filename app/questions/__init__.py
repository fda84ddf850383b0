"""What a call asks: its form, in numbered versions, and the rules that answers meet."""
