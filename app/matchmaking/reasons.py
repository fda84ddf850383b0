"""What people read about a pair: phrases instead of words, and one sentence made of its points.

The rule: a run stores shares and places; every sentence about them is made here, for pages,
letters of the board, tables and the terminal alike, and told in the language of its reader.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from app.core.base.messages import Joined, Message, Sentence
from app.core.tables.exporting import Named

SAID: Final = 3
"""How many phrases, and how many themes, a sentence names."""
_LONGEST: Final = 90


class _Shared(Protocol):
    """A share of a score, as it is computed or as it was stored."""

    @property
    def kind(self) -> str: ...
    @property
    def feature(self) -> str: ...
    @property
    def share(self) -> float: ...
    @property
    def words(self) -> Sequence[str]: ...
    @property
    def phrase(self) -> str | None: ...


class _Point(Protocol):
    """A point of a challenge, as it is computed or as it was stored."""

    @property
    def text(self) -> str: ...
    @property
    def marks(self) -> Sequence[tuple[int, int]]: ...
    @property
    def share(self) -> float: ...
    @property
    def told(self) -> object | None: ...


class _Line(Protocol):
    """What explains a pair: the points of its challenge, and the shares of its score."""

    @property
    def needs(self) -> Sequence[_Point]: ...
    @property
    def contributions(self) -> Sequence[_Shared]: ...


def phrases_of(contributions: Iterable[_Shared]) -> dict[str, float]:
    """Return the phrases that both tell and what each adds to the score, the strongest first.

    Words that say little by themselves are in none. Of a run that was stored before there
    were phrases each word is one, as both sides wrote it.
    """
    found: dict[str, float] = {}
    for one in contributions:
        if one.kind == "word":
            old = "/".join(dict.fromkeys(one.words))
            name = old if one.phrase is None else one.phrase
            if name:
                found[name] = found.get(name, 0.0) + one.share
    return dict(sorted(found.items(), key=lambda phrase: -phrase[1]))


def sentence_of(contributions: Sequence[_Shared], names: Named) -> Sentence:
    """Say in a sentence what two submissions have in common: the strongest of it first."""
    words, themes = list(phrases_of(contributions))[:SAID], _themes(contributions, names)
    said: list[str] = []
    if words:
        said.append(Message("both mention {words}", words=listed(words)))
    if themes:
        said.append(Message("both are about {themes}", themes=listed(themes)))
    if not said:
        alone = any(c.kind == "word" for c in contributions)
        said.append(
            Message("only single words are in common, far from each other")
            if alone
            else Message("nothing that can be named is in common")
        )
    return Sentence(Joined("; ", said))


def _themes(contributions: Sequence[_Shared], names: Named) -> list[str]:
    keys = [one.feature for one in contributions if one.kind == "theme"][:SAID]
    return [names.get(key, (key,))[0] for key in keys]


def lead_of(line: _Line, names: Named) -> Sentence | Message:
    """Say in one sentence which point of the challenge the provider takes up, and which not.

    Of the points that are told the one of which most is told, of the others the one of which
    least is. Where none is told, what both mention.
    """
    told = [point for point in line.needs if point.told]
    open_points = [point for point in line.needs if not point.told]
    missing = min(open_points, key=lambda point: point.share, default=None)
    if told:
        best = max(told, key=lambda point: point.share)
        if missing is None:
            return Message("Both describe “{told}”.", told=core(best))
        return Message(
            "Both describe “{told}”; the provider does not tell of “{missing}” in the same "
            "words.",
            told=core(best),
            missing=_brief(missing.text),
        )
    words = list(phrases_of(line.contributions))[:SAID]
    themes = _themes(line.contributions, names)
    if missing is not None and words:
        return Message(
            "Both mention {words}; no sentence of the provider takes up a point of the "
            "challenge in the same words.",
            words=listed(words),
        )
    if missing is not None and themes:
        return Message(
            "Both are about {themes}; no sentence of the provider takes up a point of the "
            "challenge in the same words.",
            themes=listed(themes),
        )
    return sentence_of(line.contributions, names)


def reasons_of(line: _Line, names: Named) -> list[Sentence | Message]:
    """Say why a pair stands where it does: its points in a sentence, then what is shared."""
    lead = lead_of(line, names)
    words = phrases_of(line.contributions)
    beside = list(line.contributions)
    if line.needs and not any(point.told for point in line.needs):
        # the first sentence has said what both mention, or else which themes both are about
        beside = [one for one in beside if words and one.kind == "theme"]
    shared = sentence_of(beside, names) if beside else lead
    return [lead] if lead == shared else [lead, shared]


def core(point: _Point) -> str:
    """Return the words of a point that are told, as they stand there.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> marks = [(8, 21), (32, 38)]
    >>> core(SimpleNamespace(text="We want cheap sensors for small rivers.", marks=marks))
    'cheap sensors … rivers'
    """
    if not point.marks:
        return _brief(point.text)
    return _brief(" … ".join(point.text[start:stop] for start, stop in point.marks))


def _brief(text: str) -> str:
    """Return a part of a text without its last sign, a long one up to the end of a word."""
    said = text.strip(" .,;:")
    if len(said) <= _LONGEST:
        return said
    return f"{said[:_LONGEST].rpartition(' ')[0] or said[:_LONGEST]} …"


def listed(parts: Sequence[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    *first, last = parts
    return Message("{one} and {other}", one=", ".join(first), other=last) if first else last
