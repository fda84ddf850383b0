"""Which of our languages a text is written in, or that nobody can say.

The rule: what is plainly English is told by its small words, and everything else by a trained
model, which is loaded when the first such text is met. A language that is not read here, and
a text without evidence, is `UNKNOWN` and never English. The same text has the same answer.
"""

import functools
import re
import threading
from collections.abc import Callable
from typing import Final

from matching.text.characters import UNSEEN, shaped
from matching.text.languages import STEMMED, UNKNOWN


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Small words that only English has among the languages of the model, and those it shares.
_TELLING: Final = _words(
    "the of and with that which from by be are was were our their this these who you your how"
    " has have into can could should would will they them its what when where there because"
    " been being other only also than then such"
)
_ENGLISH: Final = _TELLING | _words(
    "a an as at do for if in is it no not on or so to we us all any more most one up out but"
    " may must here his her he she"
)
_WORD: Final = re.compile(r"\w+")

# Of 200 English passages 199 have so much of them. Of texts in 60 other languages none has but
# those that quote English sentences.
_ENOUGH: Final = 2
_DENSE: Final = 0.2

# Below that the model has met next to nothing of what the text is made of. To be cut by the
# wrong rules is worse than not to be known, and what is not known is cut by those of English.
_LEAST: Final = 0.1
_LEAST_FOR_ENGLISH: Final = 0.05

# Two words in plain letters are often words of several languages, as open data and centre are.
_FEW: Final = 2
_LEAST_FOR_FEW: Final = 0.6

# A language that is not read here must be so many times as likely: a hundred of them, most of
# them small, each take a little from the few that are.
_LIKELIER: Final = 1.5

# The beginning of a text says what it is written in.
_LOOKED_AT: Final = 1 << 12

# Both forms of Norwegian are read alike, and titles in English are taken for its pidgin.
_ALIKE: Final = {"nn": "no", "pcm": "en"}

_lock = threading.Lock()


# A text is asked for again by those who explain, and soon; more of them would fill the memory.
@functools.lru_cache(maxsize=1 << 10)
def recognise(text: str) -> str:
    """Tell which of the languages that are read here a text is written in.

    Parameters
    ----------
    text : str

    Returns
    -------
    language : str
        One of `STEMMED`, or `UNKNOWN`: another language, or too little to say.

    References
    ----------
    G. Grefenstette (1995), Comparing two language identification schemes, JADT: small words
    are enough for texts of a sentence and more. M. Lui and T. Baldwin (2012), langid.py: An
    off-the-shelf language identification tool, ACL: the model.

    Examples
    --------
    >>> recognise("Un service public pour tous les habitants")
    'fr'
    >>> recognise("Ein Dienst der Stadt für alle Menschen"), recognise("42")
    ('de', 'unknown')
    """
    plain = UNSEEN.sub("", shaped(text[:_LOOKED_AT]))
    words = _WORD.findall(plain.lower())
    n_telling = sum(word in _TELLING for word in words)
    n_english = sum(word in _ENGLISH for word in words)
    if n_telling >= _ENOUGH and n_english >= _DENSE * len(words):
        return "en"
    if not any(word.isalpha() and len(word) > 1 for word in words):
        return UNKNOWN
    with _lock:
        rank = _model()
    ours, others = dict.fromkeys(STEMMED, 0.0), 0.0
    for name, share in rank(plain):
        name = _ALIKE.get(name, name)
        if name in ours:
            ours[name] += share
        else:
            others = max(others, share)
    # max keeps the first of equals
    best = max(ours, key=ours.__getitem__)
    least = _LEAST_FOR_ENGLISH if best == "en" else _LEAST
    if best != "en" and len(words) <= _FEW and plain.isascii():
        least = _LEAST_FOR_FEW
    return best if ours[best] >= max(least, others / _LIKELIER) else UNKNOWN


@functools.cache
def _model() -> Callable[[str], list[tuple[str, float]]]:
    """Return what tells languages apart: a second of work, and memory, so only where needed."""
    from py3langid.langid import (  # noqa: PLC0415 -- as said
        MODEL_FILE,
        LanguageIdentifier,
    )

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    rank: Callable[[str], list[tuple[str, float]]] = model.rank
    return rank
