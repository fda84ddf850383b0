"""How the letters about offers and matches read; filled for one side, in its language."""

from collections.abc import Mapping
from typing import Final

from app.core.base.messages import Message
from app.events.kinds import EventKind
from app.matches.lifecycle import MatchLetterKind

Text = tuple[Message, Message]

EVENTS: Final[Mapping[MatchLetterKind, EventKind]] = {
    MatchLetterKind.OFFER: EventKind.MATCH_OFFERED,
    MatchLetterKind.REMINDER: EventKind.MATCH_ANSWER_SOON,
    MatchLetterKind.CONFIRMED: EventKind.MATCH_CONFIRMED,
    MatchLetterKind.OTHER_DECLINED: EventKind.MATCH_DECLINED,
    MatchLetterKind.LAPSED: EventKind.MATCH_LAPSED,
    MatchLetterKind.OTHER_WITHDREW: EventKind.MATCH_WITHDRAWN,
}
"""The event of each letter."""
LETTERS: Final[Mapping[MatchLetterKind, Text]] = {
    MatchLetterKind.OFFER: (
        Message("{match}: a match is offered to {code}"),
        Message(
            'Hello,\n\nthe staff of the incubator would like to bring {code}, "{title}", '
            'together with {other}, "{other_title}", of {organisation} ({country}).\n\n'
            "Why you:\n\n{reasons}\n\n"
            "Nothing is settled before both teams have said yes. Please accept or decline by "
            "{answer_by}: sign in, open your tasks, and read the offer. If you decline, only "
            "the staff read why.\n"
        ),
    ),
    MatchLetterKind.REMINDER: (
        Message("{match}: please answer the offer to {code}"),
        Message(
            'Hello,\n\na match is offered to {code}, "{title}", and your team has not answered '
            "yet. Please accept or decline by {answer_by}: sign in and open your tasks. After "
            "that the offer lapses, and another team can have the place.\n"
        ),
    ),
    MatchLetterKind.CONFIRMED: (
        Message("{match}: both teams have accepted"),
        Message(
            'Hello,\n\nboth teams have accepted: {code}, "{title}", and {other}, '
            '"{other_title}", of {organisation} ({country}) work together. This is how you '
            "reach the other team:\n\n{contacts}\n\nThe other team has got your names and "
            "email addresses.\n"
        ),
    ),
    MatchLetterKind.OTHER_DECLINED: (
        Message("{match}: the other team cannot take part"),
        Message(
            'Hello,\n\n{other}, "{other_title}", cannot take part in the match with {code}, '
            '"{title}". This says nothing about your team. The staff of the incubator are '
            "looking for another match, and write to you if they find one.\n"
        ),
    ),
    MatchLetterKind.LAPSED: (
        Message("{match}: the offer to {code} has lapsed"),
        Message(
            "Hello,\n\nnot both teams have accepted in time, so the match of {code}, "
            '"{title}", with {other}, "{other_title}", has lapsed. If you still want to take '
            "part, write to the staff of the incubator.\n"
        ),
    ),
    MatchLetterKind.OTHER_WITHDREW: (
        Message("{match}: the other team takes no part any more"),
        Message(
            'Hello,\n\n{other}, "{other_title}", takes no part in the incubator any more, so '
            'its match with {code}, "{title}", has ended. This says nothing about your team. '
            "The staff of the incubator are looking for another match, and write to you if "
            "they find one.\n"
        ),
    ),
}
"""EventSubject and text of each letter."""
