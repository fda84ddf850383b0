"""Taking in submissions that exist already: a whole file, or nothing of it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.base.text import comparable
from app.core.storage import audit
from app.core.storage.reference_numbers import next_code
from app.core.tables.importing import parse_table, read_table
from app.core.tables.row_errors import Fault, FaultyTable
from app.organisations.models import Organisation
from app.organisations.schemas import Level, OrganisationDraft
from app.organisations.service import organisations
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.questions import service as questions
from app.submissions.lifecycle import KINDS, Kind, State
from app.submissions.models import Submission
from app.submissions.records import ChallengeRecord, Place, SolutionRecord, named
from app.submissions.schemas import PREFIXES, ChallengeContent, SolutionContent
from app.submissions.service import asking, revisions
from app.submissions.service.own_columns import record_for
from app.themes import service as themes

CONTENTS: Final[dict[Kind, type[BaseModel]]] = {
    Kind.CHALLENGE: ChallengeContent,
    Kind.SOLUTION: SolutionContent,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent rather than named: what it is called, and what it holds."""

    name: str
    content: bytes

    def __str__(self) -> str:
        """Return what faults call it."""
        return self.name


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a file has added, and which submissions it has changed."""

    added: list[Submission]
    updated: list[Submission]


def import_file(
    session: Session,
    actor: Actor,
    call: Call,
    file: Path,
    *,
    notes: list[str] | None = None,
) -> list[Submission]:
    """Add the submissions of a file to a call: all of them, or none.

    Parameters
    ----------
    notes : list of str, optional
        Gets a sentence for everything that was read in another way than people may think.

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
    _require_importable(session, actor, call)
    rows = _read(session, call, file, imported(session, call), notes)
    _require_one_spelling(session, rows, str(file))
    return import_records(session, actor, call, [record for _, record in rows])


def update_from_file(
    session: Session,
    actor: Actor,
    call: Call,
    file: Path | Sent,
    *,
    notes: list[str] | None = None,
) -> TakenIn:
    """Change the submissions of a call that a file names by id, and add the others.

    An id is the one of an earlier file, or our code. A cell that is blank changes nothing.

    Raises
    ------
    NotPermitted, Conflict, FaultyTable
        As from `import_file`; also if a record names another organisation than the one that
        the submission belongs to.
    """
    _require_importable(session, actor, call)
    present = _present(session, call)
    rows = _read(session, call, file, _drafts(session, call), notes, known=present.keys())
    _require_one_spelling(session, rows, str(file))
    faults = [
        fault
        for line, record in rows
        if (there := present.get(comparable(record.id)))
        and (fault := _other_owner(session, there, record, str(file), line))
    ]
    if faults:
        raise FaultyTable(faults)
    taken_in = TakenIn([], [])
    for _, record in rows:
        if there := present.get(comparable(record.id)):
            if _update(session, actor, there, record):
                taken_in.updated.append(there)
        else:
            taken_in.added.append(_add(session, actor, call, record))
    return taken_in


def _require_one_spelling(
    session: Session, rows: Sequence[tuple[int, ChallengeRecord | SolutionRecord]], file: str
) -> None:
    """Do nothing, or refuse names of organisations that read as others and are not them.

    Nobody can see that they are two, and nobody has said that they are one.
    """
    known = organisations.names_that_read_alike(session)
    faults = []
    for line, record in rows:
        name = record.organisation
        there = known.setdefault((comparable(name), record.country[0]), [name])
        if name not in there:
            problem = Message(
                "{name!r} reads like {there!r}, which is another way to write it.",
                name=name,
                there=there[0],
            )
            remedy = Message(
                "Write {there}, or tell the two apart by their names.", there=there[0]
            )
            faults.append(Fault(file, line, "organisation", problem, remedy))
    if faults:
        raise FaultyTable(faults)


def _read(
    session: Session,
    call: Call,
    file: Path | Sent,
    taken: Mapping[str, str],
    notes: list[str] | None,
    *,
    known: Set[str] = frozenset(),
) -> list[tuple[int, ChallengeRecord | SolutionRecord]]:
    place = Place(
        names=named(themes.names(session)),
        themes=themes.keys(session),
        taken=taken,
        known=known,
    )
    schema = record_for(call.kind, questions.form_of_call(session, call))
    if isinstance(file, Sent):
        rows = parse_table(file.content, file.name, schema, context=place, notes=notes)
    else:
        rows = read_table(file, schema, context=place, notes=notes)
    return [(line, record) for line, record in rows]


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
    _require_importable(session, actor, call)
    return [_add(session, actor, call, record) for record in records]


