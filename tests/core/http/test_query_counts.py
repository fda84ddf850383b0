"""A list of three rows costs the database as many statements as a list of one."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.core.storage.database import Database
from app.main import create_app
from app.matches.lifecycle import MatchState
from app.matches.models import Match
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.settings import Settings
from app.submissions.lifecycle import State
from tests.conftest import a_client, statements_of
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_token,
    a_user,
    an_organisation,
)

Grow = Callable[[Session, dict[str, Any]], object]


def a_match(session: Session, fixed: dict[str, Any]) -> None:
    challenge, solution = (
        make(session, programme_id=fixed["programme_id"]) for make in (a_challenge, a_solution)
    )
    session.add(
        Match(
            programme_id=challenge.programme_id,
            code=f"MA-{challenge.code}",
            challenge_id=challenge.id,
            solution_id=solution.id,
            state=MatchState.COMPLETED,
        )
    )


def a_verdict(session: Session, fixed: dict[str, Any]) -> None:
    line = a_suggestion(session, fixed["run"])
    pair = line.model_dump(include={"run_id", "challenge_id", "solution_id"})
    session.add(Verdict(**pair, number=1, outcome=Outcome.CHOSEN, reason="So."))


def submitted(make: Any) -> Grow:
    return lambda session, fixed: make(
        session, programme_id=fixed["programme_id"], state=State.SUBMITTED
    )


LISTS: dict[str, Grow] = {
    "/organisations": lambda session, _: an_organisation(session),
    "/programmes": lambda session, _: a_programme(session),
    "/challenges": submitted(a_challenge),
    "/solutions": submitted(a_solution),
    "/match-runs": lambda session, fixed: a_run(session, programme_id=fixed["programme_id"]),
    "/match-runs/{run}/suggestions": lambda session, fixed: a_suggestion(session, fixed["run"]),
    "/matches": a_match,
    "/verdicts": a_verdict,
    "/users": lambda session, _: a_user(session),
    "/audit": submitted(a_challenge),
}


@pytest.mark.slow
@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    session: Session, database: Database, settings: Settings, address: str
) -> None:
    fixed: dict[str, Any] = {"programme_id": a_programme(session).id}
    fixed["run"] = a_run(session, programme_id=fixed["programme_id"])
    secret = a_token(session, a_user(session, Role.LEAD))
    client = a_client(create_app(settings, database), {"Authorization": f"Bearer {secret}"})
    path = f"/api/v1{address}".format(run=fixed["run"].id)
    statements = statements_of(database)

    counts, lengths = [], []
    for more in (1, 2):
        for _ in range(more):
            LISTS[address](session, fixed)
        session.commit()
        statements.clear()
        lengths.append(len(client.get(path).raise_for_status().json()["items"]))
        counts.append(len(statements))

    assert counts[0] == counts[1] > 0, statements
    assert lengths[1] == lengths[0] + 2 or address == "/audit"
