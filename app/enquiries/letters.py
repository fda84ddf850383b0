"""How the letters about questions read: that one waits or is answered, and no word of it.

Those to who asked are discreet: nobody else may know who gets them.
"""

from collections.abc import Mapping
from typing import Final

from app.core.base.messages import Message
from app.events.kinds import EventKind

LETTERS: Final[Mapping[EventKind, tuple[Message, Message]]] = {
    EventKind.ENQUIRY_WAITING: (
        Message("A question about your challenge {code} waits"),
        Message(
            "Hello,\n\nsomebody has asked a question about your published challenge {code}. "
            "Nobody is told who it was. Sign in to read it, and answer it for everybody:"
            "\n\n{link}\n\nWe write again only when your team has answered what waits.\n"
        ),
    ),
    EventKind.ENQUIRY_ANSWERED: (
        Message("The answer to your question about {code}"),
        Message(
            "Hello,\n\nthe team behind the challenge {code} has answered your question, or has "
            "corrected its answer. Everybody can read both, and nobody is told that you asked:"
            "\n\n{link}\n"
        ),
    ),
    EventKind.ENQUIRY_DECLINED: (
        Message("Your question about {code} is declined"),
        Message(
            "Hello,\n\nthe staff of the incubator have declined your question about the "
            "challenge {code}. They do not know that you asked it. Sign in to read the reason:"
            "\n\n{link}\n"
        ),
    ),
}
"""Subject and text of the letter of each event."""
