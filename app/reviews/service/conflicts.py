"""Conflicts of interest: looked for before anybody is asked, and resolved with a reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.accounts.models import Collaborator, Membership
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.storage import audit
from app.organisations.models import Organisation
from app.programmes.models import Call
from app.reviews import conflicts as rule
from app.reviews import queries
from app.reviews.conflicts import Body, Interests
from app.reviews.lifecycle import (
    CONFLICT_LIFE,
    ConflictKind,
    ConflictState,
    Resolution,
)
from app.reviews.models import ConflictOfInterest, Reviewer, Tie
from app.reviews.schemas.conflicts import ConflictRead
from app.reviews.schemas.reviews import ReviewStepTaken
from app.submissions.lifecycle import State
from app.submissions.models import Submission

SUBJECT: Final = "conflict"
"""The kind of subject in the audit record; the reason stands in the conflict alone."""
NOTHING_SAID = ReviewStepTaken()

# Matches stand above reviews, so their table is read by its name; without it this fails.
_MATCH: Final = sa.table(
    "match",
    sa.column("challenge_id", sa.Uuid()),
    sa.column("solution_id", sa.Uuid()),
    sa.column("state", sa.String()),
)
_CAME_ABOUT: Final = ("confirmed", "active", "completed", "ended")
"""The states of matches to which both sides have said yes."""


def interests(session: Session, user_ids: Collection[UUID]) -> dict[UUID, Interests]:
    """Return what each person is close to."""
    bodies: dict[UUID, dict[UUID, Body]] = defaultdict(dict)
    statement = (
        select(Membership.user_id, Organisation)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(col(Membership.user_id).in_(user_ids))
    )
    for user_id, organisation in session.exec(statement):
        bodies[user_id][organisation.id] = body_of(organisation)
    ties: dict[UUID, set[UUID]] = defaultdict(set)
    for user_id, organisation_id in session.exec(
        select(Tie.user_id, Tie.organisation_id).where(col(Tie.user_id).in_(user_ids))
    ):
        ties[user_id].add(organisation_id)
    helped = _helped(session, user_ids)
    near = _matched(session, {key for held in bodies.values() for key in held})
    return {
        key: Interests(
            tuple(bodies[key].values()),
            frozenset(ties[key]),
            frozenset(other for one in bodies[key] for other in near[one]),
            helped[key],
        )
        for key in user_ids
    }


def _helped(session: Session, user_ids: Collection[UUID]) -> defaultdict[UUID, set[UUID]]:
    """Return on submissions of which organisations each person works, or has worked."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    statement = (
        select(Collaborator.user_id, Submission.organisation_id)
        .join(Submission, col(Submission.id) == col(Collaborator.submission_id))
        .where(col(Collaborator.user_id).in_(user_ids))
    )
    for user_id, organisation_id in session.exec(statement):
        found[user_id].add(organisation_id)
    return found


def body_of(organisation: Organisation) -> Body:
    """Return an organisation as the rule sees it."""
    fields = (organisation.country, organisation.level, organisation.subdivision)
    return Body(organisation.id, *fields)


def _matched(session: Session, organisations: Collection[UUID]) -> defaultdict[UUID, set[UUID]]:
    """Return with which others each of some organisations has worked in a match."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    challenge, solution = (sa.orm.aliased(Submission) for _ in range(2))
    statement = (
        select(challenge.organisation_id, solution.organisation_id)
        .select_from(_MATCH)
        .join(challenge, col(challenge.id) == _MATCH.c.challenge_id)
        .join(solution, col(solution.id) == _MATCH.c.solution_id)
        .where(
            _MATCH.c.state.in_(_CAME_ABOUT),
            or_(
                col(challenge.organisation_id).in_(organisations),
                col(solution.organisation_id).in_(organisations),
            ),
        )
    )
    for one, other in session.exec(statement):
        found[one].add(other)
        found[other].add(one)
    return found


def barred(
    session: Session, reviewers: Mapping[UUID, Interests], submissions: Iterable[Submission]
) -> dict[tuple[UUID, UUID], tuple[ConflictKind, ...]]:
    """Return between which submissions and reviewers a conflict stands, and of which kinds.

    Parameters
    ----------
    reviewers : mapping of UUID to Interests
    submissions : iterable of Submission
        Those of one call.
    """
    rows = list(submissions)
    found = _possible(session, reviewers, rows)
    stored = _stored(session, reviewers, rows)
    kept: dict[tuple[UUID, UUID], tuple[ConflictKind, ...]] = {}
    for pair in {**found, **stored}:
        kinds, one = found.get(pair, ()), stored.get(pair)
        state, covered = (one.state, one.kinds) if one else (None, [])
        if rule.bars(kinds, state, covered):
            kept[pair] = kinds or tuple(ConflictKind(kind) for kind in covered)
    return kept


def _possible(
    session: Session, reviewers: Mapping[UUID, Interests], rows: Sequence[Submission]
) -> dict[tuple[UUID, UUID], tuple[ConflictKind, ...]]:
    by_team: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        by_team[row.organisation_id].append(row.id)
    teams = _teams(session, rows)
    return {
        (submission_id, user_id): kinds
        for user_id, near in reviewers.items()
        for team, kinds in rule.among(near, teams)
        for submission_id in by_team[team]
    }


def _teams(session: Session, rows: Sequence[Submission]) -> list[Body]:
    if len(rows) == 1:
        return [body_of(session.get_one(Organisation, rows[0].organisation_id))]
    calls = {row.call_id for row in rows}
    held = select(Submission.organisation_id).where(col(Submission.call_id).in_(calls))
    statement = select(Organisation).where(col(Organisation.id).in_(held))
    wanted = {row.organisation_id for row in rows}
    return [body_of(one) for one in session.exec(statement) if one.id in wanted]


def _stored(
    session: Session, reviewers: Collection[UUID], rows: Sequence[Submission]
) -> dict[tuple[UUID, UUID], ConflictOfInterest]:
    statement = select(ConflictOfInterest)
    if len(rows) == 1:
        statement = statement.where(ConflictOfInterest.submission_id == rows[0].id)
    else:
        calls = {row.call_id for row in rows}
        statement = statement.where(col(ConflictOfInterest.call_id).in_(calls))
    keys = {row.id for row in rows}
    return {
        (one.submission_id, one.user_id): one
        for one in session.exec(statement)
        if one.user_id in reviewers and one.submission_id in keys
    }


def is_barred(session: Session, user_id: UUID, submission: Submission) -> bool:
    """Tell whether a conflict of interest keeps a person from a submission at present."""
    return bool(barred(session, interests(session, [user_id]), [submission]))


def scan(session: Session, actor: Actor, call: Call) -> int:
    """Note the possible conflicts of a call that nobody has looked at; return how many are new.

    Raises
    ------
    NotPermitted
        If the actor may not assign reviews.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    people = session.exec(
        select(Reviewer.user_id).where(
            Reviewer.programme_id == call.programme_id, Reviewer.is_active
        )
    ).all()
    rows = session.exec(
        select(Submission).where(
            Submission.call_id == call.id, Submission.state == State.ELIGIBLE
        )
    ).all()
    new = note(session, interests(session, people), rows)
    audit.record(session, actor.user_id, "look for conflicts", "call", call.id, found=new)
    return new


