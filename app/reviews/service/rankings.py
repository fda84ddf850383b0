"""The ranking of a call: what its reviews say together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import BadQuery
from app.core.storage.pagination import Page
from app.organisations.models import Organisation
from app.programmes import service as programmes
from app.programmes.models import Call
from app.reviews import deferred, queries
from app.reviews.lifecycle import DONE
from app.reviews.models import Review
from app.reviews.schemas.outcomes import RankingQuery, StandingRead
from app.reviews.service.reading import mean_of
from app.submissions.lifecycle import DECIDED, State
from app.submissions.models import Submission

_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranking for people.

    Attributes
    ----------
    rows : list of StandingRead
        The best corrected score first.
    is_corrected : bool
        Whether severity could be told from merit.
    severity : dict of UUID to float
        By how much each reviewer scores above the others.
    """

    rows: list[StandingRead]
    is_corrected: bool
    severity: dict[UUID, float]


def ranking(session: Session, actor: Actor, call: Call, first: int) -> Callable[[], Ranked]:
    """Return what works out the ranking of a call; it is called without a session.

    Parameters
    ----------
    first : int
        How many places there are: the firmness says how often a submission gets one.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not read all reviews, or the call has no rubric.
    """
    policy.require(actor, Action.REVIEW_READ)
    rubric = queries.rubric(session, actor, call)
    weighed = {one["key"]: one["weight"] for one in rubric.criteria}
    scores = [
        (str(review.submission_id), str(review.user_id), mean_of(review, weighed))
        for review in session.exec(
            # Whoever still writes about a submission is shown no other review of it, here too.
            select(Review).where(
                Review.call_id == call.id,
                col(Review.state).in_(DONE),
                queries.readable(actor),
            )
        )
    ]
    named = {
        str(key): {"code": code, "title": title, "organisation": name, "country": country}
        for key, code, title, name, country in session.execute(
            sa.select(
                col(Submission.id),
                col(Submission.code),
                col(Submission.title),
                col(Organisation.name),
                col(Organisation.country),
            )
            .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
            .where(
                col(Submission.call_id) == call.id,
                col(Submission.state).in_(DECIDED | {State.ELIGIBLE}),
            )
        )
    }
    counted = [one for one in scores if one[0] in named]
    return lambda: _ranked(counted, named, first)


def search(
    session: Session, actor: Actor, key: UUID | str, query: RankingQuery
) -> Callable[[], Page[StandingRead]]:
    """Return what works out a page of the ranking of a call, the best first.

    A table has all of it, unless a limit says otherwise.

    Raises
    ------
    NotPermitted, NotFound
        As `ranking`, or there is no such call.
    BadQuery
        If the cursor is none of ours.
    """
    policy.require(actor, Action.REVIEW_READ)
    call = programmes.call(session, actor, key)
    compute = ranking(session, actor, call, query.places)
    first = _place(query.cursor)

    def page() -> Page[StandingRead]:
        rows = compute().rows
        behind = first + query.limit if query.is_page else len(rows)
        return Page(rows[first:behind], str(behind) if behind < len(rows) else None)

    return page


def who_wrote(session: Session, call: Call) -> set[UUID]:
    """Return who has handed reviews of a call in."""
    statement = select(Review.user_id).where(
        Review.call_id == call.id, col(Review.state).in_(DONE)
    )
    return set(session.exec(statement))


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > _DIGITS:
        raise BadQuery(
            "The cursor is not one of ours.", remedy="Take it from `next` of the page before."
        )
    return int(cursor)


def _ranked(
    scores: list[tuple[str, str, float]], named: dict[str, dict[str, Any]], first: int
) -> Ranked:
    # By their codes: equal scores then stand in the order in which people know them.
    coded = [(named[key]["code"], person, score) for key, person, score in scores]
    by_code = {one["code"]: one for one in named.values()}
    found = deferred.rank(coded, first)
    return Ranked(
        rows=[
            StandingRead(
                **by_code[one.submission],
                **{
                    name: getattr(one, name)
                    for name in StandingRead.model_fields
                    if name not in by_code[one.submission]
                },
            )
            for one in found.standings
        ],
        is_corrected=found.is_corrected,
        severity={UUID(key): value for key, value in found.severity.items()},
    )
