"""Taking in submissions that exist already: a whole file, or nothing of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import BaseModel
from sqlmodel import Session, select

from app import policy
from app.accounts import service as accounts
from app.accounts.schemas import Level, OrganisationDraft
from app.core import audit
from app.core.clock import now
from app.core.codes import next_code
from app.core.errors import Conflict
from app.core.faults import Fault, FaultyTable
from app.policy import Action, Actor
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.records import ChallengeRecord, SolutionRecord
from app.submissions.schemas import PREFIXES, ChallengeContent, SolutionContent
from app.submissions.service.drafts import ASKED
from app.themes import service as themes

Row = tuple[int, ChallengeRecord | SolutionRecord]
"""A record and the line of the file on which it begins."""

CONTENTS: Final[dict[Kind, type[BaseModel]]] = {
    Kind.CHALLENGE: ChallengeContent,
    Kind.SOLUTION: SolutionContent,
}

RECORDS: Final[dict[CallKind, type[ChallengeRecord] | type[SolutionRecord]]] = {
    CallKind.CHALLENGES: ChallengeRecord,
    CallKind.SOLUTIONS: SolutionRecord,
}
"""What the rows of a file for a call look like."""

KINDS = {asked: kind for kind, asked in ASKED.items()}
"""Which kind of submission a call takes."""


def import_records(
    session: Session,
    actor: Actor,
    call: Call,
    rows: Sequence[Row],
    *,
    file: str,
    faults: Sequence[Fault] = (),
) -> list[Submission]:
    """Add submissions of a file to a call, as submitted; its dates do not matter.

    What is taken in exists already (another system, an earlier edition), so a
    closed call takes it too. The ids of the file are kept beside our codes.

    Parameters
    ----------
    file : str
        What to call the file in faults.
    faults : sequence of Fault, default=()
        What is wrong with rows that are left out, to be told together with the rest.

    Raises
    ------
    NotPermitted
        If the actor may not import.
    Conflict
        If the call is not published.
    FaultyTable
        If any record cannot be taken; `faults` lists all of them.
    """
    policy.require(actor, Action.SUBMISSION_IMPORT)
    if call.state is not CallState.PUBLISHED:
        raise Conflict(f"The call {call.code} is {call.state}.", remedy="Publish it first.")
    every = [*faults, *_faults(session, call, rows, file)]
    if every:
        raise FaultyTable(sorted(every, key=lambda fault: fault.line))
    return [_add(session, actor, call, record) for _, record in rows]


def _faults(session: Session, call: Call, rows: Sequence[Row], file: str) -> Iterator[Fault]:
    """Yield what stands against the records here: their form was checked before."""
    known, keys = _imported(session, call), themes.keys(session)
    for line, record in rows:
        if record.id in known:
            yield Fault(
                file, line, "id", f"{record.id!r} is in this call already.", "Leave it out."
            )
        if not record.organisation:
            yield Fault(file, line, "organisation", "It is missing.", "Name the organisation.")
        if len(record.country) != 1:
            yield Fault(
                file,
                line,
                "country",
                f"A submission has one country; here are {len(record.country)}.",
                "Give the country of the organisation, such as FR.",
            )
        for error in themes.unknown(record.themes, keys):
            yield Fault(file, line, "themes", error.detail, "Mend or leave out the key.")


def _imported(session: Session, call: Call) -> set[str | None]:
    statement = select(Submission.external_id).where(Submission.call_id == call.id)
    return set(session.exec(statement))


def _add(
    session: Session, actor: Actor, call: Call, record: ChallengeRecord | SolutionRecord
) -> Submission:
    kind = KINDS[call.kind]
    owner = accounts.organisation_of(
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
        language=record.language or "en",
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
