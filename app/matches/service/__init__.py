"""What becomes of matches: recorded, or prepared, offered, answered, replaced and ended."""

from app.matches.service.recording import record_match

__all__ = ["record_match"]
