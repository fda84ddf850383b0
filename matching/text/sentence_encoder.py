"""A sentence encoder read from a folder on disk, pinned by its hash; the extra `embeddings`.

Nothing else in `matching` imports this file, and it fetches nothing. The model is a BERT
with mean pooling, such as MiniLM, and is run in numpy: no framework of gigabytes for six
layers.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from scipy.special import erf
from tokenizers import Tokenizer

from matching.errors import UnusableModel
from matching.text.encoded import Floats, unit_rows

Singles = NDArray[np.float32]

# What is read, and so what the hash covers.
FILES: Final = ("1_Pooling/config.json", "config.json", "model.safetensors", "tokenizer.json")

# Tokens of a window; longer ones were not seen when such models were trained.
_WINDOW: Final = 256

_READABLE: Final[Mapping[str, object]] = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "pooling_mode_mean_tokens": True,
    "pooling_mode_cls_token": False,
}


def digest(contents: Mapping[str, bytes]) -> str:
    """Return one sha256 in hexadecimal for the files of a model, by name."""
    total = hashlib.sha256()
    for name in sorted(contents):
        total.update(f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n".encode())
    return total.hexdigest()


class Embedder:
    """Turn texts into unit vectors with the model of a folder.

    Each text is read by itself, so its vector depends on no other text. One longer than
    256 tokens is read in windows of equal length, whose vectors are averaged.

    Parameters
    ----------
    folder : path
        With the files of `FILES`, as sentence-transformers lays them out.
    sha256 : str
        What `digest` must give for them. The same bytes are hashed and used.

    Raises
    ------
    UnusableModel
        If a file is missing, the hash differs, or the model is of another kind.

    Attributes
    ----------
    name : str
        The sha256 in lower case.

    References
    ----------
    J. Devlin et al. (2019), BERT, NAACL, section 3. N. Reimers and I. Gurevych (2019),
    Sentence-BERT, EMNLP, section 3: mean pooling.
    """

    def __init__(self, folder: Path | str, *, sha256: str) -> None:
        contents = {name: _content(Path(folder), name) for name in FILES}
        if (found := digest(contents)) != sha256.lower():
            raise UnusableModel(f"the model in {folder} has the sha256 {found}, not {sha256}")
        self.name = found
        config = json.loads(contents["config.json"])
        stated = {"position_embedding_type": "absolute"} | config
        _check(stated | json.loads(contents["1_Pooling/config.json"]))
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._epsilon = float(config["layer_norm_eps"])
        self._weights: dict[str, Singles] = safetensors.numpy.load(
            contents["model.safetensors"]
        )
        self._tokenizer = Tokenizer.from_str(contents["tokenizer.json"].decode())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        room = min(_WINDOW, int(config["max_position_embeddings"]))
        self._room = room - self._tokenizer.num_special_tokens_to_add(is_pair=False)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows of shape (n_texts, n_dimensions), float64."""
        width = self._weights["embeddings.word_embeddings.weight"].shape[1]
        rows = np.empty((len(texts), width))
        for i, text in enumerate(texts):
            windows = np.array([self._window(ids) for ids in self._windows(text)])
            rows[i] = unit_rows(windows.astype(np.float64)).mean(axis=0)
        return unit_rows(rows)

    def _windows(self, text: str) -> Iterator[NDArray[np.intp]]:
        """Yield the tokens of each window, with the marks of beginning and end."""
        plain = self._tokenizer.encode(text, add_special_tokens=False).ids
        marks = self._tokenizer.encode("").ids
        for part in np.array_split(plain, max(1, -(-len(plain) // self._room))):
            yield np.array([marks[0], *part.tolist(), marks[-1]], dtype=np.intp)

    def _window(self, ids: NDArray[np.intp]) -> Singles:
        """Return the mean over the last states of the tokens of one window."""
        embeddings = (
            self._weights["embeddings.word_embeddings.weight"][ids]
            + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normalised(embeddings, "embeddings.LayerNorm")
        for layer in range(self._layers):
            states = self._layer(states, f"encoder.layer.{layer}.")
        return np.asarray(states.mean(axis=0))

    def _layer(self, states: Singles, name: str) -> Singles:
        seen = self._linear(self._attention(states, name), name + "attention.output.dense")
        states = self._normalised(states + seen, name + "attention.output.LayerNorm")
        wide = self._linear(states, name + "intermediate.dense")
        wide *= (1 + erf(wide * np.float32(0.5**0.5))) / 2
        narrow = self._linear(wide, name + "output.dense")
        return self._normalised(states + narrow, name + "output.LayerNorm")

    def _attention(self, states: Singles, name: str) -> Singles:
        """Let each token see all others, head by head."""
        query, key, value = (
            self._linear(states, f"{name}attention.self.{role}")
            .reshape(len(states), self._heads, -1)
            .swapaxes(0, 1)
            for role in ("query", "key", "value")
        )
        logits = query @ key.swapaxes(1, 2) / np.float32(query.shape[2] ** 0.5)
        weights = np.exp(logits - logits.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        return np.asarray((weights @ value).swapaxes(0, 1).reshape(states.shape))

    def _linear(self, states: Singles, name: str) -> Singles:
        return states @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]

    def _normalised(self, states: Singles, name: str) -> Singles:
        centred = states - states.mean(axis=1, keepdims=True)
        variance = (centred**2).mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(variance + np.float32(self._epsilon))
        return np.asarray(
            scaled * self._weights[name + ".weight"] + self._weights[name + ".bias"]
        )


def _content(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise UnusableModel(f"the model in {folder} lacks {name}") from error


def _check(stated: Mapping[str, Any]) -> None:
    for key, wanted in _READABLE.items():
        if stated.get(key) != wanted:
            raise UnusableModel(
                f"only models with {key} = {wanted} can be read, got {stated.get(key)}"
            )
