"""Which entries the navigation has for whom, and which page lights which: one table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.access.policy import Action, Actor, allows_somewhere


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation.

    Attributes
    ----------
    label, path : str
    pages : frozenset of str
        The endpoints, by name, that light it.
    action : Action or None
        Anyone who may do this to nothing does not see the entry; None: everybody sees it who
        is signed in.
    """

    label: str
    path: str
    pages: frozenset[str]
    action: Action | None = None


ENTRIES: Final = (
    Entry(
        "Your profile",
        "/profile",
        frozenset(
            {
                *("show_profile", "change_preferences", "show_confirm", "confirm"),
                *("show_password", "change_password"),
                *("show_sessions", "sign_one_out", "sign_others_out"),
            }
        ),
    ),
    Entry(
        "Your tokens",
        "/profile/tokens",
        frozenset({"show_tokens", "make_token", "revoke_token"}),
        Action.TOKEN_OWN,
    ),
)

OUTSIDE: Final = frozenset(
    {
        *(
            "home",
            "choose_language",
            "show_sign_in",
            "sign_in",
            "sign_out",
            "go_to_provider",
            "come_back",
        ),
        *("show_second_factor", "pass_second_factor", "show_enrolment", "enrol"),
        *("show_consent", "consent", "show_provider_consent", "accept_with_provider"),
        *("show_invitation", "accept_invitation"),
        *("show_reset", "ask_for_reset", "set_new_password"),
    }
)
"""Pages on the way in and out, which light no entry."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one reader sees it on one page."""

    label: str
    path: str
    current: bool


def links(actor: Actor | None, endpoint: str) -> Iterator[Link]:
    """Yield the entries that an actor sees, and which of them the page lights.

    Parameters
    ----------
    actor : Actor or None
        None for somebody who is not signed in, who sees none.
    endpoint : str
        The name of the page's endpoint; empty where no page answers.
    """
    for entry in ENTRIES if actor is not None else ():
        if actor and (entry.action is None or allows_somewhere(actor, entry.action)):
            yield Link(entry.label, entry.path, endpoint in entry.pages)
