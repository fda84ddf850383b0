"""Exact top-k of a sparse product, on the same vectors as the peers, the same answer first.

Peers: `sparse-dot-topn` on one thread, scikit-learn's cosine with a full or a partial sort.
The bound is the machine's own: additions into an accumulator that fits the cache.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics.pairwise import cosine_similarity
from sparse_dot_topn import sp_matmul_topn

from benchmarks import corpus
from benchmarks.report import Figure, Target, beside, measured
from matching import Ranking
from matching.search.topk import indexed, top_k

Floats = NDArray[np.float64]
Matrix = sparse.csr_array[np.float64]

K: Final = 10
_BLOCK: Final = 500


class Task(NamedTuple):
    """Unit rows to rank for unit queries, and how much work a full product is.

    Parameters
    ----------
    name : str
    queries, rows : csr_array of shapes (n_queries, n_terms), (n_rows, n_terms)
    """

    name: str
    queries: Matrix
    rows: Matrix

    @property
    def adds(self) -> int:
        """Additions of a product that leaves nothing out."""
        frequency = np.bincount(self.rows.indices, minlength=self.rows.shape[1])
        return int(frequency[self.queries.indices].sum())


def task(n_queries: int, n_rows: int, *, function_words: bool) -> Task:
    """Make vectors of the corpus; queries are other texts than rows."""
    pool = corpus.counts(n_rows, seed=1, function_words=function_words)
    asked = corpus.counts(n_queries, seed=2, function_words=function_words)
    idf = corpus.idf_of(pool)
    told = "no stop list" if function_words else "stop list"
    name = f"{n_queries:,} x {n_rows:,}, {told}"
    return Task(name, corpus.weighed(asked, idf), corpus.weighed(pool, idf))


def run(*, large: bool) -> list[Figure]:
    """Compare on 10,000 rows and, when large, on 100,000."""
    _warm_up()
    small = task(10_000, 10_000, function_words=False)
    spoken = task(2_000, 10_000, function_words=True)
    figures = [*_beside_sparse(small, 4), *_beside_sparse(spoken, 4), *_beside_sklearn(small)]
    if large:
        many = task(2_000, 100_000, function_words=False)
        figures += _beside_sparse(many, 5)
        figures += _beside_sparse(task(500, 100_000, function_words=True), 5)
        figures += _beside_bound(many)
        figures += _beside_sparse(task(500, 1_000_000, function_words=False), None)
    return [*figures, *_beside_bound(small)]


def _beside_sparse(given: Task, target: float | None) -> list[Figure]:
    turned = measured(lambda: sparse.csr_matrix(given.rows.T.tocsr()), repeat=1)
    asked = sparse.csr_matrix(given.queries)

    def peer() -> sparse.csr_matrix[np.float64]:
        found: sparse.csr_matrix[np.float64] = sp_matmul_topn(
            asked, turned.answer, top_n=K, sort=True, n_threads=1
        )
        return found

    index = measured(lambda: indexed(given.rows), repeat=1)
    ours = measured(lambda: top_k(given.queries, index.answer, K))
    theirs = measured(peer, repeat=2)
    _agree(Ranking(*ours.answer), _dense(theirs.answer))
    notes: dict[str, float | str] = {
        "our index, s": index.cpu,
        "their transpose, s": turned.cpu,
    }
    name = f"top {K} of a sparse product, {given.name}"
    return [beside(name, ours.cpu, ("sparse-dot-topn", theirs.cpu), target, notes)]


def _beside_sklearn(given: Task) -> list[Figure]:
    ours = measured(lambda: top_k(given.queries, indexed(given.rows), K))
    whole = measured(lambda: _by_sklearn(given, _sorted_whole), repeat=1)
    part = measured(lambda: _by_sklearn(given, _sorted_part), repeat=1)
    _agree(Ranking(*ours.answer), whole.answer)
    _agree(Ranking(*ours.answer), part.answer)
    name = f"top {K} of a cosine, {given.name}"
    return [
        beside(name, ours.cpu, ("scikit-learn, argsort", whole.cpu), 8),
        beside(name, ours.cpu, ("scikit-learn, argpartition", part.cpu)),
    ]


def _by_sklearn(given: Task, best: Callable[[Floats], NDArray[np.intp]]) -> Ranking:
    """Rank as one does with scikit-learn: dense blocks of the cosine, sorted."""
    parts: list[Ranking] = []
    for start in range(0, given.queries.shape[0], _BLOCK):
        scores = cosine_similarity(given.queries[start : start + _BLOCK], given.rows)
        at = best(scores)
        parts.append(Ranking(at, np.take_along_axis(scores, at, axis=1)))
    return Ranking(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _sorted_whole(scores: Floats) -> NDArray[np.intp]:
    return np.argsort(-scores, axis=1)[:, :K]


def _sorted_part(scores: Floats) -> NDArray[np.intp]:
    some = np.argpartition(-scores, K, axis=1)[:, :K]
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1)
    return np.take_along_axis(some, order, axis=1)


def _dense(found: sparse.csr_matrix[np.float64]) -> Ranking:
    """Lay rows of stored scores out as a ranking; what is not stored has score 0."""
    ranking = Ranking(
        np.full((found.shape[0], K), -1, dtype=np.intp), np.zeros((found.shape[0], K))
    )
    for i in range(found.shape[0]):
        row = slice(found.indptr[i], found.indptr[i + 1])
        n = row.stop - row.start
        ranking.indices[i, :n], ranking.scores[i, :n] = found.indices[row], found.data[row]
    return ranking


def _agree(ours: Ranking, theirs: Ranking) -> None:
    """Refuse to compare different answers: equal scores, and equal places but for ties."""
    if not np.allclose(ours.scores, theirs.scores, rtol=0, atol=1e-12):
        raise ValueError("the peer found other scores")
    apart = np.diff(theirs.scores, axis=1) < -1e-12
    clear = np.ones(theirs.scores.shape, dtype=np.bool_)
    clear[:, 1:] &= apart
    clear[:, :-1] &= apart
    clear[:, -1] = False  # whoever comes next may be as good
    if (ours.indices != theirs.indices)[clear].any():
        raise ValueError("the peer found others for the same scores")


def _beside_bound(given: Task) -> list[Figure]:
    index = indexed(given.rows)
    ours = measured(lambda: top_k(given.queries, index, K))
    rate, bound = given.adds / ours.cpu, adds_per_second()
    notes: dict[str, float | str] = {"bound, adds/s": bound, "ours, adds/s": rate}
    notes["adds of the full product"] = given.adds
    what = f"distance from the scatter bound of the machine, {given.name}"
    aim = Target(2, at_least=False)
    return [Figure(what, bound / rate, "x", aim, {"ours": ours.cpu}, notes)]


def adds_per_second() -> float:
    """Measure how many scattered additions a core makes into an accumulator in its cache."""
    rng = np.random.default_rng(0)
    places = np.sort(rng.permutation(4096)[:1024]).astype(np.int32)
    weights, sums = rng.random(places.size), np.zeros(4096)
    _scatter(places, weights, sums, 1)
    rounds = 100_000
    seconds = measured(lambda: _scatter(places, weights, sums, rounds), repeat=5).cpu
    return rounds * places.size / seconds


@numba.njit(nogil=True)
def _scatter(
    places: NDArray[np.int32], weights: Floats, sums: Floats, rounds: int
) -> None:  # pragma: no cover -- compiled
    for _ in range(rounds):
        for i in range(places.size):
            sums[places[i]] += 0.5 * weights[i]


def _warm_up() -> None:
    """Let compiled code be compiled before anything is measured."""
    tiny = task(20, 200, function_words=False)
    top_k(tiny.queries, indexed(tiny.rows), K)
