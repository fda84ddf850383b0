"""The engine over profiles: who is best for each challenge, and how sure each rank is."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.matchmaking.engine.models import fitted
from app.matchmaking.engine.suggestions import Confidence, HubPlaces, RankedPair
from matching import (
    Bands,
    Explanation,
    Place,
    PlainMatcher,
    Profile,
    Ranking,
    Rule,
    band,
    bands,
    eligible,
    hubs,
    rank_stability,
)
from matching.scoring.breakpoints import FoundBreakpoints
from matching.scoring.semantic import Encoder
from matching.text.written import Forms

if TYPE_CHECKING:
    from matching.search.distribute import Backend

Pair = tuple[int, int]

TEXT_WEIGHT: Final = 0.6

ALWAYS: Final = (
    Rule(
        "organisation",
        shared=False,
        reason="The two teams are of the same organisation.",
    ),
)
"""Who is never matched with whom."""

RULES: Final = (
    *ALWAYS,
    Rule(
        "country",
        shared=False,
        reason="The two teams are from the same country; the programme is cross-border.",
    ),
)
"""Who may be matched with whom in a cross-border programme."""


def rules_of(*, cross_border: bool) -> tuple[Rule, ...]:
    """Return the rules of a matching."""
    return RULES if cross_border else ALWAYS


# Behind those that are listed: who could overtake them.
_RUNNERS_UP: Final = 10

# Who is among so many of a list stands high in it.
_BEST: Final = 3

# Some arrays of 32 MB.
_BAND_PAIRS: Final = 1 << 22


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

    backend: "Backend" = "serial"
    scheduler: str | None = None
    folder: Path | None = None

    def rank(
        self, matcher: PlainMatcher, queries: Sequence[Profile], k: int, rules: Sequence[Rule]
    ) -> Ranking:
        """Rank as `Matcher.rank` does; with a sentence encoder always in this process."""
        if self.backend == "serial" or matcher.encoder is not None:
            return matcher.rank(queries, k, rules)
        from matching.search.distribute import rank_in_blocks  # noqa: PLC0415 -- joblib, for those who spread work

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


@dataclass(frozen=True, slots=True, eq=False)
class RankConfidence:
    """How far the places of all lists can be relied on.

    Parameters
    ----------
    ranking : Ranking
        Of so many places as were looked at.
    stability : float array of shape (n_challenges, n_places)
        Share of small changes of weights and words in which a place is kept.
    breakpoints : float array of shape (n_challenges, n_places - 1)
        The weight of the text at which a place and the next one are level; nan for none.
    hubs : dict of int to HubPlaces
        By position in the pool.
    """

    ranking: Ranking
    stability: NDArray[np.float64]
    breakpoints: NDArray[np.float64]
    hubs: dict[int, HubPlaces]

    def of(self, pair: RankedPair) -> Confidence:
        """Return what is known of one pair; None where nothing is."""
        row, place = pair.challenge, pair.rank - 1
        hub = self.hubs.get(pair.provider)
        if place >= self.stability.shape[1]:
            return Confidence(None, None, hub)
        last = place >= self.breakpoints.shape[1] or math.isnan(self.breakpoints[row, place])
        level = None if last else float(self.breakpoints[row, place])
        return Confidence(float(self.stability[row, place]), level, hub)


class Engine:
    """Challenges and a pool of solutions, scored once, open to several questions.

    Parameters
    ----------
    challenges, pool : sequences of Profile, of length >= 1
        Sorted by id, so that the order of a file or a query never breaks a tie.
    background : sequence of Profile, default=()
        Further profiles that tell how rare words and themes are, for what is fitted here.
    text_weight : float in [0, 1], default=0.6
        Share of the score that comes from the texts; the rest comes from themes.
    rules : sequence of Rule, default=RULES
    band_pairs : int
        Of more pairs than these, the bands are set on an even part of the challenges.
    matcher : PlainMatcher, default=None
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
        background: Sequence[Profile] = (),
        text_weight: float = TEXT_WEIGHT,
        rules: Sequence[Rule] = RULES,
        band_pairs: int = _BAND_PAIRS,
        matcher: PlainMatcher | None = None,
        spread: Spread = Spread(),
        encoder: Encoder | None = None,
    ) -> None:
        self.challenges = tuple(challenges)
        self.pool = pool
        self.rules = rules
        self.matcher = matcher or fitted(
            pool, (*challenges, *background), text_weight=text_weight, encoder=encoder
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
    def told(self) -> NDArray[np.float64]:
        """How much of what each challenge asks each of the pool tells; nan: not comparable."""
        return self.matcher.told(self.challenges)

    def enough(self, floor: float) -> NDArray[np.bool_]:
        """Tell which pairs keep the rules and have enough in common to be proposed.

        Parameters
        ----------
        floor : float in [0, 1]
            The least share of what a challenge asks that a provider tells. Where no text
            can be compared, a theme in common is enough.
        """
        return self.admitted & (self.scores > 0) & ~(self.told < floor)

    def telling(self, least: float) -> NDArray[np.bool_]:
        """Tell which pairs keep the rules and tell at least so much of what is asked.

        Where no text can be compared nobody knows, and it is none of them.
        """
        return self.admitted & (self.scores > 0) & (self.told >= least)

    @cached_property
    def admitted(self) -> NDArray[np.bool_]:
        """Which pairs keep the rules, of the shape of the scores."""
        return eligible(self.rules, self.challenges, self.pool)

    def confidence(self, depth: int) -> RankConfidence:
        """Tell how sure the first `depth` places of each list are, and who stands in many."""
        ranking = self._ranking(depth + _RUNNERS_UP)
        part = self.challenges[:: self._step]
        every = Ranking(ranking.indices[:: self._step], ranking.scores[:: self._step])
        admitted = eligible(self.rules, part, self.pool)
        turns = FoundBreakpoints(self.matcher, ranking)
        return RankConfidence(
            ranking,
            rank_stability(self.matcher, self.challenges, ranking, beside=turns.add),
            turns.all.text_weight,
            {
                hub.index: HubPlaces(hub.places, hub.eligible, hub.expected)
                for hub in hubs(every, len(self.pool), eligible=admitted, top=_BEST)
            }
            if ranking.indices.shape[1] >= _BEST
            else {},
        )

    def rank(self, top: int) -> list[RankedPair]:
        """Suggest the best providers of each challenge, at most `top` of them.

        Who shares no word and no theme with a challenge is not suggested for it.
        """
        ranking = self._ranking(top + _RUNNERS_UP)
        indices = ranking.indices[:, :top]
        rows, places = np.nonzero(ranking.scores[:, :top] > 0)
        return self._ranked(rows, indices[rows, places], places + 1)

    def places(self, provider: int) -> list[RankedPair]:
        """Return where one of the pool stands for each challenge open to it, the best first.

        Challenges with which it shares nothing are left out.
        """
        rows = np.flatnonzero(self.admitted[:, provider] & (self.scores[:, provider] > 0))
        ranks = [_rank(self.scores[i], self.admitted[i], provider) for i in rows.tolist()]
        found = self._ranked(rows, np.full(rows.size, provider), np.array(ranks, np.intp))
        return sorted(found, key=lambda pair: (pair.rank, -pair.score, pair.challenge))

    def positions(
        self, pairs: Iterable[tuple[str, str]], *, known_only: bool = False
    ) -> list[Pair]:
        """Return pairs of ids, of a challenge and one of the pool, as positions.

        Parameters
        ----------
        pairs : iterable of (str, str)
        known_only : bool, default=False
            True leaves out pairs of which a side is not here.

        Raises
        ------
        KeyError
            If a side is not here, unless these are left out.
        """
        row = {profile.id: i for i, profile in enumerate(self.challenges)}
        column = {profile.id: j for j, profile in enumerate(self.pool)}
        return [
            (row[challenge], column[provider])
            for challenge, provider in pairs
            if not known_only or (challenge in row and provider in column)
        ]

    def chosen(self, pairs: Iterable[Pair]) -> list[RankedPair]:
        """Return pairs with rank and score: by challenge, the highest score first."""
        ordered = sorted(pairs, key=lambda pair: (pair[0], -self.scores[pair], pair[1]))
        ranks = [_rank(self.scores[i], self.admitted[i], j) for i, j in ordered]
        rows, columns = np.array(ordered, dtype=np.intp).reshape(-1, 2).T
        return self._ranked(rows, columns, np.array(ranks, np.intp))

    def explain(self, pairs: Sequence[RankedPair]) -> Iterator[Explanation]:
        """Take the scores of pairs apart, in their order."""
        return self.matcher.explain_pairs(
            self.challenges,
            [pair.challenge for pair in pairs],
            [pair.provider for pair in pairs],
            self._forms,
        )

    def unmet(self) -> list[tuple[Place, ...]]:
        """Name the points of each challenge that nobody in the pool tells of."""
        return self.matcher.unmet(self.challenges, self._forms)

    @cached_property
    def _forms(self) -> Forms:
        return self.matcher.forms()

    def _ranking(self, k: int) -> Ranking:
        """Rank once for all that is asked: a list is the head of every longer one."""
        most = min(k, len(self.pool))
        if self._known is None or self._known.indices.shape[1] < most:
            self._known = self.spread.rank(self.matcher, self.challenges, most, self.rules)
        return Ranking(self._known.indices[:, :most], self._known.scores[:, :most])

    def _ranked(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], ranks: NDArray[np.intp]
    ) -> list[RankedPair]:
        """Put the parts of its score and its band to each pair."""
        parts = self.matcher.score_listed(self.challenges, rows, columns)
        scores = parts.score.tolist()
        told = self.matcher.told_listed(self.challenges, rows, columns).tolist()
        of_each = (
            *(rows.tolist(), columns.tolist(), ranks.tolist(), scores),
            *(parts.text.tolist(), parts.themes.tolist(), parts.coverage.tolist()),
            [band(*of_one, self.bands) for of_one in zip(scores, told, strict=True)],
            [None if math.isnan(share) else share for share in told],
        )
        return [RankedPair(*values) for values in zip(*of_each, strict=True)]

    def _bands(self) -> Bands | None:
        part = self.challenges[:: self._step]
        admitted = eligible(self.rules, part, self.pool)
        return bands(self.matcher.score_pairs(part), admitted)


def _rank(scores: NDArray[np.float64], admitted: NDArray[np.bool_], j: int) -> int:
    """Return the place of one of the pool; equal scores keep the order of the pool."""
    ahead = scores > scores[j]
    ahead[:j] |= scores[:j] == scores[j]
    return 1 + int((ahead & admitted).sum())
