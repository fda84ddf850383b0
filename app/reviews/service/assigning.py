"""Asking reviewers: all at once by the best plan, or one by hand with what that costs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.organisations.models import Organisation
from app.programmes.models import Call
from app.reviews import deferred, queries
from app.reviews.lifecycle import LIVE
from app.reviews.models import Review, Reviewer, Rubric
from app.reviews.plans import Asked, Candidate, Choice, Inputs, Plan
from app.reviews.schemas.reviews import NewReview
from app.reviews.service import conflicts, letters
from app.reviews.service.reading import PASSAGES
from app.reviews.service.steps import SUBJECT
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import queries as submissions


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from."""

    inputs: Inputs
    plan: Plan


def inputs(
    session: Session, actor: Actor, call: Call, only: Collection[UUID] | None = None
) -> Inputs:
    """Return what the assignment of a call depends on.

    Parameters
    ----------
    only : collection of UUID, default=None
        Submissions that are looked at alone; each then wants one reviewer at least.

    Raises
    ------
    NotPermitted
        If the actor may not assign reviews.
    NotFound
        If the call has no rubric.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    rubric = queries.rubric(session, actor, call)
    statement = (
        select(Submission, Organisation.country)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(Submission.call_id == call.id, Submission.state == State.ELIGIBLE)
        .order_by(col(Submission.code))
    )
    if only is not None:
        statement = statement.where(col(Submission.id).in_(only))
    rows = session.exec(statement).all()
    asked = session.exec(
        select(Review.submission_id, Review.user_id, Review.state).where(
            Review.call_id == call.id
        )
    ).all()
    done = Counter(submission for submission, _, state in asked if state in LIVE)
    people = _people(session, call)
    near = conflicts.interests(session, people.keys())
    held = load(session, call.programme_id)
    return Inputs(
        [
            _asked(row, country, rubric, done[row.id], alone=only is not None)
            for row, country in rows
        ],
        [
            Candidate(
                str(user_id),
                one.expertise,
                frozenset(one.themes),
                frozenset(one.languages),
                frozenset(body.country for body in near[user_id].bodies),
                max(one.most - held[user_id], 0),
            )
            for user_id, one in people.items()
        ],
        frozenset(
            (str(submission), str(user_id))
            for submission, user_id in conflicts.barred(session, near, [row for row, _ in rows])
        )
        if rows
        else frozenset(),
        frozenset((str(submission), str(user_id)) for submission, user_id, _ in asked),
    )


def _asked(row: Submission, country: str, rubric: Rubric, done: int, *, alone: bool) -> Asked:
    texts = [row.title, row.summary, *(row.content.get(n) for n in PASSAGES[row.kind])]
    return Asked(
        str(row.id),
        tuple(text for text in texts if text),
        frozenset(row.themes),
        row.language,
        country,
        max(rubric.wanted - done, int(alone)),
    )


def _people(session: Session, call: Call) -> dict[UUID, Reviewer]:
    """Return who may be asked: active reviewers of the programme who still have the role."""
    statement = (
        select(Reviewer)
        .where(Reviewer.programme_id == call.programme_id, Reviewer.is_active)
        .order_by(col(Reviewer.user_id))
    )
    found = {one.user_id: one for one in session.exec(statement)}
    able = {user.id for user in queries.who_may_review(session, found.keys())}
    return {key: one for key, one in found.items() if key in able}


def load(session: Session, programme_id: UUID) -> Counter[UUID]:
    """Return how many reviews of a programme each person is asked for, or has written."""
    statement = select(Review.user_id).where(
        Review.programme_id == programme_id, col(Review.state).in_(LIVE)
    )
    return Counter(session.exec(statement))


def titles(session: Session, call: Call) -> dict[str, tuple[str, str]]:
    """Return code and title of what is eligible in a call, by its key."""
    statement = select(Submission.id, Submission.code, Submission.title).where(
        Submission.call_id == call.id, Submission.state == State.ELIGIBLE
    )
    return {str(key): (code, title) for key, code, title in session.exec(statement)}


def preview(session: Session, actor: Actor, call: Call) -> Callable[[], Planned]:
    """Return what works out the best plan; it is called without a session.

    Raises
    ------
    NotPermitted, NotFound
        As `inputs`.
    """
    given = inputs(session, actor, call)
    return lambda: worked_out(given)


def worked_out(given: Inputs) -> Planned:
    """Return the best plan; it takes some time, and needs no session."""
    return Planned(given, deferred.plan(given))


def by_hand(
    session: Session, actor: Actor, submission: Submission
) -> Callable[[], list[Choice]]:
    """Return what tells every reviewer for a submission, and what choosing each costs.

    Raises
    ------
    NotPermitted, NotFound
        As `inputs`.
    """
    call = session.get_one(Call, submission.call_id)
    given = inputs(session, actor, call, only=[submission.id])
    return lambda: deferred.choices(given)


def store(session: Session, actor: Actor, call: Call, planned: Planned) -> list[Review]:
    """Ask all reviewers of a plan, each by one letter.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not assign reviews, or the call has no rubric.
    Stale
        If anything has changed by which the plan was made.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    rubric = queries.rubric(session, actor, call)
    session.refresh(rubric, with_for_update=True)
    inputs(session, actor, call).require(planned.inputs.tag)
    if not planned.plan.proposals:
        return []
    keys = [UUID(one.submission) for one in planned.plan.proposals]
    statement = select(Submission.id, Submission.code).where(Submission.call_id == call.id)
    codes = dict(session.exec(statement).all())
    made = [
        _new(session, rubric, key, codes[key], UUID(one.reviewer))
        for key, one in zip(keys, planned.plan.proposals, strict=True)
    ]
    session.flush()
    audit.record(session, actor.user_id, "assign reviewers", "call", call.id, reviews=len(made))
    _tell(session, made)
    return made


