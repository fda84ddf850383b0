"""Takes the score of one pair apart.

The rule: it reads the same rows as the score, so the shares add up to it.
"""

from collections.abc import Iterator
from typing import Final

from matching.scoring.explanation import (
    Contribution,
    Explanation,
    Missing,
    Passages,
    by_weight,
    by_word,
    read,
    word_contributions,
)
from matching.scoring.scoring import Scorer, TurnedPool
from matching.text.encoded import EncodedPool, EncodedQueries
from matching.text.profile import Profile
from matching.text.vectorizer import ProfileVectorizer

# What the share of the meaning is named; no word can be named for it.
_ENCODER: Final = "sentence encoder"


def taken_apart(
    vectorizer: ProfileVectorizer,
    scorer: Scorer,
    query: Profile,
    candidate: Profile,
    asked: EncodedQueries,
    offered: EncodedPool,
) -> Explanation:
    """Explain the score of a query and a candidate.

    Parameters
    ----------
    asked : EncodedQueries
        The query alone.
    offered : EncodedPool
        The candidate alone.
    """
    asked = asked.narrowed(offered.passages.shape[1], offered.themes.shape[1])
    parts = scorer.parts(asked, offered, TurnedPool.of(offered))
    missing = scorer.missing(asked, offered)
    shares = dict(scorer.word_shares(asked, offered))
    names = vectorizer.vocabulary_.names(list(shares))
    words = by_word(zip(names, shares.values(), strict=True))
    left, right = read(query), read(candidate)
    best = offered.positions[scorer.best_passage(asked, offered)]
    return Explanation(
        score=float(parts.score[0, 0]),
        text_part=float(parts.text[0, 0]),
        theme_part=float(parts.themes[0, 0]),
        contributions=by_weight(
            [
                *word_contributions(words, left, right),
                *_others(tuple(vectorizer.themes_), scorer, asked, offered, missing),
            ]
        ),
        passages=Passages(
            left.passage(left.heaviest(words), words), right.passage(int(best), words)
        ),
        missing=missing,
        coverage=float(parts.coverage[0, 0]),
    )


def _others(
    themes: tuple[str, ...],
    scorer: Scorer,
    asked: EncodedQueries,
    offered: EncodedPool,
    missing: tuple[Missing, ...],
) -> Iterator[Contribution]:
    """Yield all shares but those of words, which need their written forms."""
    for column, share in scorer.theme_shares(asked, offered):
        yield Contribution("theme", themes[column], share)
    if (share := scorer.meaning_share(asked, offered)) > 0:
        yield Contribution("meaning", _ENCODER, share)
    for part in sorted({m.part for m in missing if m.side != "both"}):
        yield Contribution("missing", part, scorer.weights[part] * scorer.missing_prior)
