"""Files of submissions: taken in, removed and put back by the team, read by those who may.

A file that answers a question is read by whoever reads that answer. Its name stands among the
answers, so that lists, tables and receipts tell it; what it holds is read here alone.
"""

from app.attachments.service import keeping

__all__ = ["keeping"]
"""What submissions call when they move: it is there as soon as anything of this room is."""
