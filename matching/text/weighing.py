"""Texts as rows of weighed terms in which a profile tells each thing once."""

import numpy as np
from numpy.typing import NDArray

from matching.text.encoded import Floats, Matrix, norms, scale
from matching.text.reading import Reader, Tokens
from matching.text.retelling import mostly, retold
from matching.text.vocabulary import Vocabulary


def weighed_once(
    tokens: Tokens, vocabulary: Vocabulary, reader: Reader
) -> tuple[Tokens, Matrix]:
    """Weigh texts, what their profile tells again aside.

    What stands in an earlier text is left out. Within a text what is told again may stress
    the words that were told before, but brings no others, and the row gets no longer by it.

    Parameters
    ----------
    tokens : Tokens
    vocabulary : Vocabulary
    reader : Reader
        Which read them.

    Returns
    -------
    tokens : Tokens
        Without what stands in earlier texts.
    rows : csr_array of shape (n_texts, n_terms), float64
        As `Vocabulary.rows`.
    """
    again = retold(tokens)
    within = again.within[~again.across]
    tokens = tokens.without(again.across)
    rows = vocabulary.rows(tokens, reader)
    if not within.any():
        return tokens, rows
    once = vocabulary.rows(tokens.without(within), reader)
    for text in np.flatnonzero(mostly(within, tokens.ends)).tolist():
        own, plain = (slice(*of.indptr[text : text + 2].tolist()) for of in (rows, once))
        rows.data[own][~np.isin(rows.indices[own], once.indices[plain])] = 0
    rows.eliminate_zeros()
    owners = np.repeat(np.arange(tokens.ends.size - 1), np.diff(tokens.ends))
    return tokens, scale(rows, _stretched(norms(rows), norms(once), np.unique(owners[within])))


def _stretched(lengths: Floats, plain: Floats, stressed: NDArray[np.intp]) -> Floats:
    """Return by how much rows are too long; 1 for those that are not."""
    factors = np.ones(lengths.size)
    some = stressed[lengths[stressed] > 0]
    factors[some] = lengths[some] / plain[some]
    return factors
