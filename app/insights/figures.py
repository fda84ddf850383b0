"""Figures of a programme: how many submissions have come how far, and from where."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.organisations.models import Organisation
from app.submissions.lifecycle import DECIDED, TAKES_PART, Kind, State
from app.submissions.models import Submission

BEYOND: Final = {
    "submitted": frozenset(State) - {State.DRAFT},
    "eligible": DECIDED | {State.ELIGIBLE},
    "selected": TAKES_PART,
}
"""The states that count for each step of the way: those that have come so far, or further."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the submissions of one kind have come.

    Attributes
    ----------
    steps : mapping of str to int
        For each step of the way, how many have come so far or further.
    states : mapping of str to int
        How many stand in each state now.
    countries : mapping of str to int
        How many come from each country, by its code, the most first.
    """

    steps: Mapping[str, int]
    states: Mapping[str, int]
    countries: Mapping[str, int]


def figures_of(session: Session, actor: Actor, programme_id: UUID, kind: Kind) -> Figures:
    """Return the figures of what was submitted to a programme; drafts are not counted.

    Raises
    ------
    NotPermitted
        If the actor may not read all submissions.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    ours = (
        Submission.programme_id == programme_id,
        Submission.kind == kind,
        col(Submission.submitted_at).is_not(None),
    )
    # A programme has far fewer teams in a state than submissions; an index is in this order.
    of_teams = (
        select(Submission.state, Submission.organisation_id, func.count().label("n"))
        .where(*ours)
        .group_by(col(Submission.state), col(Submission.organisation_id))
        .subquery()
    )
    states, countries = Counter[State](), Counter[str]()
    for state, country, n in session.exec(
        select(of_teams.c.state, Organisation.country, func.sum(of_teams.c.n))
        .join(Organisation, col(Organisation.id) == of_teams.c.organisation_id)
        .group_by(of_teams.c.state, Organisation.country)
    ):
        states[state] += int(n)
        countries[country] += int(n)
    return Figures(
        steps={
            step: sum(count for state, count in states.items() if state in beyond)
            for step, beyond in BEYOND.items()
        },
        states={state.value: states[state] for state in State},
        countries=dict(sorted(countries.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
