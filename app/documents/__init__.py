"""Documents as PDF: what stands in one, and how it is set (typst, tagged, PDF/UA-1)."""
