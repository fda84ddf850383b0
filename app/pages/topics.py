"""How a team is asked for its submission: topics, one a page, and what helps to answer each.

The fields are those of `app.submissions.content` and of the draft around it; a test holds the
two together. What is required, and how many themes there may be, says the life of a submission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.core.base.messages import Message
from app.submissions.lifecycle import REQUIRED, Kind


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the form.

    Attributes
    ----------
    key : str
        Its part of the address.
    title : Message
        The heading, which is the question.
    hint : Message
        What to tell, below the heading.
    field : str
        The one passage that it asks for; empty for a page with a form of its own.
    good : tuple of Message
        What makes an answer good.
    example : Message or None
        An answer of a team that does not exist.
    words : tuple of int and int
        Between how many words an answer helps most.
    """

    key: str
    title: Message
    hint: Message
    field: str = ""
    good: tuple[Message, ...] = ()
    example: Message | None = None
    words: tuple[int, int] = (30, 300)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the answers that it asks for."""
        match self.key:
            case "title":
                return ("title", "language")
            case "themes" | "summary" as key:
                return (key,)
            case "offer":
                return ("content.offer", "content.capacity")
        return (f"content.{self.field}",)

    def is_required(self, kind: Kind) -> bool:
        """Tell whether a submission cannot be sent without it."""
        return self.key in {"title", "themes"} or self.field in REQUIRED[kind]


TITLE: Final = Topic(
    "title",
    Message("Title and language"),
    Message("A title that a colleague in another country understands, and your language."),
)
THEMES: Final = Topic(
    "themes",
    Message("Themes"),
    Message("Choose what it is really about. Themes count in every language."),
)
SUMMARY: Final = Topic(
    "summary",
    Message("Summary"),
    Message(
        "A few sentences in the language in which the programme works. Needed only if you have "
        "written in another language: the ranking then compares the summary."
    ),
    "summary",
    (
        Message("Say the problem or the experience first"),
        Message("Name things as people of other countries know them"),
        Message("A machine translation that you have read is fine"),
    ),
    words=(40, 200),
)

TOPICS: Final[Mapping[Kind, tuple[Topic, ...]]] = MappingProxyType(
    {
        Kind.CHALLENGE: (
            TITLE,
            Topic(
                "problem",
                Message("The problem"),
                Message(
                    "What goes wrong today? Write as you would tell a colleague from another "
                    "country who knows neither your law nor your offices."
                ),
                "problem",
                (
                    Message("What people meet, step by step"),
                    Message("Since when, and how often"),
                    Message("No names of persons"),
                ),
                Message(
                    "Our small rivers rise within an hour. Gauges send a value every six "
                    "hours, so that nobody in the valleys is warned. In 2023 water stood in "
                    "400 cellars before the first call reached us."
                ),
                (60, 400),
            ),
            Topic(
                "affected",
                Message("Who is affected"),
                Message("Which people, and how many? Who has it worst?"),
                "affected",
                (
                    Message("Groups of people, with rough numbers"),
                    Message("People who have to act, such as staff of an office"),
                ),
                Message(
                    "About 18,000 people in 31 villages. Worst off are older people who live "
                    "alone and have no smartphone."
                ),
            ),
            Topic(
                "tried",
                Message("What you have tried"),
                Message("What did you do about it, and what came of it? Failures help."),
                "tried",
                (
                    Message("What you learned from it"),
                    Message("Why it was not enough"),
                ),
                Message(
                    "We sent letters with a telephone tree to every household. After a year "
                    "half of the numbers were wrong."
                ),
            ),
            Topic(
                "outcome",
                Message("The outcome"),
                Message("What would be different if the problem were solved?"),
                "outcome",
                (
                    Message("What people would notice"),
                    Message("How you would know that it works"),
                ),
                Message(
                    "Every household is warned half an hour ahead, in a way that it notices. "
                    "We would count warnings that came too late."
                ),
            ),
            Topic(
                "constraints",
                Message("Rules and limits"),
                Message("Which laws, contracts or habits stand in the way?"),
                "constraints",
                (Message("What cannot be changed"), Message("What could be, and by whom")),
                Message(
                    "Phone numbers may be used only with consent. There is no budget for staff."
                ),
            ),
            Topic(
                "help_wanted",
                Message("Help wanted"),
                Message("What would you like to learn from others? One point a line is best."),
                "help_wanted",
                (
                    Message("Questions that somebody with experience can answer"),
                    Message("What you would like to see, try or take over"),
                ),
                Message(
                    "How to place sensors in small rivers. How to reach people without a "
                    "smartphone. How to avoid false alarms."
                ),
            ),
            THEMES,
            SUMMARY,
        ),
        Kind.SOLUTION: (
            TITLE,
            Topic(
                "experience",
                Message("Your experience"),
                Message("What have you done? Tell what happened, not what could be done."),
                "experience",
                (
                    Message("What you did, in which order"),
                    Message("What you would do in the same way again"),
                    Message("No names of persons"),
                ),
                Message(
                    "We put open water sensors into forty small rivers and warn households by "
                    "text message and by sirens of the fire service. It took two winters until "
                    "the thresholds were right."
                ),
                (60, 400),
            ),
            Topic(
                "setting",
                Message("Where and since when"),
                Message(
                    "In which place, at which level of government, since when, for how many?"
                ),
                "setting",
                (Message("Country, region or city"), Message("How many people it serves")),
                Message("A region with 92 municipalities, since 2019, for 60,000 people."),
            ),
            Topic(
                "evidence",
                Message("Results"),
                Message("What has changed, and how do you know?"),
                "evidence",
                (
                    Message("Figures, with the year"),
                    Message("An evaluation or a report, if there is one"),
                ),
                Message(
                    "In 2023 nine of ten households were warned at least 25 minutes ahead. The "
                    "university has evaluated it."
                ),
            ),
            Topic(
                "failures",
                Message("What did not work"),
                Message("What went wrong, and what did you learn? Others value it most."),
                "failures",
                (Message("What you would not do again"),),
                Message("The first sensors froze. An app alone reached one household in five."),
            ),
            Topic(
                "transfer",
                Message("What it takes elsewhere"),
                Message("What does another government need to do the same?"),
                "transfer",
                (
                    Message("People, money, time"),
                    Message("What depends on your law or your systems"),
                ),
                Message("Two engineers for half a year. The software is free and open source."),
            ),
            Topic(
                "offer",
                Message("What you can give"),
                Message(
                    "Time, advice, documents, code: what could you share, and with how many?"
                ),
                "offer",
                (Message("Hours in a month"), Message("What can be taken over as it is")),
                Message(
                    "Four hours a month for half a year, our code and our training material."
                ),
                (10, 200),
            ),
            THEMES,
            SUMMARY,
        ),
    }
)


FIELDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "title": Message("Title"),
        **{
            topic.field: topic.title
            for topics in TOPICS.values()
            for topic in topics
            if topic.field
        },
    }
)
"""What people call each passage of a submission, by its field; of both kinds together."""


def topic_of(kind: Kind, key: str) -> Topic | None:
    """Return a topic by its part of the address; None if there is no such topic."""
    return next((topic for topic in TOPICS[kind] if topic.key == key), None)
