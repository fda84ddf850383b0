"""How the ranking works, in plain words: for the page about it, and for documents."""

from typing import Final

from app.core.base.messages import Message

LEAD: Final = Message(
    "For each challenge the software puts the solution providers in an order, and says why. It "
    "decides nothing: the staff of the incubator read its suggestions and choose."
)
COMPARED: Final = (
    Message(
        "The words of both texts. A word counts more if few teams use it, here and in earlier "
        "calls: “sensor” says more than “service”."
    ),
    Message(
        "The themes that both teams have chosen. A theme that few teams share counts more. "
        "Themes work across languages."
    ),
)
NOT_COMPARED: Final = (
    Message("Names, reputation, size or wealth of a country or an organisation."),
    Message("How long a text is. Saying the same thing again does not help."),
    Message("Anything that a team has not written in its submission."),
)
ACROSS_BORDERS: Final = Message(
    "One rule is set by the programme: a provider of the same country is left out, since the "
    "incubator is there to learn across borders."
)
PROVED: Final = Message(
    "No assignment that is as fair can have more: the bound that was proved is the same number."
)
UNTOLD: Final = Message("Nobody here tells of:")
NOTHING_IN_COMMON: Final = Message(
    "No provider of this run tells anything that a challenge asks for."
)
