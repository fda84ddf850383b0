"""Reading interests: a team its own ones, the staff all of them, and nobody else any."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import refers
from app.interests.models import Interest
from app.interests.scale import InterestWord
from app.interests.schemas import (
    MOST_ASKED,
    MOST_OPEN,
    CounterpartRead,
    InterestListed,
    InterestQuery,
    InterestRead,
)
from app.notices import queries as notices
from app.notices.queries import Published
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.submissions.lifecycle import GONE, Kind
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

_ORDER: Final[dict[str, Any]] = {
    "sortable": {"created_at": Interest.created_at},
    "default": "-created_at",
    "key": Interest.id,
}

Said = tuple[str, str, Kind, InterestWord]
"""Codes of challenge and solution, the side that says it, and the word."""


def reads_all(actor: Actor) -> bool:
    """Tell whether somebody reads the interests of everybody, as the staff do."""
    return policy.has_any_reach(actor, Action.INTEREST_READ)


def of_team(session: Session, actor: Actor, key: UUID | str) -> Submission:
    """Return a submission whose interests the actor may read.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or only works on it from elsewhere.
    """
    submission = submissions.find(session, actor, key)
    policy.require(actor, Action.INTEREST_READ, submission.organisation_id)
    return submission


def told_by(session: Session, submission: Submission) -> dict[UUID, Interest]:
    """Return what a side has said or is asked to say, by the other side."""
    is_challenge = submission.kind is Kind.CHALLENGE
    own = Interest.challenge_id if is_challenge else Interest.solution_id
    statement = select(Interest).where(own == submission.id, Interest.side == submission.kind)
    return {
        row.solution_id if is_challenge else row.challenge_id: row
        for row in session.exec(statement)
    }


def _counterparts(
    session: Session, submission: Submission, told: Mapping[UUID, Interest]
) -> list[CounterpartRead]:
    """Return all of the other side of which a team can say something, in the order of codes.

    For a solution the published challenges of its programme, as everybody reads them; for a
    challenge the solutions that staff have shown to its owner.
    """
    if submission.kind is Kind.CHALLENGE:
        found: Iterable[CounterpartRead] = _shown(session, submission)
    else:
        published = notices.of_others(
            session, submission.programme_id, submission.organisation_id
        )
        found = (_described(one, submission) for one in published)
    said = {key for key, row in told.items() if row.value is not None}
    are_open = {one.id: one for one in found}
    kept = _named(session, said - are_open.keys())
    # What was said counts, so it comes before what may be left out of a long list.
    first = sorted(are_open.values(), key=lambda one: (one.id not in said, one.code))
    return sorted([*kept, *first][:MOST_OPEN], key=lambda one: one.code)


def _named(session: Session, keys: Collection[UUID]) -> list[CounterpartRead]:
    """Return by their codes what a team has said something of, and which is open no more.

    A notice may be public no more; what was said still counts, and can be taken back.
    """
    statement = select(Submission.id, Submission.code).where(col(Submission.id).in_(keys))
    return [
        CounterpartRead(
            id=key,
            code=code,
            title=code,
            language=None,
            summary="",
            organisation=None,
            country=None,
        )
        for key, code in session.exec(statement.order_by(col(Submission.code)))
    ]


def _described(one: Published, submission: Submission) -> CounterpartRead:
    text = one.text(submission.language)
    return CounterpartRead(
        id=one.notice.challenge_id,
        code=one.notice.code,
        title=text["title"],
        language=text["language"],
        summary=text["summary"],
        organisation=one.organisation,
        country=one.country,
    )


def _shown(session: Session, challenge: Submission) -> Iterable[CounterpartRead]:
    statement = (
        select(Submission, Organisation)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Interest, col(Interest.solution_id) == col(Submission.id))
        .where(
            Interest.challenge_id == challenge.id,
            Interest.side == Kind.CHALLENGE,
            # Who leaves is shown no more; what staff decide of a solution changes nothing.
            col(Submission.state).not_in(GONE),
        )
        .limit(MOST_ASKED)
    )
    for row, team in session.exec(statement):
        yield CounterpartRead(
            id=row.id,
            code=row.code,
            title=row.title,
            language=row.language,
            summary=row.summary,
            organisation=team.name,
            country=team.country,
        )


def listed(session: Session, actor: Actor, key: UUID | str) -> list[InterestRead]:
    """Return all of which a team can say something, with what it has said.

    Raises
    ------
    NotFound, NotPermitted
        As of `of_team`.
    """
    submission = of_team(session, actor, key)
    told = told_by(session, submission)
    return [read(one, told.get(one.id)) for one in _counterparts(session, submission, told)]


def one(
    session: Session, submission: Submission, key: UUID | str
) -> tuple[CounterpartRead, Interest | None]:
    """Return one of the other side, and what was said of it.

    Raises
    ------
    NotFound
        If there is none of which this team can say something: whatever else there may be
        looks like nothing.
    """
    named = str(key).upper()
    told = told_by(session, submission)
    for found in _counterparts(session, submission, told):
        if named in {str(found.id).upper(), found.code.upper()}:
            return found, told.get(found.id)
    raise NotFound(Message("There is nothing to say of {key}.", key=key))


def read(counterpart: CounterpartRead, row: Interest | None) -> InterestRead:
    """Return an interest as its team reads it; of what was never said everything is empty."""
    return InterestRead(
        counterpart=counterpart,
        value=row.value if row else None,
        reason=row.reason if row else "",
        told_at=row.told_at if row else None,
        asked_at=row.asked_at if row else None,
    )


def search(session: Session, actor: Actor, query: InterestQuery) -> Page[InterestListed]:
    """Return a page of the interests that the actor may read."""
    statement = select(Interest).where(
        within_reach(actor, Action.INTEREST_READ, Interest.organisation_id)
    )
    if query.programme:
        statement = statement.where(refers(Interest.programme_id, Programme, *query.programme))
    if query.submission:
        statement = statement.where(
            or_(
                refers(Interest.challenge_id, Submission, *query.submission),
                refers(Interest.solution_id, Submission, *query.submission),
            )
        )
    if query.side:
        statement = statement.where(col(Interest.side).in_(query.side))
    if query.value:
        statement = statement.where(col(Interest.value).in_(query.value))
    found = page(session, statement, query, **_ORDER)
    codes = _codes(session, found.rows)
    return Page(
        [
            InterestListed(
                **row.model_dump(include={*InterestListed.model_fields}),
                challenge=codes[row.challenge_id],
                solution=codes[row.solution_id],
            )
            for row in found.rows
        ],
        found.cursor,
    )


def _codes(session: Session, rows: Sequence[Interest]) -> Mapping[UUID, str]:
    keys = {key for row in rows for key in (row.challenge_id, row.solution_id)}
    statement = select(Submission.id, Submission.code).where(col(Submission.id).in_(keys))
    return dict(session.exec(statement).all())


def said_in(session: Session, programme_id: UUID, codes: Collection[str]) -> list[Said]:
    """Return what sides of a programme have said of each other, in the order of codes.

    For the matching alone, which hands it to nobody who may not read it.

    Parameters
    ----------
    codes : collection of str
        The submissions of which both sides have to be.
    """
    statement = select(Interest).where(
        Interest.programme_id == programme_id, col(Interest.value).is_not(None)
    )
    rows = session.exec(statement).all()
    names = _codes(session, rows)
    found = [
        (names[row.challenge_id], names[row.solution_id], row.side, row.value)
        for row in rows
        if row.value is not None
    ]
    known = {*codes}
    return sorted(one for one in found if one[0] in known and one[1] in known)


def refused_by(session: Session, challenge_id: UUID, solution_id: UUID) -> list[Kind]:
    """Return which sides of a pair say that they cannot work with the other one."""
    statement = (
        select(col(Interest.side))
        .where(
            Interest.challenge_id == challenge_id,
            Interest.solution_id == solution_id,
            Interest.value == InterestWord.CANNOT,
        )
        .order_by(col(Interest.side))
    )
    return [Kind(side) for side in session.exec(statement)]


def of_pair(
    session: Session, actor: Actor, challenge_id: UUID, solution_id: UUID
) -> dict[str, Interest]:
    """Return what both sides of a pair say today, by side; nothing to who may not read it."""
    if not reads_all(actor):
        return {}
    statement = select(Interest).where(
        Interest.challenge_id == challenge_id, Interest.solution_id == solution_id
    )
    return {row.side.value: row for row in session.exec(statement)}


def waiting(session: Session, actor: Actor) -> list[tuple[Submission, int]]:
    """Return the challenges of the actor's teams of which something is asked and not said."""
    own = policy.own_reach(actor, Action.INTEREST_WRITE)
    if not own:
        return []
    statement = (
        select(Submission, Interest.solution_id)
        .join(Interest, col(Interest.challenge_id) == col(Submission.id))
        .where(
            col(Interest.organisation_id).in_(own),
            Interest.side == Kind.CHALLENGE,
            col(Interest.value).is_(None),
            col(Submission.state).not_in(GONE),
        )
        .order_by(col(Submission.code))
    )
    found = dict[UUID, tuple[Submission, int]]()
    shown = _still_there(session, own)
    for row, solution_id in session.exec(statement):
        if solution_id in shown:
            _, count = found.get(row.id, (row, 0))
            found[row.id] = (row, count + 1)
    return list(found.values())


def _still_there(session: Session, own: Collection[UUID]) -> set[UUID]:
    statement = (
        select(Interest.solution_id)
        .join(Submission, col(Submission.id) == col(Interest.solution_id))
        .where(col(Interest.organisation_id).in_(own), col(Submission.state).not_in(GONE))
    )
    return set(session.exec(statement))
