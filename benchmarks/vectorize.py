"""From texts to counts beside scikit-learn, on one thread, the same counts checked first.

A reader that knows no text and no word begins each repetition. Texts in a language without
our stemmer are cut into words just as `CountVectorizer` does it; English ones are compared with
a `CountVectorizer` that is given our words, so that only the counting differs.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks import corpus
from benchmarks.report import Figure, beside, measured
from matching import Profile
from matching.text.characters import WORD
from matching.text.language import stem
from matching.text.reading import Reader, Tokens
from matching.text.vocabulary import Vocabulary

Matrix = sparse.csr_array[np.float64]

_NO_STEMMER: Final = "xx"


def run(*, large: bool) -> list[Figure]:
    """Compare on 10,000 texts and, when large, on 100,000."""
    sizes = (10_000, 100_000) if large else (10_000,)
    return [figure for n in sizes for figure in _compare(list(corpus.texts(n, seed=1)))]


def _compare(texts: Sequence[str]) -> list[Figure]:
    size = f"{len(texts):,} texts"
    lowered = [Profile(str(i), (t,), language=_NO_STEMMER) for i, t in enumerate(texts)]
    english = [Profile(str(i), (t,), language="en") for i, t in enumerate(texts)]
    return [
        _counting(f"words, {size}", texts, lowered, CountVectorizer, 4),
        _counting(f"English stems, {size}", texts, english, _by_stems, None),
        _weighing(texts[: len(texts) // 2], lowered[: len(texts) // 2]),
        _again(f"English stems, {size}, read before", english),
    ]


def _counting(
    what: str,
    texts: Sequence[str],
    profiles: Sequence[Profile],
    make: Callable[[], CountVectorizer],
    target: float | None,
) -> Figure:
    ours = measured(lambda: _counted(Reader(), profiles))
    theirs = measured(lambda: _fitted(make(), texts), repeat=2)
    names, counts = ours.answer
    their_names, their_counts = theirs.answer
    order = np.argsort(np.array(names, dtype=object))
    same = [names[i] for i in order] == their_names
    if not same or abs(counts[:, order] - their_counts).max() > 0:
        raise ValueError(f"the counts differ: {what}")
    return beside(f"counting {what}", ours.cpu, ("CountVectorizer", theirs.cpu), target)


def _counted(reader: Reader, profiles: Sequence[Profile]) -> tuple[list[str], Matrix]:
    return reader.stems, _counts(reader.read(profiles), len(reader.stems))


def _counts(tokens: Tokens, width: int) -> Matrix:
    rows = np.repeat(np.arange(tokens.ends.size - 1, dtype=np.int32), np.diff(tokens.ends))
    shape = (tokens.ends.size - 1, width)
    ones = np.ones(tokens.ids.size)
    return sparse.csr_array(sparse.coo_array((ones, (rows, tokens.ids)), shape=shape))


def _fitted(vectorizer: CountVectorizer, texts: Sequence[str]) -> tuple[list[str], Matrix]:
    counts = sparse.csr_array(vectorizer.fit_transform(texts), dtype=np.float64)
    return vectorizer.get_feature_names_out().tolist(), counts


def _by_stems() -> CountVectorizer:
    return CountVectorizer(analyzer=_stems)


def _stems(text: str) -> list[str]:
    return [found for word in WORD.findall(text) if (found := stem(word, "en"))]


def _weighing(texts: Sequence[str], profiles: Sequence[Profile]) -> Figure:
    what = f"words and pairs, weighed, {len(texts):,} texts"

    def weigh() -> Matrix:
        reader = Reader()
        tokens = reader.read(profiles)
        known = Vocabulary.learn(tokens, reader, min_df=2, pair_weight=1.0)
        return known.rows(tokens, reader)

    peer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, norm=None)
    ours = measured(weigh, repeat=2)
    theirs = measured(lambda: sparse.csr_array(peer.fit_transform(texts)), repeat=1)
    same = np.allclose(ours.answer.sum(axis=1), theirs.answer.sum(axis=1), rtol=1e-12, atol=0)
    if not same or ours.answer.nnz != theirs.answer.nnz:
        raise ValueError(f"the weights differ: {what}")
    return beside(what, ours.cpu, ("TfidfVectorizer", theirs.cpu))


def _again(what: str, profiles: Sequence[Profile]) -> Figure:
    reader = Reader()
    first = measured(lambda: reader.read(profiles), repeat=1)
    again = measured(lambda: reader.read(profiles))
    return beside(what, again.cpu, ("for the first time", first.cpu))
