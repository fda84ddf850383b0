"""What waits for a person, over all features: read off what is stored, and kept nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import String, and_, cast, func, or_
from sqlmodel import Session, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import shared
from app.advice.models import BoardQuestion, Consultation
from app.advice.service import counting
from app.core.base.clock import now
from app.decisions.lifecycle import OPEN, DecisionState
from app.decisions.models import Decision
from app.insights.schemas import MOST_TASKS, TaskKind
from app.matches.lifecycle import REPLACEABLE, MatchState
from app.matches.models import Match
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.lifecycle import takes, too_late
from app.programmes.models import Call, Programme
from app.reviews.lifecycle import WAITING, ConflictState
from app.reviews.models import ConflictOfInterest, Review
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.queries import current
from app.submissions.lifecycle import DECIDED, TAKES_PART, Kind, State
from app.submissions.models import OF_TEAM, LatePermit, Submission
from app.submissions.service.steps import is_overdue
from app.teams import queries as comments
from app.webhooks.lifecycle import EndReason
from app.webhooks.models import Webhook


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits.

    Attributes
    ----------
    what : TaskKind
    title : str
        Of the submission or of the programme that it is about.
    code : str
        Of the same.
    kind : Kind
        Of the submissions.
    count : int
        How many of them.
    due : datetime or None
        Until when, in UTC.
    zone : str
        In whose time that was announced.
    """

    what: TaskKind
    title: str
    code: str
    kind: Kind
    count: int
    due: datetime | None
    zone: str


def tasks_of(session: Session, actor: Actor) -> list[Task]:
    """Return what waits for somebody: what has a date first, the most urgent of it first."""
    found = [
        *_of_teams(session, actor),
        *_asked_by_the_team(session, actor),
        *_of_staff(session, actor),
        *_of_second_screeners(session, actor),
        *_of_deciders(session, actor),
        *_asked(session, actor),
        *_of_owners(session, actor),
        *_of_curators(session, actor),
        *_offered(session, actor),
        *_of_matchmakers(session, actor),
        *_of_reviewers(session, actor),
        *_conflicts(session, actor),
        *_of_advisors(session, actor),
        *_asked_by_the_board(session, actor),
        *_of_webhooks(session, actor),
    ]
    found.sort(key=lambda task: (task.due or datetime.max.replace(tzinfo=UTC), task.code))
    return found[:MOST_TASKS]


