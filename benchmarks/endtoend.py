"""From raw texts to suggestions: read, learn, rank, each side by its own formula.

Peers score by BM25 and read words alone; we read stems and pairs of words and score passages
and wholes. So the suggestions differ, the work does not: n texts in, k suggestions for each
of m challenges out. All leave out English stop words, `tantivy` stems as well.
Each side runs in a process of its own, with its compiled code warm.
"""

import re
import time
from collections.abc import Callable, Sequence
from typing import Final

import bm25s
import numpy as np
import tantivy
from numpy.typing import NDArray

from benchmarks import corpus
from benchmarks.report import Figure, beside, in_child
from matching import Matcher, Profile

Texts = Sequence[str]
Found = NDArray[np.intp]
Way = Callable[[Texts, Texts], Found]

K: Final = 10


def run(*, large: bool) -> list[Figure]:
    """Compare on 3,000 x 3,000 and, when large, on 10,000 x 10,000 and 1,000 x 100,000."""
    sizes = [(10_000, 10_000), (1_000, 100_000)] if large else [(3_000, 3_000)]
    return [figure for size in sizes for figure in _compare(*size)]


def _compare(n_queries: int, n_rows: int) -> list[Figure]:
    ours, peak = in_child(_seconds, by_us, n_queries, n_rows)
    figures = []
    for name, way, target in (("bm25s", by_bm25s, 3), ("tantivy", by_tantivy, 5)):
        theirs, their_peak = in_child(_seconds, way, n_queries, n_rows)
        what = f"from texts to {K} suggestions, {n_queries:,} x {n_rows:,}"
        notes: dict[str, float | str] = {"our peak, MB": peak, "their peak, MB": their_peak}
        figures.append(beside(what, ours, (name, theirs), target, notes))
    return figures


def _seconds(way: Way, n_queries: int, n_rows: int) -> float:
    # as large as the smallest case, so that each side compiles what it will use
    warm = list(corpus.texts(3_000, seed=9))
    way(warm, warm)
    pool, asked = list(corpus.texts(n_rows, seed=1)), list(corpus.texts(n_queries, seed=2))
    before = time.process_time()
    found = way(pool, asked)
    seconds = time.process_time() - before
    if found.shape != (n_queries, K) or (found < 0).any() or (found >= n_rows).any():
        raise ValueError(f"asked for {K} of {n_rows} for each of {n_queries}")
    return seconds


def by_us(pool: Texts, asked: Texts) -> Found:
    """Rank with the engine, as a run of the service does."""
    challenges = [Profile(f"q{i}", (text,), language="en") for i, text in enumerate(asked)]
    providers = [Profile(f"p{i}", (text,), language="en") for i, text in enumerate(pool)]
    matcher = Matcher().fit(providers, background=challenges)
    return matcher.rank(challenges, K).indices


def by_bm25s(pool: Texts, asked: Texts) -> Found:
    """Rank with `bm25s`, compiled, on one thread."""
    ranker = bm25s.BM25(backend="numba", csc_backend="scipy")
    ranker.index(bm25s.tokenize(pool, stopwords="en", show_progress=False), show_progress=False)
    words = bm25s.tokenize(asked, stopwords="en", show_progress=False)
    found = ranker.retrieve(words, k=K, show_progress=False, n_threads=1)
    return np.asarray(found.documents, dtype=np.intp)


def by_tantivy(pool: Texts, asked: Texts) -> Found:
    """Rank with `tantivy`: one writer, an index in memory, any word of a challenge."""
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("text", tokenizer_name="stems", index_option="freq")
        .add_integer_field("at", fast=True)
        .build()
    )
    index = tantivy.Index(schema)
    index.register_tokenizer("stems", _stems())
    writer = index.writer(heap_size=512_000_000, num_threads=1)
    for at, text in enumerate(pool):
        writer.add_document(tantivy.Document(text=text, at=at))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    found = np.full((len(asked), K), -1, dtype=np.intp)
    for i, text in enumerate(asked):
        query = index.parse_query(re.sub(r"\W", " ", text.lower()), ["text"])
        hits = searcher.search(query, K, count=False).hits
        places = searcher.fast_field_values("at", [place for _, place in hits])
        found[i, : len(hits)] = np.array(places, dtype=np.intp)
    return found


def _stems() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
