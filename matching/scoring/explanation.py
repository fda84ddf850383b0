"""Why two profiles go together: shares that add up to the score, and passages to read.

The rule: people see words as they were written, never stems; a part that could not be
computed is said to be missing, never hidden in a number.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

Part = Literal["text", "themes"]
Side = Literal["query", "candidate", "both"]
Band = Literal["strong", "fair", "weak"]
Marks = tuple[tuple[int, int], ...]
"""Start and end of each marked word, in characters."""

_AT_LEAST: Final = 30

# How much of what is asked a pair tells: of right pairs of agencies' problems and teams'
# products half tell .15 and three quarters .09; of all other pairs one in forty tells a tenth,
# and one in six a twenty-fifth.
STRONG: Final = 0.1
"""The least share of what is asked that a pair tells which is strong."""
FAIR: Final = 0.04
"""The same of one that is fair."""

_ORDER: Final = ("strong", "fair", "weak")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One share of a score.

    Parameters
    ----------
    kind : {"word", "theme", "meaning", "missing"}
    feature : str
        The stem of a word, the key of a theme, "sentence encoder" for what the texts mean,
        or the missing part (text, themes).
    share : float
        What it adds to the score.
    words : tuple of str, default=()
        For a word: how it was written, on the side of the query and on the side of
        the candidate; one form where both wrote the same.
    phrase : str, default=""
        For a word that says something: the words of the query between which it stands and
        that the candidate tells as well, as the query wrote them; the word alone where the two
        share others around it. The shares of one phrase add up to what the phrase adds.
    """

    kind: Literal["word", "theme", "meaning", "missing"]
    feature: str
    share: float
    words: tuple[str, ...] = ()
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of a profile with the places of its matching words.

    Parameters
    ----------
    index : int
        Its position in ``Profile.texts``.
    text : str
        As it was written.
    marks : tuple of (int, int)
        Start and end of each matching word, in characters of `text`.
    """

    index: int
    text: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Passages:
    """The best passage on each side; None where a side has no words.

    Parameters
    ----------
    query : Passage or None
        The passage that carries most of the shared weight.
    candidate : Passage or None
        The passage whose product with the query is the highest.
    """

    query: Passage | None
    candidate: Passage | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a side did not state, so that a part could not be computed.

    Of both sides the text is missing where they tell it in two languages: its words are
    counted, but can hardly meet.
    """

    part: Part
    side: Side


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score taken apart.

    Parameters
    ----------
    score : float
        ``text_part + theme_part``; also the sum of all shares.
    text_part, theme_part : float
        The weighted parts, stated priors of missing ones included.
    contributions : tuple of Contribution
        The largest share first.
    passages : Passages
    missing : tuple of Missing
        What was not stated, by part and side.
    coverage : float in [0, 1]
        Share of the weight that could be computed.
    needs : tuple of Need
        Points of the query, in their order; which of them the candidate tells of.
    """

    score: float
    text_part: float
    theme_part: float
    contributions: tuple[Contribution, ...]
    passages: Passages
    missing: tuple[Missing, ...]
    coverage: float
    needs: "tuple[Need, ...]" = ()


class Place(NamedTuple):
    """A part of a profile.

    Parameters
    ----------
    passage : int
        Position in ``Profile.texts``.
    start, stop : int
        Characters of the passage.
    """

    passage: int
    start: int
    stop: int


class Need(NamedTuple):
    """A point of a query, and where a candidate tells of it.

    Parameters
    ----------
    asked : Place
        In the query.
    told : Place or None
        The sentence of the candidate that says most of it; None where none says enough.
    share : float in [0, 1]
        How much of the point any one sentence says, by the weight of its words.
    asked_marks, told_marks : tuple of (int, int), default=()
        Where in the point, and where in the sentence, the words stand that both have; from
        the first to the last of neighbours.
    """

    asked: Place
    told: Place | None
    share: float
    asked_marks: Marks = ()
    told_marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Bands:
    """Where a score stands among the eligible pairs of a run.

    Parameters
    ----------
    fair, strong : float
        The least score of each band.
    """

    fair: float
    strong: float

    def of(self, score: float) -> Band:
        """Name the band of a score; a pair with nothing in common is weak in any run."""
        if score <= 0:
            return "weak"
        if score >= self.strong:
            return "strong"
        return "fair" if score >= self.fair else "weak"


def band(score: float, told: float, among: Bands | None) -> Band:
    """Name the band of a pair: what it tells by itself, and where it stands in its run.

    Strong tells at least a tenth of what is asked, fair at least a twenty-fifth; a higher
    score among the pairs of a run does not make up for it. Where no text can be compared a
    pair is fair at best.

    Parameters
    ----------
    score : float
    told : float in [0, 1]
        As `Answering.told`; nan where no text can be compared.
    among : Bands or None
        Of the run; None where it has too few pairs.
    """
    of_run = among.of(score) if among else "strong"
    if math.isnan(told):
        limit: Band = "fair"
    else:
        limit = "strong" if told >= STRONG else "fair" if told >= FAIR else "weak"
    return max(of_run, limit, key=_ORDER.index)


def bands(scores: ArrayLike, eligible: ArrayLike | None = None) -> Bands | None:
    """Set the bands of a run: strong from the 95th percentile, fair from the 75th.

    Parameters
    ----------
    scores : array of floats, any shape
    eligible : bool array of the same shape, default=None
        None: every pair is eligible.

    Returns
    -------
    bands : Bands or None
        None below 30 eligible pairs: a percentile of so few says nothing.

    Examples
    --------
    >>> bands(range(101))
    Bands(fair=75.0, strong=95.0)
    >>> bands([0.3, 0.2]) is None
    True
    """
    values = np.asarray(scores, dtype=np.float64).ravel()
    if eligible is not None:
        values = values[np.asarray(eligible, dtype=np.bool_).ravel()]
    if values.size < _AT_LEAST:
        return None
    fair, strong = np.percentile(values, (75, 95))
    return Bands(float(fair), float(strong))
