"""A suggestion with its reasons, the same for a run, a preview, a file and a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from app.matchmaking.reasons import lead_of, phrases_of
from app.matchmaking.schemas.settings import MOST_WARNINGS
from app.submissions.records import SubmissionRecord
from matching import Contribution, Missing

_SIDES: Final[Mapping[str, Sequence[str]]] = {
    "query": ("challenge",),
    "candidate": ("solution",),
    "both": ("challenge", "solution"),
}

WarningKind = Literal["copied", "list", "claimed"]

_IN_WORDS: Final = {
    "query": "the challenge states no {}",
    "candidate": "the provider states no {}",
    "both": (
        "the two are not written in one known language: a summary in the working language "
        "would help"
    ),
}


class RankedPair(NamedTuple):
    """A pair that the software proposes, by positions.

    Parameters
    ----------
    challenge, provider : int
        Positions among the challenges and in the pool.
    rank : int
        Place of the provider in the whole list of this challenge; 1 is best.
    score, text_part, theme_part : float
        The parts add up to the score.
    coverage : float in [0, 1]
        Share of the weight that could be computed from what both sides told.
    band : {"strong", "fair", "weak"}
        How much of what the challenge asks the provider tells, and from 30 pairs on where
        the score stands among all eligible ones: the lower of the two.
    told : float in [0, 1] or None
        Share of what the challenge asks, by the weight of its words, that the provider
        tells; None where no text can be compared.
    """

    challenge: int
    provider: int
    rank: int
    score: float
    text_part: float
    theme_part: float
    coverage: float
    band: str
    told: float | None


class HubPlaces(NamedTuple):
    """A provider that is among the first three of more challenges than chance explains.

    Parameters
    ----------
    places, eligible : int
        Among the first three of so many challenges, of so many that are open to it.
    expected : float
        What chance would give.
    """

    places: int
    eligible: int
    expected: float


class Confidence(NamedTuple):
    """How far a place can be relied on.

    Parameters
    ----------
    stability : float in [0, 1] or None
        Share of small changes of weights and words in which it keeps its rank.
    breakpoint : float or None
        The weight of the texts at which it and the next one are level; None for none.
    hub : HubPlaces or None
        Set where the provider stands high for more challenges than chance explains.
    """

    stability: float | None
    breakpoint: float | None
    hub: HubPlaces | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The best passage of one side: its field, its text, where its shared words stand."""

    field: str
    text: str
    marks: Sequence[tuple[int, int]]


class Part(NamedTuple):
    """A part of a submission: its field, what it says, where its shared words stand."""

    field: str
    text: str
    marks: Sequence[tuple[int, int]] = ()


class Need(NamedTuple):
    """A point of a challenge, and where the provider tells of it.

    Parameters
    ----------
    asked : Part
        In the words of the challenge.
    told : Part or None
        The sentence of the provider that says most of it; None where none says enough.
    share : float in [0, 1]
        How much of the point any one sentence says, by the weight of its words.
    """

    asked: Part
    told: Part | None
    share: float

    @property
    def text(self) -> str:
        """The point in the words of the challenge."""
        return self.asked.text

    @property
    def marks(self) -> Sequence[tuple[int, int]]:
        """Where in the point the words stand that the provider has too."""
        return self.asked.marks


class Origin(NamedTuple):
    """Where a copied part stands as well: the code of the submission, its field, its place."""

    submission: str
    field: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in a submission that people should look at.

    Parameters
    ----------
    kind : {"copied", "list", "claimed"}
        Words that stand in their order in another submission; a passage that is a list of
        words and no prose; themes that no text bears out.
    field : str
        Where it stands; "themes" for a claim.
    start, stop : int
        Characters of the field; 0 for a claim.
    themes : tuple of str
        Keys of the themes that are claimed and not described.
    source : Origin or None
        Of what was copied.
    counted : bool
        Whether it counts nevertheless: of two submissions of one kind nobody knows who
        wrote first. A claimed theme counts a part of what it would.
    """

    kind: WarningKind
    field: str
    start: int = 0
    stop: int = 0
    themes: tuple[str, ...] = ()
    source: Origin | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Reasons:
    """A score taken apart.

    Parameters
    ----------
    contributions : sequence of Contribution
        They add up to the score; the strongest come first.
    missing : sequence of Missing
        What was not stated, by part and side.
    challenge, provider : Quote or None
    needs : sequence of Need
        The heaviest points of the challenge, in their order; none where the texts cannot be
        compared.
    """

    contributions: Sequence[Contribution]
    missing: Sequence[Missing]
    challenge: Quote | None
    provider: Quote | None
    needs: Sequence[Need] = ()

    @property
    def words(self) -> list[Contribution]:
        """What shared words add to the score."""
        return [part for part in self.contributions if part.kind == "word"]

    @property
    def themes(self) -> list[Contribution]:
        """What shared themes add to the score."""
        return [part for part in self.contributions if part.kind == "theme"]

    @property
    def phrases(self) -> dict[str, float]:
        """The phrases that both tell, with what each adds, the strongest first."""
        return phrases_of(self.contributions)

    @property
    def lead(self) -> str:
        """Which point of the challenge the provider takes up, and which not, in a sentence."""
        return lead_of(self, {})

    @property
    def points_in_words(self) -> str:
        """Of how many points of the challenge the provider tells, and of which."""
        told = [need.asked.text for need in self.needs if need.told]
        return f"{len(told)} of {len(self.needs)}{''.join(f'; {text}' for text in told)}"

    @property
    def missing_in_words(self) -> list[str]:
        """What was not stated, as people say it."""
        return [_IN_WORDS[lack.side].format(lack.part) for lack in self.missing]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair that the software proposes, with its records and its reasons.

    Parameters
    ----------
    challenge, provider : SubmissionRecord
    pair : RankedPair
        Its place and its score.
    confidence : Confidence
    assigned : bool
        Whether it belongs to the best assignment as a whole.
    reasons : Reasons or None
        None where nobody asked for them.
    warnings : sequence of Warning
        What people should look at in what the provider hands in.
    """

    challenge: SubmissionRecord
    provider: SubmissionRecord
    pair: RankedPair
    confidence: Confidence
    assigned: bool
    reasons: Reasons | None
    warnings: Sequence[Warning] = ()


