"""Links that sign somebody in without a password: for the demonstration on one's own machine.

They live in the memory of the process that prints them, so that no other one knows any, and
each is good for one use.
"""

import threading

from sqlmodel import Session

from app.accounts.lifecycle import Stage
from app.accounts.service import browser_sessions
from app.accounts.service.browser_sessions import Entry
from app.accounts.service.credentials import digest_of, new_secret
from app.accounts.service.users import user_with
from app.core.base.errors import NotFound
from app.settings import Settings


class DemonstrationLinks:
    """The links of this process that were not used yet; a service that runs has none.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._emails: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, email: str) -> str:
        """Return the secret of a new link for the person of this address."""
        secret = new_secret()
        with self._lock:
            self._emails[digest_of(secret)] = email
        return secret

    def use(self, secret: str) -> str:
        """Return whose link this is, and end it.

        Raises
        ------
        NotFound
            If there is none, or it was used.
        """
        with self._lock:
            email = self._emails.pop(digest_of(secret), None)
        if email is None:
            raise NotFound(
                "This link does not exist or was used.",
                remedy="Start the demonstration again: it prints new links.",
            )
        return email


def enter(session: Session, settings: Settings, email: str, *, browser: str) -> Entry:
    """Begin the session of somebody who came by a link, without password and second factor.

    Raises
    ------
    NotFound
        If there is no such person.
    """
    user = user_with(session, email)
    if user is None:
        raise NotFound("There is no such person.")
    return browser_sessions.begin(session, user, settings, Stage.SECOND_FACTOR, browser=browser)
