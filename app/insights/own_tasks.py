"""What waits for people of teams, reviewers and advisors: what is theirs, or asked of them."""

from collections.abc import Iterator

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import shared
from app.advice.service import counting
from app.core.base.clock import now
from app.enquiries import queries as enquiries
from app.insights.schemas import MOST_TASKS, TaskKind
from app.insights.task import Task
from app.interests import queries as interests
from app.matches.lifecycle import MatchState
from app.matches.models import Match
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.lifecycle import takes, too_late
from app.programmes.models import Call, Programme
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.reviews.lifecycle import WAITING
from app.reviews.models import Review
from app.submissions.lifecycle import Kind, State
from app.submissions.models import OF_TEAM, LatePermit, Submission
from app.submissions.service.steps import is_overdue
from app.teams import queries as comments
from app.teams.lifecycle import EntryState
from app.teams.models import AssistedEntry
from app.webhooks.lifecycle import EndReason
from app.webhooks.models import Webhook


def of_teams(session: Session, actor: Actor) -> Iterator[Task]:
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


def asked_by_the_team(session: Session, actor: Actor) -> Iterator[Task]:
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


def to_confirm(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield what staff have sent for the actor's teams, and nobody of them has confirmed."""
    own = policy.own_reach(actor, Action.SUBMISSION_SUBMIT)
    statement = (
        select(Submission)
        .join(AssistedEntry, col(AssistedEntry.submission_id) == col(Submission.id))
        .where(
            col(Submission.organisation_id).in_(own),
            AssistedEntry.state == EntryState.WAITING,
        )
        .order_by(col(Submission.code))
        .limit(MOST_TASKS)
    )
    for row in session.exec(statement):
        yield Task(TaskKind.CONFIRM, row.title, row.code, row.kind, 1, None, "UTC")


def asked_to_answer(session: Session, actor: Actor) -> Iterator[Task]:
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


def of_owners(session: Session, actor: Actor) -> Iterator[Task]:
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


def to_explain(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the published challenges of the actor's teams about which questions wait."""
    for one in enquiries.waiting(session, actor, MOST_TASKS):
        notice, kind = one.notice, Kind.CHALLENGE
        yield Task(TaskKind.EXPLAIN, notice.title, notice.code, kind, one.count, None, one.zone)


def of_practices(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the practices of the actor's teams of which staff ask for changes."""
    own = policy.own_reach(actor, Action.PRACTICE_WRITE)
    statement = (
        select(Practice)
        .where(
            col(Practice.organisation_id).in_(own),
            Practice.state == PracticeState.DRAFT,
            Practice.message != "",
        )
        .order_by(col(Practice.code))
        .limit(MOST_TASKS)
    )
    for one in session.exec(statement):
        yield Task(TaskKind.REWRITE, one.title, one.code, Kind.SOLUTION, 1, None, "UTC")


def asked_for_interest(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the challenges whose owner is shown solutions, and has not answered of all."""
    for row, count in interests.waiting(session, actor):
        yield Task(TaskKind.TELL, row.title, row.code, row.kind, count, None, "UTC")


def offered(session: Session, actor: Actor) -> Iterator[Task]:
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


def of_reviewers(session: Session, actor: Actor) -> Iterator[Task]:
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


def of_advisors(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield on what the actor is asked to advise: its key, and a title that staff wrote."""
    for one, count in counting.waiting(session, actor):
        zone = session.get_one(Programme, one.programme_id).zone
        key = str(one.id)
        yield Task(TaskKind.ADVISE, one.title, key, Kind.CHALLENGE, count, one.due_at, zone)


def of_webhooks(session: Session, actor: Actor) -> Iterator[Task]:
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
