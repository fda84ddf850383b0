"""The pools that somebody may try to climb, and the words that an attempt is made of.

The rule: everything is drawn by one seed from the texts at hand.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.corpora import Record, labelled, records
from benchmarks.known_items import ENOUGH
from benchmarks.tasks import profiles
from matching import Profile

GENERIC: Final = 3_000
RAREST: Final = 20
CATALOGUE: Final = 50

# Values of themes that are no lists of codes.
_FACETS: Final = ("data_theme", "practice", "sdg")


@dataclass(frozen=True, slots=True)
class Pool:
    """Challenges and those who rank for them, as they honestly are.

    Parameters
    ----------
    name : str
    challenges, providers : tuple of Profile
    """

    name: str
    challenges: tuple[Profile, ...]
    providers: tuple[Profile, ...]

    @property
    def with_themes(self) -> list[int]:
        """The challenges that state themes, by position."""
        return [i for i, challenge in enumerate(self.challenges) if challenge.themes]


def pools(data: Path) -> Iterator[Pool]:
    """Yield the practices, then every labelled set with its first draw of providers."""
    yield practices(data)
    for task in labelled(data):
        challenges, providers = task.cases[0]
        yield Pool(task.name, challenges, providers)


def practices(data: Path) -> Pool:
    """Set 4 challenges with themes and 50 problems of the catalogue against the practices."""
    edition = json.loads((data / "first_edition.json").read_text(encoding="utf-8"))
    asked = [
        Profile(
            one["id"],
            (f"{one['title']}\n{one['summary']}", one["context"], ". ".join(one["needs"])),
            themes_of(one),
        )
        for one in edition["challenges"]
    ]
    problems = (one["text"] for one in records(data / "catalogue_challenges.jsonl"))
    catalogue = [[text] for text in problems if len(text.split()) >= ENOUGH]
    register = json.loads((data / "practices.json").read_text(encoding="utf-8"))["practices"]
    return Pool(
        "practices",
        (*asked, *profiles("q", catalogue[:CATALOGUE])),
        tuple(
            Profile(one.get("id", f"p{i}"), (one["text"],), themes_of(one))
            for i, one in enumerate(register)
        ),
    )


def themes_of(record: Record) -> frozenset[str]:
    """Return the themes of a record as keys with their facets."""
    stated: Mapping[str, Any] = record.get("themes", {})
    return frozenset(f"{facet}:{code}" for facet in _FACETS for code in stated.get(facet, ()))


def common_words(pool: Pool, n: int = GENERIC) -> list[str]:
    """Return the words of most texts of a pool, longer than three letters."""
    return [word for word, _ in _frequencies(pool).most_common(n)]


def rarest_words(pool: Pool, challenge: Profile, n: int = RAREST) -> list[str]:
    """Return the words of a challenge that stand in the fewest texts of the pool."""
    often = _frequencies(pool)
    own = sorted(_words(challenge), key=lambda word: (often[word], word))
    return own[:n]


def common_themes(pool: Pool, n: int = 10) -> frozenset[str]:
    """Return the themes that most of the pool state."""
    often = Counter(theme for one in pool.providers for theme in sorted(one.themes))
    return frozenset(theme for theme, _ in often.most_common(n))


def _frequencies(pool: Pool) -> Counter[str]:
    everybody = (*pool.challenges, *pool.providers)
    return Counter(word for one in everybody for word in sorted(_words(one)))


def _words(profile: Profile) -> set[str]:
    words = (word.strip(".,;:()\"'?!").lower() for t in profile.texts for word in t.split())
    return {word for word in words if len(word) > 3 and word.isalpha()}
