"""A team reads for which published challenges its experience may help."""

import re
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.notices.lifecycle import NoticeState
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import SolutionContent
from tests.accounts.conftest import Enter
from tests.factories import (
    a_notice,
    a_person,
    a_programme,
    a_solution,
    a_text,
    organisation_of,
    themes,
)

TEXT = a_text(
    title="Early warning of floods in small rivers",
    problem="Small rivers rise within an hour, and no <b>sirens</b> warn the valleys.",
    outcome="Households along small rivers are warned half an hour ahead.",
    help_wanted="Placing sensors; reaching people without smartphones.",
)
SENSORS = SolutionContent(experience="We put sensors into small rivers and warn households.")


@pytest.fixture
def team(session: Session, enter: Enter) -> tuple[TestClient, dict[str, Any]]:
    """Somebody of a team, and what its solutions have in common."""
    user = a_person(session)
    about = {
        "organisation_id": organisation_of(session, user),
        "programme_id": a_programme(session).id,
        "themes": ["policy-domain:ENVI"],
    }
    themes(session)
    return enter(user), about


def shown(session: Session, team: TestClient, solution: Submission) -> str:
    session.commit()
    answer = team.get(f"/submissions/{solution.code}/fitting")
    assert answer.status_code == 200
    return answer.text


def test_a_team_reads_both_passages_and_what_it_does_not_tell_of(
    session: Session, team: tuple[TestClient, dict[str, Any]]
) -> None:
    client, about = team
    notice = a_notice(
        session,
        programme_id=about["programme_id"],
        state=NoticeState.PUBLISHED,
        texts=[TEXT],
        themes=about["themes"],
    )
    solution = a_solution(session, content=SENSORS.model_dump(), **about)

    page = shown(session, client, solution)

    assert f'href="/notices/{notice.code}"' in page
    assert "Both are about Envi." in page
    assert "<mark>Households</mark> along <mark>small</mark> <mark>rivers</mark>" in page
    assert "<mark>rivers</mark> and <mark>warn</mark> <mark>households</mark>" in page
    assert re.search(r"do not tell of</h3>\s*<ul[^>]*>.*smartphones", page, re.DOTALL)
    words = re.sub("<[^>]+>", " ", page.partition("<main")[2])
    assert not re.search(r"\b0[.,]\d|\b(strong|fair|weak)\b|\b(place|rank) \d", words)


def test_the_page_of_a_solution_leads_there_before_and_after_it_is_sent(
    session: Session, team: tuple[TestClient, dict[str, Any]]
) -> None:
    client, about = team
    rows = [
        a_solution(session, state=state, **about)
        for state in (State.DRAFT, State.SUBMITTED, State.SELECTED, State.WITHDRAWN)
    ]
    session.commit()

    found = [
        f'href="/submissions/{row.code}/fitting"' in client.get(f"/submissions/{row.code}").text
        for row in rows
    ]

    assert found == [True, True, True, False]


@pytest.mark.parametrize(
    ("content", "published", "sentence"),
    [
        (SolutionContent(), [TEXT], "You have not told anything yet"),
        (SENSORS, [], "No challenge of another team is published"),
        (
            SolutionContent(experience="Cooking lessons."),
            [TEXT],
            "Nothing that is published here meets what you tell so far.",
        ),
    ],
)
def test_where_there_is_nothing_the_page_says_why(
    session: Session,
    team: tuple[TestClient, dict[str, Any]],
    content: SolutionContent,
    published: list[dict[str, Any]],
    sentence: str,
) -> None:
    client, about = team
    for text in published:
        a_notice(
            session,
            programme_id=about["programme_id"],
            state=NoticeState.PUBLISHED,
            texts=[text],
            themes=[],
        )
    solution = a_solution(
        session, content=content.model_dump(), title="Lessons", **(about | {"themes": []})
    )

    assert sentence in shown(session, client, solution)


def test_a_challenge_has_no_such_page(
    session: Session, team: tuple[TestClient, dict[str, Any]]
) -> None:
    client, about = team
    notice = a_notice(session, **{k: v for k, v in about.items() if k != "themes"})
    session.commit()

    assert client.get(f"/submissions/{notice.code}/fitting").status_code == 404
