"""Users, found by their addresses."""

import unicodedata

from sqlmodel import Session, select

from app.accounts.models import User


def user_with(session: Session, email: str) -> User | None:
    """Return the user with this address, if there is one."""
    return session.exec(select(User).where(User.email == folded(email))).first()


def folded(email: str) -> str:
    """Return an address as it is stored and compared.

    Case alone is folded, for one person has one account, and letters go to what is stored:
    `casefold` would write to strasse.example what belongs to straße.example. Accents are
    composed and wide letters narrow, as every address that is stored has them.
    """
    narrow = unicodedata.normalize("NFKC", email)
    folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in narrow.strip())
    return unicodedata.normalize("NFKC", folded)
