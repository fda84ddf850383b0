"""Asking about a published challenge, answering for everybody, and what staff do about it.

Whatever a person does as who asked, the record names nobody for it.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, func, or_, select, update

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.accounts.lifecycle import PRESENT, UserState
from app.accounts.models import User
from app.accounts.service import letters
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    FieldError,
    NotFound,
    NotPermitted,
    TooMany,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.messages import Message
from app.core.base.schemas import OffersRead
from app.core.storage import audit
from app.enquiries import queries
from app.enquiries.letters import LETTERS
from app.enquiries.lifecycle import (
    ASKING_LIFE,
    LIFE,
    AskingState,
    EnquiryState,
    Facts,
    not_to_ask,
)
from app.enquiries.models import Asking, Enquiry
from app.enquiries.schemas import AskedRead, EditedEnquiry, EnquiryStepTaken, NewEnquiry
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.notices import queries as notices
from app.notices.models import PublicNotice
from app.organisations.service import people

SUBJECT: Final = "enquiry"
"""The kind of subject in the audit record, which holds no word of a question or an answer."""
DAY: Final = timedelta(days=1)
MOST_IN_A_DAY: Final = 10
"""Questions that one person asks in a day, about all challenges."""
_ANSWERS: Final = {"answer", "correct"}


def ask(session: Session, actor: Actor, new: NewEnquiry, *, public_url: str) -> Enquiry:
    """Ask about a published challenge; nobody is told who does.

    Raises
    ------
    NotPermitted
        If the actor is no person who may ask, or decides about questions.
    Unprocessable
        If no such challenge is published.
    Conflict
        If no question can be asked about it at present.
    TooMany
        If the actor has asked much of late.
    """
    policy.require(actor, Action.ENQUIRY_ASK, assignee_id=actor.user_id)
    if policy.has_any_reach(actor, Action.ENQUIRY_MANAGE):
        raise NotPermitted(
            "Who decides about questions asks none.",
            remedy="Write to the team that is behind the challenge.",
        )
    notice = _stated(session, new.notice_id)
    # One after the other asks about a challenge: what is counted stays counted.
    session.refresh(notice, with_for_update=True)
    if refusal := not_to_ask(queries.asking_facts(session, actor, notice)):
        raise refusal
    if queries.asked_within(session, actor, DAY) >= MOST_IN_A_DAY:
        raise TooMany(
            Message("You have asked {most} questions within a day.", most=MOST_IN_A_DAY),
            remedy="Wait a day, and ask then.",
            retry_after=int(DAY.total_seconds()),
        )
    others = select(Enquiry.id).where(
        Enquiry.notice_id == notice.id, Enquiry.state == EnquiryState.WAITING
    )
    is_first = session.exec(others.limit(1)).first() is None
    last = select(func.max(Enquiry.number)).where(Enquiry.notice_id == notice.id)
    enquiry = Enquiry(
        notice_id=notice.id,
        programme_id=notice.programme_id,
        organisation_id=notice.organisation_id,
        asker_id=actor.user_id,
        code=notice.code,
        number=(session.exec(last).one() or 0) + 1,
        language=new.language,
        body=new.body,
    )
    session.add(enquiry)
    session.flush()
    _record(session, None, "ask", enquiry)
    if is_first:
        _tell_team(session, notice, public_url)
    return enquiry


def _stated(session: Session, key: UUID | str) -> PublicNotice:
    try:
        return notices.published(session, key).notice
    except NotFound as refusal:
        error = FieldError("/notice_id", "There is no such published challenge.")
        raise Unprocessable("The challenge is not known.", errors=[error]) from refusal


def edit(
    session: Session,
    actor: Actor,
    key: UUID,
    edited: EditedEnquiry,
    expected: Expected = ANYTHING,
) -> Enquiry:
    """Leave out of a question what tells who asks; what stood there is not kept.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such question, or the actor may not decide about it.
    Stale
        If it is no longer as expected.
    TransitionNotAllowed
        If it was withdrawn, or declined.
    """
    enquiry = _held(session, actor, key)
    policy.require(actor, Action.ENQUIRY_MANAGE, enquiry.organisation_id)
    expected.require(queries.shown(actor, enquiry))
    if enquiry.state not in LIFE.step("decline").sources:
        raise TransitionNotAllowed(
            Message("A question that is {state} cannot be changed.", state=enquiry.state),
            remedy="Nobody else reads it any more.",
        )
    enquiry.body, enquiry.edited_at = edited.body, now()
    session.flush()
    _record(session, actor.user_id, "edit", enquiry)
    return enquiry


def take_step(
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    taken: EnquiryStepTaken,
    expected: Expected = ANYTHING,
    *,
    public_url: str,
) -> Enquiry:
    """Answer a question for everybody, correct the answer, decline or withdraw the question.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such question or step, or the actor may not take it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or the challenge is not published.
    Unprocessable
        If something has to be said first.
    """
    step = LIFE.step(name)
    enquiry = _held(session, actor, key)
    asker = enquiry.asker_id if queries.is_asker(actor, enquiry) else None
    policy.require(actor, step.action, enquiry.organisation_id, asker)
    expected.require(queries.shown(actor, enquiry))
    before = enquiry.state
    enquiry.state = LIFE.advance(before, step, _facts(session, enquiry, taken))
    if name in _ANSWERS:
        enquiry.answer, enquiry.answer_language = taken.answer, taken.language or ""
        if name == "answer":
            enquiry.answered_at = now()
        else:
            enquiry.corrected_at = now()
        _tell_asker(session, enquiry, EventKind.ENQUIRY_ANSWERED, public_url)
    elif name == "decline":
        enquiry.reason = taken.reason
        _tell_asker(session, enquiry, EventKind.ENQUIRY_DECLINED, public_url)
    else:
        enquiry.body = ""
    session.flush()
    # Who withdraws a question is who asked it.
    who = None if step.action is Action.ENQUIRY_ASK else actor.user_id
    _record(session, who, name, enquiry, before=before, after=enquiry.state)
    return enquiry


def offers(
    session: Session, actor: Actor, enquiry: Enquiry
) -> tuple[EnquiryState, list[Offer]]:
    """Return where a question stands, and every step from there."""
    asker = enquiry.asker_id if queries.is_asker(actor, enquiry) else None
    facts = _facts(session, enquiry, EnquiryStepTaken())
    return enquiry.state, LIFE.offers(
        actor, enquiry.organisation_id, enquiry.state, facts, asker
    )


def asking_offers(
    session: Session, actor: Actor, key: UUID | str
) -> tuple[AskingState, list[Offer]]:
    """Return whether people may ask about a challenge, and what staff can do about it.

    Raises
    ------
    NotFound
        If there is no such notice that the actor may read.
    """
    notice = notices.get(session, actor, key)
    state = queries.asking(session, notice)
    return state, ASKING_LIFE.offers(actor, notice.organisation_id, state, None)


def take_asking_step(
    session: Session, actor: Actor, key: UUID | str, name: str, expected: Expected = ANYTHING
) -> AskingState:
    """Let nobody ask about a challenge any more, or everybody again.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such notice or step, or the actor may not decide about it.
    Stale
        If somebody else has decided meanwhile.
    TransitionNotAllowed
        If it is so already.
    """
    step = ASKING_LIFE.step(name)
    notice = notices.get(session, actor, key)
    policy.require(actor, step.action, notice.organisation_id)
    session.refresh(notice, with_for_update=True)
    before, offered = asking_offers(session, actor, notice.id)
    expected.require(OffersRead.of(before, offered))
    row = session.exec(select(Asking).where(Asking.notice_id == notice.id)).first()
    row = row or Asking(notice_id=notice.id)
    row.state = ASKING_LIFE.advance(before, step, None)
    session.add(row)
    session.flush()
    audit.record(
        session, actor.user_id, name, "notice", notice.id, before=before, after=row.state
    )
    return row.state


def forget(session: Session, before: datetime) -> None:
    """Forget who asked: people who were erased, and everybody once it had its time.

    Parameters
    ----------
    before : datetime
        Who asked is not needed any more where nothing has changed since.
    """
    erased = select(User.id).where(User.state == UserState.ERASED)
    old = (col(Enquiry.state) != EnquiryState.WAITING) & (col(Enquiry.updated_at) < before)
    session.execute(
        update(Enquiry)
        .where(col(Enquiry.asker_id).is_not(None), or_(col(Enquiry.asker_id).in_(erased), old))
        .values(asker_id=None)
    )


def export(session: Session, user_id: UUID) -> list[dict[str, Any]]:
    """Return what a person has asked, for that person alone."""
    statement = (
        select(Enquiry).where(Enquiry.asker_id == user_id).order_by(col(Enquiry.created_at))
    )
    return [
        AskedRead.model_validate(row).model_dump(
            mode="json",
            include={"code", "number", "state", "language", "question", "asked_at", "reason"},
        )
        for row in session.exec(statement)
    ]


def _held(session: Session, actor: Actor, key: UUID) -> Enquiry:
    enquiry = queries.get(session, actor, key)
    session.refresh(enquiry, with_for_update=True)
    return enquiry


def _facts(session: Session, enquiry: Enquiry, taken: EnquiryStepTaken) -> Facts:
    return Facts(
        is_public=queries.is_public(session, enquiry.notice_id),
        answer=taken.answer,
        language=taken.language or "",
        reason=taken.reason,
    )


def _record(
    session: Session, actor_id: UUID | None, action: str, enquiry: Enquiry, **facts: Any
) -> None:
    """Write down what was done; of what its asker does, that nobody is named for it."""
    hidden = {} if actor_id else {"actor": "not named"}
    audit.record(
        session, actor_id, action, SUBJECT, enquiry.id, code=enquiry.code, **hidden, **facts
    )


def _tell_team(session: Session, notice: PublicNotice, public_url: str) -> None:
    kind = EventKind.ENQUIRY_WAITING
    event = events.to_team(
        session,
        kind,
        notice.organisation_id,
        subject=EventSubject.NOTICE,
        subject_id=notice.id,
        code=notice.code,
        programme_id=notice.programme_id,
    )
    subject, body = LETTERS[kind]
    link = f"{public_url}/submissions/{notice.code}/questions"
    for user in people.team(session, notice.organisation_id):
        letters.write(
            session,
            user,
            Message(subject.template, code=notice.code),
            Message(body.template, code=notice.code, link=link),
            event=event,
        )


def _tell_asker(session: Session, enquiry: Enquiry, kind: EventKind, public_url: str) -> None:
    """Write to who asked, if they are still there; nobody else learns of the letter."""
    user = session.get(User, enquiry.asker_id) if enquiry.asker_id else None
    if user is None or user.state not in PRESENT:
        return
    event = events.to_person(
        session,
        kind,
        user.id,
        subject=EventSubject.NOTICE,
        subject_id=enquiry.notice_id,
        code=enquiry.code,
    )
    subject, body = LETTERS[kind]
    link = f"{public_url}/my-questions"
    letters.write(
        session,
        user,
        Message(subject.template, code=enquiry.code),
        Message(body.template, code=enquiry.code, link=link),
        event=event,
        discreet=True,
    )
