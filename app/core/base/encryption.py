"""Keeps a few secrets unreadable in the database and in cookies, by keys of the settings.

The first key seals, all of them open: a new key is put before the old one, what is stored
is sealed again (`counterpart reseal`), and the old one is taken away.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.base.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet


def sealing(key: str) -> "Fernet":
    """Return what seals with a key.

    Raises
    ------
    ValueError
        If it is no key.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- 6 MB, for who has a key

    return Fernet(key)


def new_key() -> bytes:
    """Make a key."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- as above

    return Fernet.generate_key()


class Keyring:
    """The keys, the newest first.

    Parameters
    ----------
    keys : sequence of str
        As `counterpart key` prints them; without any nothing can be sealed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(map(sealing, keys))

    def _all(self) -> "MultiFernet":
        if not self._keys:
            raise Unavailable(
                "The service has no key to encrypt secrets with.",
                remedy="Set COUNTERPART_SECRET_KEYS; `counterpart key` makes a key.",
            )
        from cryptography.fernet import MultiFernet  # noqa: PLC0415 -- as above

        return MultiFernet(self._keys)

    def encrypt(self, text: str) -> str:
        """Return the text, sealed.

        Raises
        ------
        Unavailable
            If there is no key.
        """
        return self._all().encrypt(text.encode()).decode()

    def decrypt(self, sealed: str, *, within: timedelta | None = None) -> str | None:
        """Return the text; None if it was sealed by none of the keys, or too long ago.

        Raises
        ------
        Unavailable
            If there is no key.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- as above

        seconds = None if within is None else int(within.total_seconds())
        try:
            return self._all().decrypt(sealed.encode(), ttl=seconds).decode()
        except InvalidToken:
            return None

    def reencrypt(self, sealed: str) -> str | None:
        """Return the same text sealed by the newest key; None if no key opens it.

        Raises
        ------
        Unavailable
            If there is no key.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- as above

        try:
            return self._all().rotate(sealed.encode()).decode()
        except InvalidToken:
            return None
