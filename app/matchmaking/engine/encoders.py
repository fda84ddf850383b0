"""The sentence encoder of the settings: read once for each process, where matching is done."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.core.base.errors import Unavailable
from app.core.base.messages import Message
from matching import MatchingError
from matching.scoring.semantic import Encoder, Remembered

_LOCK: Final = threading.Lock()

_REMEDY: Final = Message(
    "The operator has to correct COUNTERPART_EMBEDDING_FOLDER and "
    "COUNTERPART_EMBEDDING_SHA256, "
    "or to unset both and ask for a new run."
)


def encoder_of(folder: Path | None, sha256: str | None) -> Encoder | None:
    """Return the encoder that was asked for, which reads no text twice; None for none.

    Parameters
    ----------
    folder : Path or None
        Where this process has a model.
    sha256 : str or None
        The model that is asked for, by its hash; None: words alone, whatever there is.

    Raises
    ------
    Unavailable
        If this process does not have the model.
    """
    if sha256 is None:
        return None
    if folder is None:
        detail = Message(
            "The sentence encoder {sha256} is wanted, but the settings name no folder.",
            sha256=sha256,
        )
        raise Unavailable(detail, remedy=_REMEDY)
    with _LOCK:
        return _read(folder, sha256)


@lru_cache(maxsize=1)
def _read(folder: Path, sha256: str) -> Encoder:
    try:
        from matching.text.sentence_encoder import Embedder  # noqa: PLC0415 -- an extra, which may lack

        return Remembered(Embedder(folder, sha256=sha256))
    except ImportError as error:
        detail = "The settings name a sentence encoder, but its libraries are not installed."
        remedy = "The operator has to install counterpart[embeddings]."
        raise Unavailable(detail, remedy=remedy) from error
    except MatchingError as error:
        detail = "The sentence encoder of the settings cannot be used."
        raise Unavailable(detail, remedy=_REMEDY) from error
