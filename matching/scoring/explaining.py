"""Takes the scores of listed pairs apart, many at once.

The rule: it reads the same rows as the score, so the shares add up to it; a pair has the same
explanation whatever stands beside it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring.explanation import Contribution, Explanation, Missing, Part, Passages
from matching.scoring.needs import meetings, needs
from matching.scoring.pairs import Indices, Pairs, pairs_in
from matching.scoring.passages import Sides, Words, shown, usual_forms
from matching.scoring.phrases import phrases, tells
from matching.scoring.scoring import ScoreParts, Scorer
from matching.scoring.told import told_of
from matching.search.segment import Segment
from matching.text.encoded import EncodedQueries, Floats
from matching.text.profile import Profile
from matching.text.vectorizer import ProfileVectorizer
from matching.text.vocabulary import Vocabulary
from matching.text.written import Forms

# What the share of the meaning is named; no word can be named for it.
_ENCODER: Final = "sentence encoder"

# The kinds of a contribution, in the order of their names.
_KINDS: Final = ("meaning", "missing", "theme", "word")
_MEANING, _MISSING, _THEME, _WORD = range(4)

# Pairs that are taken apart together: some arrays of 8 MB.
_PAIRS: Final = 1 << 10


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What explains the scores of a fitted pool.

    Parameters
    ----------
    vectorizer : ProfileVectorizer
    scorer : Scorer
    segments : sequence of Segment
    pool : sequence of Profile
    """

    vectorizer: ProfileVectorizer
    scorer: Scorer
    segments: Sequence[Segment]
    pool: Sequence[Profile]

    def parts(self, queries: EncodedQueries, rows: Indices, columns: Indices) -> ScoreParts:
        """Score listed pairs part by part, in arrays of shape (n_pairs,)."""
        found = ScoreParts(*(np.empty(rows.size) for _ in range(3)))
        for block, parts in pairs_in(queries, self.segments, rows, columns, most=rows.size):
            for _, here, pairs in parts:
                _put(found, block.start + here, _scored(self.scorer, pairs).parts)
        return found

    def told(self, queries: EncodedQueries, rows: Indices, columns: Indices) -> Floats:
        """Return how much of what the queries of listed pairs ask is told, (n_pairs,)."""
        found = np.empty(rows.size)
        for block, parts in pairs_in(queries, self.segments, rows, columns, most=_PAIRS):
            for _, here, pairs in parts:
                found[block.start + here] = told_of(pairs)
        return found

    def explanations(
        self,
        queries: Sequence[Profile],
        encoded: EncodedQueries,
        rows: Indices,
        columns: Indices,
        forms: Forms,
    ) -> Iterator[Explanation]:
        """Explain listed pairs, in their order, some hundreds at a time."""
        for block, parts in pairs_in(encoded, self.segments, rows, columns, most=_PAIRS):
            found: list[Explanation | None] = [None] * (block.stop - block.start)
            for number, here, pairs in parts:
                candidates = self.segments[number].first + pairs.candidates
                explained = self._explained(queries, candidates, pairs, forms)
                for at, explanation in zip(here.tolist(), explained, strict=True):
                    found[at] = explanation
            yield from (explanation for explanation in found if explanation)

    def _explained(
        self, queries: Sequence[Profile], candidates: Indices, pairs: Pairs, forms: Forms
    ) -> Iterator[Explanation]:
        vocabulary, scored = self.vectorizer.vocabulary_, _scored(self.scorer, pairs)
        words = _words(vocabulary, scored)
        sides = Sides.of(queries, self.pool, pairs.rows, candidates, forms)
        usual = usual_forms(sides.left, sides.rows, words)
        says = ~forms.says_little[usual]
        telling = tells(words, vocabulary, says)
        met = meetings(sides, words, vocabulary, says, telling)
        phrase = phrases(sides, words, met.asked, scored.terms[:2], vocabulary, says)
        named = says | np.array([bool(of_one) for of_one in phrase], dtype=np.bool_)
        written = shown(sides, pairs, scored.best, words, usual, named, forms)
        alone = (met.beside & telling).tolist()
        missing, codes = _missing(self.scorer, pairs)
        contributions = self._contributions(
            scored,
            words,
            [
                (both, of_one or (both[0] if by_itself else ""))
                for both, of_one, by_itself in zip(written.words, phrase, alone, strict=True)
            ],
            missing,
            codes,
        )
        of_each = zip(
            scored.parts.score.tolist(),
            scored.parts.text.tolist(),
            scored.parts.themes.tolist(),
            scored.parts.coverage.tolist(),
            contributions,
            written.queries,
            written.candidates,
            codes,
            needs(sides, met, pairs.has_text & pairs.one_language),
            strict=True,
        )
        for score, text, themes, coverage, shares, query, candidate, code, asked in of_each:
            yield Explanation(
                score,
                text,
                themes,
                shares,
                Passages(query, candidate),
                missing[code],
                coverage,
                asked,
            )

    def _contributions(
        self,
        scored: "_Scored",
        words: Words,
        written: Sequence[tuple[tuple[str, ...], str]],
        missing: dict[int, tuple[Missing, ...]],
        codes: Sequence[int],
    ) -> Iterator[tuple[Contribution, ...]]:
        """Yield the contributions to each score: the largest share first, then by name."""
        vocabulary, themes = self.vectorizer.vocabulary_, tuple(self.vectorizer.themes_)
        kinds = [
            _word_shares(words, vocabulary),
            _theme_shares(scored, themes),
            _meaning_shares(scored),
            _missing_shares(self.scorer, missing, codes),
        ]
        pairs, kind, names, share, at = (
            np.concatenate(columns) for columns in zip(*kinds, strict=True)
        )
        order = np.lexsort((names, kind, -share, pairs))
        cuts = np.searchsorted(pairs[order], np.arange(len(codes) + 1)).tolist()
        stem_at = vocabulary.stem_at
        features = [stem_at[column] for column in words.columns.tolist()]
        parts: tuple[Part, ...] = ("text", "themes")
        named: dict[int, tuple[Literal["meaning", "missing", "theme"], Sequence[str]]] = {
            _MEANING: ("meaning", (_ENCODER,)),
            _MISSING: ("missing", parts),
            _THEME: ("theme", themes),
        }
        made = [
            Contribution("word", features[i], value, *written[i])
            if of_kind == _WORD
            else Contribution(named[of_kind][0], named[of_kind][1][i], value)
            for of_kind, i, value in zip(
                kind[order].tolist(), at[order].tolist(), share[order].tolist(), strict=True
            )
        ]
        return (tuple(made[a:b]) for a, b in itertools.pairwise(cuts))


