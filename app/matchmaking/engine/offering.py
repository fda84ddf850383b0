"""For which published challenges a solution may help: its own team reads it, in words.

Only the published challenges and this one solution are looked at, so nothing that is told here
depends on what other teams have written.
"""

from pathlib import Path
from typing import Final

import numpy as np

from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.models import READER
from app.matchmaking.engine.pipeline import Matching, profiles_of
from app.matchmaking.engine.ranking import Engine, RankConfidence, rules_of
from app.matchmaking.engine.screening import warnings_of
from app.matchmaking.engine.suggestions import Suggestion, preview_columns, warnings_in_json
from app.matchmaking.reasons import phrases_of
from app.matchmaking.results import Meeting, OfferInputs, OfferResult
from app.submissions.records import ChallengeRecord
from matching import Profile, Ranking, screened, untold
from matching.text.clauses import clauses

MOST_SHARED: Final = 8
"""Words and themes that are named of what two sides share."""
_LONGEST_NEED: Final = 300
_MOST_NEEDS: Final = 20
_MOST: Final = 5


def offer(inputs: OfferInputs, *, embedding_folder: Path | None = None) -> OfferResult:
    """Say which challenges have most in common with a solution, and in which words.

    A challenge with too little in common to be proposed in a run is none of them, and one that
    the rules of a run would bar neither, as far as what is published tells.

    Parameters
    ----------
    embedding_folder : Path, default=None
        Where the sentence encoder lies, should the settings name one.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    settings = inputs.settings
    challenges = sorted(inputs.challenges, key=lambda record: record.id)
    queries = profiles_of(challenges, settings.working_language)
    pool = profiles_of([inputs.record], settings.working_language)
    screening = screened(queries, pool, READER)
    engine = Engine(
        queries,
        screening.pool,
        text_weight=settings.text_weight,
        rules=rules_of(cross_border=settings.cross_border),
        encoder=encoder_of(embedding_folder, settings.encoder),
    )
    enough = engine.enough(settings.floor)[:, 0]
    pairs = [pair for pair in engine.rank(1) if enough[pair.challenge]]
    pairs.sort(key=lambda pair: (-pair.score, challenges[pair.challenge].id))
    warnings = warnings_of(screening, challenges, [inputs.record], settings.working_language)
    matching = Matching(
        challenges, [inputs.record], engine, settings.working_language, warnings
    )
    best = pairs[: settings.top]
    missing = [_untold(engine, challenges[pair.challenge], pair.challenge) for pair in best]
    return OfferResult(
        [
            meeting_of(suggestion, phrases)
            for suggestion, phrases in zip(
                matching.suggestions(best, unasked(len(queries))), missing, strict=True
            )
        ],
        warnings_in_json(warnings.get(inputs.record.id, ())),
    )


def meeting_of(suggestion: Suggestion, phrases: tuple[str, ...]) -> Meeting:
    """Return what two sides have in common, in words."""
    columns, reasons = preview_columns(suggestion), suggestion.reasons
    assert reasons is not None  # noqa: S101 -- they were asked for
    return Meeting(
        suggestion.challenge.id,
        words=list(phrases_of(reasons.contributions))[:MOST_SHARED],
        themes=[theme.feature for theme in reasons.themes[:MOST_SHARED]],
        passages=columns["passages"],
        untold=phrases,
        other_language=any(lack.side == "both" for lack in reasons.missing),
    )


def _untold(engine: Engine, challenge: ChallengeRecord, row: int) -> tuple[str, ...]:
    """Return what a challenge asks for and the solution does not tell of, in its words.

    Of the help that is wanted, each point of which no word is told; where nobody says which
    help is wanted, phrases of the whole challenge.
    """
    query = engine.challenges[row]
    if not challenge.help_wanted:
        (phrases,) = untold([query], engine.pool, READER)
        return phrases
    wanted = challenge.help_wanted
    needs = [wanted[start:stop].rstrip(" .") for start, stop in clauses(wanted)]
    points = [need for need in needs if 0 < len(need) <= _LONGEST_NEED][:_MOST_NEEDS]
    if not points:
        return ()
    told = engine.matcher.told(
        [Profile(id=str(i), texts=(p,), language=query.language) for i, p in enumerate(points)]
    )
    # What cannot be compared, as in another language, is nan: nobody knows, nothing is said.
    return tuple(p for p, share in zip(points, told[:, 0], strict=True) if share == 0)[:_MOST]


def unasked(challenges: int) -> RankConfidence:
    """Return how sure places are that nobody is told."""
    nothing = np.empty((challenges, 0))
    return RankConfidence(Ranking(nothing.astype(np.intp), nothing), nothing, nothing, {})