def note(session: Session, people: Mapping[UUID, Interests], rows: Sequence[Submission]) -> int:
    """Note what possibly stands between people and submissions; return how much is new.

    A conflict that was waived or dismissed stands open again where something was added.
    """
    stored = _stored(session, people, rows) if rows else {}
    by_key = {row.id: row for row in rows}
    new = 0
    for (submission_id, user_id), kinds in _possible(session, people, rows).items():
        one = stored.get((submission_id, user_id))
        if one is None:
            one = _between(user_id, by_key[submission_id])
        elif not {*kinds} - {*one.kinds}:
            continue
        if not rule.bars((), one.state, ()) or not one.kinds:
            one.state, one.reason, one.resolved_by = ConflictState.POSSIBLE, "", None
        one.kinds = sorted({*one.kinds, *kinds})
        session.add(one)
        new += 1
    session.flush()
    return new


def _between(user_id: UUID, submission: Submission) -> ConflictOfInterest:
    return ConflictOfInterest(
        programme_id=submission.programme_id,
        call_id=submission.call_id,
        user_id=user_id,
        submission_id=submission.id,
        code=submission.code,
    )


def declare(
    session: Session, actor: Actor, user_id: UUID, submission: Submission, reason: str
) -> ConflictOfInterest:
    """Note what a reviewer or an advisor has declared; it counts until staff waive it."""
    statement = select(ConflictOfInterest).where(
        ConflictOfInterest.user_id == user_id,
        ConflictOfInterest.submission_id == submission.id,
    )
    one = session.exec(statement).first() or _between(user_id, submission)
    one.kinds = sorted({*one.kinds, ConflictKind.DECLARED})
    one.state, one.reason, one.resolved_by = ConflictState.DECLARED, reason, None
    session.add(one)
    session.flush()
    audit.record(session, actor.user_id, "declare", SUBJECT, one.id)
    return one


def resolve(
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    taken: ReviewStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
) -> ConflictOfInterest:
    """Confirm, dismiss, waive or reinstate a conflict, with a reason.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such conflict or step, or the actor may not resolve it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or the conflict is the actor's own.
    Unprocessable
        If there is no reason.
    """
    step = CONFLICT_LIFE.step(name)
    policy.require(actor, step.action)
    one = queries.conflict(session, actor, key)
    session.refresh(one, with_for_update=True)
    expected.require(ConflictRead.model_validate(one))
    before = one.state
    facts = Resolution(taken.reason, is_own=one.user_id == actor.user_id)
    one.state = CONFLICT_LIFE.advance(before, step, facts)
    one.reason, one.resolved_by = taken.reason, actor.user_id
    session.flush()
    audit.record(session, actor.user_id, name, SUBJECT, one.id, before=before, after=one.state)
    return one


def offers(
    session: Session, actor: Actor, one: ConflictOfInterest
) -> tuple[ConflictState, list[Offer]]:
    """Return where a conflict stands, and every step from there."""
    facts = Resolution(is_own=one.user_id == actor.user_id)
    return one.state, CONFLICT_LIFE.offers(actor, None, one.state, facts)
