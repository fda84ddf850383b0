"""The one record that `matching` sees of a challenge or a solution; it never changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Profile:
    """One side of a possible pair: its passages, its themes and what rules may ask.

    Parameters
    ----------
    id : str
        The caller's name for it; the engine answers with positions, not with ids.
    texts : tuple of str
        Separate passages (problem, desired outcome; experience, evidence, past cases).
        Blank passages and repetitions of the same words count for nothing in the pool.
    themes : frozenset of str, default=frozenset()
        Keys with their facet, such as ``"practice:open-source"``.
    attributes : mapping of str to frozenset of str, default={}
        What eligibility rules compare, such as ``{"country": frozenset({"NO"})}``.
    language : str, default=None
        Language tag of the texts, such as ``"fr"`` or ``"pt-BR"``; None: recognised, and
        perhaps `UNKNOWN`.
    omitted : tuple of (int, int, int), default=()
        Parts of texts whose words do not count: position in `texts`, first character, and
        the one behind the last; see `screened`.
    claimed : frozenset of str, default=frozenset()
        Those of `themes` that no text bears out, which count half.
    asks : frozenset of int, default=frozenset()
        Positions of the texts that say what is asked: their parts are the first points that
        are looked at. It changes no score.

    Raises
    ------
    ValueError
        If `texts`, `themes` or a value of `attributes` is no collection of strings. Of one
        string the letters would be taken for passages, themes or values.

    Examples
    --------
    >>> Profile("digdir", ("Shared data spaces.",), frozenset({"practice:data"})).language
    """

    id: str
    texts: tuple[str, ...]
    themes: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    language: str | None = None
    omitted: tuple[tuple[int, int, int], ...] = ()
    claimed: frozenset[str] = frozenset()
    asks: frozenset[int] = frozenset()

    @property
    def counted(self) -> tuple[str, ...]:
        """The texts with blanks where they do not count: every place stays where it is."""
        if not self.omitted:
            return self.texts
        texts = list(self.texts)
        for at, start, stop in self.omitted:
            text = texts[at]
            texts[at] = f"{text[:start]}{' ' * len(text[start:stop])}{text[stop:]}"
        return tuple(texts)

    def __post_init__(self) -> None:
        _require_several(self.id, "texts", self.texts, "a tuple of passages")
        _require_several(self.id, "themes", self.themes)
        if not isinstance(self.attributes, Mapping):
            raise ValueError(f"attributes of profile {self.id!r} must be a mapping")
        for name, values in self.attributes.items():
            _require_several(self.id, name, values)


def _require_several(
    key: str, name: str, values: object, wanted: str = "a set of strings"
) -> None:
    """Do nothing, or refuse what is no collection of strings: it would be read as another one.

    A string has letters, bytes have numbers, and a generator has its values once.
    """
    if isinstance(values, str):
        raise ValueError(f"{name} of profile {key!r} must be {wanted}, got one string")
    if isinstance(values, bytes | Mapping) or not isinstance(values, Collection):
        kind = type(values).__name__
        raise ValueError(f"{name} of profile {key!r} must be {wanted}, got {kind}")
    for value in values:
        if not isinstance(value, str):
            kind = type(value).__name__
            raise ValueError(f"{name} of profile {key!r} must be {wanted}, got {kind} in it")
