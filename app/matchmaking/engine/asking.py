"""Questions to the engine: who is best for each, who is best as a whole, how sure it is."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matchmaking.engine.models import fitted
from matching import (
    Bands,
    Explanation,
    Matcher,
    Profile,
    Ranking,
    Rule,
    bands,
    breakpoints,
    eligible,
    hubs,
    rank_stability,
)
from matching.scoring.semantic import Encoder
from matching.search.distribute import Backend, rank_in_blocks

Pair = tuple[int, int]

TEXT_WEIGHT: Final = 0.6

RULES: Final = (
    Rule(
        "country",
        shared=False,
        reason="The two teams are from the same country; the programme is cross-border.",
    ),
)
"""Who may be matched with whom."""

# Behind those that are listed: who could overtake them.
_RUNNERS_UP: Final = 10

# Who is among so many of a list stands high in it.
_BEST: Final = 3

# Some arrays of 32 MB.
_BAND_PAIRS: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair that the software proposes.

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
    band : {"strong", "fair", "weak"} or None
        Where the score stands among all eligible pairs; None below 30 pairs.
    """

    challenge: int
    provider: int
    rank: int
    score: float
    text_part: float
    theme_part: float
    coverage: float
    band: str | None


@dataclass(frozen=True, slots=True)
class Spread:
    """What ranks the challenges: this process, its threads, processes, or a cluster.

    The answers are the same to the last digit.

    Parameters
    ----------
    backend : {"serial", "threads", "processes", "dask"}, default="serial"
    scheduler : str, default=None
        Address of a dask scheduler.
    folder : Path, default=None
        Where workers find the model; a cluster needs one that all of them see.
    """

    backend: Backend = "serial"
    scheduler: str | None = None
    folder: Path | None = None

    def rank(
        self, matcher: Matcher, queries: Sequence[Profile], k: int, rules: Sequence[Rule]
    ) -> Ranking:
        """Rank as `Matcher.rank` does; with a sentence encoder always in this process."""
        if self.backend == "serial" or matcher.encoder is not None:
            return matcher.rank(queries, k, rules)
        with TemporaryDirectory(prefix="ranking-", dir=self.folder) as folder:
            matcher.save(Path(folder, "model"))
            return rank_in_blocks(
                Path(folder, "model"),
                queries,
                k,
                rules,
                backend=self.backend,
                scheduler=self.scheduler,
            )


class Often(NamedTuple):
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


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """How sure the places of all lists are.

    Parameters
    ----------
    indices : int array of shape (n_challenges, n_places)
        Who stands where; -1 for nobody.
    kept : float array of the same shape
        Share of small turns of weights and words in which the place is kept.
    turns_at : float array of shape (n_challenges, n_places - 1)
        The weight of the text at which a place and the next one are level; nan for none.
    often : dict of int to Often
        The hubs, by position in the pool.
    """

    indices: NDArray[np.intp]
    kept: NDArray[np.float64]
    turns_at: NDArray[np.float64]
    often: dict[int, Often]

    def of(self, suggestion: "Suggestion") -> tuple[float | None, float | None, Often | None]:
        """Return stability, turning point and hub of one; None where there is none."""
        row, place = suggestion.challenge, suggestion.rank - 1
        often = self.often.get(suggestion.provider)
        if place >= self.indices.shape[1]:
            return None, None, often
        last = place >= self.turns_at.shape[1] or np.isnan(self.turns_at[row, place])
        turn = None if last else float(self.turns_at[row, place])
        return float(self.kept[row, place]), turn, often


