"""How much of what a query asks a candidate tells: a share that means the same in any run.

Each term of a query stands for the square of its weight; the squares of a query add up to 1.
A candidate tells a term that stands in any of its passages, however often.
"""

import numpy as np
from scipy import sparse

from matching.scoring.pairs import Pairs
from matching.text.encoded import EncodedPool, EncodedQueries, Floats, matrix, one_language


def told(queries: EncodedQueries, pool: EncodedPool) -> Floats:
    """Return the share for every pair.

    Returns
    -------
    told : float64 array of shape (n_queries, n_pool), in [0, 1]
        nan where a side has no text, or the two are read in different languages.
    """
    n_passages = pool.shares.size
    ones = np.ones(n_passages)
    owners = matrix(ones, np.arange(n_passages, dtype=np.intp), pool.starts, n_passages)
    stated = sparse.csr_array(owners @ pool.passages)
    stated.data = np.sign(stated.data)
    asked = queries.text.copy()
    asked.data = asked.data**2
    comparable = np.logical_and.outer(queries.has_text, pool.has_text)
    comparable &= one_language(queries.languages[:, None], pool.languages)
    return np.where(comparable, (asked @ stated.T).toarray(), np.nan)


def told_of(pairs: Pairs) -> Floats:
    """Return the share for listed pairs, of shape (n_pairs,)."""
    common = pairs.common_text()
    width = int(common.columns.max(initial=0)) + 1
    keys = pairs.owners[common.rows] * width + common.columns
    _, first = np.unique(keys, return_index=True)
    owners = pairs.owners[common.rows[first]]
    shares = np.bincount(owners, common.query[first] ** 2, minlength=pairs.rows.size)
    return np.where(pairs.has_text & pairs.one_language, shares, np.nan)
