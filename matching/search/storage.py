"""A fitted matcher in a folder: arrays and JSON, written whole or not at all.

The rule: nothing that is read is ever executed, and arrays can stay on disk.
"""

import hashlib
import itertools
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.scoring.semantic import Encoder
from matching.search.eligibility import Attributes
from matching.search.pool import StoredProfiles, written
from matching.search.topk.index import Bounds
from matching.text.encoded import EncodedPool, Matrix
from matching.text.profile import Profile
from matching.text.reading import Reader, Readings
from matching.text.vectorizer import ProfileVectorizer
from matching.text.vocabulary import Vocabulary

Array = NDArray[Any]
Part = tuple[EncodedPool, Bounds | None]

_FORMAT: Final = 6

# Names of models begin with it: a new form of the files is no new model.
_NAMED: Final = 1

# Other versions of these may find other words in the same text.
_READ_WITH: Final = (
    "py3langid",
    "scikit-learn",
    "snowballstemmer",
    "stop-words",
    "stopwordsiso",
)

_MODEL: Final = "model.json"
_PROFILES: Final = "profiles.jsonl"
_ROWS: Final = ("data", "indices", "indptr")
_ENCODED: Final = (
    "starts",
    "positions",
    "shares",
    "has_text",
    "has_themes",
    "languages",
    "borne_out",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """All that a matcher needs to go on.

    Parameters
    ----------
    parameters : dict
        Of the constructor.
    version : str
    n_unknown : int
        Words that arrived and were not known.
    vectorizer : ProfileVectorizer
        Fitted.
    pool : sequence of Profile
    attributes : Attributes
        Of the pool.
    parts : sequence of (EncodedPool, Bounds or None)
        For each segment.
    """

    parameters: dict[str, Any]
    version: str
    n_unknown: int
    vectorizer: ProfileVectorizer
    pool: Sequence[Profile]
    attributes: Attributes
    parts: Sequence[Part]


def digest(
    parameters: dict[str, Any], vectorizer: ProfileVectorizer, encoded: Sequence[EncodedPool]
) -> str:
    """Return 16 hexadecimal digits that name a model: parameters, words, and every number."""
    settings = _as_json(parameters) | {"compiled": None}
    if settings["encoder"] is None:
        del settings["encoder"], settings["meaning_weight"]
    digest_of_all = hashlib.blake2b(digest_size=8)
    digest_of_all.update(json.dumps([_NAMED, settings, *_names(vectorizer)]).encode())
    arrays = itertools.chain(_learned(vectorizer), *(_rows(part) for part in encoded))
    for name, array in arrays:
        digest_of_all.update(f"{name} {array.dtype} {array.shape}".encode())
        digest_of_all.update(
            np.ascontiguousarray(array).view(np.uint8).data if array.size else b""
        )
    return digest_of_all.hexdigest()


def save(saved: Saved, folder: Path) -> None:
    """Write everything beside `folder`, then put it in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        new, old = Path(aside, "new"), Path(aside, "old")
        new.mkdir()
        _write(saved, new)
        if folder.exists():
            os.replace(folder, old)
        os.replace(new, folder)


def load(folder: Path, *, mmap: bool, encoder: Encoder | None = None) -> Saved:
    """Read what `save` wrote.

    Raises
    ------
    MatchingError
        If there is no saved matcher, it was written by other versions, it was fitted with
        an encoder of another name, or a file of it is missing, cut short, or replaced
        meanwhile.
    """
    place = _place(folder)
    model = _model(folder)
    stated, given = model["parameters"].get("encoder"), encoder and encoder.name
    if stated != given:
        raise MatchingError(f"the matcher in {folder} has the encoder {stated}, not {given}")
    try:
        saved = _restored(model, _Stored(folder, mmap), encoder)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise MatchingError(
            f"the matcher in {folder} is damaged: {error}; fit and save it again"
        ) from error
    if _place(folder) != place:
        raise MatchingError(f"the matcher in {folder} was replaced while it was read")
    return saved


def _restored(model: dict[str, Any], stored: "_Stored", encoder: Encoder | None) -> Saved:
    """Put the arrays behind the page that says what they mean."""
    stems, themes = model["names"]
    reader = Reader(
        stems=model["reader"], known=Readings(*stored.all("readings", len(Readings._fields)))
    )
    vectorizer = ProfileVectorizer(**model["vectorizer"])
    vectorizer.reader_ = reader
    vectorizer.vocabulary_ = Vocabulary(
        stems=dict(zip(stems, stored("stem_columns").tolist(), strict=True)),
        pairs=stored("pairs"),
        pair_columns=stored("pair_columns"),
        idf=stored("idf"),
        unknown_idf=model["unknown_idf"],
        pair_weight=vectorizer.pair_weight,
    )
    vectorizer.themes_ = {theme: column for column, theme in enumerate(themes)}
    vectorizer.theme_idf_ = stored("theme_idf")
    vectorizer.unknown_theme_idf_ = model["unknown_theme_idf"]
    vectorizer.mean_length_ = model["mean_length"]
    vectorizer.n_words_ = model["n_words"]
    lines, ends = stored.bytes(_PROFILES), stored("profile_ends")
    if ends[-1] != lines.size:
        raise ValueError(f"{_PROFILES} holds {lines.size} bytes instead of {ends[-1]}")
    return Saved(
        parameters=model["parameters"] | {"encoder": encoder},
        version=model["version"],
        n_unknown=model["n_unknown"],
        vectorizer=vectorizer,
        pool=StoredProfiles(lines, ends),
        attributes=Attributes(
            [{name: frozenset(of) for name, of in one.items()} for one in model["attributes"]],
            stored("attributes"),
        ),
        parts=[stored.part(f"part{i}") for i in range(model["n_parts"])],
    )


def _write(saved: Saved, folder: Path) -> None:
    vectorizer = saved.vectorizer
    readings: tuple[Array, ...] = vectorizer.reader_.readings()
    with Path(folder, _PROFILES).open("wb") as file:
        ends = written(saved.pool, file)
    arrays: list[tuple[str, Array]] = [("profile_ends", ends), *_learned(vectorizer)]
    arrays.append(("attributes", saved.attributes.of))
    arrays += ((f"readings{i}", array) for i, array in enumerate(readings))
    for i, (encoded, bounds) in enumerate(saved.parts):
        arrays += ((f"part{i}_{name}", array) for name, array in _rows(encoded))
        known: tuple[Array, ...] = bounds or ()
        arrays += ((f"part{i}_bounds{j}", array) for j, array in enumerate(known))
    for name, array in arrays:
        np.save(Path(folder, f"{name}.npy"), array, allow_pickle=False)
    model = {
        "format": _FORMAT,
        "read_with": _read_with(),
        "parameters": _as_json(saved.parameters),
        "vectorizer": vectorizer.get_params() | {"reader": None},
        "version": saved.version,
        "n_unknown": saved.n_unknown,
        "n_parts": len(saved.parts),
        "names": _names(vectorizer),
        "reader": vectorizer.reader_.stems,
        "attributes": [
            {name: sorted(of) for name, of in stated.items()}
            for stated in saved.attributes.stated
        ],
        "unknown_idf": vectorizer.vocabulary_.unknown_idf,
        "unknown_theme_idf": vectorizer.unknown_theme_idf_,
        "mean_length": vectorizer.mean_length_,
        "n_words": vectorizer.n_words_,
    }
    Path(folder, _MODEL).write_text(json.dumps(model), encoding="ascii")


def _place(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from the one that took its name; None for no folder."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _model(folder: Path) -> dict[str, Any]:
    """Read the page that says what the arrays mean."""
    try:
        model: dict[str, Any] = json.loads(Path(folder, _MODEL).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise MatchingError(f"there is no saved matcher in {folder}: {error}") from error
    written_with = (model.get("format"), model.get("read_with"))
    if written_with != (_FORMAT, _read_with()):
        raise MatchingError(
            f"the matcher in {folder} was saved in format {written_with[0]} with"
            f" {written_with[1]}, and this is format {_FORMAT} with {_read_with()}; fit and"
            " save it again"
        )
    return model


def _as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters as JSON holds them: of the encoder its name alone."""
    encoder: Encoder | None = parameters["encoder"]
    return parameters | {"reader": None, "encoder": encoder and encoder.name}


def _read_with() -> dict[str, str]:
    return {name: installed(name) for name in _READ_WITH}


def _names(vectorizer: ProfileVectorizer) -> tuple[list[str], list[str]]:
    return list(vectorizer.vocabulary_.stems), list(vectorizer.themes_)


def _learned(vectorizer: ProfileVectorizer) -> Iterator[tuple[str, Array]]:
    vocabulary = vectorizer.vocabulary_
    columns = np.fromiter(vocabulary.stems.values(), np.int32, len(vocabulary.stems))
    yield "stem_columns", columns
    yield "pairs", vocabulary.pairs
    yield "pair_columns", vocabulary.pair_columns
    yield "idf", vocabulary.idf
    yield "theme_idf", vectorizer.theme_idf_


def _rows(encoded: EncodedPool) -> Iterator[tuple[str, Array]]:
    for name, rows in (("passages", encoded.passages), ("themes", encoded.themes)):
        yield f"{name}_shape", np.array(rows.shape)
        for part in _ROWS:
            yield f"{name}_{part}", getattr(rows, part)
    for name in _ENCODED:
        yield name, getattr(encoded, name)
    if encoded.meaning is not None:
        yield "meaning", encoded.meaning


@dataclass(frozen=True, slots=True)
class _Stored:
    """The arrays of a folder, read or left on disk."""

    folder: Path
    mmap: bool

    def __call__(self, name: str) -> Array:
        path = Path(self.folder, f"{name}.npy")
        # copy on write: nobody can change the file by changing the array
        return np.asarray(np.load(path, mmap_mode="c" if self.mmap else None))

    def bytes(self, name: str) -> NDArray[np.uint8]:
        path = Path(self.folder, name)
        if self.mmap:
            return np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        return np.fromfile(path, dtype=np.uint8)

    def all(self, name: str, n: int) -> list[Array]:
        return [self(f"{name}{i}") for i in range(n)]

    def part(self, name: str) -> Part:
        fields = {field: self(f"{name}_{field}") for field in _ENCODED}
        passages, themes = self._matrix(f"{name}_passages"), self._matrix(f"{name}_themes")
        meaning = None
        if Path(self.folder, f"{name}_meaning.npy").exists():
            meaning = self(f"{name}_meaning")
        encoded = EncodedPool(passages=passages, themes=themes, **fields, meaning=meaning)
        if not Path(self.folder, f"{name}_bounds0.npy").exists():
            return encoded, None
        return encoded, Bounds(*self.all(f"{name}_bounds", len(Bounds._fields)))

    def _matrix(self, name: str) -> Matrix:
        data, indices, indptr = (
            self(f"{name}_{part}") for part in ("data", "indices", "indptr")
        )
        return Matrix((data, indices, indptr), shape=tuple(self(f"{name}_shape").tolist()))