def _new(session: Session, rubric: Rubric, key: UUID, code: str, user_id: UUID) -> Review:
    review = Review(
        programme_id=rubric.programme_id,
        call_id=rubric.call_id,
        submission_id=key,
        code=code,
        user_id=user_id,
        due_at=rubric.due_at,
    )
    session.add(review)
    return review


def _tell(session: Session, made: Sequence[Review]) -> None:
    by_person: dict[UUID, list[Review]] = defaultdict(list)
    for review in made:
        by_person[review.user_id].append(review)
    for user_id, reviews in by_person.items():
        letters.ask(session, user_id, reviews)


def assign(session: Session, actor: Actor, new: NewReview) -> Review:
    """Ask one person by hand to review one submission.

    Country, language and a full list can be passed over; a conflict of interest cannot.

    Raises
    ------
    NotPermitted
        If the actor may not assign reviews.
    Unprocessable
        If there is no such submission, no rubric, or the person is no reviewer of the
        programme.
    Conflict
        If it is not eligible, a conflict of interest stands between them, or they have been
        asked.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    submission = _stated(session, actor, new)
    call = session.get_one(Call, submission.call_id)
    rubric = queries.rubric_of(session, call.id)
    if rubric is None:
        error = FieldError("/submission_id", "Its call has no rubric. Write one first.")
        raise Unprocessable("The content cannot be accepted.", errors=[error])
    session.refresh(rubric, with_for_update=True)
    if new.user_id not in _people(session, call):
        error = FieldError("/user_id", "Name an active reviewer of the programme.")
        raise Unprocessable("The content cannot be accepted.", errors=[error])
    if submission.state is not State.ELIGIBLE:
        raise Conflict(
            Message("The submission is {state}.", state=submission.state),
            remedy="Only what is eligible is reviewed.",
        )
    if conflicts.is_barred(session, new.user_id, submission):
        raise Conflict(
            "A conflict of interest stands between the reviewer and this submission.",
            remedy="Resolve it with a reason first, or ask somebody else.",
        )
    if queries.live(session, submission.id, new.user_id) is not None:
        raise Conflict("This person has been asked already.", remedy="Ask somebody else.")
    review = _new(session, rubric, submission.id, submission.code, new.user_id)
    session.flush()
    audit.record(
        session, actor.user_id, "assign", SUBJECT, review.id, submission=submission.code
    )
    _tell(session, [review])
    return review


def _stated(session: Session, actor: Actor, new: NewReview) -> Submission:
    try:
        return submissions.find(session, actor, new.submission_id)
    except NotFound as refusal:
        error = FieldError("/submission_id", "There is no such submission.")
        raise Unprocessable("The submission is not known.", errors=[error]) from refusal