class Engine:
    """Challenges and a pool of solutions, scored once, open to several questions.

    Parameters
    ----------
    challenges, pool : sequences of Profile, of length >= 1
        Sorted by id, so that the order of a file or a query never breaks a tie.
    text_weight : float in [0, 1], default=0.6
        Share of the score that comes from the texts; the rest comes from themes.
    rules : sequence of Rule, default=RULES
    band_pairs : int
        Of more pairs than these, the bands are set on an even part of the challenges.
    matcher : Matcher, default=None
        One that is fitted on the pool; None: fitted here, on pool and challenges.
    spread : Spread, default=Spread()
    encoder : Encoder, default=None
        For what is fitted here: counts the meaning of texts beside their words.
    """

    def __init__(
        self,
        challenges: Sequence[Profile],
        pool: Sequence[Profile],
        *,
        text_weight: float = TEXT_WEIGHT,
        rules: Sequence[Rule] = RULES,
        band_pairs: int = _BAND_PAIRS,
        matcher: Matcher | None = None,
        spread: Spread = Spread(),
        encoder: Encoder | None = None,
    ) -> None:
        self.challenges = challenges
        self.pool = pool
        self.rules = rules
        self.matcher = matcher or fitted(
            pool, challenges, text_weight=text_weight, encoder=encoder
        )
        self.spread = spread
        self._known: Ranking | None = None
        # of too many pairs an even part of the challenges tells enough
        self._step = math.ceil(len(challenges) * len(pool) / band_pairs)

    @cached_property
    def bands(self) -> Bands | None:
        """Where the bands lie among all eligible pairs."""
        return self._bands()

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """The score of every pair, of shape (n_challenges, n_pool)."""
        return self.matcher.score_pairs(self.challenges)

    @cached_property
    def admitted(self) -> NDArray[np.bool_]:
        """Which pairs keep the rules, of the shape of the scores."""
        return eligible(self.rules, self.challenges, self.pool)

    def sureness(self, depth: int) -> "Sureness":
        """Tell how sure the first `depth` places of each list are, and who stands in many."""
        ranking = self._ranking(depth + _RUNNERS_UP)
        asked = self.challenges[:: self._step]
        every = Ranking(ranking.indices[:: self._step], ranking.scores[:: self._step])
        admitted = eligible(self.rules, asked, self.pool)
        return Sureness(
            ranking.indices,
            rank_stability(self.matcher, self.challenges, ranking),
            breakpoints(self.matcher, self.challenges, ranking).text_weight,
            {
                hub.index: Often(hub.places, hub.eligible, hub.expected)
                for hub in hubs(every, len(self.pool), eligible=admitted, top=_BEST)
            }
            if ranking.indices.shape[1] >= _BEST
            else {},
        )

    def rank(self, top: int) -> Iterator[Suggestion]:
        """Suggest the best providers of each challenge, at most `top` of them."""
        ranking = self._ranking(top + _RUNNERS_UP)
        return self._suggestions(
            ((i, int(j)), rank)
            for i, row in enumerate(ranking.indices[:, :top])
            for rank, j in enumerate(row, 1)
            if j >= 0
        )

    def places(self, provider: int) -> list[Suggestion]:
        """Return where one of the pool stands for each challenge open to it, the best first."""
        ranked = (
            ((i, provider), _rank(self.scores[i], self.admitted[i], provider))
            for i in np.flatnonzero(self.admitted[:, provider]).tolist()
        )
        return sorted(self._suggestions(ranked), key=lambda s: (s.rank, -s.score, s.challenge))

    def positions(self, pairs: Iterable[tuple[str, str]]) -> list[Pair]:
        """Return pairs of ids, of a challenge and one of the pool, as positions."""
        row = {profile.id: i for i, profile in enumerate(self.challenges)}
        column = {profile.id: j for j, profile in enumerate(self.pool)}
        return [(row[challenge], column[provider]) for challenge, provider in pairs]

    def chosen(self, pairs: Iterable[Pair]) -> Iterator[Suggestion]:
        """Return pairs as suggestions: by challenge, the highest score first."""
        ordered = sorted(pairs, key=lambda pair: (pair[0], -self.scores[pair], pair[1]))
        return self._suggestions(
            ((i, j), _rank(self.scores[i], self.admitted[i], j)) for i, j in ordered
        )

    def explain(self, suggestion: Suggestion) -> Explanation:
        """Take the score of a suggestion apart."""
        return self.matcher.explain(self.challenges[suggestion.challenge], suggestion.provider)

    def _ranking(self, k: int) -> Ranking:
        """Rank once for all that is asked: a list is the head of every longer one."""
        most = min(k, len(self.pool))
        if self._known is None or self._known.indices.shape[1] < most:
            self._known = self.spread.rank(self.matcher, self.challenges, most, self.rules)
        return Ranking(self._known.indices[:, :most], self._known.scores[:, :most])

    def _suggestions(self, ranked: Iterable[tuple[Pair, int]]) -> Iterator[Suggestion]:
        """Put the parts to each pair; pairs come challenge after challenge."""
        for i, listed in groupby(ranked, key=lambda item: item[0][0]):
            parts = self.matcher.score_parts([self.challenges[i]])
            for (_, j), rank in listed:
                score = float(parts.text[0, j] + parts.themes[0, j])
                yield Suggestion(
                    challenge=i,
                    provider=j,
                    rank=rank,
                    score=score,
                    text_part=float(parts.text[0, j]),
                    theme_part=float(parts.themes[0, j]),
                    coverage=float(parts.coverage[0, j]),
                    band=self.bands.of(score) if self.bands else None,
                )

    def _bands(self) -> Bands | None:
        asked = self.challenges[:: self._step]
        admitted = eligible(self.rules, asked, self.pool)
        return bands(self.matcher.score_pairs(asked), admitted)


def _rank(scores: NDArray[np.float64], admitted: NDArray[np.bool_], j: int) -> int:
    """Return the place of one of the pool; equal scores keep the order of the pool."""
    ahead = scores > scores[j]
    ahead[:j] |= scores[:j] == scores[j]
    return 1 + int((ahead & admitted).sum())
