"""The bridge to `matching`: records and rows become profiles, numbers become suggestions.

Nothing else in the service imports `matching`. What a team says is turned into texts by
one rule, for files and for the database alike:

* passages are read when they are in the programme's working language, or in one that
  nobody stated; the title stands at the head of the first of them, because it is part
  of what the team says but too short to be a passage of its own;
* passages in another language give way to the summary in the working language;
* without such a summary they are read as they are, in their own language.
"""

import copy
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Conflict
from app.submissions.records import SubmissionRecord
from matching import (
    Bands,
    Explanation,
    InfeasibleAssignment,
    Matcher,
    MatchingError,
    Passage,
    Profile,
    Reader,
    Rule,
    assign,
    bands,
    eligible,
)

__all__ = [
    "RULES",
    "TEXT_WEIGHT",
    "WORKING_LANGUAGE",
    "Engine",
    "Explanation",
    "Model",
    "Passage",
    "Suggestion",
    "field_of",
    "profile_of",
]

Pair = tuple[int, int]

WORKING_LANGUAGE: Final = "en"
TEXT_WEIGHT: Final = 0.6

RULES: Final = (
    Rule(
        "country",
        shared=False,
        reason="The two teams are from the same country; the programme is cross-border.",
    ),
)
"""Who may be matched with whom."""

# One memory of what was read for all models of the process.
_READER: Final = Reader()

# Some arrays of 32 MB.
_BAND_PAIRS: Final = 1 << 22

_REMEDY: Final = (
    "Ask for fewer providers for each challenge, add providers, raise capacities, or lift "
    "the rule about countries."
)


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
    ) -> None:
        self.challenges = challenges
        self.pool = pool
        self.rules = rules
        self.matcher = matcher or fitted(pool, challenges, text_weight=text_weight)
        self._band_pairs = band_pairs

    @cached_property
    def bands(self) -> Bands | None:
        """Where the bands lie among all eligible pairs."""
        return self._bands(self._band_pairs)

    def rank(self, top: int) -> Iterator[Suggestion]:
        """Suggest the best providers of each challenge, at most `top` of them."""
        ranking = self.matcher.rank(
            self.challenges, k=min(top, len(self.pool)), rules=self.rules
        )
        return self._suggestions(
            ((i, int(j)), rank)
            for i, row in enumerate(ranking.indices)
            for rank, j in enumerate(row, 1)
            if j >= 0
        )

    def places(self, provider: int) -> list[Suggestion]:
        """Return where one of the pool stands for each challenge open to it, the best first."""
        admitted = eligible(self.rules, self.challenges, self.pool)
        scores = self.matcher.score_pairs(self.challenges)
        ranked = (
            ((i, provider), _rank(scores[i], admitted[i], provider))
            for i in np.flatnonzero(admitted[:, provider]).tolist()
        )
        return sorted(self._suggestions(ranked), key=lambda s: (s.rank, -s.score, s.challenge))

    def assign(
        self,
        *,
        least: int,
        most: int,
        capacities: Sequence[int],
    ) -> Iterator[Suggestion]:
        """Suggest the providers of all challenges that are best as a whole.

        Parameters
        ----------
        least, most : int
            How many providers each challenge shall have.
        capacities : sequence of int, one for each of the pool
            How many challenges each provider takes on.

        Raises
        ------
        Conflict
            If no assignment keeps to all of it; the detail says what stands in the way.
        """
        admitted = eligible(self.rules, self.challenges, self.pool)
        scores = self.matcher.score_pairs(self.challenges)
        columns = np.array([(0, capacity) for capacity in capacities], dtype=np.int64)
        try:
            chosen = assign(
                scores,
                rows=(least, most),
                columns=columns,
                eligible=admitted,
                objective="total",
            )
        except InfeasibleAssignment as error:
            raise self._refusal(error, least, capacities, admitted) from error
        pairs = sorted(chosen.pairs, key=lambda pair: (pair[0], -scores[pair], pair[1]))
        return self._suggestions(((i, j), _rank(scores[i], admitted[i], j)) for i, j in pairs)

    def explain(self, suggestion: Suggestion) -> Explanation:
        """Take the score of a suggestion apart."""
        return self.matcher.explain(self.challenges[suggestion.challenge], suggestion.provider)

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

    def _bands(self, at_most: int) -> Bands | None:
        step = math.ceil(len(self.challenges) * len(self.pool) / at_most)
        asked = self.challenges[::step]
        admitted = eligible(self.rules, asked, self.pool)
        return bands(self.matcher.score_pairs(asked), admitted)

    def _refusal(
        self,
        error: InfeasibleAssignment,
        least: int,
        capacities: Sequence[int],
        admitted: NDArray[np.bool_],
    ) -> Conflict:
        """Put names to the condition that cannot be met."""
        places = int(np.minimum(capacities, admitted.sum(axis=0)).sum())
        if error.rows and not error.columns:
            row = error.rows[0]
            open_to = int((admitted[row] & (np.array(capacities) > 0)).sum())
            detail = (
                f"Challenge {self.challenges[row].id} needs {least} providers, but only "
                f"{open_to} of the pool may be matched with it."
            )
        elif places < least * len(self.challenges):
            detail = (
                f"{len(self.challenges)} challenges need {least * len(self.challenges)} places "
                f"together, but by their capacities the providers have {places} only."
            )
        else:
            detail = "Each challenge could have its providers, but not all of them at once."
        return Conflict(detail, remedy=_REMEDY)


