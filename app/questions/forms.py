"""A form: the questions of a call and its conditions of taking part. Pure, and once only.

A question has a key that stays, so that answers are found again in the next version. What a
question of ours says stands in `builtin`, and is never written by a call.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.core.base.messages import Message
from app.core.base.numbers import Decimal, Whole
from app.core.base.text import Line, Text, comparable

MOST_QUESTIONS: Final = 60
MOST_OPTIONS: Final = 50
MOST_RULES: Final = 20
MOST_FILES: Final = 10
"""Files that one question takes."""
MOST_NAMED: Final = 250
"""Countries, options or levels that a rule or a condition names: all there are."""
MOST_WORDS: Final = 3_000
LARGEST: Final = 1e12
"""The largest number that an answer may be."""

KEY: Final = "^[a-z][a-z0-9_]{0,39}$"


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    COUNTRY = "country"
    LANGUAGE = "language"
    LINK = "link"
    FILE = "file"


class Audience(StrEnum):
    """Who may read an answer beside its team; each includes those below it."""

    PUBLIC = "public"
    PARTIES = "parties"
    REVIEWERS = "reviewers"
    STAFF = "staff"


class Part(StrEnum):
    """As what the matching reads an answer."""

    PROBLEM = "problem"
    OUTCOME = "outcome"
    EXPERIENCE = "experience"
    EVIDENCE = "evidence"
    NONE = "none"


class Subject(StrEnum):
    """What a condition of taking part looks at."""

    COUNTRY = "country"
    LEVEL = "level"
    ANSWER = "answer"


WRITTEN: Final = frozenset({QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT})
"""Types whose answers are counted in words."""
LISTED: Final = frozenset({QuestionType.CHOICE, QuestionType.CHOICES})
"""Types that have options."""
DECIDING: Final = LISTED | {
    QuestionType.YES_NO,
    QuestionType.COUNTRY,
    QuestionType.LANGUAGE,
}
"""Types upon whose answers another question or a rule may depend: there is a list of them."""
FOR_FILES: Final = frozenset({Audience.REVIEWERS, Audience.STAFF})
"""Who may read files: they are never published, and never handed to another team."""
TOLD_TO_PARTIES: Final = frozenset({Audience.PUBLIC, Audience.PARTIES})


def _no_separator(option: str) -> str:
    if ";" in option:
        raise ValueError(Message("leave out the semicolon, which separates options in a table"))
    return option


Key = Annotated[str, Field(pattern=KEY, max_length=40)]
Option = Annotated[Line, Field(min_length=1, max_length=200), AfterValidator(_no_separator)]
Said = Annotated[list[Option], Field(min_length=1, max_length=MOST_NAMED)]


class Condition(BaseModel):
    """Upon which answer to another question a question is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Key = Field(description="The key of the other question.")
    says: Said = Field(
        description="It is shown where the answer is one of these: options as they are "
        "written, `yes` or `no`, codes of countries or languages."
    )


class Question(BaseModel):
    """One question of a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key = Field(description="What the answer is kept by; it stays in each version.")
    type: QuestionType = QuestionType.LONG_TEXT
    title: Annotated[Line, Field(max_length=200)] = Field(
        default="", description="What is asked. That of a built-in question is ours."
    )
    hint: Annotated[Text, Field(max_length=1000)] = Field(
        default="", description="What helps to answer it."
    )
    section: Annotated[Line, Field(max_length=100)] = Field(
        default="", description="The heading below which it stands among the others."
    )
    required: bool = False
    least_words: Whole | None = Field(default=None, ge=1, le=MOST_WORDS)
    most_words: Whole | None = Field(default=None, ge=1, le=MOST_WORDS)
    least: Decimal | None = Field(
        default=None, ge=-LARGEST, le=LARGEST, description="The smallest number that it takes."
    )
    most: Decimal | None = Field(default=None, ge=-LARGEST, le=LARGEST)
    most_files: Whole | None = Field(
        default=None,
        ge=1,
        le=MOST_FILES,
        description="How many files it takes; one, where nothing is said.",
    )
    options: list[Option] = Field(default=[], max_length=MOST_OPTIONS)
    shown_if: Condition | None = None
    audience: Audience = Field(
        default=Audience.REVIEWERS, description="Who may read the answer beside its team."
    )
    part: Part = Field(default=Part.NONE, description="As what the matching reads the answer.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for problem, is_wrong in (
            (
                Message("limits in words are for questions that take text"),
                (self.least_words or self.most_words) and self.type not in WRITTEN,
            ),
            (
                Message("limits of a number are for questions that take a number"),
                (self.least is not None or self.most is not None)
                and self.type is not QuestionType.NUMBER,
            ),
            (
                Message("a number of files is for questions that take files"),
                self.most_files is not None and self.type is not QuestionType.FILE,
            ),
            (
                Message(
                    "files are for staff, or for staff and reviewers: choose one of the two"
                ),
                self.type is QuestionType.FILE and self.audience not in FOR_FILES,
            ),
            (
                Message("the smallest must not be larger than the largest"),
                _crossed(self.least, self.most) or _crossed(self.least_words, self.most_words),
            ),
            (
                Message("give at least two options to choose from"),
                self.type in LISTED and len(self.options) < 2,
            ),
            (
                Message("options are for questions with a list"),
                self.type not in LISTED and bool(self.options),
            ),
            (
                Message("two options are the same; change one of them"),
                len({*map(comparable, self.options)}) < len(self.options),
            ),
            (
                Message("only text has a part in the matching"),
                self.part is not Part.NONE and self.type not in WRITTEN,
            ),
            (
                Message(
                    "what the matching reads is quoted to the other side of a pair: let the "
                    "parties read it, or give it no part in the matching"
                ),
                self.part is not Part.NONE and self.audience not in TOLD_TO_PARTIES,
            ),
        ):
            if is_wrong:
                raise ValueError(problem)
        return self


class Rule(BaseModel):
    """A condition of taking part, with the reason that a team reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Subject
    question: Key | None = Field(
        default=None, description="The key of the question, where it looks at an answer."
    )
    one_of: Said = Field(
        description="What is accepted: codes of countries, levels of government, or answers."
    )
    reason: Annotated[Text, Field(min_length=3, max_length=1000)] = Field(
        description="Why, for teams to read before they write anything."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.subject is Subject.ANSWER) != (self.question is not None):
            raise ValueError(
                Message("name the question of a rule about an answer, and only there")
            )
        return self


class Form(BaseModel):
    """All that a call asks.

    Attributes
    ----------
    number : int
        Of the version; 0 for the built-in form.
    support : bool
        Whether a superior has to support what is sent.
    """

    model_config = ConfigDict(frozen=True)

    number: int = 0
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...] = ()
    support: bool = False

    def question(self, key: str) -> Question | None:
        """Return a question by its key; None if it is not asked."""
        return next((one for one in self.questions if one.key == key), None)


FORMAT: Final = 1
"""Of what is stored; a later one is read beside it."""


def stored(form: Form) -> dict[str, Any]:
    """Return a form as it is kept."""
    return {"format": FORMAT} | form.model_dump(mode="json", exclude={"number"})


def loaded(content: dict[str, Any], number: int) -> Form:
    """Return a form that was kept.

    Raises
    ------
    ValueError
        If a newer version of the service has kept it.
    """
    if content["format"] != FORMAT:
        raise ValueError(f"forms of format {content['format']} are not known here")
    return Form(number=number, **{k: v for k, v in content.items() if k != "format"})


def _crossed(least: float | None, most: float | None) -> bool:
    return least is not None and most is not None and least > most
