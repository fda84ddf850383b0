"""Who is measured: configurations of `Matcher`, corrections of it, and two plain baselines."""

import functools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import snowballstemmer
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer

from benchmarks.hub_corrections import CORRECTIONS
from benchmarks.meaning import mixed
from benchmarks.tasks import Floats, Scorer
from matching import Matcher, Profile
from matching.scoring.semantic import Encoder

DEFAULT = "default"


def scorer(name: str, encoder: Encoder | None = None) -> Scorer:
    """Return who goes by that name: tfidf, bm25, default, or as in ``slope=.8,min_df=1``.

    The name of a correction for hubs, such as csls, corrects the default;
    ``embedding=.2`` mixes a share of the encoder into it.

    Raises
    ------
    ValueError
        If it is none of these, or names a parameter that `Matcher` does not have.
    """
    if name in _BASELINES:
        return _BASELINES[name]
    if name in CORRECTIONS:
        return functools.partial(_corrected, name)
    if name.startswith("embedding="):
        if encoder is None:
            raise ValueError(f"{name} needs a model: --model and --sha256")
        return functools.partial(mixed, encoder, float(name.partition("=")[2]))
    changes = {} if name == DEFAULT else dict(_setting(part) for part in name.split(","))
    unknown = changes.keys() - Matcher().get_params().keys()
    if unknown:
        raise ValueError(f"Matcher has no parameter {', '.join(sorted(unknown))}")
    return functools.partial(_by_matcher, changes)


def _setting(part: str) -> tuple[str, Any]:
    key, _, value = part.partition("=")
    try:
        return key.strip(), int(value) if key.strip() == "min_df" else float(value)
    except ValueError:
        raise ValueError(
            f"{part!r} is neither tfidf, bm25 or default, nor a setting such as slope=.8"
        ) from None


def _by_matcher(
    changes: dict[str, Any], queries: Sequence[Profile], pool: Sequence[Profile]
) -> Floats:
    return Matcher(**changes).fit(pool, background=queries).score_pairs(queries)


def _corrected(correction: str, queries: Sequence[Profile], pool: Sequence[Profile]) -> Floats:
    return CORRECTIONS[correction](_by_matcher({}, queries, pool))


def plain_tfidf(queries: Sequence[Profile], pool: Sequence[Profile]) -> Floats:
    """Return the cosine of all texts joined, by the defaults of scikit-learn."""
    rows = TfidfVectorizer().fit_transform(" ".join(p.texts) for p in (*queries, *pool))
    return np.asarray((rows[: len(queries)] @ rows[len(queries) :].T).toarray())


def bm25(
    queries: Sequence[Profile], pool: Sequence[Profile], k1: float = 1.2, b: float = 0.75
) -> Floats:
    """Score all texts joined by BM25, with English stop words and stems.

    References
    ----------
    S. Robertson and H. Zaragoza (2009), The probabilistic relevance framework: BM25 and
    beyond, section 3.4.
    """
    joined = [" ".join(p.texts) for p in (*queries, *pool)]
    counts = sparse.csr_array(
        CountVectorizer(analyzer=_english).fit_transform(joined), dtype=np.float64
    )
    asked, offered = counts[: len(queries)], counts[len(queries) :]
    df = np.bincount(offered.indices, minlength=offered.shape[1])
    lengths = offered.sum(axis=1)
    norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1.0))
    damped = offered.copy()
    damped.data *= (k1 + 1) / (damped.data + np.repeat(norm, np.diff(offered.indptr)))
    idf = np.log1p((len(pool) - df + 0.5) / (df + 0.5))
    return np.asarray((asked.multiply(idf).tocsr() @ damped.T).toarray())


def _english(text: str) -> list[str]:
    words = re.findall(r"\b\w\w+\b", text.lower())
    return [_stem(word) for word in words if word not in ENGLISH_STOP_WORDS]


@functools.cache
def _stem(word: str) -> str:
    return str(snowballstemmer.stemmer("english").stemWord(word))


_BASELINES: dict[str, Scorer] = {"tfidf": plain_tfidf, "bm25": bm25}
