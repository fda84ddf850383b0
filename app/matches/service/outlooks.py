"""What sending the offers of a run would do: who gets what, its cost, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import entity_tag
from app.core.base.messages import Message
from app.matches import queries
from app.matches.lifecycle import HOLDS, LIVE, MatchState
from app.matches.models import Match
from app.matches.schemas import MOST_OFFERS, MissingRead, OfferLineRead, OutlookRead
from app.matches.service import pairs
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service import inputs, pairs_today
from app.matchmaking.service import queries as runs
from app.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Missing:
    """Why offers cannot be sent yet, because of one of them.

    Attributes
    ----------
    code : str
        Of the match.
    problem : str
    """

    code: str
    problem: str


class Seen(BaseModel):
    """What is about to be sent, by versions: its tag changes with each offer."""

    offers: list[tuple[UUID, int]]
    missing: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What sending the offers of a run would do.

    Attributes
    ----------
    run : MatchRun
    batch : sequence of Match
        What would be sent, by code.
    out : sequence of Match
        What was sent before and holds a place, or has come to its end.
    missing : sequence of Missing
        All that stands in the way; empty where they can be sent.
    """

    run: MatchRun
    batch: Sequence[Match]
    out: Sequence[Match]
    missing: Sequence[Missing]

    @property
    def seen(self) -> Seen:
        """What somebody looks at who is about to send them."""
        return Seen(
            offers=[(one.id, one.version) for one in self.batch],
            missing=[(one.code, str(one.problem)) for one in self.missing],
        )

    @property
    def tag(self) -> str:
        """The tag of what is seen."""
        return entity_tag(self.seen)


def outlook(session: Session, actor: Actor, key: UUID | str) -> Outlook:
    """Return what sending the offers of a run would do, and what is missing before it.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    NotPermitted
        If the actor may not read what is not offered yet.
    Conflict
        If the run has no result.
    """
    policy.require(actor, Action.MATCH_READ)
    return of_run(session, actor, runs.ended_run(session, actor, key))


def of_run(
    session: Session,
    actor: Actor,
    run: MatchRun,
    held: Mapping[UUID, Submission] | None = None,
) -> Outlook:
    """Return the same of a run that was found, with its submissions as they are held."""
    known = queries.of_run(session, run.id)
    batch = [one for one in known if one.state is MatchState.PREPARED]
    standing = pairs_today.standing(session, run.id) if batch else {}
    keys = {key for one in batch for key in (one.challenge_id, one.solution_id)}
    rows = held if held is not None else _rows(session, keys)
    missing = []
    for one in batch:
        verdict = standing.get((one.challenge_id, one.solution_id))
        problem: str | None = None
        if verdict is None or verdict.outcome is not Outcome.CHOSEN:
            problem = Message("It is not chosen any more. Take it out, or choose it again.")
        elif conflict := pairs.not_offered(
            session, actor, rows[one.challenge_id], rows[one.solution_id], but=one.id
        ):
            problem = conflict.detail
        if problem is not None:
            missing.append(Missing(one.code, problem))
    out = [one for one in known if one.state in HOLDS | {MatchState.COMPLETED}]
    return Outlook(run, batch, out, missing)


def _rows(session: Session, keys: set[UUID]) -> Mapping[UUID, Submission]:
    found = session.exec(select(Submission).where(col(Submission.id).in_(keys)))
    return {row.id: row for row in found}


def described(session: Session, actor: Actor, key: UUID | str) -> OutlookRead:
    """Return an outlook with its figures, as staff read it.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As for `outlook`.
    """
    look = outlook(session, actor, key)
    run = inputs.loaded(look.run)
    given = [*look.batch, *look.out]
    sides = runs.parties(session, (k for m in given for k in (m.challenge_id, m.solution_id)))
    known = _with_matches(session, given)
    scored = [one.score for one in given if one.score is not None]
    best = (run.assignment or {}).get("total")
    of_challenges = _best_of_each(given)
    return OutlookRead(
        run_id=run.id,
        offers=[
            OfferLineRead(
                id=one.id,
                code=one.code,
                challenge=sides[one.challenge_id],
                solution=sides[one.solution_id],
                score=one.score,
                first_time=sides[one.solution_id].organisation not in known,
            )
            for one in look.batch[:MOST_OFFERS]
        ],
        missing=[MissingRead.model_validate(one, from_attributes=True) for one in look.missing][
            :50
        ],
        total=round(sum(scored), 4),
        best=best,
        cost=None if best is None else round(best - sum(scored), 4),
        unscored=len(given) - len(scored),
        lowest=min(of_challenges, default=None),
        median=median(of_challenges) if of_challenges else None,
        first_timers=len(
            {
                sides[one.solution_id].organisation
                for one in given
                if sides[one.solution_id].organisation not in known
            }
        ),
        countries=len({sides[one.solution_id].country for one in given}),
        challenges_left=_left(session, run.challenges, {m.challenge_id for m in given}),
        solutions_left=_left(session, run.solutions, {m.solution_id for m in given}),
        tag=look.tag,
    )


def _best_of_each(given: Sequence[Match]) -> list[float]:
    """Return the best score that each challenge gets."""
    best: dict[UUID, float] = {}
    for one in given:
        if one.score is not None:
            best[one.challenge_id] = max(one.score, best.get(one.challenge_id, one.score))
    return sorted(best.values())


def _with_matches(session: Session, given: Sequence[Match]) -> set[str]:
    """Return the organisations, by name, that have had a match as providers before these."""
    before = select(Match.solution_id).where(
        col(Match.state).in_(LIVE - {MatchState.PREPARED}),
        col(Match.id).not_in([one.id for one in given]),
    )
    return {party.organisation for party in runs.parties(session, before).values()}


def _left(
    session: Session, records: Sequence[Mapping[str, Any]], given: set[UUID]
) -> list[PartyRead]:
    """Return those of a side of a run that take part, and to which nothing is given."""
    found = runs.parties_by_code(session, (record["id"] for record in records)).values()
    gone = set(pairs_today.withdrawn(session, [party.code for party in found]))
    left = (one for one in found if one.id not in given and one.code not in gone)
    return sorted(left, key=lambda party: party.code)[:MOST_OFFERS]
