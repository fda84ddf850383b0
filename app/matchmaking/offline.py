"""Matching without a database: the records of two files in, named suggestions out.

Pure: the same records and settings give the same suggestions, whatever the order of the
files. It loads the engine, so import it where matching is wanted and not before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.core.errors import Unprocessable
from app.matchmaking.engine import (
    RULES,
    TEXT_WEIGHT,
    WORKING_LANGUAGE,
    Engine,
    Explanation,
    Passage,
    Suggestion,
    field_of,
    profile_of,
)
from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord

_MISSING: Final = {
    "query": "the challenge states no {}",
    "candidate": "the provider states no {}",
    "both": "the two are told in different languages: a summary in one of them would help",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen about a matching.

    Parameters
    ----------
    top : int, default=5
        How many providers to suggest for each challenge.
    per_challenge : int, default=None
        Instead of lists: give each challenge exactly so many providers, the best as a
        whole and within the capacities.
    text_weight : float in [0, 1], default=0.6
    same_country : bool, default=False
        True lifts the rule that the two sides come from different countries.
    explain : bool, default=False
        True takes the score of each suggestion apart.
    """

    top: int = 5
    per_challenge: int | None = None
    text_weight: float = TEXT_WEIGHT
    same_country: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a word or a theme adds to a score, named as both sides wrote it."""

    names: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Quote:
    """The best passage of one side: its field, its text, where its shared words stand."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """A score taken apart: the shares add up to it, and the strongest come first."""

    words: tuple[Share, ...]
    themes: tuple[Share, ...]
    missing: tuple[str, ...]
    challenge: Quote | None
    provider: Quote | None


@dataclass(frozen=True, slots=True)
class Line:
    """A suggestion with its records, and its reasons where they were asked for."""

    challenge: ChallengeRecord
    provider: SolutionRecord
    suggestion: Suggestion
    reasons: Reasons | None


@dataclass(frozen=True, slots=True)
class Answer:
    """All suggestions, challenge after challenge, and what to know when reading them."""

    settings: Settings
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def match(
    challenges: Sequence[ChallengeRecord],
    providers: Sequence[SolutionRecord],
    settings: Settings,
) -> Answer:
    """Suggest providers for challenges; challenges keep the order of their file.

    Raises
    ------
    Unprocessable
        If there is no challenge or no provider.
    Conflict
        If there is no assignment as `per_challenge` asks for.
    """
    asked = sorted(challenges, key=lambda record: record.id)
    pool = sorted(providers, key=lambda record: record.id)
    if not asked:
        raise Unprocessable("There is no challenge.", remedy="Add one to the first file.")
    if not pool:
        raise Unprocessable("There is no provider.", remedy="Add one to the second file.")
    engine = Engine(
        [profile_of(record) for record in asked],
        [profile_of(record) for record in pool],
        text_weight=settings.text_weight,
        rules=() if settings.same_country else RULES,
    )
    place = {record.id: position for position, record in enumerate(challenges)}
    found = sorted(
        _suggestions(engine, settings, [record.capacity for record in pool]),
        key=lambda suggestion: place[asked[suggestion.challenge].id],
    )
    lines = []
    for suggestion in found:
        challenge, provider = asked[suggestion.challenge], pool[suggestion.provider]
        explained = engine.explain(suggestion) if settings.explain else None
        reasons = _reasons(explained, challenge, provider) if explained else None
        lines.append(Line(challenge, provider, suggestion, reasons))
    served = {line.challenge.id for line in lines}
    notes = _notes(challenges, providers, served, settings)
    if engine.bands is None:
        notes.append("There are fewer than 30 possible pairs, too few to say strong or weak.")
    return Answer(settings, tuple(lines), tuple(notes))


def _suggestions(
    engine: Engine, settings: Settings, capacities: Sequence[int]
) -> Iterator[Suggestion]:
    wanted = settings.per_challenge
    if wanted is None:
        return engine.rank(settings.top)
    return engine.assign(least=wanted, most=wanted, capacities=capacities)


# --- reasons ---------------------------------------------------------------------------


def _reasons(
    explained: Explanation, challenge: ChallengeRecord, provider: SolutionRecord
) -> Reasons:
    shares = {"word": list[Share](), "theme": list[Share](), "missing": list[Share]()}
    for part in explained.contributions:
        shares[part.kind].append(Share(part.words or (part.feature,), part.share))
    return Reasons(
        words=tuple(shares["word"]),
        themes=tuple(shares["theme"]),
        missing=tuple(_MISSING[m.side].format(m.part) for m in explained.missing),
        challenge=_quote(explained.passages.query, challenge),
        provider=_quote(explained.passages.candidate, provider),
    )


def _quote(passage: Passage | None, record: SubmissionRecord) -> Quote | None:
    """Name the passage by its field."""
    if passage is None:
        return None
    return Quote(field_of(record, passage), passage.text, passage.marks)


# --- notes -----------------------------------------------------------------------------


def _notes(
    challenges: Sequence[ChallengeRecord],
    providers: Sequence[SolutionRecord],
    served: Collection[str],
    settings: Settings,
) -> list[str]:
    """Return what whoever reads the suggestions has to know about the records."""
    everybody = [*challenges, *providers]
    silent = [] if settings.same_country else [r.id for r in everybody if not r.country]
    plain = [] if settings.text_weight == 1 else [r.id for r in everybody if not r.themes]
    lists: Mapping[str, Sequence[str]] = {
        "Without a provider that may be matched with them": [
            record.id for record in challenges if record.id not in served
        ],
        "Listed, but at present they take on no challenge (capacity 0)": [
            provider.id for provider in providers if not provider.capacity
        ],
        "No country stated, so they may turn out to be from the same one": silent,
        "No theme stated, so their pairs count by their texts alone": plain,
        "In another language without a summary, so only words of that language can match": (
            _foreign(everybody)
        ),
    }
    return [f"{reason}: {_named(ids)}." for reason, ids in lists.items() if ids]


def _foreign(records: Sequence[SubmissionRecord]) -> list[str]:
    return [
        record.id
        for record in records
        if record.language not in {None, WORKING_LANGUAGE} and not record.summary
    ]


def _named(ids: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
