"""What the engine is asked of a call that is open, and what it finds, as plain data."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from app.matchmaking.schemas.settings import RunSettings
from app.submissions.records import ChallengeRecord, SolutionRecord


@dataclass(frozen=True, slots=True)
class GapInputs:
    """Challenges, the solutions that are there, and those of elsewhere.

    Attributes
    ----------
    settings : RunSettings
        `top` says how many of elsewhere are named for each challenge at most.
    challenges, solutions : sequence
        Of the programme; the solutions that were sent.
    elsewhere : sequence of SolutionRecord
        What was told in other programmes.
    teams : mapping of str to Hashable
        Whose each of elsewhere is, by its id: of one team one is named for a challenge.
    """

    settings: RunSettings
    challenges: Sequence[ChallengeRecord]
    solutions: Sequence[SolutionRecord]
    elsewhere: Sequence[SolutionRecord]
    teams: Mapping[str, Hashable]


@dataclass(frozen=True, slots=True)
class TellingPart:
    """A point of a challenge, and the sentence of a solution that tells of it.

    Attributes
    ----------
    asked, told : str
        Each in the words of its side.
    is_new : bool
        Whether nobody else has told of it yet.
    """

    asked: str
    told: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A solution of elsewhere whose team may help with a challenge, and why.

    Attributes
    ----------
    solution : str
        Its code.
    told : float
        Share of what the challenge asks that it tells.
    words, themes : sequence of str
        What both mention, and keys of themes of both; the strongest first.
    tells : sequence of TellingPart
    """

    solution: str
    told: float
    words: Sequence[str]
    themes: Sequence[str]
    tells: Sequence[TellingPart]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is there for a challenge, and what is not.

    Attributes
    ----------
    good : sequence of str
        Codes of the solutions that tell enough of what it asks to be strong by themselves.
    n_fair : int
        How many more tell enough to be fair.
    untold : sequence of str
        Its points that no solution tells of, in its words.
    elsewhere : sequence of Elsewhere
        Those that tell of what no solution does, then the others; each the best first.
    """

    good: Sequence[str]
    n_fair: int
    untold: Sequence[str]
    elsewhere: Sequence[Elsewhere]
