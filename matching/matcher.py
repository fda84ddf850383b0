"""The matcher: fit a pool, rank it for queries, explain a pair.

It is an estimator of scikit-learn, which takes a second to load; `PlainMatcher` is the same
without that base class.
"""

from sklearn.base import BaseEstimator

from matching.plain_matcher import PlainMatcher


class Matcher(BaseEstimator, PlainMatcher):
    """Rank a pool of profiles for queries by shared words and shared themes.

    The score of a pair is
    ``text_weight * text + (1 - text_weight) * themes``, where text is
    ``(1 - whole_weight) * max(q . V) + whole_weight * q . P`` over the passages V and the
    whole P of the candidate, and themes is the cosine of idf-weighted themes (see
    `ProfileVectorizer`). Text can exceed 1, so a score is no percentage.

    Parameters
    ----------
    text_weight : float in [0, 1], default=0.6
        Share of the score that comes from the text; the rest comes from themes. A
        setting: no data at hand can tell the right one.
    whole_weight : float in [0, 1], default=0.5
        Share of the text that comes from the candidate as a whole; the rest comes from
        its best passage.
    min_df, slope, saturation, pair_weight, query_power
        As in `ProfileVectorizer`.
    missing_prior : float in [0, 1], default=0.0
        What a part counts that cannot be computed because a side states no text or no
        theme. The smallest value of an honest part is 0, so any larger prior lets a
        blank beat an honest answer; with 0 a blank never raises a score, and `coverage`
        tells it from an honest 0.
    compiled : bool, default=None
        Whether `rank` uses the compiled search; None: where it is installed and pays. The
        answers are the same.
    reader : Reader, default=None
        What reads the texts; share one to read no text twice. None: one of its own.
    encoder : Encoder, default=None
        With a sentence encoder text is ``(1 - meaning_weight) * text + meaning_weight *
        nearness`` (see there), and ranking is never compiled. None: words alone.
    meaning_weight : float in [0, 1], default=0.3
        Share of the encoder in the text part.

    Attributes
    ----------
    vectorizer_ : ProfileVectorizer
    pool_ : sequence of Profile
    segments_ : tuple of Segment
        The pool encoded: what was fitted, and what arrived since.

    Examples
    --------
    >>> from matching import Matcher, Profile
    >>> pool = [Profile("a", ("Flood warnings by phone.",)), Profile("b", ("Open budgets.",))]
    >>> matcher = Matcher().fit(pool)
    >>> matcher.rank([Profile("q", ("Warn of floods early",))], k=1).indices
    array([[0]])
    """
