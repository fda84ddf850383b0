"""How many minutes answering takes at least: an estimate from words and choices. Pure.

* A question is read, with its hint and its options: 238 words a minute, the mean of silent
  reading of English non-fiction over 190 studies (Brysbaert, Journal of Memory and Language
  109, 2019).
* A text is composed: 19 words a minute at a keyboard (Karat, Halverson, Horn and Karat, CHI
  '99, which measured composing apart from copying).
* Anything that is chosen or typed as one value: 2.7 seconds, the time of the keystroke-level
  model for making up one's mind, pointing and pressing (1.35 + 1.1 + 0.2; Card, Moran and
  Newell, Communications of the ACM 23, 1980).

It counts neither thinking nor asking colleagues, which take most of the time: so it says what
is spared at least where an answer is not typed twice, and never what a form costs in all.
"""

from typing import Any, Final

from app.questions.answering import is_blank, spoken, words_in

READ: Final = 238.0
"""Words that are read in a minute."""
COMPOSED: Final = 19.0
"""Words that are composed in a minute."""
CHOSEN: Final = 2.65 / 60
"""Minutes for one choice."""


def reading(*texts: str) -> float:
    """Return the minutes in which texts are read."""
    return sum(map(words_in, texts)) / READ


def answering(value: Any, *, is_text: bool) -> float:
    """Return the minutes in which an answer is written or chosen; 0 for a blank one."""
    if is_blank(value):
        return 0.0
    if is_text:
        return words_in(str(value)) / COMPOSED
    return CHOSEN * max(len(spoken(value)), 1)
