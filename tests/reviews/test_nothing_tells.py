"""Nothing tells a team that it is reviewed, by whom, or how: the answers stay the same.

The same team is asked when nobody is asked to review it, and when reviews about it stand in
several states, written well and written badly, with a conflict and a discussion. What anybody
but reviewers and those who decide can ask is asked each time.
"""

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.accounts.models import Membership
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.programmes.models import Call
from app.reviews.schemas.reviews import NewComment
from app.reviews.service import conflicts, reading
from app.submissions.lifecycle import Kind
from tests.advice.people import an_advisor, declared, items_of, put, said
from tests.decisions.test_nothing_tells import THE_TEAM, Teams, addresses, heard, teams
from tests.reviews.people import a_reviewer, a_rubric, asked, tied, written

__all__ = ["teams"]


@pytest.mark.slow
@pytest.mark.one_database
def test_no_answer_to_a_team_depends_on_its_reviews(
    session: Session, client: TestClient, database: Database, teams: Teams
) -> None:
    session.commit()
    names = dict.fromkeys(
        (
            *("review_id", "conflict_id", "reviewer_id"),
            *("consultation_id", "advisor_id", "item_id", "question_id", "advice_id"),
        ),
        teams.names["call_id"],
    )
    teams.names |= names
    places = list(addresses(client, teams))
    before = heard(client, database, teams, places)

    reviewed(session, teams)

    found = heard(client, database, teams, places)
    assert [question for question in found if found[question] != before[question]] == []
    assert any(path.startswith("/reviews/") for _, path in places)
    assert any(path.startswith("/consultations/") for _, path in places)
    members = select(Membership.user_id).where(Membership.role == Role.MEMBER)
    letters = select(Letter).where(col(Letter.user_id).in_(members))
    assert session.exec(letters).all() == []


def reviewed(session: Session, teams: Teams) -> None:
    """Let the team's submissions be reviewed, by some gladly."""
    for row in teams.rows.values():
        call = session.get_one(Call, row.call_id)
        a_rubric(session, call)
        glad, cool, away, waiting = (a_reviewer(session, call) for _ in range(4))
        first = written(session, row, glad, "compare")
        written(session, row, cool, scores={"need": 1, "reach": 1}, recommendation="set_aside")
        asked(session, row, waiting)
        tied(session, away, row)
        conflicts.scan(session, OPERATOR, call)
        reading.say(session, glad, first, NewComment(body="I would take them."))
        advised(session, call)
    session.commit()


def advised(session: Session, call: Call) -> None:
    """Let what is reviewed stand before an advisory board that says something of it."""
    advisor = an_advisor(session, call.programme_id)
    consultation = put(session, call_id=str(call.id), is_ranked=True, shows_decisions=True)
    declared(session, advisor, consultation)
    for item in items_of(session, consultation):
        said(session, advisor, item, "opposes", "Nobody to work on it.")


def test_the_key_of_a_review_opens_nothing_to_its_team(
    session: Session, client: TestClient, teams: Teams
) -> None:
    row = teams.rows[Kind.CHALLENGE]
    call = session.get_one(Call, row.call_id)
    a_rubric(session, call)
    review = written(session, row, a_reviewer(session, call), "compare")
    session.commit()
    headers = teams.askers[THE_TEAM]

    for path in ("", "/submission", "/discussion", "/steps"):
        answer = client.get(f"/api/v1/reviews/{review.id}{path}", headers=headers)
        absent = client.get(f"/api/v1/reviews/{call.id}{path}", headers=headers)

        assert answer.status_code == absent.status_code == 404
        assert answer.text.replace(str(review.id), "") == absent.text.replace(str(call.id), "")
