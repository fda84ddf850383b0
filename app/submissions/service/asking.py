"""A submission and the form that it answers: what is taken, what waits, the next version.

What is stored as `answers` is what is asked of the team: an answer to a question that is not
shown waits aside, so that nobody who reads a submission has to think of it. It comes back when
its question is shown again. Answers that a new version does not ask for stay aside with what
was asked, for the team alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.service import letters
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.events.kinds import EventKind
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Call
from app.questions import service as questions
from app.questions.answering import Found as Rule
from app.questions.answering import eligibility, is_blank, parted, taken
from app.questions.builtin import by_key
from app.questions.forms import Form, QuestionType, Subject
from app.questions.schemas import FormRead
from app.submissions.lifecycle import CALLS, State
from app.submissions.models import Submission
from app.submissions.schemas import READS
from app.submissions.service import letters as telling

HIDDEN: Final = "hidden"
EARLIER: Final = "earlier"
MOST_EARLIER: Final = 200
"""Answers to earlier versions that are kept; the oldest give way."""

_FILES_BY_THEMSELVES: Final = Message(
    "Files are added and removed one by one, as attachments of the submission. Leave this "
    "answer out."
)
_ASKED_ANEW: Final = Message(
    'Hello,\n\nthe call "{call}" asks other questions now. What your team has written in '
    '{code}, "{title}", is kept.\n\nPlease take over the new questions before you send it:\n\n'
    "{origin}/submissions/{code}\n\nAnswers to questions that stay are taken over. The others "
    "stay there for you to read.\n"
)


def form_of(session: Session, submission: Submission) -> Form:
    """Return the form that a submission answers."""
    return questions.asked(session, submission.form_id, CALLS[submission.kind])


def whole(submission: Submission) -> dict[str, Any]:
    """Return all that a submission answers at present, by key."""
    return {**submission.content, **submission.answers}


def put(
    form: Form,
    submission: Submission,
    given: Mapping[str, Any],
    files: Mapping[str, list[str]] | None = None,
) -> None:
    """Let a submission hold answers to questions of its call, each as its type wants it.

    The content is there already. What is not given, and is not shown, waits as it did. Names of
    files stay as they are, whatever is given: a file comes and goes by itself.

    Parameters
    ----------
    files : mapping, optional
        The names of files by question, from where these are kept.

    Raises
    ------
    Unprocessable
        If a question is not asked, or its answer cannot be taken; `errors` names all.
    """
    kind = CALLS[submission.kind]
    ours = by_key(kind)
    own = {one.key: one for one in form.questions if one.key not in ours}
    asked = {one.key for one in form.questions}
    kept: dict[str, Any] = dict((submission.aside or {}).get(HIDDEN, {}))
    kept |= {
        key: submission.answers[key]
        for key, one in own.items()
        if one.type is QuestionType.FILE and key in submission.answers
    }
    kept |= files or {}
    errors = [
        FieldError(f"/content/{key}", "This call does not ask for it. Leave it out.")
        for key in ours
        if key not in asked and not is_blank(submission.content.get(key))
    ]
    for key, value in given.items():
        question = own.get(key)
        if question is None:
            if not is_blank(value):
                errors.append(
                    FieldError(
                        f"/answers/{key}",
                        "The form of this call does not ask for it. Leave it out.",
                    )
                )
            continue
        try:
            answer = taken(question, value)
            if question.type is not QuestionType.FILE:
                kept[key] = answer
            elif answer is not None and answer != kept.get(key):
                raise ValueError(_FILES_BY_THEMSELVES)
        except ValueError as error:
            errors.append(FieldError(f"/answers/{key}", error.args[0]))
    if errors:
        raise Unprocessable("Some answers cannot be taken.", errors=errors)
    answers, waiting = parted(form, {**submission.content, **kept})
    submission.answers = {key: answers[key] for key in own if key in answers}
    _keep(submission, HIDDEN, {key: waiting[key] for key in own if key in waiting})


def open_to(session: Session, submission: Submission) -> dict[str, Any]:
    """Return an answer for each question of the call's own, None where there is none yet.

    Those that wait stand there too: who changes a part of it changes nothing of the rest.
    """
    ours = by_key(CALLS[submission.kind])
    kept = {**(submission.aside or {}).get(HIDDEN, {}), **submission.answers}
    form = form_of(session, submission)
    return {one.key: kept.get(one.key) for one in form.questions if one.key not in ours}


def put_files(session: Session, submission: Submission, key: str, names: Sequence[str]) -> None:
    """Let a submission say which files answer a question, from where these are kept."""
    put(
        form_of(session, submission),
        submission,
        {name: value for name, value in open_to(session, submission).items() if name != key},
        {key: list(names)},
    )


def _keep(submission: Submission, name: str, value: Any) -> None:
    rest = {key: one for key, one in (submission.aside or {}).items() if key != name}
    submission.aside = (rest | {name: value} if value else rest) or None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer to a question that is not asked any more.

    Attributes
    ----------
    title : str
        What was asked.
    value : Any
    number : int
        Of the version that asked it.
    """

    title: str
    value: Any
    number: int


def earlier(session: Session, actor: Actor, submission: Submission) -> list[Earlier]:
    """Return answers that stand aside since the questions have changed, for the team alone.

    Raises
    ------
    NotPermitted
        If the actor is not of the team.
    """
    policy.require(
        actor, Action.DRAFT_READ, submission.organisation_id, shared_id=submission.id
    )
    kept = (submission.aside or {}).get(EARLIER, ())
    kind = CALLS[submission.kind]
    return [
        Earlier(
            ours.title if (ours := by_key(kind).get(one["key"])) else one["title"],
            one["value"],
            one["number"],
        )
        for one in kept
    ]


