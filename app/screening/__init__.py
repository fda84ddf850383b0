"""Screening: what staff should look at in a submission, and that one is not eligible."""
