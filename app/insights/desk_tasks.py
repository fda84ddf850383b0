"""What waits for people of the incubator: how many things of each programme, and which."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import String, and_, cast, func, or_
from sqlmodel import Session, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor
from app.advice.models import BoardQuestion, Consultation
from app.core.base.clock import now
from app.core.base.messages import Message
from app.decisions.lifecycle import OPEN, DecisionState
from app.decisions.models import Decision
from app.insights.schemas import TaskKind
from app.insights.task import Task
from app.matches.lifecycle import REPLACEABLE, MatchState
from app.matches.models import Match
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.models import Programme
from app.register import queries as practices
from app.reviews.lifecycle import ConflictState
from app.reviews.models import ConflictOfInterest
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.queries import current
from app.submissions.lifecycle import DECIDED, TAKES_PART, Kind, State
from app.submissions.models import Submission

REGISTER: Final = Message("Register of practices")
"""What a task of the register has in the place of a programme."""


def of_screeners(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many submissions of each programme are to be screened, or decided about."""
    drafted = exists().where(
        col(Decision.submission_id) == col(Submission.id), col(Decision.state).in_(OPEN)
    )
    for waits, what, action in (
        (
            or_(
                col(Submission.state) == State.SUBMITTED,
                # What its team has not sent in time is in the queue as well (`is_overdue`).
                and_(
                    col(Submission.state) == State.RETURNED,
                    col(Submission.answer_by) <= now(),
                ),
            ),
            TaskKind.SCREEN,
            Action.SUBMISSION_SCREEN,
        ),
        (
            and_(col(Submission.state) == State.ELIGIBLE, ~drafted),
            TaskKind.DECIDE,
            Action.DECISION_WRITE,
        ),
    ):
        if not policy.has_any_reach(actor, action):
            continue
        statement = (
            select(Programme, Submission.kind, func.count())
            .join(Programme, col(Programme.id) == col(Submission.programme_id))
            .where(waits)
            .group_by(col(Programme.id), col(Submission.kind))
        )
        for of, kind, count in session.exec(statement):
            yield Task(what, of.title, of.code, Kind(kind), count, None, of.zone)


def of_second_screeners(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield of how many submissions of each programme others propose that they be excluded."""
    if not policy.has_any_reach(actor, Action.EXCLUSION_APPROVE):
        return
    statement = (
        select(Programme, Exclusion.kind, func.count())
        .join(Exclusion, col(Exclusion.programme_id) == col(Programme.id))
        .join(Submission, col(Submission.id) == col(Exclusion.submission_id))
        .where(
            Exclusion.state == ExclusionState.PROPOSED,
            col(Exclusion.proposed_by).is_distinct_from(actor.user_id),
            current(),
        )
        .group_by(col(Programme.id), col(Exclusion.kind))
    )
    for of, kind, count in session.exec(statement):
        yield Task(TaskKind.EXCLUDE, of.title, of.code, Kind(kind), count, None, of.zone)


def of_deciders(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many decisions of each programme wait for a second person, or are approved."""
    for waits, what, action in (
        (
            and_(
                col(Decision.state) == DecisionState.READY,
                ~cast(Decision.writers, String).contains(str(actor.user_id)),
            ),
            TaskKind.SIGN,
            Action.DECISION_APPROVE,
        ),
        (
            col(Decision.state) == DecisionState.APPROVED,
            TaskKind.RELEASE,
            Action.DECISION_RELEASE,
        ),
    ):
        if not policy.has_any_reach(actor, action):
            continue
        statement = (
            select(Programme, Decision.kind, func.count())
            .join(Decision, col(Decision.programme_id) == col(Programme.id))
            .join(Submission, col(Submission.id) == col(Decision.submission_id))
            .where(waits, col(Submission.state).in_(DECIDED | {State.ELIGIBLE}))
            .group_by(col(Programme.id), col(Decision.kind))
        )
        for of, kind, count in session.exec(statement):
            yield Task(what, of.title, of.code, Kind(kind), count, None, of.zone)


def of_curators(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many notices of each programme came back with a reason, or are approved."""
    for what, action, waits in (
        (
            TaskKind.AMEND,
            Action.NOTICE_WRITE,
            and_(col(PublicNotice.state) == NoticeState.DRAFT, col(PublicNotice.message) != ""),
        ),
        (
            TaskKind.PUBLISH,
            Action.NOTICE_PUBLISH,
            col(PublicNotice.state) == NoticeState.APPROVED,
        ),
    ):
        if not policy.has_any_reach(actor, action):
            continue
        statement = (
            select(Programme, func.count())
            .join(PublicNotice, col(PublicNotice.programme_id) == col(Programme.id))
            .where(waits)
            .group_by(col(Programme.id))
        )
        for of, count in session.exec(statement):
            yield Task(what, of.title, of.code, Kind.CHALLENGE, count, None, of.zone)


def of_the_register(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many practices wait to be listed in the register."""
    if not policy.has_any_reach(actor, Action.PRACTICE_CURATE):
        return
    if count := practices.waiting(session):
        yield Task(TaskKind.LIST, REGISTER, "REGISTER", Kind.SOLUTION, count, None, "UTC")


def of_matchmakers(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many offers of each programme wait to be sent, or for a replacement."""
    for what, action, states in (
        (TaskKind.OFFER, Action.MATCH_OFFER, {MatchState.PREPARED}),
        (TaskKind.REPLACE, Action.MATCH_OFFER, REPLACEABLE),
    ):
        if not policy.has_any_reach(actor, action):
            continue
        statement = (
            select(Programme, func.count())
            .join(Match, col(Match.programme_id) == col(Programme.id))
            .join(Submission, col(Submission.id) == col(Match.challenge_id))
            .where(col(Match.state).in_(states), col(Submission.state).in_(TAKES_PART))
            .group_by(col(Programme.id))
        )
        for of, count in session.exec(statement):
            yield Task(what, of.title, of.code, Kind.CHALLENGE, count, None, of.zone)


def of_conflicts(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many conflicts of interest of each programme nobody has resolved."""
    if not policy.has_any_reach(actor, Action.CONFLICT_RESOLVE):
        return
    unresolved = [ConflictState.POSSIBLE, ConflictState.DECLARED]
    statement = (
        select(Programme, func.count())
        .join(ConflictOfInterest, col(ConflictOfInterest.programme_id) == col(Programme.id))
        .where(col(ConflictOfInterest.state).in_(unresolved))
        .group_by(col(Programme.id))
    )
    for of, count in session.exec(statement):
        yield Task(TaskKind.RESOLVE, of.title, of.code, Kind.CHALLENGE, count, None, of.zone)


def asked_by_the_board(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield how many questions of each programme the advisory board waits to be answered."""
    if not policy.has_any_reach(actor, Action.ADVICE_ASK):
        return
    statement = (
        select(Programme, func.count())
        .join(Consultation, col(Consultation.programme_id) == col(Programme.id))
        .join(BoardQuestion, col(BoardQuestion.consultation_id) == col(Consultation.id))
        .where(col(BoardQuestion.answered_at).is_(None))
        .group_by(col(Programme.id))
    )
    for of, count in session.exec(statement):
        yield Task(TaskKind.REPLY, of.title, of.code, Kind.CHALLENGE, count, None, of.zone)
