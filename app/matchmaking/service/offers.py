"""Asking for which published challenges a solution may help, before or after it is sent."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.matchmaking import deferred
from app.matchmaking.results import Meeting, OfferInputs
from app.matchmaking.schemas.notices import (
    MOST_MEETINGS,
    Empty,
    MeetingRead,
    MeetingsRead,
)
from app.matchmaking.schemas.settings import FLOOR
from app.matchmaking.schemas.suggestions import PassagesRead, WarningRead
from app.matchmaking.service import inputs
from app.notices import queries as notices
from app.notices.queries import Published
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.records import AnsweredSolution, ChallengeRecord
from app.submissions.service import queries as submissions


def meetings(
    session: Session, actor: Actor, key: UUID | str, settings: Settings
) -> Callable[[], MeetingsRead]:
    """Return what tells for which published challenges of its programme a solution may help.

    The solution may be in any state. Nothing is stored, and nothing that is told depends on
    other solutions. A challenge of the same organisation is left out.

    Raises
    ------
    NotFound
        If there is no such solution, or none that the actor may read.
    NotPermitted
        If the actor is not of its team.
    """
    row = submissions.get(session, actor, Kind.SOLUTION, key)
    policy.require(actor, Action.DRAFT_READ, row.organisation_id, shared_id=row.id)
    programme = session.get_one(Programme, row.programme_id)
    owner = session.get_one(Organisation, row.organisation_id)
    chosen = inputs.chosen(programme, settings, top=MOST_MEETINGS, floor=FLOOR)
    stated = inputs.record(session, row, owner)
    published = notices.of_others(session, programme.id, row.organisation_id)
    tells = bool(row.summary) or any(
        isinstance(value, str) and value for value in row.content.values()
    )
    empty = _why_empty(published, tells=tells)

    def compute() -> MeetingsRead:
        if empty is not None:
            return MeetingsRead(code=row.code, challenges=[], empty=empty, warnings=[])
        records = [
            ChallengeRecord.model_validate(_record(one, programme.working_language))
            for one in published
        ]
        found = deferred.offer(
            OfferInputs(chosen, AnsweredSolution.model_validate(stated), records), settings
        )
        texts = {one.notice.code: one.text(programme.working_language) for one in published}
        return MeetingsRead(
            code=row.code,
            challenges=[_read(one, texts[one.challenge]) for one in found.meetings],
            empty=None if found.meetings else Empty.NOTHING_IN_COMMON,
            warnings=[WarningRead.model_validate(warning) for warning in found.warnings],
        )

    return compute


def _why_empty(published: Sequence[Published], *, tells: bool) -> Empty | None:
    if not tells:
        return Empty.NOTHING_TOLD
    return None if published else Empty.NOTHING_PUBLISHED


def _record(one: Published, language: str) -> dict[str, Any]:
    """Return what everybody may read of a challenge as a record of the exchange format."""
    text = one.text(language)
    passages = {name: text[name] for name in ("problem", "outcome", "help_wanted")}
    return {
        "id": one.notice.code,
        "title": text["title"],
        "organisation": one.organisation or "",
        "country": [one.country] if one.country else [],
        "language": text["language"],
        "summary": text["summary"],
        "themes": sorted(one.notice.themes),
        **{name: passage for name, passage in passages.items() if passage},
    }


def _read(meeting: Meeting, text: dict[str, Any]) -> MeetingRead:
    return MeetingRead(
        code=meeting.challenge,
        title=text["title"],
        language=text["language"],
        words=list(meeting.words),
        themes=list(meeting.themes),
        passages=PassagesRead.model_validate(meeting.passages),
        untold=list(meeting.untold),
        other_language=meeting.other_language,
    )
