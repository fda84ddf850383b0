"""The pages of fairness and coverage show what may be told, in words and as a chart."""

import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_run,
    a_token,
    a_user,
    an_organisation,
)
from tests.pages.test_page_access import NOTHING_ASSIGNED


@pytest.fixture
def staff(session: Session) -> dict[str, str]:
    return {"Authorization": f"Bearer {a_token(session, a_user(session, Role.STAFF))}"}


@pytest.fixture
def programme(session: Session) -> Programme:
    programme = a_programme(session, code="first-edition")
    call = a_call(session, programme_id=programme.id)
    states = [*[State.NOT_SELECTED] * 14, *[State.SELECTED] * 6]
    for country in ("FR", "BR"):
        for state in states:
            team = an_organisation(session, country=country, level="central")
            a_challenge(session, call_id=call.id, organisation_id=team.id, state=state)
    small = an_organisation(session, country="MT", level="local")
    a_challenge(session, call_id=call.id, organisation_id=small.id, state=State.NOT_SELECTED)
    session.commit()
    return programme


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_a_figure_stands_beside_its_interval_in_words(
    client: TestClient, staff: dict[str, str], programme: Programme
) -> None:
    page = words(client.get("/programmes/first-edition/coverage", headers=staff).text)

    assert "Americas 20 20 100%, likely 84% to 100% 6 30%, likely 14% to 52%" in page
    assert "Malta" not in page
    withheld = "Nothing can be told here, as small groups could be computed from it:"
    assert f"{withheld} by level of government." in page


def test_a_chart_draws_the_interval_of_each_group_that_is_told(
    client: TestClient, staff: dict[str, str], programme: Programme
) -> None:
    address = "/programmes/first-edition/coverage/challenge.svg"

    page = client.get("/programmes/first-edition/coverage", headers=staff).text
    chart = client.get(address, headers=staff)

    assert f'src="{address}"' in page
    assert chart.headers["content-type"] == "image/svg+xml"
    assert "americas" in chart.text.lower()


def test_a_run_shows_why_there_is_no_more_even_assignment(
    session: Session, client: TestClient, staff: dict[str, str], programme: Programme
) -> None:
    run = a_run(
        session,
        programme_id=programme.id,
        assignment=NOTHING_ASSIGNED,
        n_challenges=10**4,
        n_solutions=10**4,
    )
    session.commit()
    place = f"/programmes/first-edition/runs/{run.code}"

    page = words(client.get(f"{place}/coverage", headers=staff).text)

    assert "10000 x 10000 pairs; under the objective leximin" in page


def test_a_run_with_few_challenges_tells_no_count_of_them(
    session: Session, client: TestClient, staff: dict[str, str], programme: Programme
) -> None:
    assigned = NOTHING_ASSIGNED | {
        "objective": "leximin",
        "pairs": [("CH-1", "SO-1"), ("CH-2", "SO-2")],
        "total": 0.9,
        "fairness": [0.3, 0.6],
    }
    of_run = {"assignment": assigned, "n_challenges": 2, "n_solutions": 3}
    run = a_run(session, programme_id=programme.id, **of_run)
    session.commit()

    page = client.get(f"/programmes/first-edition/runs/{run.code}/coverage", headers=staff)

    told = words(page.text)
    assert "Of the run withheld withheld 0.450 0.300" in told
    assert "2 challenges, 3 solutions" not in told


def test_a_programme_without_submissions_says_so(
    session: Session, client: TestClient, staff: dict[str, str]
) -> None:
    a_programme(session, code="to-come")
    session.commit()

    page = words(client.get("/programmes/to-come/coverage", headers=staff).text)

    assert page.count("Nothing has been submitted yet.") == 2
    assert "There is no run yet" in page


def test_too_few_are_not_told_at_all(
    session: Session, client: TestClient, staff: dict[str, str]
) -> None:
    one: Submission = a_challenge(session, state=State.SUBMITTED)
    session.commit()
    programme = session.get_one(Programme, one.programme_id)

    page = words(client.get(f"/programmes/{programme.code}/coverage", headers=staff).text)

    assert "Too few have been submitted to tell anything." in page
