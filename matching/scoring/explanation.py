"""Why two profiles go together: shares that add up to the score, and passages to read.

The rule: people see words as they were written, never stems; a part that could not be
computed is said to be missing, never hidden in a number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from matching.text.language import language_of, tokens
from matching.text.profile import Profile

Part = Literal["text", "themes"]
Side = Literal["query", "candidate", "both"]
Band = Literal["strong", "fair", "weak"]

_AT_LEAST: Final = 30


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
    """

    kind: Literal["word", "theme", "meaning", "missing"]
    feature: str
    share: float
    words: tuple[str, ...] = ()


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
    marks: tuple[tuple[int, int], ...]


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
    """

    score: float
    text_part: float
    theme_part: float
    contributions: tuple[Contribution, ...]
    passages: Passages
    missing: tuple[Missing, ...]
    coverage: float


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


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of one profile: for each passage the place of each stem.

    Parameters
    ----------
    texts : tuple of str
    found : tuple of tuple of (start, end, stem)
        For each passage.
    """

    texts: tuple[str, ...]
    found: tuple[tuple[tuple[int, int, str], ...], ...]

    def forms(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return for each stem its most frequent form as written; the first of equals."""
        counts: dict[str, dict[str, int]] = {stem: {} for stem in wanted}
        for text, places in zip(self.texts, self.found, strict=True):
            for start, end, stem in places:
                if (forms := counts.get(stem)) is not None:
                    form = text[start:end]
                    forms[form] = forms.get(form, 0) + 1
        return {stem: max(forms, key=forms.__getitem__) for stem, forms in counts.items()}

    def heaviest(self, shares: dict[str, float]) -> int:
        """Return the passage whose distinct words carry most; -1 if none has a word."""
        weights = [
            sum(shares.get(stem, 0.0) for stem in sorted({stem for *_, stem in places}))
            if places
            else -1.0
            for places in self.found
        ]
        best = max(range(len(weights)), key=weights.__getitem__, default=-1)
        return best if best >= 0 and weights[best] >= 0 else -1

    def passage(self, index: int, shares: dict[str, float]) -> Passage | None:
        """Mark the matching words of one passage; None for -1."""
        if index < 0:
            return None
        marks = tuple((start, end) for start, end, stem in self.found[index] if stem in shares)
        return Passage(index, self.texts[index], marks)


def read(profile: Profile) -> Reading:
    """Find every counted word of a profile."""
    language = language_of(profile)
    found = tuple(tuple(tokens(text, language)) for text in profile.texts)
    return Reading(profile.texts, found)


def by_word(shares: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Add up the shares of each word: a pair of neighbours gives each of its two words half.

    Examples
    --------
    >>> by_word([("data", 0.25), ("data open", 0.5)])
    {'data': 0.5, 'open': 0.25}
    """
    words: dict[str, float] = {}
    for name, share in shares:
        told = name.split(" ")
        for word in told:
            words[word] = words.get(word, 0.0) + share / len(told)
    return words


def word_contributions(
    shares: dict[str, float], query: Reading, candidate: Reading
) -> list[Contribution]:
    """Put to each shared stem the forms that people wrote."""
    asked, offered = query.forms(shares), candidate.forms(shares)
    return [
        Contribution("word", stem, share, _once(asked[stem], offered[stem]))
        for stem, share in shares.items()
    ]


def by_weight(contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Sort contributions: the largest share first, then by name."""
    return tuple(sorted(contributions, key=lambda c: (-c.share, c.kind, c.feature)))


def _once(asked: str, offered: str) -> tuple[str, ...]:
    return (asked,) if asked.casefold() == offered.casefold() else (asked, offered)
