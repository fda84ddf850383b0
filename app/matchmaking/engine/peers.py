"""Which challenges have a similar problem: by the same measure as providers are found.

Each challenge is asked of all the others, as if they were solutions: what one asks for and
tells, another tells as well. Those of one team are no peers of each other.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.offering import meeting_of, unasked
from app.matchmaking.engine.pipeline import Matching, profiles_of
from app.matchmaking.engine.ranking import ALWAYS, Engine
from app.matchmaking.results import Meeting
from app.matchmaking.schemas.settings import RunSettings
from app.submissions.records import ChallengeRecord

LONGEST: Final = 6
"""Words of a phrase that are shown; the passages show the whole of it."""


def peers(
    settings: RunSettings,
    challenges: Sequence[ChallengeRecord],
    teams: Mapping[str, Hashable],
    *,
    embedding_folder: Path | None = None,
) -> Mapping[str, Sequence[Meeting]]:
    """Say for each challenge by id which others are most like it, and in which words.

    Those of which no reason can be named are left out.

    Parameters
    ----------
    settings : RunSettings
        `top` says how many peers each has at most.
    challenges : sequence of ChallengeRecord, of length >= 1
    teams : mapping of str to Hashable
        Whose each is, by its id: those of one team are no peers.
    embedding_folder : Path, default=None
        Where the sentence encoder lies, should the settings name one.

    Raises
    ------
    Unavailable
        If the sentence encoder is not there.
    """
    records = sorted(challenges, key=lambda record: record.id)
    profiles = [
        replace(
            profile,
            attributes={"organisation": frozenset({str(teams[profile.id])})},
        )
        for profile in profiles_of(records, settings.working_language)
    ]
    engine = Engine(
        profiles,
        profiles,
        text_weight=settings.text_weight,
        rules=ALWAYS,
        encoder=encoder_of(embedding_folder, settings.encoder),
    )
    enough = engine.enough(settings.floor)
    pairs = [
        pair for pair in engine.rank(settings.top) if enough[pair.challenge, pair.provider]
    ]
    matching = Matching(records, records, engine, settings.working_language)
    found = defaultdict[str, list[Meeting]](list)
    for suggestion in matching.suggestions(pairs, unasked(len(records))):
        meeting = meeting_of(suggestion, ())
        if meeting.words or meeting.themes:
            words = list(dict.fromkeys(map(_in_short, meeting.words)))
            meeting = replace(meeting, challenge=suggestion.provider.id, words=words)
            found[suggestion.challenge.id].append(meeting)
    return found


def _in_short(phrase: str) -> str:
    """Return the beginning of a phrase: of near-copies whole sentences are one.

    Examples
    --------
    >>> _in_short("small rivers"), _in_short("small rivers flood villages within an hour")
    ('small rivers', 'small rivers flood villages within an ...')
    """
    words = phrase.split()
    return " ".join([*words[:LONGEST], "..."]) if len(words) > LONGEST else phrase
