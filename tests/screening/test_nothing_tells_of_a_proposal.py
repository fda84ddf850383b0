"""Before a second person approves nothing tells: whatever a team asks, to the byte.

Asked is what is asked of decisions, in the same way.
"""

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.schemas import ExclusionStepTaken, NewExclusion
from app.screening.service import exclusions
from app.submissions.lifecycle import State
from tests.decisions.test_nothing_tells import THE_TEAM, Teams, addresses, heard, twins


def proposed(session: Session, teams: Teams) -> None:
    for row in teams.rows.values():
        new = NewExclusion(
            submission_id=row.id,
            rule="Governments alone take part.",
            feedback="No authority has signed what you sent.",
        )
        exclusions.propose(session, teams.staff, new)
    session.commit()


def refused(session: Session, teams: Teams) -> None:
    for row in session.exec(select(Exclusion)).all():
        exclusions.take(
            session, teams.lead, row.id, "refuse", ExclusionStepTaken(reason="It is signed.")
        )
    session.commit()


@pytest.mark.slow
@pytest.mark.one_database
def test_no_answer_depends_on_what_is_proposed_or_was_refused(
    session: Session, client: TestClient, database: Database
) -> None:
    teams = twins(session, State.SUBMITTED)
    session.commit()
    asked = list(addresses(client, teams))
    before = heard(client, database, teams, asked)

    for step in (proposed, refused):
        step(session, teams)
        found = heard(client, database, teams, asked)
        assert [question for question in found if found[question] != before[question]] == []
        teams.askers = {THE_TEAM: teams.askers[THE_TEAM]}  # the others have heard nothing

    assert len(asked) > 150
    states = {row.state for row in session.exec(select(Exclusion))}
    assert states == {ExclusionState.REFUSED}
    assert session.exec(select(Letter)).all() == []


@pytest.mark.parametrize("step", ["reopen", "withdraw"])
def test_a_step_of_the_team_asks_the_database_the_same(
    session: Session, client: TestClient, database: Database, step: str
) -> None:
    teams = twins(session, State.SUBMITTED)
    session.commit()
    asked = [
        ("POST", f"/api/v1/challenges/{teams.names['challenge_id']}/steps/{step}?dry_run=1")
    ]
    teams.askers = {THE_TEAM: teams.askers[THE_TEAM]}
    before = heard(client, database, teams, asked)

    proposed(session, teams)

    assert heard(client, database, teams, asked) == before
