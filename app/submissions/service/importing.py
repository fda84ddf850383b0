"""Taking in submissions that exist already: a whole file, or nothing of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel
from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import next_code
from app.core.tables.importing import read_table
from app.organisations.schemas import Level, OrganisationDraft
from app.organisations.service import organisations
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.records import ChallengeRecord, Place, SolutionRecord
from app.submissions.schemas import PREFIXES, ChallengeContent, SolutionContent
from app.submissions.service.drafts import CALL_KINDS
from app.themes import service as themes

CONTENTS: Final[dict[Kind, type[BaseModel]]] = {
    Kind.CHALLENGE: ChallengeContent,
    Kind.SOLUTION: SolutionContent,
}

RECORDS: Final[dict[CallKind, type[ChallengeRecord] | type[SolutionRecord]]] = {
    CallKind.CHALLENGES: ChallengeRecord,
    CallKind.SOLUTIONS: SolutionRecord,
}
"""What the rows of a file for a call look like."""

KINDS = {call_kind: kind for kind, call_kind in CALL_KINDS.items()}
"""Which kind of submission a call takes."""


def import_file(session: Session, actor: Actor, call: Call, file: Path) -> list[Submission]:
    """Add the submissions of a file to a call: all of them, or none.

    Raises
    ------
    NotPermitted
        If the actor may not import.
    Conflict
        If the call is not published.
    FaultyTable
        If any record cannot be taken; `faults` lists everything that is wrong, with the
        form of the records and with what the call and the service hold.
    """
    _require_importable(actor, call)
    place = Place(themes.keys(session), imported(session, call))
    rows = read_table(file, RECORDS[call.kind], context=place)
    return import_records(session, actor, call, [record for _, record in rows])


def import_records(
    session: Session,
    actor: Actor,
    call: Call,
    records: Sequence[ChallengeRecord | SolutionRecord],
) -> list[Submission]:
    """Add submissions to a call, as submitted; its dates do not matter.

    What is taken in exists already (another system, an earlier edition), so a
    closed call takes it too. The ids of the file are kept beside our codes.

    Parameters
    ----------
    records : sequence of records that were validated for this call

    Raises
    ------
    NotPermitted
        If the actor may not import.
    Conflict
        If the call is not published.
    """
    _require_importable(actor, call)
    return [_add(session, actor, call, record) for record in records]


def _require_importable(actor: Actor, call: Call) -> None:
    policy.require(actor, Action.SUBMISSION_IMPORT)
    if call.state is not CallState.PUBLISHED:
        raise Conflict(
            Message("The call {call} is {state}.", call=call.code, state=call.state),
            remedy="Publish it first.",
        )


def imported(session: Session, call: Call) -> frozenset[str]:
    """Return the ids of other systems that the call holds already."""
    statement = select(Submission.external_id).where(Submission.call_id == call.id)
    return frozenset(known for known in session.exec(statement) if known is not None)


def _add(
    session: Session, actor: Actor, call: Call, record: ChallengeRecord | SolutionRecord
) -> Submission:
    kind = KINDS[call.kind]
    owner = organisations.organisation_of(
        session,
        actor,
        OrganisationDraft(
            name=record.organisation,
            country=record.country[0],
            subdivision=record.subdivision,
            level=Level(record.level or Level.OTHER),
        ),
    )
    submission = Submission(
        kind=kind,
        code=next_code(session, PREFIXES[kind]),
        external_id=record.id,
        programme_id=call.programme_id,
        call_id=call.id,
        organisation_id=owner.id,
        title=record.title,
        language=record.language,
        summary=record.summary,
        content=CONTENTS[kind].model_validate(record.content()).model_dump(),
        themes=list(record.themes),
        state=State.SUBMITTED,
        submitted_at=now(),
    )
    session.add(submission)
    session.flush()
    audit.record(session, actor.user_id, "import", kind, submission.id, id=record.id)
    return submission
