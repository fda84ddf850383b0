"""Exact top-k of a sparse product under a mask: a compiled search and its plain twin.

The rule: both give the same positions and the same scores, to the last digit; which one
works is a question of speed alone.
"""

import importlib
import importlib.util
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.scoring.scoring import Scorer
from matching.search.eligibility import Admission
from matching.search.topk.index import Index
from matching.text.encoded import EncodedPool, EncodedQueries, Floats, Matrix

__all__ = ["Index", "compiled", "top_k"]

# Below so many profiles a plain product is as fast, and nothing has to be compiled.
_PAYS: Final = 1_000


def compiled(n_pool: int, wanted: bool | None = None) -> bool:
    """Tell whether the compiled search shall work on a pool of this size.

    Parameters
    ----------
    n_pool : int
    wanted : bool, default=None
        None: where it is installed and pays.

    Raises
    ------
    MatchingError
        If it is wanted and not installed.
    """
    there = importlib.util.find_spec("numba") is not None
    if wanted and not there:
        raise MatchingError("the compiled search needs numba: install counterpart[large]")
    return wanted if wanted is not None else there and n_pool >= _PAYS


def load(n_pool: int, wanted: bool | None = None) -> None:
    """Load the compiler where the search will need it: reading texts is quicker by it.

    Raises
    ------
    MatchingError
        If it is wanted and not installed.
    """
    if compiled(n_pool, wanted):
        importlib.import_module("numba")


def search(
    index: Index, queries: EncodedQueries, allowed: Admission, k: int
) -> tuple[NDArray[np.int64], Floats]:
    """Search an index; see `matching.search.topk.kernel.search`."""
    # numba costs a second to load, so whoever ranks few profiles goes without
    kernel: Any = importlib.import_module("matching.search.topk.kernel")
    indices, scores = kernel.search(
        index.arrays, index.query_arrays(queries), allowed, k, index.spare
    )
    return indices, scores


def indexed(rows: Matrix) -> Index:
    """Index rows as they are, for `top_k`."""
    n_rows = rows.shape[0]
    has_text = np.ones(n_rows, dtype=np.bool_)
    pool = EncodedPool(
        passages=rows,
        starts=np.arange(n_rows + 1, dtype=np.intp),
        positions=np.zeros(n_rows, dtype=np.intp),
        shares=np.zeros(n_rows),
        themes=Matrix((n_rows, 0)),
        has_text=has_text,
        has_themes=~has_text,
        languages=np.zeros(n_rows, dtype=np.int64),
        borne_out=np.ones(n_rows),
    )
    return Index.of(pool, Scorer(1.0, 0.0, 0.0))


def top_k(queries: Matrix, index: Index, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the k largest products of each query with the rows of an index.

    Parameters
    ----------
    queries : csr_array of shape (n_queries, n_columns), float64, non-negative
    index : Index
        Of non-negative rows, made by `indexed`.
    k : int >= 1

    Returns
    -------
    indices : int64 array of shape (n_queries, k)
        Largest first, equal ones in the order of the rows; -1 for "none left".
    products : float64 array of shape (n_queries, k)
        nan for "none left".
    """
    n_queries = queries.shape[0]
    has_text = np.ones(n_queries, dtype=np.bool_)
    zeros = np.zeros(max(n_queries, index.n_pool) + 1, dtype=np.int64)
    nothing = Matrix((n_queries, 0))
    encoded = EncodedQueries(queries, nothing, has_text, ~has_text, zeros[:n_queries])
    everything = Admission(
        table=np.ones((1, 1), dtype=np.bool_),
        query_class=zeros[:n_queries].astype(np.int32),
        pool_class=zeros[: index.n_pool].astype(np.int32),
        excluded_ends=zeros[: n_queries + 1],
        excluded=zeros[:0],
    )
    return search(index, encoded, everything, k)
