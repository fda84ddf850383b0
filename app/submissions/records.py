"""The exchange format: challenges and solutions as records of a file.

One format for `counterpart match`, for the import and for the seeds, as JSONL, CSV or XLSX.
A cell holds a list with semicolons or line ends between its items. Countries, languages and
themes may be named instead of coded. Somebody who keeps no passages apart gives a single
`text`.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from app.core.base.messages import Message, either
from app.core.base.text import Line, comparable, in_one_form
from app.core.base.validation_errors import mendable
from app.core.tables.countries import NamedCountry
from app.core.tables.languages import language_of
from app.questions.forms import Part
from app.submissions.content import ChallengeFields, Passage, SolutionFields, passages_of
from app.submissions.headings import HEADINGS, LEVELS, UNREAD
from app.themes.keys import meant

_THEME: Final = re.compile(r"[a-z-]+:[A-Za-z0-9-]+")
_SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What themes may be called; as validation context, names are read as well as keys.

    Attributes
    ----------
    names : mapping of str to set of str
        The keys of the themes that have a name, by the name as it is compared.
    """

    names: Mapping[str, Set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place(Vocabulary):
    """The call that records are taken into; as validation context it is checked as well.

    Attributes
    ----------
    themes : set of str
        Keys that may be named.
    taken : mapping of str to str
        Ids that the call holds already, by the id as it is compared.
    known : set of str
        Ids, as they are compared, of what a record changes: it need not tell everything.
    """

    themes: Set[str] = frozenset()
    taken: Mapping[str, str] = field(default_factory=dict)
    known: Set[str] = frozenset()


def named(themes: Iterable[tuple[str, Iterable[str]]]) -> dict[str, Set[str]]:
    """Return what themes may be called, from their keys and the names of each."""
    found: dict[str, set[str]] = {}
    for key, names in themes:
        for name in (key, *names):
            found.setdefault(comparable(name), set()).add(key)
    return {**found}


def _place(info: ValidationInfo) -> Place | None:
    return info.context if isinstance(info.context, Place) else None


def _id(written: str, info: ValidationInfo) -> str:
    # A first character such as = or - would make a formula of it in a spreadsheet.
    if not written[:1].isalnum():
        raise mendable(
            Message("{written!r} does not begin with a letter or a digit.", written=written),
            "Change the id.",
        )
    place = _place(info)
    if place and (taken := place.taken.get(comparable(written))):
        raise mendable(
            Message("{written!r} is in this call already.", written=written)
            if taken == written
            else Message(
                "{written!r} is in this call already, as {taken!r}.",
                written=written,
                taken=taken,
            ),
            "Leave it out.",
        )
    return written


def _organisation(written: str, info: ValidationInfo) -> str:
    if not written and _place(info):
        raise mendable("It is missing.", "Name the organisation.")
    if len(written) == 1:
        raise mendable("It has 1 character only.", "Give the whole name.")
    return written


def _one_in_a_call(countries: list[str], info: ValidationInfo) -> list[str]:
    if _place(info) and len(countries) != 1:
        raise mendable(
            Message(
                "A submission has one country; here are {n_countries}.",
                n_countries=len(countries),
            ),
            "Give the country of the organisation, such as FR.",
        )
    return countries


def _theme(written: str, info: ValidationInfo) -> str:
    names = info.context.names if isinstance(info.context, Vocabulary) else {}
    keys = names.get(comparable(written), frozenset())
    if len(keys) == 1:
        return next(iter(keys))
    if keys:
        raise mendable(
            Message("More than one theme is called {written!r}.", written=written),
            Message("Write one of: {keys}.", keys=", ".join(sorted(keys))),
        )
    if not _THEME.fullmatch(written):
        close = difflib.get_close_matches(comparable(written), names, n=1)
        raise mendable(
            Message("{written!r} is not the key of a theme.", written=written[:60]),
            Message("Did you mean {key}?", key=either(sorted(names[close[0]])))
            if close
            else "Write facet:code, such as practice:open-source or sdg:10.",
        )
    if (place := _place(info)) and written not in place.themes:
        raise mendable(
            Message("There is no theme {written!r}.", written=written),
            meant(written, place.themes),
        )
    return written


def _language(written: str) -> str:
    if code := language_of(written):
        return code
    raise mendable(
        Message("{written!r} is not a language code.", written=written[:60]),
        "Write the code of the language alone, such as en or fr.",
    )


def _level(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    plain = comparable(given).removesuffix(" government")
    return LEVELS.get(plain, plain)


def _subdivision(written: str) -> str:
    if not _SUBDIVISION.fullmatch(written):
        raise mendable(
            Message("{written!r} is not a subdivision of ISO 3166-2.", written=written[:60]),
            "Write it as in ES-AN.",
        )
    return written


def _listed(given: Any) -> Any:
    """Split a cell at its semicolons and lines; leave what is a list already."""
    if isinstance(given, str):
        items = re.split(r"[;\n\r]", in_one_form(given))
        return [item.strip() for item in items if item.strip()]
    return given


def _each_once(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


Listed = (BeforeValidator(_listed), AfterValidator(_each_once))
Id = Annotated[Line, Field(min_length=1, max_length=100), AfterValidator(_id)]
Title = Annotated[Line, Field(min_length=5, max_length=200)]
ThemeKey = Annotated[Line, Field(max_length=200), AfterValidator(_theme)]
Language = Annotated[Line, Field(max_length=100), AfterValidator(_language)]
Subdivision = Annotated[Line, Field(max_length=100), AfterValidator(_subdivision)]
Source = Annotated[Line, Field(max_length=1000)]
Level = Annotated[Literal["central", "regional", "local", "other"], BeforeValidator(_level)]


class SubmissionRecord(BaseModel):
    """What a record of a challenge and one of a solution have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    passages: ClassVar[tuple[str, ...]]
    own_keys: ClassVar[tuple[str, ...]] = ()
    headings: ClassVar[Mapping[str, Sequence[str]]] = HEADINGS
    unread: ClassVar[Sequence[str]] = UNREAD
    mistaken_for: ClassVar[dict[str, type[BaseModel]]] = {}

    id: Id = Field(description=Message("an id of at most 100 characters, its own in this file"))
    title: Title = Field(description=Message("a title of 5 to 200 characters on one line"))
    organisation: Annotated[Line, Field(max_length=200), AfterValidator(_organisation)] = Field(
        default="",
        validate_default=True,
        description=Message("the name of the organisation in 2 to 200 characters"),
    )
    country: Annotated[
        list[NamedCountry], Field(max_length=300), *Listed, AfterValidator(_one_in_a_call)
    ] = Field(
        default=[],
        validate_default=True,
        description=Message("countries, such as FR or France, with semicolons between them"),
    )
    subdivision: Subdivision | None = Field(
        default=None, description=Message("a code of ISO 3166-2 such as ES-AN")
    )
    level: Level | None = Field(
        default=None, description=Message("one of central, regional, local, other")
    )
    language: Language | None = Field(
        default=None, description=Message("the language of the passages, such as fr or French")
    )
    summary: Passage = ""
    themes: Annotated[list[ThemeKey], Field(max_length=10), *Listed] = Field(
        default=[],
        description=Message("at most 10 themes, such as practice:open-source, or their names"),
    )
    sources: Annotated[list[Source], Field(max_length=100), *Listed] = Field(
        default=[], description=Message("at most 100 sources, each on one line")
    )
    notes: Passage = ""
    text: Passage = ""

    @model_validator(mode="after")
    def _says_something_once(self, info: ValidationInfo) -> "SubmissionRecord":
        passages = [name for name in self.passages if getattr(self, name)]
        if self.text and passages:
            raise mendable(
                Message("Both text and {passage} are given.", passage=passages[0]),
                "Give the passages, or one text alone.",
            )
        place = _place(info)
        is_known = place is not None and comparable(self.id) in place.known
        if not (is_known or self.text or passages or self.summary):
            names = ", ".join(self.passages)
            raise mendable(
                "The record has no text.",
                Message("Fill in text, or some of: {names}.", names=names),
            )
        return self

    def written(self) -> dict[str, str]:
        """Return the passages that are written, by name."""
        names = ("text",) if self.text else self.passages
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def content(self) -> dict[str, Any]:
        """Return what the content of a submission holds; a single text is its first passage."""
        first, *_ = self.passages
        return {first: self.text} if self.text else self.written()

    def answers(self) -> dict[str, Any]:
        """Return what is told to questions of the call's own, by key."""
        return {key: getattr(self, key) for key in self.own_keys}


class ChallengeRecord(ChallengeFields, SubmissionRecord):
    """A problem that a government team wants solved."""

    passages = passages_of(ChallengeFields)
    mistaken_for: ClassVar[dict[str, type[BaseModel]]] = {}


class SolutionRecord(SolutionFields, SubmissionRecord):
    """Practical experience that a team offers."""

    passages = passages_of(SolutionFields)
    mistaken_for: ClassVar[dict[str, type[BaseModel]]] = {"challenges": ChallengeRecord}

    def content(self) -> dict[str, Any]:
        """Return what the content of a solution holds."""
        return super().content() | {"capacity": self.capacity}


ChallengeRecord.mistaken_for["solutions"] = SolutionRecord


class OwnPassage(BaseModel):
    """An answer to a question of a call's own that the matching reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    part: Part
    text: str


class _Answered(SubmissionRecord):
    """A record that names what else the matching reads: answers to questions of its call."""

    own: dict[str, OwnPassage] = {}

    def written(self) -> dict[str, str]:
        """Return the passages that are written, by name; those of the call's own by key."""
        return super().written() | {key: one.text for key, one in self.own.items()}


class AnsweredChallenge(_Answered, ChallengeRecord):
    """A challenge as a run freezes it."""


class AnsweredSolution(_Answered, SolutionRecord):
    """A solution as a run freezes it."""