def newer(session: Session, submission: Submission) -> Form | None:
    """Return the form by which the call asks now, where a draft answers another version."""
    if submission.state is not State.DRAFT:  # what was returned is completed as it was asked
        return None
    row = questions.current(session, submission.call_id)
    if (row.id if row else None) == submission.form_id:
        return None
    return questions.asked(session, row.id if row else None, CALLS[submission.kind])


def asked_anew(session: Session, submission: Submission) -> Conflict | None:
    """Return why a draft cannot be sent as it is: its call asks other questions now."""
    if newer(session, submission) is None:
        return None
    return Conflict(
        "The questions of this call have changed since you began.",
        remedy="Take over the new questions, and look through your answers.",
    )


def renew(
    session: Session,
    actor: Actor,
    submission: Submission,
    expected: Expected = ANYTHING,
) -> Submission:
    """Move a draft to the version by which its call asks now.

    Answers stay whose question is asked by the same key and type, and that can be taken; the
    others stand aside, with what was asked.

    Raises
    ------
    NotPermitted
        If the actor does not write for the team.
    Conflict
        If it answers that version already, or is not being written.
    Stale
        If it is no longer as expected.
    """
    policy.require(
        actor, Action.DRAFT_WRITE, submission.organisation_id, shared_id=submission.id
    )
    session.refresh(submission, with_for_update=True)
    expected.require(READS[submission.kind].model_validate(submission))
    before, after = form_of(session, submission), newer(session, submission)
    if after is None:
        raise Conflict(
            "There are no newer questions for it.", remedy="Go on with what you have written."
        )
    kind = CALLS[submission.kind]
    ours = by_key(kind)
    waiting = (submission.aside or {}).get(HIDDEN, {})
    content, kept = dict(submission.content), dict[str, Any]()
    files = dict[str, Any]()
    left: list[dict[str, Any]] = []
    for key, value in {**waiting, **whole(submission)}.items():
        was, now_asked = before.question(key), after.question(key)
        if was is None or is_blank(value):
            continue
        fits = now_asked is not None and now_asked.type is was.type
        if fits and key not in ours:
            into = files if was.type is QuestionType.FILE else kept
            try:
                into[key] = taken(now_asked, value)  # type: ignore[arg-type]  # -- it is asked
            except ValueError:
                fits = False
        if not fits:
            title = str(ours[key].title) if key in ours else was.title
            left.append({"key": key, "title": title, "value": value, "number": before.number})
            if key in ours:
                content[key] = ""
    submission.form_id = questions.answered(session, submission.call_id)
    submission.content, submission.answers = content, {}
    _keep(submission, HIDDEN, None)
    held = [*(submission.aside or {}).get(EARLIER, ()), *left]
    _keep(submission, EARLIER, held[-MOST_EARLIER:])
    put(after, submission, kept, files)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "take-new-questions",
        submission.kind,
        submission.id,
        before=before.number,
        after=after.number,
    )
    return submission


def use(
    session: Session,
    actor: Actor,
    key: UUID | str,
    expected: Expected = ANYTHING,
    *,
    origin: str,
) -> FormRead:
    """Let a call ask by the version that is prepared, and tell the teams that write now.

    Their drafts move to it when they say so. What was submitted is not touched.

    Parameters
    ----------
    origin : str
        Where the service is reached, for the links in the letters.

    Raises
    ------
    NotFound, NotPermitted, TransitionNotAllowed, Conflict, Stale
        As from `questions.service.use`.
    """
    call, form = questions.use(session, actor, key, expected)
    drafts = session.exec(
        select(Submission)
        .where(Submission.call_id == call.id, Submission.state == State.DRAFT)
        .order_by(col(Submission.code))
    ).all()
    for draft in drafts:
        event = telling.note(session, EventKind.SUBMISSION_ASKED_ANEW, draft)
        for user in people.team(session, draft.organisation_id):
            letters.write(
                session,
                user,
                Message("{code}: the call asks other questions now", code=draft.code),
                Message(
                    _ASKED_ANEW,
                    call=call.title,
                    code=draft.code,
                    title=draft.title,
                    origin=origin,
                ),
                event=event,
            )
    return form


def conditions(session: Session, submission: Submission) -> list[Rule]:
    """Return the conditions of taking part of a call, and which of them a team meets."""
    form = form_of(session, submission)
    if not form.rules:
        return []
    owner = session.get_one(Organisation, submission.organisation_id)
    return eligibility(form, owner.country, owner.level, whole(submission))


def conditions_for(session: Session, call: Call, owner_id: UUID) -> list[Rule]:
    """Return the same for a team that has not written anything yet."""
    owner = session.get_one(Organisation, owner_id)
    form = questions.form_of_call(session, call)
    return eligibility(form, owner.country, owner.level, {})


def excluded(session: Session, submission: Submission) -> list[FieldError]:
    """Return the conditions that a team does not meet, each with its reason and what to do."""
    places = {Subject.COUNTRY: "/organisation_id", Subject.LEVEL: "/organisation_id"}
    return [
        FieldError(
            places.get(found.rule.subject, f"/answers/{found.rule.question}"),
            Message(
                "Your team cannot take part as it stands: {reason} If this is a mistake, "
                "correct the answer or write to the staff of the incubator.",
                reason=found.rule.reason.rstrip(". ") + ".",
            ),
        )
        for found in conditions(session, submission)
        if found.is_met is False
    ]
