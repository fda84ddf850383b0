"""What an advisor may know of what is before the board, and what the staff see of it.

Before the declaration an advisor sees code, title and organisation, so as to declare. The text,
the ranking and the drafted decision come after it. Of a submission between which and them a
conflict of interest stands they see the code alone, and of a pair the same for both sides. Of
one of which they still write a blind review they see here no more than there.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.advice import queries
from app.advice.models import BoardItem, Consultation
from app.advice.schemas import (
    AdviceShown,
    DecisionShown,
    ItemQuery,
    ItemRead,
    PairShown,
    StandingThen,
)
from app.core.storage.pagination import Page
from app.decisions.lifecycle import OPEN, DecisionOutcome
from app.decisions.models import Decision
from app.matchmaking.models import Suggestion
from app.matchmaking.reasons import phrases_of
from app.matchmaking.schemas.suggestions import ContributionRead
from app.organisations.models import Organisation
from app.reviews.lifecycle import LIVE, ReviewState
from app.reviews.models import Review, Rubric
from app.reviews.schemas.reviews import SubjectRead
from app.reviews.service import conflicts
from app.reviews.service.reading import text_of
from app.submissions.lifecycle import GONE, State
from app.submissions.models import Submission

AWAY: Final = GONE | {State.DRAFT, State.RETURNED, State.INELIGIBLE}
"""Where a submission is with its team, or takes no part: nobody advises on it."""


class Reader:
    """What one person may know of the items of one consultation.

    Parameters
    ----------
    session : Session
    actor : Actor
    consultation : Consultation
    items : sequence of BoardItem
        Those that are looked at.
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        consultation: Consultation,
        items: Sequence[BoardItem],
    ) -> None:
        self.session = session
        self.consultation = consultation
        self.rows = queries.submissions_of(session, items)
        self.reads_all = policy.has_any_reach(actor, Action.ADVICE_READ)
        self.own = queries.own_advice(session, consultation.id, actor.user_id)
        self.has_declared = queries.has_declared(session, consultation.id, actor.user_id)
        advisor = policy.assigned_reach(actor, Action.ADVICE_READ)
        self.barred = frozenset[UUID]()
        if advisor is not None and self.rows:
            near = conflicts.interests(session, [advisor])
            found = conflicts.barred(session, near, self.rows.values())
            self.barred = frozenset(key for key, _ in found)
        self.writing = _being_reviewed(session, actor.user_id)
        self.blind = (
            frozenset[UUID]()
            if self.reads_all
            else frozenset(key for key, is_blind in self.writing.items() if is_blind)
        )
        teams = {row.organisation_id for row in self.rows.values()}
        statement = select(Organisation).where(col(Organisation.id).in_(teams))
        self.teams = {team.id: team for team in session.exec(statement)}

    def sides(self, item: BoardItem) -> list[Submission]:
        """Return the submission, or both of a pair."""
        keys = (item.submission_id, item.solution_id)
        return [self.rows[key] for key in keys if key is not None]

    def is_barred(self, item: BoardItem) -> bool:
        """Tell whether a conflict of interest keeps the reader from an item."""
        return any(row.id in self.barred for row in self.sides(item))

    def is_readable(self, item: BoardItem) -> bool:
        """Tell whether the reader may read the text of an item."""
        may_read = self.reads_all or (self.has_declared and not self.is_barred(item))
        return may_read and not self.is_away(item)

    def is_away(self, item: BoardItem) -> bool:
        """Tell whether a side is with its team, or takes no part any more."""
        return any(row.state in AWAY for row in self.sides(item))

    def read(self, item: BoardItem, *, whole: bool = False) -> ItemRead:
        """Return an item as the reader may know it.

        Parameters
        ----------
        whole : bool, default=False
            With the texts, for those who may read them.
        """
        sides = self.sides(item)
        is_readable = self.is_readable(item)
        own = self.own.get(item.id)
        known: dict[str, Any] = {
            "id": item.id,
            "number": item.number,
            "sides": [self._side(row, whole=whole and is_readable) for row in sides],
            "is_readable": is_readable,
            "is_barred": self.is_barred(item),
            "is_gone": self.is_away(item),
            "own": AdviceShown.model_validate(own) if own else None,
        }
        if is_readable and item.submission_id not in self.writing:
            # Whoever still writes a review of it is shown no other one, here too.
            known["standing"] = StandingThen(**item.standing) if item.standing else None
            known["decision"] = self._decision(item)
        if is_readable:
            known["pair"] = self._pair(item)
        return ItemRead(**known)

    def _side(self, row: Submission, *, whole: bool) -> SubjectRead:
        known: dict[str, Any] = {"code": row.code, "kind": row.kind}
        if row.id not in self.barred or self.reads_all:
            if whole or row.id not in self.blind:
                known |= {"title": row.title, "themes": row.themes, "language": row.language}
            if row.id not in self.blind:
                team = self.teams[row.organisation_id]
                known |= {"organisation": team.name, "country": team.country}
        if whole:
            known |= text_of(self.session, row)
        return SubjectRead(**known)

    def _decision(self, item: BoardItem) -> DecisionShown | None:
        if not self.consultation.shows_decisions:
            return None
        statement = select(Decision.outcome, Decision.reasons).where(
            Decision.submission_id == item.submission_id, col(Decision.state).in_(OPEN)
        )
        found = self.session.exec(statement).first()
        return (
            DecisionShown(outcome=DecisionOutcome(found[0]), reasons=found[1])
            if found
            else None
        )

    def _pair(self, item: BoardItem) -> PairShown | None:
        if item.solution_id is None:
            return None
        line = self.session.exec(
            select(Suggestion).where(
                Suggestion.run_id == self.consultation.run_id,
                Suggestion.challenge_id == item.submission_id,
                Suggestion.solution_id == item.solution_id,
            )
        ).one()
        shares = [ContributionRead.model_validate(one) for one in line.contributions]
        return PairShown(
            rank=line.rank,
            band=line.band,
            assigned=line.assigned,
            phrases=[*phrases_of(shares)],
        )


def _being_reviewed(session: Session, user_id: UUID | None) -> dict[UUID, bool]:
    """Return of which submissions a person writes a review at present, and whether blind."""
    statement = (
        select(Review.submission_id, Rubric.is_blind)
        .join(Rubric, col(Rubric.call_id) == col(Review.call_id))
        .where(Review.user_id == user_id, col(Review.state).in_(LIVE - {ReviewState.LOCKED}))
    )
    return dict(session.exec(statement).all())


def item(session: Session, actor: Actor, consultation: Consultation, key: UUID) -> ItemRead:
    """Return one item as the actor may know it, with its texts where they may be read.

    Raises
    ------
    NotFound
        If the consultation has no such item.
    """
    found = queries.item(session, consultation, key)
    return Reader(session, actor, consultation, [found]).read(found, whole=True)


def items(
    session: Session, actor: Actor, consultation: Consultation, query: ItemQuery
) -> Page[ItemRead]:
    """Return a page of the items as the actor may know them, without their texts."""
    found = queries.items(session, consultation, query)
    reader = Reader(session, actor, consultation, found.rows)
    return Page([reader.read(one) for one in found.rows], found.cursor)
