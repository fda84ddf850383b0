"""How the letters about rooms read: that something waits, and no word of what it is.

Staff look after the outbox, so a letter tells neither a message nor a topic, a time or a place.
"""

from collections.abc import Mapping
from typing import Final

from app.core.base.messages import Message
from app.events.kinds import EventKind

LETTERS: Final[Mapping[EventKind, tuple[Message, Message]]] = {
    EventKind.CONVERSATION_WAITING: (
        Message("{match}: the other team has written to you"),
        Message(
            "Hello,\n\nin the conversation of {match}, {code} and {other}, something waits "
            "that nobody of your team has read. Sign in to read it:\n\n{link}\n\nWe write "
            "once a day at most, however many messages there are.\n"
        ),
    ),
    EventKind.MEETING_PROPOSED: (
        Message("{match}: the other team proposes a meeting"),
        Message(
            "Hello,\n\nthe other team of {match}, {code} and {other}, proposes times for a "
            "meeting. Sign in to see them in your own time, and take one or propose others:"
            "\n\n{link}\n"
        ),
    ),
    EventKind.MEETING_FIXED: (
        Message("{match}: a meeting is fixed"),
        Message(
            "Hello,\n\na meeting of {match}, {code} and {other}, is fixed. Sign in to read "
            "when and where, and to take it into your calendar:\n\n{link}\n"
        ),
    ),
    EventKind.MEETING_CANCELLED: (
        Message("{match}: a meeting is cancelled"),
        Message(
            "Hello,\n\nthe other team of {match}, {code} and {other}, has cancelled a meeting. "
            "Sign in to see which, and to take it out of your calendar:\n\n{link}\n"
        ),
    ),
}
"""Subject and text of the letter of each event."""
