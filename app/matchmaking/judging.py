"""What people have decided about ranked pairs, as plain data for the engine to learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

Figure = tuple[float, float | None, float | None]
"""A figure, and the ends of its interval; None where nobody can say."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair of a run, as the run listed it and as people decided about it.

    Attributes
    ----------
    rank : int or None
        None where the run did not list it, and people decided about it all the same.
    text, themes : float or None
        Its similarities before they are weighed; None where the run does not tell.
    gain : float or None
        1 for chosen, a half for reserve, 0 for rejected; None where nobody has decided.
    """

    rank: int | None
    text: float | None
    themes: float | None
    gain: float | None


Judgements = Mapping[UUID, Sequence[JudgedPair]]
"""Pairs by challenge."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a ranking agrees with what people chose, over challenges with a choice.

    Attributes
    ----------
    n_challenges : int
        Of which somebody has chosen, or held in reserve, at least one provider.
    first : Figure or None
        The share of them whose first provider was chosen. All None without a challenge.
    places : Figure or None
        Of as many first places as providers were chosen, the share that holds one of them.
    ndcg : Figure or None
        nDCG of the first ten places.
    """

    n_challenges: int
    first: Figure | None = None
    places: Figure | None = None
    ndcg: Figure | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the verdicts say about the weight of texts against themes.

    Attributes
    ----------
    n_challenges : int
        With both a chosen and a rejected provider.
    needed : int
        How many of them it takes to say something.
    stated : float
        The weight that is used at present.
    agreement : float or None
        How often a chosen provider scores higher than a rejected one of the same challenge.
    weight, gain : Figure or None
        The weight that does best, and by how much the agreement grows for challenges that had
        no part in finding it; None of too few.
    speaks : bool
        Whether that is beyond chance.
    """

    n_challenges: int
    needed: int
    stated: float
    agreement: float | None
    weight: Figure | None
    gain: Figure | None
    speaks: bool
