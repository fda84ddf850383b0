"""How a team is asked for its submission: topics, one a page, and what helps to answer each.

A topic is a question of the form of its call, or one of the three that each submission has
around it: its title, its themes, its summary. What a question of ours says stands in
`app.questions.builtin`, what a call asks of its own in its form, as staff wrote it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from app.core.base.messages import Message
from app.questions.answering import shown
from app.questions.builtin import BUILT_IN, built_in_form, by_key
from app.questions.forms import Form, Question
from app.submissions.lifecycle import CALLS, KINDS, Kind
from app.submissions.service.answered import ANSWERS, CONTENT
from app.submissions.service.returning import AROUND


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the form.

    Attributes
    ----------
    key : str
        Its part of the address.
    title : str
        The heading, which is the question; a `Message` if it is ours.
    hint : str
        What to tell, below the heading.
    field : str
        The one passage of ours that it asks for; empty for a page with a form of its own.
    good : tuple of Message
        What makes an answer good.
    example : Message or None
        An answer of a team that does not exist.
    words : tuple of int and int
        Between how many words an answer helps most.
    question : Question or None
        What is asked; None for what each submission has around its form.
    language : str
        In which the call has written the question; empty where the words are ours.
    """

    key: str
    title: str
    hint: str
    field: str = ""
    good: tuple[Message, ...] = ()
    example: Message | None = None
    words: tuple[int, int] = (30, 300)
    question: Question | None = None
    language: str = ""

    @property
    def is_own(self) -> bool:
        """Tell whether the call asks it in its own words."""
        return self.question is not None and not self.field

    @property
    def name(self) -> str:
        """The name of the one answer that it asks for first."""
        return self.names[0]

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
        return (CONTENT + self.field,) if self.field else (ANSWERS + self.key,)

    @property
    def section(self) -> str:
        """The heading below which the call lets it stand."""
        return self.question.section if self.question else ""

    @property
    def is_required(self) -> bool:
        """Tell whether a submission cannot be sent without it."""
        if self.question is not None:
            return self.question.required
        return self.key in {"title", "themes"}


TITLE: Final = Topic(
    "title",
    AROUND["title"],
    Message("A title that a colleague in another country understands, and your language."),
)
THEMES: Final = Topic(
    "themes",
    AROUND["themes"],
    Message("Choose what it is really about. Themes count in every language."),
)
SUMMARY: Final = Topic(
    "summary",
    AROUND["summary"],
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


def topics_in(
    kind: Kind, form: Form, answers: Mapping[str, Any] | None = None, *, language: str = ""
) -> tuple[Topic, ...]:
    """Return the topics of a form, in their order.

    Parameters
    ----------
    answers : mapping, optional
        By key: what they leave out is no topic. Without them all questions are there.
    language : str
        In which the call writes its questions.
    """
    asked = form.questions if answers is None else shown(form, answers)
    return (TITLE, *(_topic(kind, one, language) for one in asked), THEMES, SUMMARY)


def _topic(kind: Kind, question: Question, language: str) -> Topic:
    ours = by_key(CALLS[kind]).get(question.key)
    if ours is None:
        return Topic(
            question.key,
            question.title,
            question.hint,
            question=question,
            language=language,
        )
    least, most = ours.words
    limits = (question.least_words or least, question.most_words or most)
    return Topic(
        ours.key,
        ours.title,
        ours.hint,
        ours.key,
        ours.good,
        ours.example,
        limits if limits[0] <= limits[1] else (min(limits), max(limits)),
        question,
    )


FIELDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "title": Message("Title"),
        **{one.key: one.title for asked in BUILT_IN.values() for one in asked},
        "summary": AROUND["summary"],
    }
)
"""What people call each passage of a submission, by its field; of both kinds together."""


def topic_of(topics: Sequence[Topic], key: str) -> Topic | None:
    """Return a topic by its part of the address; None if there is no such topic."""
    return next((topic for topic in topics if topic.key == key), None)


TOPICS: Final[Mapping[Kind, tuple[Topic, ...]]] = MappingProxyType(
    {kind: topics_in(kind, built_in_form(call)) for call, kind in KINDS.items()}
)
"""The topics of the built-in form, by kind."""
