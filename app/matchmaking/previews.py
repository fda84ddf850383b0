"""Previews: where a submission would stand among what is selected now, kept in no run.

One model for each programme stays in memory between questions. What has been selected
since is added to it; it is fitted anew where a text was changed or much has arrived.
"""

import copy
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from app.matchmaking.computation import line_of
from app.matchmaking.engine import (
    RULES,
    Encoder,
    Engine,
    Model,
    Suggestion,
    encoder_of,
    fitted,
    profile_of,
)
from app.matchmaking.results import Line, PreviewInputs, PreviewResult
from app.submissions.lifecycle import Kind
from app.submissions.records import SubmissionRecord

_MODELS: Final[dict[tuple[UUID, float, str, str | None], Model]] = {}
_LOCK: Final = threading.Lock()

_DEEP: Final = 100
"""Places of a list of which it is said how sure they are; nobody asks of the later ones."""


def preview(
    programme_id: UUID,
    inputs: PreviewInputs,
    *,
    folder: Path | None = None,
    embedding_folder: Path | None = None,
) -> PreviewResult:
    """Rank what is selected for one submission, and explain each line.

    A challenge is told its best solutions, a solution the challenges for which it would
    stand highest; at most `top` of them.

    Parameters
    ----------
    folder : Path, default=None
        Where models are kept for the next start; None: in memory only.
    embedding_folder : Path, default=None
        Where the sentence encoder lies, should the settings of the preview name one.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    records: dict[str, SubmissionRecord] = {
        record.id: record for record in (*inputs.challenges, *inputs.solutions, inputs.record)
    }
    encoder = encoder_of(embedding_folder, inputs.settings.encoder)
    engine = _engine(programme_id, inputs, folder, encoder)
    if engine is None:
        return PreviewResult([], None)
    found = list(islice(_suggestions(engine, inputs), inputs.settings.top))
    version = engine.matcher.version_
    if not found:
        return PreviewResult([], version)
    engine, found = _narrowed(engine, found)
    sureness = engine.sureness(min(_DEEP, max(suggestion.rank for suggestion in found)))

    def line(suggestion: Suggestion) -> Line:
        challenge = engine.challenges[suggestion.challenge]
        sides = records[challenge.id], records[engine.pool[suggestion.provider].id]
        return line_of(engine, suggestion, sides, inputs.settings, sureness)

    return PreviewResult([line(suggestion) for suggestion in found], version)


def _narrowed(engine: Engine, found: Sequence[Suggestion]) -> tuple[Engine, list[Suggestion]]:
    """Leave out the challenges that are not shown: how sure a place is takes long for all."""
    rows = sorted({suggestion.challenge for suggestion in found})
    if len(rows) == len(engine.challenges):
        return engine, list(found)  # which has ranked them already
    shown = [engine.challenges[row] for row in rows]
    narrow = Engine(shown, engine.pool, rules=engine.rules, matcher=engine.matcher)
    return narrow, [replace(s, challenge=rows.index(s.challenge)) for s in found]


def _engine(
    programme_id: UUID, inputs: PreviewInputs, folder: Path | None, encoder: Encoder | None
) -> Engine | None:
    """Return an engine over the selected solutions, a new one included."""
    weight, language = inputs.settings.text_weight, inputs.settings.working_language
    profiles = [
        [profile_of(record, working_language=language) for record in records]
        for records in (inputs.challenges, inputs.solutions, [inputs.record])
    ]
    challenges, pool, [asked] = profiles
    if not (challenges if inputs.kind is Kind.SOLUTION else pool):
        return None
    rules = RULES if inputs.settings.cross_border else ()
    if pool:
        matcher = _model(programme_id, inputs, folder, encoder).of(pool, challenges)
        if inputs.kind is Kind.SOLUTION and asked not in pool:
            matcher = copy.copy(matcher).extend([asked])
    else:
        matcher = fitted([asked], challenges, text_weight=weight, encoder=encoder)
    if inputs.kind is Kind.CHALLENGE:
        challenges = [asked]
    return Engine(challenges, matcher.pool_, rules=rules, matcher=matcher)


def _model(
    programme_id: UUID, inputs: PreviewInputs, folder: Path | None, encoder: Encoder | None
) -> Model:
    """Return the model of a programme; one for each way to ask."""
    weight, language = inputs.settings.text_weight, inputs.settings.working_language
    key = (programme_id, weight, language, inputs.settings.encoder)
    with _LOCK:
        if key not in _MODELS:
            named = folder and folder / f"{programme_id}-{language}-{weight}"
            _MODELS[key] = Model(text_weight=weight, folder=named, encoder=encoder)
        return _MODELS[key]


def _suggestions(engine: Engine, inputs: PreviewInputs) -> Iterable[Suggestion]:
    if inputs.kind is Kind.CHALLENGE:
        return engine.rank(inputs.settings.top)
    at = next(j for j, profile in enumerate(engine.pool) if profile.id == inputs.record.id)
    return engine.places(at)
