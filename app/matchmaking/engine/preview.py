"""Previews: where a submission would stand among what is selected now, kept in no run.

One model for each programme stays in memory between questions. What has been selected
since is added to it; it is fitted again where a text was changed or much has arrived.
"""

import copy
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.models import READER, Model, fitted
from app.matchmaking.engine.pipeline import Matching, profiles_of
from app.matchmaking.engine.ranking import Engine, rules_of
from app.matchmaking.engine.screening import warnings_of
from app.matchmaking.engine.suggestions import (
    RankedPair,
    Warning,
    preview_columns,
    warnings_in_json,
)
from app.matchmaking.results import Line, PreviewInputs, PreviewResult
from app.submissions.lifecycle import Kind
from app.submissions.records import SubmissionRecord
from matching import screened
from matching.scoring.semantic import Encoder

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
    found = _engine(programme_id, inputs, folder, encoder)
    if found is None:
        return PreviewResult([], None)
    engine, warnings = found
    own = warnings_in_json(warnings.get(inputs.record.id, ()))
    pairs = _pairs(engine, inputs)[: inputs.settings.top]
    version = engine.matcher.version_
    if not pairs:
        return PreviewResult([], version, own)
    engine, pairs = _narrowed(engine, pairs)
    matching = Matching(
        [records[profile.id] for profile in engine.challenges],
        [records[profile.id] for profile in engine.pool],
        engine,
        inputs.settings.working_language,
        warnings,
    )
    confidence = engine.confidence(min(_DEEP, max(pair.rank for pair in pairs)))
    lines = [
        Line(suggestion.challenge.id, suggestion.provider.id, preview_columns(suggestion))
        for suggestion in matching.suggestions(pairs, confidence)
    ]
    return PreviewResult(lines, version, own)


def _narrowed(engine: Engine, pairs: list[RankedPair]) -> tuple[Engine, list[RankedPair]]:
    """Leave out the challenges that are not shown: how sure a place is takes long for all."""
    rows = sorted({pair.challenge for pair in pairs})
    if len(rows) == len(engine.challenges):
        return engine, pairs  # which has ranked them already
    shown = [engine.challenges[row] for row in rows]
    narrow = Engine(shown, engine.pool, rules=engine.rules, matcher=engine.matcher)
    return narrow, [pair._replace(challenge=rows.index(pair.challenge)) for pair in pairs]


def _engine(
    programme_id: UUID, inputs: PreviewInputs, folder: Path | None, encoder: Encoder | None
) -> tuple[Engine, Mapping[str, Sequence[Warning]]] | None:
    """Return an engine over the selected solutions, a new one included, and warnings."""
    weight, language = inputs.settings.text_weight, inputs.settings.working_language
    challenges, pool, [own] = (
        profiles_of(side, language)
        for side in (inputs.challenges, inputs.solutions, [inputs.record])
    )
    if not (challenges if inputs.kind is Kind.SOLUTION else pool):
        return None
    rules = rules_of(cross_border=inputs.settings.cross_border)
    asked, offered = _sides(inputs)
    screening = screened(profiles_of(asked, language), profiles_of(offered, language), READER)
    warnings = warnings_of(screening, asked, offered, language)
    if inputs.kind is Kind.SOLUTION:
        # what is selected is screened without the new one, so that its model stays
        own = next(profile for profile in screening.pool if profile.id == own.id)
        pool = list(screened(challenges, pool, READER).pool)
    else:
        pool = list(screening.pool)
    if pool:
        matcher = _model(programme_id, inputs, folder, encoder).of(pool, challenges)
        if inputs.kind is Kind.SOLUTION and own.id not in {profile.id for profile in pool}:
            matcher = copy.copy(matcher).extend([own])
    else:
        matcher = fitted([own], challenges, text_weight=weight, encoder=encoder)
    if inputs.kind is Kind.CHALLENGE:
        challenges = profiles_of([inputs.record], language)
    return Engine(challenges, matcher.pool_, rules=rules, matcher=matcher), warnings


def _sides(inputs: PreviewInputs) -> tuple[list[SubmissionRecord], list[SubmissionRecord]]:
    """Return all challenges and all solutions, the submission itself among them once."""
    sides: list[list[SubmissionRecord]] = [[*inputs.challenges], [*inputs.solutions]]
    own = sides[inputs.kind is Kind.SOLUTION]
    if inputs.record.id not in {record.id for record in own}:
        own.append(inputs.record)
    return sides[0], sides[1]


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


def _pairs(engine: Engine, inputs: PreviewInputs) -> list[RankedPair]:
    if inputs.kind is Kind.CHALLENGE:
        return engine.rank(inputs.settings.top)
    at = next(j for j, profile in enumerate(engine.pool) if profile.id == inputs.record.id)
    return engine.places(at)
