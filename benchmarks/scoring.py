"""Scoring alone beside `rank_bm25`, which most programs in Python start with.

Its formula is BM25 and ours a cosine; both get words that are already split, no stop list,
and order the whole pool for each challenge. It is asked a sample and the rest is reckoned:
every challenge costs it the same walk over all words of all texts.
"""

from typing import Final

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks import corpus
from benchmarks.report import Figure, beside, measured
from benchmarks.topk import Task, task
from matching.search.topk import indexed, top_k

SIZE: Final = 3_000
SAMPLE: Final = 20
K: Final = 10


def run(*, large: bool) -> list[Figure]:
    """Compare on 3,000 x 3,000, of which it is asked 20, or 200 when large."""
    given = task(SIZE, SIZE, function_words=True)
    _warm_up(given)
    sample = 10 * SAMPLE if large else SAMPLE
    ours = measured(lambda: top_k(given.queries, indexed(given.rows), K))
    pool = [text.lower().replace(".", "").split() for text in corpus.texts(SIZE, seed=1)]
    asked = [text.lower().replace(".", "").split() for text in corpus.texts(sample, seed=2)]
    ranker = BM25Okapi(pool)
    theirs = measured(lambda: [np.argsort(-ranker.get_scores(q))[:K] for q in asked], repeat=1)
    what = f"scoring alone, {SIZE:,} x {SIZE:,}, split words, no stop list"
    peer = (f"rank_bm25 ({sample} asked, times {SIZE // sample})", theirs.cpu * SIZE / sample)
    return [beside(what, ours.cpu, peer, 1000)]


def _warm_up(given: Task) -> None:
    top_k(given.queries[:10], indexed(given.rows), K)
