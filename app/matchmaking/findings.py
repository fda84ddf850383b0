"""What the engine looks through in texts, and what it finds there, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Screened:
    """What a submission says, for what people should look at in it.

    Attributes
    ----------
    key : UUID
    title : str
    language : str or None
        As it is stated.
    themes : sequence of str
        Their keys.
    texts : mapping of str to str
        The passages by name, in the order of the form.
    """

    key: UUID
    title: str
    language: str | None
    themes: Sequence[str]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spotted:
    """A part of a passage that people should look at.

    Attributes
    ----------
    field : str
        Which passage.
    start, stop : int
        Characters of it.
    source : UUID or None
        The submission in which it stands as well; None for a list of words.
    """

    field: str
    start: int
    stop: int
    source: UUID | None = None


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """What the engine found in one submission.

    Attributes
    ----------
    language : str or None
        As it is stated, or else recognised; None where nobody can say.
    is_read : bool
        Whether words of that language are cut by its own rules.
    spots : sequence of Spotted
    claimed : sequence of str
        Keys of the themes that no text bears out.
    """

    language: str | None
    is_read: bool
    spots: Sequence[Spotted]
    claimed: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProposedTheme:
    """A theme that a text may be about, with the words that led to it.

    Attributes
    ----------
    key : str
    words : sequence of (str, int, int)
        The passage, and where the word stands in it.
    share : float
        How much of the name of the theme the text has, rare words counting more.
    """

    key: str
    words: Sequence[tuple[str, int, int]]
    share: float
