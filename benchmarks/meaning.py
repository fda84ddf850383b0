"""The engine with a sentence encoder beside it, as an operator might run it."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.tasks import Floats
from matching import Matcher, Profile
from matching.scoring.semantic import Encoder, Remembered, embedded, nearness
from matching.text.sentence_encoder import Embedder


def model(folder: Path, sha256: str) -> Encoder:
    """Read the model of a folder, pinned by its hash."""
    return Remembered(Embedder(folder, sha256=sha256))


def mixed(
    encoder: Encoder, share: float, queries: Sequence[Profile], pool: Sequence[Profile]
) -> Floats:
    """Score by the text part of the default, of which a share comes from the encoder."""
    matcher = Matcher(text_weight=1).fit(pool, background=queries)
    near = nearness(embedded(encoder, queries), embedded(encoder, pool))
    return (1 - share) * matcher.score_pairs(queries) + share * near
