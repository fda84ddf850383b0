"""Everybody sees statistics by country and theme, and what the open data mean."""

import re
from datetime import timedelta

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.base.clock import now
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.submissions.lifecycle import State
from tests.factories import a_call, a_challenge, a_programme, a_theme, an_organisation

YESTERDAY = now() - timedelta(days=1)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.fixture
def call(session: Session) -> Call:
    programme = a_programme(session, code="first-edition", title="First edition")
    a_theme(session, "policy-domain:ENVI", labels={"en": "Environment"})
    call = a_call(session, programme_id=programme.id, closes_at=YESTERDAY)
    for country, n in (("FR", 9), ("BR", 8), ("MT", 1)):
        for _ in range(n):
            team = an_organisation(session, country=country)
            a_challenge(
                session, call_id=call.id, organisation_id=team.id, state=State.SUBMITTED
            )
    session.commit()
    return call


def test_statistics_are_told_by_country_and_theme_with_a_map_and_a_chart(
    client: TestClient, call: Call
) -> None:
    page = client.get("/statistics")
    pictures = re.findall(r'<img class="chart" src="([^"]*)"', page.text)
    drawn = [client.get(one) for one in pictures]

    told = words(page.text)
    assert "18 submitted" in told
    assert "Brazil 8" in told
    assert "Malta" not in told
    assert "Environment 18" in told
    assert pictures == [
        "/statistics/first-edition/countries.svg",
        "/statistics/first-edition/challenge-themes.svg",
    ]
    assert [one.headers["content-type"] for one in drawn] == ["image/svg+xml"] * 2
    assert "Environment" in drawn[1].text


def test_there_is_nothing_to_tell_of_a_call_that_is_open(
    session: Session, client: TestClient, call: Call
) -> None:
    call.closes_at = call.ends_at = now() + timedelta(days=1)
    session.commit()

    answers = [
        client.get(f"/statistics?programme={key}") for key in ("first-edition", "no-edition")
    ]

    assert "There is nothing to tell yet." in words(client.get("/statistics").text)
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace("first-edition", "no-edition") == answers[1].text


def test_another_programme_is_chosen(session: Session, client: TestClient, call: Call) -> None:
    second = a_programme(session, code="second-edition", title="Second edition")
    a_call(session, CallKind.SOLUTIONS, programme_id=second.id, closes_at=YESTERDAY)
    session.commit()

    newest = words(client.get("/statistics").text)
    first = words(client.get("/statistics?programme=first-edition").text)

    assert "Nothing was submitted." in newest
    assert "18 submitted" in first


def test_every_file_is_named_with_what_its_columns_mean(client: TestClient) -> None:
    page = client.get("/open-data").text
    files = re.findall(r'href="(/public/v1/[^"]*)"', page)

    assert {client.get(one.replace("&amp;", "&")).status_code for one in files} == {200}
    assert [one.partition("?")[0].rpartition("/")[2] for one in files] == [
        *("statistics.csv", "statistics.jsonl", "challenges.csv", "challenges.jsonl"),
        *("dictionary", "catalog.jsonld", "notices", "notices.atom"),
        *("practices", "practices.atom"),
    ]
    assert "has not stated a licence" in page