class _Scored(NamedTuple):
    """Pairs with the parts of their scores, and what the parts are made of.

    `best` is where the best passage of each pair stands; `terms` has the pair, the column and
    the share of each shared term, the columns of a pair in descending order; `themes` the same
    of the shared themes; `meaning` is the share of the sentence encoder.
    """

    parts: ScoreParts
    best: Indices
    terms: tuple[Indices, NDArray[np.integer], Floats]
    themes: tuple[Indices, NDArray[np.integer], Floats]
    meaning: Floats


def _put(found: ScoreParts, at: Indices, own: ScoreParts) -> None:
    found.text[at], found.themes[at] = own.text, own.themes
    found.coverage[at] = own.coverage


def _scored(scorer: Scorer, pairs: Pairs) -> _Scored:
    common, themes = pairs.common_text(), pairs.common_themes()
    products = common.sums()
    best, near = pairs.best_of(products), pairs.nearness
    at_best = pairs.best_passages(products, best)
    parts = scorer.weighed(
        pairs.has_text,
        pairs.has_themes,
        pairs.pool.borne_out[pairs.candidates],
        pairs.one_language,
        scorer.text(best, pairs.whole_of(products), near),
        themes.sums(),
    )
    # with the best passage fixed, the text is a sum over the candidate's passages
    fixed = scorer.whole_weight * pairs.pool.shares[pairs.passages]
    fixed[at_best] += 1 - scorer.whole_weight
    weight = scorer.weights
    of_terms = _summed(
        pairs.owners[common.rows],
        common.columns,
        fixed[common.rows] * common.candidate,
        common.query,
    )
    meaning = np.zeros(len(pairs.rows))
    if near is not None:
        share = weight["text"] * scorer.meaning_weight * near
        meaning = np.where(pairs.has_text, share, 0.0)
    return _Scored(
        parts,
        at_best,
        _positive(weight["text"] * (1 - scorer.meaning_weight), *of_terms),
        _positive(weight["themes"], themes.rows, themes.columns, themes.products),
        meaning,
    )


