"""Before an offer is sent nothing tells: whatever a team asks, the answer is the same.

All that can be read by its two teams, by another team, and by anybody is asked before a pair is
chosen, when its offer is prepared, and when it was taken out again: every route and page that
reads. Status, body and headers must be the same.
"""

from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import OPERATOR
from app.core.storage.database import Database
from app.matches.service import steps
from app.submissions.lifecycle import Kind
from tests.decisions.test_nothing_tells import Teams, addresses, heard
from tests.factories import a_token, a_user, themes
from tests.matches.rounds import Round, a_round, answer, choose, offered, prepared

Answer = tuple[int, bytes, dict[str, str]]
"""Status, body and headers; what the database is asked differs, as rows do."""
TEAMS = {"the team": Kind.CHALLENGE, "another team": Kind.SOLUTION}


def asking(session: Session, of: Round, match: str) -> Teams:
    """Both teams of a pair, and somebody who is of neither."""
    rows = {Kind.CHALLENGE: of.challenges[0], Kind.SOLUTION: of.solutions[0]}
    askers: dict[str, dict[str, str]] = {"anybody": {}}
    people = {name: of.people[rows[kind].code] for name, kind in TEAMS.items()}
    for name, user in {**people, "a stranger": a_user(session)}.items():
        askers[name] = {"Authorization": f"Bearer {a_token(session, user)}"}
    names: dict[str, Any] = {
        "challenge_id": rows[Kind.CHALLENGE].code,
        "solution_id": rows[Kind.SOLUTION].code,
        "submission": rows[Kind.SOLUTION].code,
        "other": rows[Kind.CHALLENGE].code,
        "programme_id": of.run.programme_id,
        "run_id": of.run.code,
        "run": of.run.code,
        "match_id": match,
        "match": match,
        "topic": "problem",
        "kind": "challenge",
    }
    return Teams(rows=rows, names=names, askers=askers, staff=OPERATOR, lead=OPERATOR)


def answers(client: TestClient, database: Database, teams: Teams) -> dict[Any, Answer]:
    asked = [one for one in addresses(client, teams) if "format=xlsx" not in one[1]]
    found: dict[Any, Answer] = {}
    # Elsewhere some of it is asked of one team alone; here all of them ask all of it.
    for name, headers in teams.askers.items():
        alone = Teams(teams.rows, teams.names, {"the team": headers}, teams.staff, teams.lead)
        for (_, *question), told in heard(client, database, alone, asked).items():
            found[name, *question] = told[:3]
    return found


def differing(before: dict[Any, Answer], after: dict[Any, Answer]) -> list[Any]:
    """What was asked that is answered in another way."""
    return [question for question in before if after[question] != before[question]]


@pytest.mark.slow
@pytest.mark.one_database
def test_no_answer_to_a_team_depends_on_what_is_prepared(
    session: Session, client: TestClient, database: Database
) -> None:
    themes(session)
    of = a_round(session)
    teams = asking(session, of, "MA-2026-001")
    session.commit()
    before = answers(client, database, teams)

    (match,) = prepared(session, of, (0, 0))
    session.commit()
    while_prepared = answers(client, database, teams)
    steps.take(session, OPERATOR, match.id, "take-out")
    session.commit()
    after = answers(client, database, teams)

    assert match.code == "MA-2026-001"
    assert [
        question for question in before if while_prepared[question] != before[question]
    ] == []
    assert [question for question in before if after[question] != before[question]] == []
    assert len(before) > 300


@pytest.mark.slow
@pytest.mark.one_database
def test_it_is_heard_when_something_tells(
    session: Session, client: TestClient, database: Database
) -> None:
    """The test above could not fail otherwise: here the offer is sent, and both hear it."""
    themes(session)
    of = a_round(session)
    teams = asking(session, of, "MA-2026-001")
    session.commit()
    before = answers(client, database, teams)

    offered(session, of, (0, 0))
    session.commit()

    found = answers(client, database, teams)
    heard_by = {name for name, *_ in differing(before, found)}
    assert heard_by == {"the team", "another team"}


@pytest.mark.slow
@pytest.mark.one_database
def test_what_one_side_has_answered_is_not_heard_by_the_other(
    session: Session, client: TestClient, database: Database
) -> None:
    themes(session)
    of = a_round(session)
    choose(session, of, 0, 0)
    (match,) = offered(session, of)
    teams = asking(session, of, match.code)
    del teams.askers["the team"]
    session.commit()
    before = answers(client, database, teams)

    answer(session, of, match, "challenge")
    session.commit()

    assert differing(before, answers(client, database, teams)) == []