def _require_importable(session: Session, actor: Actor, call: Call) -> None:
    policy.require(actor, Action.SUBMISSION_IMPORT)
    # Locked until the transaction ends: of two imports at once, the second sees what the first
    # has taken in, by ids as people read them. Teams go on writing.
    locked = select(Call.state).where(Call.id == call.id).with_for_update(key_share=True)
    state = session.exec(locked).one()
    if state is not CallState.PUBLISHED:
        raise Conflict(
            Message("The call {call} is {state}.", call=call.code, state=state),
            remedy="Publish it first.",
        )


def imported(session: Session, call: Call) -> dict[str, str]:
    """Return the ids that name a submission of the call, by the id as it is compared.

    What a team took back into a draft keeps the id of its file.
    """
    kept = select(Submission.external_id).where(Submission.call_id == call.id)
    ids = [known for known in session.exec(kept) if known]
    codes = [there.code for there in _present(session, call).values()]
    return {comparable(known): known for known in (*codes, *ids)}


def _drafts(session: Session, call: Call) -> dict[str, str]:
    """Return the ids of files whose submissions are with their teams at present."""
    statement = select(Submission.external_id).where(
        Submission.call_id == call.id, col(Submission.submitted_at).is_(None)
    )
    return {comparable(known): known for known in session.exec(statement) if known}


def _present(session: Session, call: Call) -> dict[str, Submission]:
    """Return what was handed in to the call, by the ids of files and by our codes."""
    statement = select(Submission).where(
        Submission.call_id == call.id, col(Submission.submitted_at).is_not(None)
    )
    submissions = session.exec(statement).all()
    return {comparable(there.code): there for there in submissions} | {
        comparable(there.external_id): there for there in submissions if there.external_id
    }


def _other_owner(
    session: Session,
    submission: Submission,
    record: ChallengeRecord | SolutionRecord,
    file: str,
    line: int,
) -> Fault | None:
    """Return what is wrong with a record that names an organisation it does not belong to."""
    owner = session.get_one(Organisation, submission.organisation_id)
    if (comparable(owner.name), [owner.country]) == (
        comparable(record.organisation),
        record.country,
    ):
        return None
    problem = Message(
        "{code} belongs to {name} in {country}.",
        code=submission.code,
        name=owner.name,
        country=owner.country,
    )
    return Fault(file, line, "organisation", problem, "Name this one, or give another id.")


def _update(
    session: Session,
    actor: Actor,
    submission: Submission,
    record: ChallengeRecord | SolutionRecord,
) -> bool:
    """Change what the record says and leave what it does not; tell whether it says news."""
    given = {*record.model_fields_set}
    if record.text:
        given.add(record.passages[0])
    for name in given & {"title", "language", "summary"}:
        setattr(submission, name, getattr(record, name))
    if "themes" in given:
        submission.themes = list(record.themes)
    content = {name: value for name, value in record.content().items() if name in given}
    schema = CONTENTS[submission.kind]
    submission.content = schema.model_validate(submission.content | content).model_dump()
    _answer(session, submission, {n: v for n, v in record.answers().items() if n in given})
    if not session.is_modified(submission):
        return False
    session.flush()
    audit.record(session, actor.user_id, "update", submission.kind, submission.id, id=record.id)
    return True


def _answer(session: Session, submission: Submission, told: Mapping[str, Any]) -> None:
    """Let a submission hold what a row tells to the questions that it answers.

    A row has the questions by which the call asks now: what an older version did not ask is
    left aside, as it is when a team writes.
    """
    form = asking.form_of(session, submission)
    asked = {one.key for one in form.questions}
    given = {key: value for key, value in told.items() if key in asked}
    if given:
        asking.put(form, submission, asking.open_to(session, submission) | given)


def owner_of(record: ChallengeRecord | SolutionRecord) -> OrganisationDraft:
    """Return what a complete record tells of the organisation that it belongs to."""
    return OrganisationDraft(
        name=record.organisation,
        country=record.country[0],
        subdivision=record.subdivision,
        level=Level(record.level or Level.OTHER),
    )


def _add(
    session: Session, actor: Actor, call: Call, record: ChallengeRecord | SolutionRecord
) -> Submission:
    kind = KINDS[call.kind]
    owner = organisations.organisation_of(session, actor, owner_of(record))
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
        form_id=questions.answered(session, call.id),
    )
    asking.put(asking.form_of(session, submission), submission, record.answers())
    session.add(submission)
    session.flush()
    revisions.keep(session, submission)
    audit.record(session, actor.user_id, "import", kind, submission.id, id=record.id)
    return submission
