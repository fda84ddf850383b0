"""What the solutions of a call leave open for each challenge, and who elsewhere tells of it.

A solution is good for a challenge where it tells enough of what that asks to be strong by
itself, wherever it stands among the others: a band of a run moves with each that arrives, and
would call the best of any pool good.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.keeping import Kept
from app.matchmaking.engine.offering import MOST_SHARED, unasked
from app.matchmaking.engine.pipeline import Matching, matching_of
from app.matchmaking.engine.ranking import rules_of
from app.matchmaking.engine.suggestions import RankedPair, Suggestion
from app.matchmaking.gaps import Elsewhere, Gap, GapInputs, TellingPart
from app.matchmaking.reasons import phrases_of
from app.submissions.records import SolutionRecord
from matching.scoring.explanation import FAIR, STRONG
from matching.scoring.semantic import Encoder

Found = Mapping[str, Gap]

MEMORY: Final = Kept[Found](16)
"""What was found in calls, one memory for the process."""
MOST_TELLING: Final = 3
"""Points that are named of what one of elsewhere tells."""
_LOOKED_AT: Final = 4
"""Times as many are explained as are named, to find who tells of what nobody else does."""


def gaps(inputs: GapInputs, *, embedding_folder: Path | None = None) -> Found:
    """Say for each challenge by id what is there, what nobody tells of, and who may.

    Parameters
    ----------
    embedding_folder : Path, default=None
        Where the sentence encoder lies, should the settings name one.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    encoder = encoder_of(embedding_folder, inputs.settings.encoder)
    there = _matching(inputs, inputs.solutions, inputs.elsewhere, encoder)
    untold = there.untold() if there else {}
    good, fair = dict[str, Sequence[str]](), dict[str, int]()
    if there:
        engine = there.engine
        strong, enough = engine.telling(STRONG), engine.telling(FAIR)
        for row, challenge in enumerate(engine.challenges):
            good[challenge.id] = [
                engine.pool[j].id for j in np.flatnonzero(strong[row]).tolist()
            ]
            fair[challenge.id] = int(enough[row].sum()) - len(good[challenge.id])
    elsewhere = _elsewhere(inputs, untold, encoder)
    return {
        record.id: Gap(
            good.get(record.id, ()),
            fair.get(record.id, 0),
            untold.get(record.id, ()),
            elsewhere.get(record.id, ()),
        )
        for record in inputs.challenges
    }


def _matching(
    inputs: GapInputs,
    pool: Sequence[SolutionRecord],
    background: Sequence[SolutionRecord],
    encoder: Encoder | None,
) -> Matching | None:
    """Match the challenges with a pool; None where one of the two is empty.

    Parameters
    ----------
    background : sequence of SolutionRecord
        The other pool: it tells how rare words are.
    """
    if not inputs.challenges or not pool:
        return None
    settings = inputs.settings
    return matching_of(
        inputs.challenges,
        pool,
        background=background,
        language=settings.working_language,
        text_weight=settings.text_weight,
        rules=rules_of(cross_border=settings.cross_border),
        encoder=encoder,
    )


def _elsewhere(
    inputs: GapInputs, untold: Mapping[str, Sequence[str]], encoder: Encoder | None
) -> dict[str, list[Elsewhere]]:
    matching = _matching(inputs, inputs.elsewhere, inputs.solutions, encoder)
    if matching is None:
        return {}
    top = inputs.settings.top
    enough = matching.engine.telling(FAIR)
    pairs = [
        pair
        for pair in matching.engine.rank(top * _LOOKED_AT)
        if enough[pair.challenge, pair.provider]
    ]
    found: dict[str, list[Elsewhere]] = {record.id: [] for record in inputs.challenges}
    kept = list(_one_a_team(matching, pairs, inputs))
    for suggestion in matching.suggestions(kept, unasked(len(inputs.challenges))):
        challenge = suggestion.challenge.id
        named = _named(suggestion, untold.get(challenge, ()))
        if named.words or named.tells:
            found[challenge].append(named)
    # Whoever tells of what nobody else does comes first; beside that the order of the ranks.
    return {
        challenge: sorted(named, key=lambda one: not any(part.is_new for part in one.tells))[
            :top
        ]
        for challenge, named in found.items()
    }


def _one_a_team(
    matching: Matching, pairs: Sequence[RankedPair], inputs: GapInputs
) -> Iterator[RankedPair]:
    """Yield the best pair of each team with each challenge."""
    seen = dict[int, set[object]]()
    for pair in pairs:
        teams = seen.setdefault(pair.challenge, set())
        team = inputs.teams[matching.providers[pair.provider].id]
        if team not in teams:
            teams.add(team)
            yield pair


def _named(suggestion: Suggestion, untold: Sequence[str]) -> Elsewhere:
    """Say what one of elsewhere tells: the points that nobody else tells of come first."""
    pair, reasons = suggestion.pair, suggestion.reasons
    assert reasons is not None  # noqa: S101 -- they were asked for
    assert pair.told is not None  # noqa: S101 -- it tells at least a fair share
    tells = [
        TellingPart(need.asked.text, need.told.text, need.asked.text in untold)
        for need in reasons.needs
        if need.told is not None
    ]
    tells.sort(key=lambda part: not part.is_new)
    return Elsewhere(
        suggestion.provider.id,
        pair.told,
        list(phrases_of(reasons.contributions))[:MOST_SHARED],
        [theme.feature for theme in reasons.themes[:MOST_SHARED]],
        tells[:MOST_TELLING],
    )
