"""Files are added to what a team writes, removed from it and put back."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.attachments.lifecycle import LIFE, Facts, FileState
from app.attachments.models import Attachment, AttachmentPiece
from app.attachments.names import called
from app.attachments.schemas import AttachmentRead
from app.attachments.service import reading
from app.attachments.service.storing import Sent, beyond, digest, looked_at, refused, store
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.questions.answering import shown
from app.questions.forms import Form, QuestionType
from app.settings import Settings
from app.submissions.models import Submission
from app.submissions.service import asking, drafts


def add(
    session: Session, actor: Actor, submission: Submission, sent: Sent, settings: Settings
) -> Attachment:
    """Keep a file of a submission that is being written; one that is there already is returned.

    Raises
    ------
    NotPermitted
        If the actor does not write for the team.
    TransitionNotAllowed
        If the submission is not being written at present.
    Unprocessable
        If no file was sent, it is none that we take, or the question takes none.
    TooLarge
        If it is larger than a file may be.
    Conflict
        If there is no room for it.
    """
    policy.require(
        actor, Action.DRAFT_WRITE, submission.organisation_id, shared_id=submission.id
    )
    _require_written(submission)
    kind, file = looked_at(sent, settings.max_file_bytes)
    # Until the end of the transaction: of files that arrive at once each counts the others.
    session.refresh(submission, with_for_update=True)
    _require_written(submission)  # somebody may have sent it meanwhile
    most = _most_for(session, submission, sent.question)
    others = reading.kept_of(session, submission)
    sha256 = digest(file)
    for row in others:
        if (row.sha256, row.question) == (sha256, sent.question):
            return row
    if (full := _no_room(others, sent.question, sent.size, most, settings)) is not None:
        raise full
    row = Attachment(
        submission_id=submission.id,
        question=sent.question,
        name=called(sent.name, kind, [one.name for one in others]),
        kind=kind,
        size=sent.size,
        sha256=sha256,
    )
    session.add(row)
    session.flush()
    store(session, AttachmentPiece, row.id, file)
    _answer(session, submission, sent.question)
    audit.record(session, actor.user_id, "attach", "attachment", row.id, code=submission.code)
    return row


def _require_written(submission: Submission) -> None:
    if (problem := drafts.not_written(submission)) is not None:
        raise problem


def _most_for(session: Session, submission: Submission, question: str | None) -> int | None:
    """Return how many files answer a question at most; None for the submission as a whole."""
    if question is None:
        return None
    form: Form = asking.form_of(session, submission)
    asked = form.question(question)
    if asked is None or asked.type is not QuestionType.FILE:
        raise refused(
            Message("The form of this call does not ask for a file here."), "/question"
        )
    if asked not in shown(form, asking.whole(submission)):
        raise refused(
            Message("Another answer of yours makes this question needless."), "/question"
        )
    return asked.most_files or 1


def _no_room(
    kept: Sequence[Attachment],
    question: str | None,
    size: int,
    most: int | None,
    settings: Settings,
) -> Conflict | None:
    remedy = Message("Remove one that you no longer need.")
    here = sum(row.question == question for row in kept)
    if most is not None and here >= most:
        problem = Message("This question has {most} files, the maximum.", most=most)
    elif len(kept) >= settings.max_files:
        problem = Message("The submission has {most} files, the maximum.", most=len(kept))
    elif sum(row.size for row in kept) + size > settings.max_files_bytes:
        limit = settings.max_files_bytes // 1_000_000
        problem = Message("All files together would have more than {limit} MB.", limit=limit)
    else:
        return None
    return Conflict(problem, remedy=remedy)


def _answer(session: Session, submission: Submission, question: str | None) -> None:
    """Let the answer to a question name its files; others stand beside all answers."""
    if question is not None:
        rows = reading.kept_of(session, submission)
        names = [row.name for row in rows if row.question == question]
        asking.put_files(session, submission, question, names)
        session.flush()


def move(
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    settings: Settings,
    expected: Expected = ANYTHING,
) -> Attachment:
    """Remove a file from its submission, or put it back.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not read the file, or not take the step.
    Conflict
        If the step does not start from here, the submission is not being written, or there is
        no room for the file any more.
    Stale
        If it is no longer as expected.
    """
    step = LIFE.step(name)
    row = reading.get(session, actor, key)
    submission = session.get_one(Submission, row.submission_id)
    policy.require(actor, step.action, submission.organisation_id, shared_id=submission.id)
    session.refresh(submission, with_for_update=True)
    session.refresh(row)
    expected.require(AttachmentRead.model_validate(row))
    row.state = LIFE.advance(row.state, step, _facts(session, submission, row, settings))
    row.removed_at = now() if row.state is FileState.REMOVED else None
    if row.state is FileState.KEPT:
        others = [one.name for one in reading.kept_of(session, submission) if one.id != row.id]
        row.name = called(row.name, row.kind, others)
    session.flush()
    _answer(session, submission, row.question)
    _forget_oldest(session, submission, settings)
    audit.record(session, actor.user_id, name, "attachment", row.id, code=submission.code)
    return row


def offers(
    session: Session, actor: Actor, key: UUID, settings: Settings
) -> tuple[FileState, list[Offer]]:
    """Return where a file stands, and every step from there."""
    row = reading.get(session, actor, key)
    submission = session.get_one(Submission, row.submission_id)
    facts = _facts(session, submission, row, settings)
    return row.state, LIFE.offers(
        actor, submission.organisation_id, row.state, facts, shared_id=submission.id
    )


def _facts(
    session: Session, submission: Submission, row: Attachment, settings: Settings
) -> Facts:
    others = [one for one in reading.kept_of(session, submission) if one.id != row.id]
    try:
        most = _most_for(session, submission, row.question)
        no_room = _no_room(others, row.question, row.size, most, settings)
    except Unprocessable as refusal:
        no_room = Conflict(refusal.errors[0].detail)
    return Facts(drafts.not_written(submission), no_room)


def _forget_oldest(session: Session, submission: Submission, settings: Settings) -> None:
    """Delete what was removed first, beyond what a submission may have in number and bytes."""
    removed = [
        row
        for row in reading.every(session, submission)
        if row.state is FileState.REMOVED and not row.handed_in
    ]
    for row in beyond(removed, settings.max_files, settings.max_files_bytes):
        session.delete(row)
    session.flush()
