"""What a pair scores, why, and how sure its rank is."""
