"""A round of matchmaking as tests need it: teams, a run, its lists, and chosen pairs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.accounts.models import User
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.matches.models import Match
from app.matches.schemas import MatchStepTaken, NewOffers, NewPreparation
from app.matches.service import offers, steps
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
    an_organisation,
)

SOON = now() + timedelta(days=20)
LISTED = 10
WORDS = "barriers low income rural services flood river sensor warning people help data early"
POINT = {"field": "problem", "text": "Our river floods twice a year.", "marks": [(4, 9)]}
REASONS: dict[str, Any] = {
    "needs": [{**POINT, "share": 0.8, "told": {"field": "experience", "text": "Our river."}}],
    "contributions": [
        {"kind": "word", "feature": "river", "share": 0.4, "words": [], "phrase": "river"},
        {"kind": "theme", "feature": "policy-domain:ENVI", "share": 0.1, "words": []},
    ],
    "passages": {"challenge": POINT, "solution": {**POINT, "field": "experience"}},
}


@dataclass
class Round:
    """A programme with a run, its teams, and somebody in each of them."""

    run: MatchRun
    challenges: list[Submission]
    solutions: list[Submission]
    people: dict[str, User]

    def actor(self, submission: Submission) -> Actor:
        """Somebody of the team of a submission."""
        return Actor(
            self.people[submission.code].id,
            {Role.MEMBER: frozenset({submission.organisation_id})},
            confirmed_at=now(),
        )


def a_round(
    session: Session,
    challenges: int = 2,
    solutions: int = 3,
    *,
    wanted: int = 2,
    capacity: int = 1,
) -> Round:
    """Everybody is selected; each challenge lists up to ten solutions, and of few all.

    The solution that has its own number is first where there are more of them.
    """
    programme = a_programme(session, providers_min=0, providers_max=wanted)
    people = {}

    def submitted(make: Any, country: str, **content: Any) -> Submission:
        team = an_organisation(session, country=country).id
        user = a_user(session, organisation_id=team)
        row: Submission = make(
            session, programme_id=programme.id, organisation_id=team, state=State.SELECTED
        )
        row.content = row.content | content
        people[row.code] = user
        return row

    asked = [submitted(a_challenge, "FR") for _ in range(challenges)]
    offered = [
        submitted(
            a_solution, "NO", capacity=capacity, experience=f"Our river. {_words(number)}"
        )
        for number in range(solutions)
    ]
    run = a_run(
        session,
        programme_id=programme.id,
        challenges=[_record(row, "FR", "problem") for row in asked],
        solutions=[_record(row, "NO", "experience", capacity=capacity) for row in offered],
        assignment={
            "objective": "total",
            "providers": (0, wanted),
            "pairs": (),
            "total": float(challenges),
            "reason": None,
        },
        settings={
            "top": 10,
            "text_weight": 0.6,
            "providers_min": 0,
            "providers_max": wanted,
            "working_language": "en",
            "cross_border": False,
            "floor": 0,
            "objective": "total",
        },
    )
    for number, challenge in enumerate(asked):
        for place in range(min(solutions, LISTED)):
            solution = offered[listed(solutions, number, place)]
            a_suggestion(
                session,
                run,
                challenge_id=challenge.id,
                solution_id=solution.id,
                rank=place + 1,
                score=round(0.9 - place / 100, 4),
                **REASONS,
            )
    return Round(run, asked, offered, people)


def listed(solutions: int, challenge: int, place: int) -> int:
    """Return which solution a challenge lists at a place, counted from 0."""
    return place if solutions <= LISTED else (challenge + place) % solutions


def _words(number: int) -> str:
    words = WORDS.split()
    return " ".join(words[number % len(words) :])


def _record(row: Submission, country: str, passage: str, **more: Any) -> dict[str, Any]:
    return {
        "id": row.code,
        "title": row.title,
        "organisation": f"The team of {row.code}",
        "country": [country],
        "language": "en",
        "themes": [],
        passage: row.content[passage],
        **more,
    }


def choose(
    session: Session,
    of: Round,
    challenge: int,
    solution: int,
    outcome: Outcome = Outcome.CHOSEN,
) -> None:
    """A verdict on a pair of the run."""
    pair: dict[str, Any] = {
        "run_id": of.run.id,
        "challenge_id": of.challenges[challenge].id,
        "solution_id": of.solutions[solution].id,
    }
    earlier = select(Verdict).where(
        *(getattr(Verdict, name) == key for name, key in pair.items())
    )
    number = len(session.exec(earlier).all()) + 1
    session.add(Verdict(**pair, number=number, outcome=outcome, reason="It fits our round."))
    session.flush()


def prepared(session: Session, of: Round, *chosen: tuple[int, int]) -> list[Match]:
    """Offers of some pairs that are prepared, by code."""
    for challenge, solution in chosen:
        choose(session, of, challenge, solution)
    offers.prepare(session, OPERATOR, NewPreparation(run_id=of.run.id))
    rows = session.exec(
        select(Match).where(Match.run_id == of.run.id).order_by(col(Match.code))
    )
    return [*rows]


def offered(session: Session, of: Round, *chosen: tuple[int, int]) -> list[Match]:
    """Offers of some pairs that were sent, by code."""
    rows = prepared(session, of, *chosen)
    offers.send(session, OPERATOR, NewOffers(run_id=of.run.id, answer_by=SOON))
    return rows


def answer(
    session: Session, of: Round, match: Match, side: str, step: str = "accept", **said: Any
) -> Match:
    """Somebody of one side answers an offer."""
    key = match.challenge_id if side == "challenge" else match.solution_id
    submission = session.get_one(Submission, key)
    if step == "decline":
        said.setdefault("why", "no_time")
    taken = MatchStepTaken.model_validate(said)
    return steps.take(session, of.actor(submission), match.id, step, taken)


def confirmed(session: Session, of: Round, match: Match) -> Match:
    """An offer to which both have said yes."""
    answer(session, of, match, "challenge")
    return answer(session, of, match, "solution")


def letters(session: Session) -> list[tuple[str, str]]:
    """Who got which letter, by address and subject, in the order of writing."""
    rows = session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    return [(row.recipient, row.subject) for row in rows]