def _summed(
    owners: Indices, columns: NDArray[np.integer], values: Floats, query: Floats
) -> tuple[Indices, NDArray[np.integer], Floats]:
    """Add up the passages of each pair, and multiply by the query: columns descending."""
    width = int(columns.max(initial=0)) + 1
    keys, first, group = np.unique(
        owners * width + columns, return_index=True, return_inverse=True
    )
    shares = query[first] * np.bincount(group, weights=values, minlength=keys.size)
    return (keys // width)[::-1], (keys % width)[::-1], shares[::-1]


def _positive(
    weight: float, pairs: Indices, columns: NDArray[np.integer], products: Floats
) -> tuple[Indices, NDArray[np.integer], Floats]:
    shares = weight * products
    some = shares > 0
    return pairs[some], columns[some], shares[some]


def _words(vocabulary: Vocabulary, scored: _Scored) -> Words:
    """Add up the shares of each word: a pair of neighbours gives each of its words half."""
    pairs, columns, shares = scored.terms
    stems = vocabulary.stems_of[columns]
    two = stems[:, 1] >= 0
    each = np.where(two, shares / 2, shares)
    there = np.column_stack([np.ones_like(two), two]).ravel()
    width = len(vocabulary.idf)
    keys = (np.repeat(pairs, 2) * width + stems.ravel())[there]
    found, group = np.unique(keys, return_inverse=True)
    added = np.bincount(group, weights=np.repeat(each, 2)[there], minlength=found.size)
    return Words(found // width, found % width, np.asarray(added, np.float64), width)


# --- contributions ---------------------------------------------------------------------

_Shares = tuple[Indices, Indices, Indices, Floats, Indices]
"""Pair, kind, place of the name in the alphabet, share, and where the name is found."""


def _shares(kind: int, pairs: Indices, names: Indices, share: Floats, at: Indices) -> _Shares:
    return pairs, np.full(pairs.size, kind), names, share, at


def _word_shares(words: Words, vocabulary: Vocabulary) -> _Shares:
    names = vocabulary.alphabetical[words.columns]
    return _shares(_WORD, words.pairs, names, words.shares, np.arange(words.pairs.size))


def _theme_shares(scored: _Scored, themes: Sequence[str]) -> _Shares:
    pairs, columns, shares = scored.themes
    places = np.empty(len(themes), dtype=np.intp)
    places[sorted(range(len(themes)), key=themes.__getitem__)] = np.arange(len(themes))
    return _shares(_THEME, pairs, places[columns], shares, columns.astype(np.intp))


def _meaning_shares(scored: _Scored) -> _Shares:
    pairs = np.flatnonzero(scored.meaning > 0)
    nothing = np.zeros_like(pairs)
    return _shares(_MEANING, pairs, nothing, scored.meaning[pairs], nothing)


def _missing_shares(
    scorer: Scorer, missing: dict[int, tuple[Missing, ...]], codes: Sequence[int]
) -> _Shares:
    parts: dict[int, list[Part]] = {
        code: sorted({one.part for one in lacks if one.side != "both"})
        for code, lacks in missing.items()
    }
    found = [(i, part) for i, code in enumerate(codes) for part in parts[code]]
    places = np.array([part == "themes" for _, part in found], dtype=np.intp)
    pairs = np.array([i for i, _ in found], dtype=np.intp)
    shares = [scorer.weights[part] * scorer.missing_prior for _, part in found]
    return _shares(_MISSING, pairs, places, np.array(shares, dtype=np.float64), places)


def _missing(
    scorer: Scorer, pairs: Pairs
) -> tuple[dict[int, tuple[Missing, ...]], Sequence[int]]:
    """Name what each pair did not state, in the parts that have a weight; by a code."""
    queries, pool = pairs.queries, pairs.pool
    stated = (
        (Missing("text", "query"), queries.has_text[pairs.rows]),
        (Missing("text", "candidate"), pool.has_text[pairs.candidates]),
        (Missing("text", "both"), ~pairs.has_text | pairs.one_language),
        (Missing("themes", "query"), queries.has_themes[pairs.rows]),
        (Missing("themes", "candidate"), pool.has_themes[pairs.candidates]),
    )
    counted = [(lack, has) for lack, has in stated if scorer.weights[lack.part] > 0]
    codes = np.zeros(pairs.rows.size, dtype=np.intp)
    for bit, (_, has) in enumerate(counted):
        codes += ~has * (1 << bit)
    lacks = {
        code: tuple(lack for bit, (lack, _) in enumerate(counted) if code >> bit & 1)
        for code in np.unique(codes).tolist()
    }
    return lacks, codes.tolist()