class Model:
    """A pool that stays ready between questions: what arrives is added, nothing read twice.

    Parameters
    ----------
    text_weight : float in [0, 1]
    folder : Path, default=None
        Where the fitted model is kept for the next start; None: in memory only.
    """

    def __init__(self, *, text_weight: float, folder: Path | None = None) -> None:
        self.text_weight = text_weight
        self.folder = folder
        self._lock = threading.Lock()
        self._matcher = self._loaded()

    def of(self, pool: Sequence[Profile], background: Sequence[Profile]) -> Matcher:
        """Return a matcher over exactly this pool, in an order of its own (`pool_`).

        What is new is added with the weights as they are. Fitted anew, on pool and
        background, where something was changed or taken away, or much has arrived.
        """
        with self._lock:
            self._matcher = self._extended(pool) or self._fitted(pool, background)
            return self._matcher

    def _extended(self, pool: Sequence[Profile]) -> Matcher | None:
        """Add what is new; None if something was changed or taken away, or too much is new."""
        if self._matcher is None:
            return None
        known = {profile.id: profile for profile in self._matcher.pool_}
        now = {profile.id: profile for profile in pool}
        if any(now.get(name) != profile for name, profile in known.items()):
            return None
        arrived = [profile for profile in pool if profile.id not in known]
        matcher = copy.copy(self._matcher).extend(arrived)
        return None if matcher.needs_refit_ else matcher

    def _fitted(self, pool: Sequence[Profile], background: Sequence[Profile]) -> Matcher:
        matcher = fitted(pool, background, text_weight=self.text_weight)
        if self.folder is not None:
            matcher.save(self.folder)
        return matcher

    def _loaded(self) -> Matcher | None:
        if self.folder is None:
            return None
        try:
            matcher = Matcher.load(self.folder)
        except MatchingError:
            return None  # nothing was saved yet, or other versions saved it
        return matcher if matcher.text_weight == self.text_weight else None


def fitted(
    pool: Sequence[Profile], background: Sequence[Profile], *, text_weight: float
) -> Matcher:
    """Return a matcher that has learned a pool; texts that were read before are remembered."""
    return Matcher(text_weight=text_weight, reader=_READER).fit(pool, background=background)


def profile_of(
    record: SubmissionRecord, *, working_language: str = WORKING_LANGUAGE
) -> Profile:
    """Return what the engine sees of a challenge or a solution."""
    texts, language = _texts_of(record, working_language)
    return Profile(
        id=record.id,
        texts=tuple(texts.values()),
        themes=frozenset(record.themes),
        attributes={"country": frozenset(record.country)},
        language=language,
    )


def field_of(
    record: SubmissionRecord, passage: Passage, *, working_language: str = WORKING_LANGUAGE
) -> str:
    """Return the name of the field that a passage of an explanation comes from."""
    texts, _ = _texts_of(record, working_language)
    return list(texts)[passage.index]


def _texts_of(
    record: SubmissionRecord, working_language: str
) -> tuple[dict[str, str], str | None]:
    """Return the texts that are read, by name and in order, and their language."""
    told = record.told()
    foreign = record.language not in {None, working_language}
    if record.summary and (foreign or not told):
        return {"summary": record.summary}, working_language
    first = next(iter(told), "title")
    headed = f"{record.title}\n{told.get(first, '')}".strip()
    return told | {first: headed}, record.language


def _rank(scores: NDArray[np.float64], admitted: NDArray[np.bool_], j: int) -> int:
    """Return the place of one of the pool; equal scores keep the order of the pool."""
    ahead = scores > scores[j]
    ahead[:j] |= scores[:j] == scores[j]
    return 1 + int((ahead & admitted).sum())