def _of_teams(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield what the actor writes, with a team or for one: what is begun, what came back."""
    own = policy.own_reach(actor, Action.DRAFT_WRITE)
    statement = (
        select(Submission, Call, LatePermit.until)
        .join(Call, col(Call.id) == col(Submission.call_id))
        .outerjoin(LatePermit, OF_TEAM)
        .where(
            or_(
                col(Submission.organisation_id).in_(own),
                shared(actor, Action.DRAFT_WRITE, Submission.id),
            ),
            col(Submission.state).in_([State.DRAFT, State.RETURNED]),
        )
        .order_by(col(Submission.code))
        .limit(MOST_TASKS)
    )
    at = now()
    for submission, call, permitted in session.exec(statement):
        returned = submission.state is State.RETURNED
        if is_overdue(submission, at):
            continue  # nobody can send it; staff ask again, or go on without
        ends = too_late(call, submission.created_at, permitted)
        if returned or takes(call, at, ends):
            helps = submission.organisation_id not in own
            yield Task(
                TaskKind.HELP if helps else TaskKind.COMPLETE if returned else TaskKind.FINISH,
                submission.title,
                submission.code,
                submission.kind,
                1,
                submission.answer_by if returned else ends,
                call.zone,
            )


def _asked_by_the_team(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the submissions of which somebody who works on them asks the actor something."""
    statement = (
        select(Submission, Call.zone, func.count())
        .join(Call, col(Call.id) == col(Submission.call_id))
        .join(
            asked := comments.waiting(actor).subquery(), asked.c.submission_id == Submission.id
        )
        .group_by(col(Submission.id), col(Call.zone))
        .order_by(col(Submission.code))
        .limit(MOST_TASKS)
    )
    for row, zone, count in session.exec(statement):
        yield Task(TaskKind.DISCUSS, row.title, row.code, row.kind, count, None, zone)


def _of_staff(session: Session, actor: Actor) -> Iterator[Task]:
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


def _of_second_screeners(session: Session, actor: Actor) -> Iterator[Task]:
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


def _of_deciders(session: Session, actor: Actor) -> Iterator[Task]:
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


def _asked(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the places that the actor's teams have not yet accepted or declined."""
    own = policy.own_reach(actor, Action.SUBMISSION_ANSWER)
    statement = (
        select(Submission, Programme.zone)
        .join(Programme, col(Programme.id) == col(Submission.programme_id))
        .where(
            col(Submission.organisation_id).in_(own),
            Submission.state == State.SELECTED,
            col(Submission.answer_by) > now(),
        )
        .order_by(col(Submission.code))
        .limit(MOST_TASKS)
    )
    for row, zone in session.exec(statement):
        kind, due = row.kind, row.answer_by
        yield Task(TaskKind.ANSWER, row.title, row.code, kind, 1, due, zone)


def _of_owners(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the public notices that wait for the approval of the actor's teams."""
    own = policy.own_reach(actor, Action.NOTICE_APPROVE)
    statement = (
        select(PublicNotice, Programme.zone)
        .join(Programme, col(Programme.id) == col(PublicNotice.programme_id))
        .where(
            col(PublicNotice.organisation_id).in_(own),
            PublicNotice.state == NoticeState.PROPOSED,
        )
        .order_by(col(PublicNotice.code))
        .limit(MOST_TASKS)
    )
    for notice, zone in session.exec(statement):
        yield Task(TaskKind.APPROVE, notice.title, notice.code, Kind.CHALLENGE, 1, None, zone)


def _of_curators(session: Session, actor: Actor) -> Iterator[Task]:
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


def _offered(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the offers that the actor's teams have not answered yet."""
    own = policy.own_reach(actor, Action.MATCH_ANSWER)
    for side, answer in (
        (Match.challenge_id, Match.challenge_answer),
        (Match.solution_id, Match.solution_answer),
    ):
        statement = (
            select(Match, Submission.title, Submission.kind, Programme.zone)
            .join(Submission, col(Submission.id) == col(side))
            .join(Programme, col(Programme.id) == col(Match.programme_id))
            .where(
                col(Submission.organisation_id).in_(own),
                Match.state == MatchState.OFFERED,
                col(answer).is_(None),
                col(Match.answer_by) > now(),
            )
            .order_by(col(Match.code))
            .limit(MOST_TASKS)
        )
        for match, title, kind, zone in session.exec(statement):
            due = match.answer_by
            yield Task(TaskKind.CONSENT, title, match.code, Kind(kind), 1, due, zone)


def _of_matchmakers(session: Session, actor: Actor) -> Iterator[Task]:
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


def _of_reviewers(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield what the actor is asked to review: its key and its code, and never a title."""
    own = policy.assigned_reach(actor, Action.REVIEW_WRITE)
    statement = (
        select(Review, Submission.kind, Programme.zone)
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(Programme, col(Programme.id) == col(Review.programme_id))
        .where(
            Review.user_id == own,
            col(Review.state).in_(WAITING),
            Submission.state == State.ELIGIBLE,
        )
        .order_by(col(Review.due_at), col(Review.code))
        .limit(MOST_TASKS)
    )
    for review, kind, zone in session.exec(statement) if own is not None else ():
        key = str(review.id)
        yield Task(TaskKind.REVIEW, review.code, key, Kind(kind), 1, review.due_at, zone)


def _conflicts(session: Session, actor: Actor) -> Iterator[Task]:
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


def _of_advisors(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield on what the actor is asked to advise: its key, and a title that staff wrote."""
    for one, count in counting.waiting(session, actor):
        zone = session.get_one(Programme, one.programme_id).zone
        key = str(one.id)
        yield Task(TaskKind.ADVISE, one.title, key, Kind.CHALLENGE, count, one.due_at, zone)


def _asked_by_the_board(session: Session, actor: Actor) -> Iterator[Task]:
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


def _of_webhooks(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the webhooks of the actor that ended by themselves."""
    if not policy.allows_somewhere(actor, Action.WEBHOOK_OWN):
        return
    statement = (
        select(Webhook)
        .where(
            Webhook.owner_id == actor.user_id,
            col(Webhook.ended_for).in_([EndReason.FAILING, EndReason.GONE]),
        )
        .order_by(col(Webhook.id))
        .limit(MOST_TASKS)
    )
    for one in session.exec(statement):
        title, key = one.description or one.url, str(one.id)
        yield Task(TaskKind.RESTART, title, key, Kind.CHALLENGE, 1, None, "UTC")
