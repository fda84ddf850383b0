"""What goes into the assignment of reviewers and comes out of it, as plain values."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.base.errors import Stale


class Obstacle(StrEnum):
    """Why a reviewer is not proposed for a submission."""

    CONFLICT = "conflict"
    ASKED = "asked"
    COUNTRY = "country"
    LANGUAGE = "language"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Asked:
    """A submission that wants reviewers.

    Attributes
    ----------
    id : str
        Its key.
    texts : tuple of str
    themes : frozenset of str
    language : str or None
        In which it is written; None where nobody has said.
    country : str
        Of its team.
    wanted : int
        How many reviewers it still wants.
    """

    id: str
    texts: tuple[str, ...]
    themes: frozenset[str]
    language: str | None
    country: str
    wanted: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer who may be asked.

    Attributes
    ----------
    id : str
        The key of the user.
    expertise : str
    themes, languages, countries : frozensets of str
        No `languages` stands for all of them.
    room : int
        How many more reviews they take on.
    """

    id: str
    expertise: str
    themes: frozenset[str]
    languages: frozenset[str]
    countries: frozenset[str]
    room: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that an assignment depends on, in the order of keys.

    Attributes
    ----------
    submissions, reviewers : sequences
    barred, asked : frozensets of (submission, reviewer)
        Between whom a conflict of interest stands, and who was asked before.
    """

    submissions: Sequence[Asked]
    reviewers: Sequence[Candidate]
    barred: frozenset[tuple[str, str]] = frozenset()
    asked: frozenset[tuple[str, str]] = frozenset()

    @property
    def tag(self) -> str:
        """The hash of all of it, by which one stores what one has looked at."""
        parts = [
            *((one.id, one.wanted, one.texts, sorted(one.themes)) for one in self.submissions),
            *((one.language, one.country) for one in self.submissions),
            *((one.id, one.room, one.expertise, sorted(one.themes)) for one in self.reviewers),
            *((sorted(one.languages), sorted(one.countries)) for one in self.reviewers),
        ]
        said = repr((parts, sorted(self.barred), sorted(self.asked)))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def require(self, expected: str) -> None:
        """Do nothing, or refuse to store what was looked at before something has changed.

        Raises
        ------
        Stale
            With the present tag.
        """
        if expected != self.tag:
            problem = "Submissions, reviewers or conflicts have changed since you looked."
            raise Stale(problem, tag=json.dumps(self.tag))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reviewer for a submission, and how well they fit.

    Attributes
    ----------
    submission, reviewer : str
    fit : float
        From themes and words, as the matching scores them; higher is better.
    cost : float or None
        What all fits together lose where this pair is forbidden; None where that is not
        worked out, as there are too many pairs.
    """

    submission: str
    reviewer: str
    fit: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class Lack:
    """A submission that gets fewer reviewers than it wants.

    Attributes
    ----------
    submission : str
    missing : int
    obstacles : mapping of Obstacle to int
        How many reviewers each obstacle keeps from it.
    helpers : tuple of str
        Who would fit best if they took on one review more.
    """

    submission: str
    missing: int
    obstacles: Mapping[Obstacle, int]
    helpers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The best assignment as a whole.

    Attributes
    ----------
    proposals : sequence of Proposal
    lacks : sequence of Lack
    total : float
        The sum of all fits.
    """

    proposals: Sequence[Proposal] = ()
    lacks: Sequence[Lack] = ()
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A reviewer as somebody may choose one by hand for one submission.

    Attributes
    ----------
    reviewer : str
    fit : float
    obstacles : tuple of Obstacle
        Why they are not proposed; all but the first two of `Obstacle` can be passed over.
    cost : float
        How much worse they fit than the best who stands open.
    """

    reviewer: str
    fit: float
    obstacles: tuple[Obstacle, ...]
    cost: float
