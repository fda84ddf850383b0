"""Matching without a database: the records of two files in, named suggestions out.

Pure: the same records and settings give the same suggestions, whatever the order of the
files.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.core.base.errors import Conflict, Unprocessable
from app.core.base.messages import Message
from app.matchmaking.engine.assigning import Terms
from app.matchmaking.engine.pipeline import Suggestions, matching_of
from app.matchmaking.engine.profiles import WORKING_LANGUAGE
from app.matchmaking.engine.ranking import TEXT_WEIGHT, Engine, RankConfidence, rules_of
from app.matchmaking.engine.run import whole_of
from app.matchmaking.engine.suggestions import Warning
from app.matchmaking.engine.what_if import costs_of, floors_of, loss_between
from app.matchmaking.results import Floor, Loss, Regret, Whole
from app.matchmaking.schemas.settings import FLOOR
from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord
from matching import UNKNOWN, Profile, eligible


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen about a matching.

    Parameters
    ----------
    top : int, default=5
        How many providers to suggest for each challenge.
    per_challenge : int, default=None
        Instead of lists: give each challenge so many providers, the best as a whole and
        within the capacities.
    require_all : bool, default=False
        True refuses where not every challenge can have so many. False serves as many
        challenges as can be, then gives as many of them as can be a second one, and so on.
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
    floor : float in [0, 1], default=0.01
        The least share of what a challenge asks that a provider tells, to be assigned.
    text_weight : float in [0, 1], default=0.6
    same_country : bool, default=False
        True lifts the rule that the two sides come from different countries.
    explain : bool, default=False
        True takes the score of each suggestion apart.
    """

    top: int = 5
    per_challenge: int | None = None
    require_all: bool = False
    objective: str = "leximin"
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    capacities: tuple[tuple[str, int], ...] = ()
    what_if: bool = False
    regret: bool = False
    frontier: bool = False
    floor: float = FLOOR
    text_weight: float = TEXT_WEIGHT
    same_country: bool = False
    explain: bool = False


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
    """All suggestions, challenge after challenge, and what to know when reading them.

    `untold` names what challenges ask for and no provider tells of, if reasons are given.
    """

    settings: Settings
    suggestions: Suggestions
    notes: tuple[str, ...]
    assigned: Assigned | None = None
    untold: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
        If locks or `require_all` ask for an assignment that there is not.
    """
    if not challenges:
        raise Unprocessable("There is no challenge.", remedy="Add one to the first file.")
    if not providers:
        raise Unprocessable("There is no provider.", remedy="Add one to the second file.")
    matching = matching_of(
        challenges,
        providers,
        text_weight=settings.text_weight,
        rules=rules_of(cross_border=not settings.same_country),
    )
    engine = matching.engine
    assigned = None
    if settings.per_challenge:
        pool = sorted(providers, key=lambda record: record.id)
        assigned = _assigned(engine, settings, pool)
        found = engine.chosen(engine.positions(assigned.whole.pairs))
    else:
        found = engine.rank(settings.top)
    place = {record.id: position for position, record in enumerate(challenges)}
    pairs = sorted(found, key=lambda pair: place[engine.challenges[pair.challenge].id])
    confidence = engine.confidence(max((pair.rank for pair in pairs), default=0))
    served = {engine.challenges[pair.challenge].id for pair in pairs}
    listed = {pair.provider for pair in pairs}
    notes = [
        *(_places(challenges, providers, assigned.whole) if assigned else ()),
        *_notes(challenges, providers, engine, served, settings),
        *_hubs(engine, listed, confidence),
        *_to_look_at(matching.warnings),
    ]
    if engine.bands is None:
        notes.append(
            "There are fewer than 30 possible pairs: strong, fair and weak say how much of a "
            "challenge a provider tells, and not how a pair stands among the others."
        )
    suggestions = matching.suggestions(
        pairs,
        confidence,
        assigned=frozenset(pairs if assigned else ()),
        explain=settings.explain,
    )
    named = matching.untold() if settings.explain else {}
    return Answer(settings, suggestions, tuple(notes), assigned, named)


# --- the assignment --------------------------------------------------------------------


def _assigned(engine: Engine, settings: Settings, pool: Sequence[SolutionRecord]) -> Assigned:
    """Assign as the settings say, and answer what they ask about it."""
    wanted = settings.per_challenge or 0
    plain = Terms(
        least=wanted,
        most=wanted,
        capacities=[record.capacity for record in pool],
        objective=settings.objective,
        require_all=settings.require_all,
        floor=settings.floor,
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
        raise Conflict(
            Message("No assignment meets all conditions: {reason}.", reason=whole.reason),
            remedy=_ways_out(whole),
        )
    return Assigned(
        whole,
        _compared(whole_of(engine, plain), whole) if settings.what_if else None,
        tuple(costs_of(engine, terms)) if settings.regret else None,
        tuple(floors_of(engine, terms)) if settings.frontier else None,
    )


def _ways_out(whole: Whole) -> Message | str:
    """Name the cheapest relaxations; of many changes only the first ones."""
    ways = "; or ".join(_named(r["changes"]) for r in whole.relaxations)
    return (
        Message("The cheapest relaxations: {ways}.", ways=ways)
        if ways
        else "Ask for fewer conditions."
    )


def _compared(before: Whole, after: Whole) -> Comparison:
    return Comparison(
        tuple(sorted({*after.pairs} - {*before.pairs})),
        tuple(sorted({*before.pairs} - {*after.pairs})),
        loss_between(before, after),
    )


# --- notes -----------------------------------------------------------------------------


def _places(
    challenges: Sequence[ChallengeRecord], providers: Sequence[SolutionRecord], whole: Whole
) -> Iterator[str]:
    """Say how far the places go, who is left without, and who would serve them."""
    if not whole.shortfalls:
        return
    without = [one for one in whole.shortfalls if not one.providers]
    wished, n = whole.providers[0], len(challenges)
    places = _counted(whole.places or 0, "place")
    yield (
        f"{_counted(len(providers), 'provider')} can take {places}; {_counted(n, 'challenge')} "
        f"wish{'es' * (n == 1)} for {wished * n:,}. {n - len(without):,} of {n:,} have a "
        f"provider, {n - len(whole.shortfalls):,} have all that they wish for."
    )
    if without:
        yield f"Left without a provider: {_named([one.challenge for one in without])}."
    helped = [one for one in whole.shortfalls if one.would_serve]
    # who has none comes first
    helped.sort(key=lambda one: one.providers)
    if helped:
        ways = [f"{one.challenge} by {_any_of(one.would_serve)}" for one in helped]
        yield f"One place more would serve: {_named(ways, most=5)}."
    few = [
        f"{one.challenge} ({one.open_to:,})" for one in whole.shortfalls if one.open_to < wished
    ]
    if few:
        yield f"Fewer than {wished:,} providers may be matched with them at all: {_named(few)}."
    little = [
        f"{one.challenge} ({one.too_little:,})" for one in whole.shortfalls if one.too_little
    ]
    if little:
        yield (
            f"Not proposed, as they tell less than {whole.floor or 0:.0%} of what the "
            f"challenge asks: {_named(little)}."
        )


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"


def _any_of(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _notes(
    challenges: Sequence[ChallengeRecord],
    providers: Sequence[SolutionRecord],
    engine: Engine,
    served: Collection[str],
    settings: Settings,
) -> list[str]:
    """Return what whoever reads the suggestions has to know about the records."""
    everybody = [*challenges, *providers]
    silent = [] if settings.same_country else [r.id for r in everybody if not r.country]
    without = [] if settings.per_challenge else [r.id for r in challenges if r.id not in served]
    open_to = _open_to(engine, without)
    plain = [] if settings.text_weight == 1 else [r.id for r in everybody if not r.themes]
    foreign = _foreign(challenges, engine.challenges) | _foreign(providers, engine.pool)
    lists: Mapping[str, Sequence[str]] = {
        "Without a provider that may be matched with them": [
            name for name in without if name not in open_to
        ],
        "Nobody who may be matched with them tells anything that they ask for": [
            name for name in without if name in open_to
        ],
        "Listed, but at present they take on no challenge (capacity 0)": [
            provider.id for provider in providers if not provider.capacity
        ],
        "No country stated, so they may turn out to be from the same one": silent,
        "No theme stated, so their pairs count by their texts alone": plain,
        "In another language without a summary, so only words of that language can match": [
            name for name, spoken in foreign.items() if spoken != UNKNOWN
        ],
        "In an unknown language, so their texts hardly count until the language is stated or "
        "a summary added in the working language": [
            name for name, spoken in foreign.items() if spoken == UNKNOWN
        ],
    }
    return [f"{reason}: {_named(ids)}." for reason, ids in lists.items() if ids]


def _open_to(engine: Engine, challenges: Collection[str]) -> set[str]:
    """Return those of some challenges with which somebody may be matched."""
    profiles = [profile for profile in engine.challenges if profile.id in challenges]
    rows = np.flatnonzero(eligible(engine.rules, profiles, engine.pool).any(axis=1))
    return {profiles[row].id for row in rows.tolist()}


def _hubs(engine: Engine, listed: Collection[int], confidence: RankConfidence) -> Iterator[str]:
    hubs = {engine.pool[j].id: hub for j, hub in confidence.hubs.items() if j in listed}
    for provider, hub in sorted(hubs.items()):
        yield (
            f"{provider} is among the first three of {hub.places} of the {hub.eligible} "
            f"challenges open to it, where chance would give {hub.expected:.1f}: it may be "
            "general rather than right."
        )


def _to_look_at(warnings: Mapping[str, Sequence[Warning]]) -> Iterator[str]:
    """Say what does not count in what providers tell, and where else copied words stand."""
    every = [(name, one) for name, of_one in sorted(warnings.items()) for one in of_one]
    lists = {
        "Words that stand in a challenge as well do not count": [
            f"{name} ({one.source.submission})"
            for name, one in every
            if one.source and not one.counted
        ],
        "Words that stand in another provider's text as well, and count": [
            f"{name} ({one.source.submission})"
            for name, one in every
            if one.source and one.counted
        ],
        "Lists of words do not count": [name for name, one in every if one.kind == "list"],
        "Themes that are claimed and not described, so they count a quarter": [
            f"{name} ({len(one.themes)})" for name, one in every if one.kind == "claimed"
        ],
    }
    for reason, named in lists.items():
        if named:
            yield f"{reason}: {_named(list(dict.fromkeys(named)))}."


def _foreign(records: Sequence[SubmissionRecord], read: Sequence[Profile]) -> dict[str, str]:
    """Return the languages of the records that are read in another one than ours."""
    spoken = {profile.id: profile.language or WORKING_LANGUAGE for profile in read}
    return {
        record.id: spoken[record.id]
        for record in records
        if spoken[record.id] != WORKING_LANGUAGE
    }


def _named(ids: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
