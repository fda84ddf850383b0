"""Models that stay ready: fitted once, extended by what arrives, kept for the next start."""

import copy
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matching import MatchingError, PlainMatcher, Profile, Reader
from matching.scoring.semantic import Encoder

log = logging.getLogger(__name__)

# One memory of what was read for all models of the process.
READER: Final = Reader()


class Model:
    """A pool that stays ready between questions: what arrives is added, nothing read twice.

    Parameters
    ----------
    text_weight : float in [0, 1]
    folder : Path, default=None
        Where the fitted model is kept for the next start; None: in memory only.
    encoder : Encoder, default=None
        Counts the meaning of texts beside their words.
    """

    def __init__(
        self,
        *,
        text_weight: float,
        folder: Path | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self.text_weight = text_weight
        self.encoder = encoder
        self.folder = folder
        self._lock = threading.Lock()
        self._matcher = self._loaded()

    def of(self, pool: Sequence[Profile], background: Sequence[Profile]) -> PlainMatcher:
        """Return a matcher over exactly this pool, in an order of its own (`pool_`).

        What is new is added with the weights as they are. Fitted again, on pool and
        background, where something was changed or taken away, or much has arrived.
        """
        with self._lock:
            self._matcher = self._extended(pool) or self._fitted(pool, background)
            return self._matcher

    def _extended(self, pool: Sequence[Profile]) -> PlainMatcher | None:
        """Add what is new; None if something was changed or taken away, or too much is new."""
        if self._matcher is None:
            return None
        known = {profile.id: profile for profile in self._matcher.pool_}
        now = {profile.id: profile for profile in pool}
        if any(now.get(name) != profile for name, profile in known.items()):
            return None
        arrived = [profile for profile in pool if profile.id not in known]
        matcher = copy.copy(self._matcher).extend(arrived)
        return None if matcher.needs_refit_ else matcher

    def _fitted(self, pool: Sequence[Profile], background: Sequence[Profile]) -> PlainMatcher:
        matcher = fitted(pool, background, text_weight=self.text_weight, encoder=self.encoder)
        if self.folder is not None:
            try:
                matcher.save(self.folder)
            except OSError as error:
                # a full disk, or another process that keeps the same model now
                log.warning("model not kept", extra={"reason": error.strerror})
        return matcher

    def _loaded(self) -> PlainMatcher | None:
        if self.folder is None:
            return None
        try:
            matcher = PlainMatcher.load(self.folder, encoder=self.encoder)
        except MatchingError:
            return None  # nothing was saved yet, it is damaged, or others made it
        wanted = PlainMatcher(text_weight=self.text_weight, encoder=self.encoder).get_params()
        return matcher if matcher.get_params() == wanted else None


def fitted(
    pool: Sequence[Profile],
    background: Sequence[Profile],
    *,
    text_weight: float,
    encoder: Encoder | None = None,
) -> PlainMatcher:
    """Return a matcher that has learned a pool; texts that were read before are remembered."""
    matcher = PlainMatcher(text_weight=text_weight, reader=READER, encoder=encoder)
    return matcher.fit(pool, background=background)
