"""The best of a pool: top-k search, eligibility, a saved index, the same work in blocks."""
