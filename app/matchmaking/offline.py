"""Matching without a database: the records of two files in, named suggestions out.

Pure: the same records and settings give the same suggestions, whatever the order of the
files. It loads the engine, so import it where matching is wanted and not before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.core.base.errors import Conflict, Unprocessable
from app.core.base.messages import Message
from app.matchmaking.computation import whole_of
from app.matchmaking.engine import (
    RULES,
    TEXT_WEIGHT,
    WORKING_LANGUAGE,
    Engine,
    Explanation,
    Often,
    Passage,
    Suggestion,
    Terms,
    field_of,
    language_told,
    profile_of,
)
from app.matchmaking.questions import costs_of, floors_of, loss_between
from app.matchmaking.results import Floor, Loss, Regret, Whole
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
    objective : {"leximin", "total", "maxmin"}, default="leximin"
        What the assignment counts first: the worst-off challenge and then the next one,
        the sum of the scores, or the challenge with the weakest sum.
    locked, forbidden : tuples of (str, str), default=()
        Challenge and provider of pairs that must and that may not be assigned.
    capacities : tuple of (str, int), default=()
        Providers that take on another number of challenges than their records say.
    what_if : bool, default=False
        True compares with the assignment without locks, forbidden pairs and capacities.
    regret : bool, default=False
        True tells what it costs to go against the assignment, pair by pair.
    frontier : bool, default=False
        True tells what each step of fairness costs.
    text_weight : float in [0, 1], default=0.6
    same_country : bool, default=False
        True lifts the rule that the two sides come from different countries.
    explain : bool, default=False
        True takes the score of each suggestion apart.
    """

    top: int = 5
    per_challenge: int | None = None
    objective: str = "leximin"
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    capacities: tuple[tuple[str, int], ...] = ()
    what_if: bool = False
    regret: bool = False
    frontier: bool = False
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
    """A suggestion with its records, and its reasons where they were asked for.

    Parameters
    ----------
    stability : float in [0, 1] or None
        Share of small turns of weights and words in which it keeps its rank.
    turns_at : float or None
        The weight of the texts at which it and the next one are level; None for none.
    hub : Often or None
        Set where the provider stands high for more challenges than chance explains.
    """

    challenge: ChallengeRecord
    provider: SolutionRecord
    suggestion: Suggestion
    stability: float | None
    turns_at: float | None
    hub: Often | None
    reasons: Reasons | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the conditions change: pairs that come in and go out, and what is lost by it."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    loss: Loss | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """The whole assignment, and the answers to what was asked about it."""

    whole: Whole
    compared: Comparison | None = None
    regret: tuple[Regret, ...] | None = None
    frontier: tuple[Floor, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All suggestions, challenge after challenge, and what to know when reading them."""

    settings: Settings
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    assigned: Assigned | None = None


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
    assigned = _assigned(engine, settings, pool) if settings.per_challenge else None
    found = sorted(
        _suggestions(engine, settings, assigned),
        key=lambda suggestion: place[asked[suggestion.challenge].id],
    )
    lines = []
    sureness = engine.sureness(max((s.rank for s in found), default=0))
    for suggestion in found:
        challenge, provider = asked[suggestion.challenge], pool[suggestion.provider]
        explained = engine.explain(suggestion) if settings.explain else None
        reasons = _reasons(explained, challenge, provider) if explained else None
        lines.append(
            Line(challenge, provider, suggestion, *sureness.of(suggestion), reasons=reasons)
        )
    served = {line.challenge.id for line in lines}
    notes = [*_notes(challenges, providers, served, settings), *_hubs(lines)]
    if engine.bands is None:
        notes.append("There are fewer than 30 possible pairs, too few to say strong or weak.")
    return Answer(settings, tuple(lines), tuple(notes), assigned)


def _suggestions(
    engine: Engine, settings: Settings, assigned: Assigned | None
) -> Iterator[Suggestion]:
    if assigned is None:
        return engine.rank(settings.top)
    return engine.chosen(engine.positions(assigned.whole.pairs))


# --- the assignment --------------------------------------------------------------------


def _assigned(engine: Engine, settings: Settings, pool: Sequence[SolutionRecord]) -> Assigned:
    """Assign as the settings say, and answer what they ask about it."""
    wanted = settings.per_challenge or 0
    plain = Terms(
        least=wanted,
        most=wanted,
        capacities=[record.capacity for record in pool],
        objective=settings.objective,
    )
    changed = dict(settings.capacities)
    terms = replace(
        plain,
        capacities=[changed.get(record.id, record.capacity) for record in pool],
        locked=engine.positions(settings.locked),
        forbidden=engine.positions(settings.forbidden),
    )
    whole = whole_of(engine, terms)
    if whole.reason is not None:
        ways = "; or ".join(", ".join(r["changes"]) for r in whole.relaxations)
        raise Conflict(
            Message("No assignment meets all conditions: {reason}.", reason=whole.reason),
            remedy=Message("The cheapest ways out: {ways}.", ways=ways)
            if ways
            else "Ask for fewer conditions.",
        )
    return Assigned(
        whole,
        _compared(whole_of(engine, plain), whole) if settings.what_if else None,
        tuple(costs_of(engine, terms)) if settings.regret else None,
        tuple(floors_of(engine, terms)) if settings.frontier else None,
    )


def _compared(before: Whole, after: Whole) -> Comparison:
    return Comparison(
        tuple(sorted({*after.pairs} - {*before.pairs})),
        tuple(sorted({*before.pairs} - {*after.pairs})),
        loss_between(before, after),
    )


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


def _hubs(lines: Sequence[Line]) -> Iterator[str]:
    often = {line.provider.id: line.hub for line in lines if line.hub}
    for provider, hub in sorted(often.items()):
        yield (
            f"{provider} is among the first three of {hub.places} of the {hub.eligible} "
            f"challenges open to it, where chance would give {hub.expected:.1f}: it may be "
            "general rather than right."
        )


def _foreign(records: Sequence[SubmissionRecord]) -> list[str]:
    return [
        record.id
        for record in records
        if language_told(record) != WORKING_LANGUAGE and not record.summary
    ]


def _named(ids: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