LONGEST: Final = 400
"""Characters of a point, or of a sentence that tells of it, that are shown."""


def clipped(
    text: str, marks: Sequence[tuple[int, int]] = ()
) -> tuple[str, list[tuple[int, int]]]:
    r"""Return a text without line ends, a long one up to the end of a word, and its marks.

    Examples
    --------
    >>> clipped("Sensors for\n small rivers", [(13, 18)])
    ('Sensors for small rivers', [(12, 17)])
    """
    said = " ".join(text.split())
    if said != text:
        # a mark begins with a letter: up to it everything is as long as it is shown
        starts = [len(" ".join(f"{text[:start]}x".split())) - 1 for start, _ in marks]
        lengths = [stop - start for start, stop in marks]
        marks = [(at, at + n) for at, n in zip(starts, lengths, strict=True)]
    if len(said) <= LONGEST:
        return said, [*marks]
    cut = said[:LONGEST].rpartition(" ")[0] or said[:LONGEST]
    return f"{cut} [...]", [mark for mark in marks if mark[1] <= len(cut)]


# --- as it is stored -------------------------------------------------------------------


def preview_columns(suggestion: Suggestion) -> dict[str, Any]:
    """Return the columns of a suggestion that belongs to no run."""
    pair, reasons = suggestion.pair, suggestion.reasons
    return {
        "rank": pair.rank,
        "score": pair.score,
        "text_part": pair.text_part,
        "theme_part": pair.theme_part,
        "coverage": pair.coverage,
        "told": pair.told,
        "warnings": warnings_in_json(suggestion.warnings),
        "stability": suggestion.confidence.stability,
        "turns_at": suggestion.confidence.breakpoint,
        "contributions": _contributions(reasons) if reasons else [],
        "passages": {
            "challenge": _passage(reasons.challenge if reasons else None),
            "solution": _passage(reasons.provider if reasons else None),
        },
        "needs": needs_in_json(reasons.needs if reasons else ()),
    }


def run_columns(suggestion: Suggestion) -> dict[str, Any]:
    """Return the columns of a suggestion of a run."""
    hub = suggestion.confidence.hub
    return preview_columns(suggestion) | {
        "band": suggestion.pair.band,
        "assigned": suggestion.assigned,
        "hub": hub and hub._asdict(),
    }


def warnings_in_json(warnings: Sequence[Warning]) -> list[dict[str, Any]]:
    """Return warnings as they are stored, the first ones of many."""
    return [
        {
            "kind": warning.kind,
            "field": warning.field,
            "start": warning.start,
            "stop": warning.stop,
            "themes": list(warning.themes),
            "source": warning.source and warning.source._asdict(),
            "counted": warning.counted,
        }
        for warning in warnings[:MOST_WARNINGS]
    ]


def needs_in_json(needs: Sequence[Need]) -> list[dict[str, Any]]:
    """Return the points of a challenge as they are stored."""
    return [
        {
            **_part(need.asked),
            "share": need.share,
            "told": need.told and _part(need.told),
        }
        for need in needs
    ]


def _part(part: Part) -> dict[str, Any]:
    return {"field": part.field, "text": part.text, "marks": [list(m) for m in part.marks]}


def _passage(quote: Quote | None) -> dict[str, Any] | None:
    if quote is None:
        return None
    return {"field": quote.field, "text": quote.text, "marks": [list(m) for m in quote.marks]}


def _contributions(reasons: Reasons) -> list[dict[str, Any]]:
    """Name each share; of what is missing, who did not state it."""
    missing = _missing(reasons.missing)
    shares: list[dict[str, Any]] = [
        {
            "kind": c.kind,
            "feature": c.feature,
            "share": c.share,
            "words": list(c.words),
            "phrase": c.phrase if c.kind == "word" else None,
            "sides": list[str](),
        }
        if c.kind != "missing"
        else _lacking(c.feature, c.share, missing[c.feature])
        for c in reasons.contributions
    ]
    if sides := missing.get("language"):
        shares.append(_lacking("language", 0.0, sides))
    return shares


def _lacking(feature: str, share: float, sides: list[str]) -> dict[str, Any]:
    return {
        "kind": "missing",
        "feature": feature,
        "share": share,
        "words": list[str](),
        "phrase": None,
        "sides": sides,
    }


def _missing(missing: Sequence[Missing]) -> dict[str, list[str]]:
    """Return the sides that lack text or themes; both where they lack a language in common."""
    found: dict[str, list[str]] = {}
    for lack in missing:
        what = "language" if lack.side == "both" else lack.part
        found.setdefault(what, []).extend(_SIDES[lack.side])
    return found
