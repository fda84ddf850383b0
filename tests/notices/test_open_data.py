"""What is published is read by programs without a token, from anywhere."""

from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.storage.database import Database
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.factories import THEMES, a_notice, a_programme, a_text, an_organisation

ATOM = "{http://www.w3.org/2005/Atom}"
LIST = "/public/v1/notices"
FEED = "/public/v1/notices.atom"


def parsed(answer: Any) -> ElementTree.Element:
    return ElementTree.fromstring(answer.content)  # noqa: S314 -- written by ourselves


def published(session: Session, **fields: Any) -> PublicNotice:
    return a_notice(session, state=NoticeState.PUBLISHED, **fields)


@pytest.fixture
def notice(session: Session) -> PublicNotice:
    team = an_organisation(session, name="Ministry of Waters", country="PT")
    programme = a_programme(session, code="second-edition")
    found = published(
        session,
        organisation_id=team.id,
        programme_id=programme.id,
        names_country=True,
        message="Said between the two sides.",
    )
    session.commit()
    return found


def test_everybody_reads_what_was_approved_and_no_more(
    client: TestClient, notice: PublicNotice
) -> None:
    whole = client.get(LIST).json()

    assert notice.published_at is not None
    assert whole == {
        "licence": None,
        "items": [
            {
                "code": notice.code,
                "url": f"http://127.0.0.1:8000/notices/{notice.code}",
                "programme": "second-edition",
                "country": "PT",
                "organisation": None,
                "published_at": notice.published_at.isoformat().replace("+00:00", "Z"),
                "themes": THEMES,
                "texts": [a_text()],
            }
        ],
        "next": None,
    }
    one = client.get(f"{LIST}/{notice.code.lower()}").json()
    questions = f"http://127.0.0.1:8000/public/v1/notices/{notice.code}/questions"
    assert one == whole["items"][0] | {"licence": None, "questions": questions}


def test_the_licence_is_the_one_that_the_operator_has_set(
    app: FastAPI, client: TestClient, settings: Settings, notice: PublicNotice
) -> None:
    app.state.settings = settings.model_copy(update={"open_data_licence": "CC-BY-4.0"})

    licences = [client.get(a).json()["licence"] for a in (LIST, f"{LIST}/{notice.code}")]
    rights = parsed(client.get(FEED)).findtext(f"{ATOM}rights")

    assert [*licences, rights] == ["CC-BY-4.0"] * 3


@pytest.mark.parametrize("address", [LIST, FEED, f"{LIST}/CODE"])
def test_an_answer_is_kept_by_caches_and_read_by_other_sites(
    session: Session, client: TestClient, notice: PublicNotice, address: str
) -> None:
    address = address.replace("CODE", notice.code)

    first = client.get(address, headers={"Origin": "https://elsewhere.example"})
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    notice.texts = [a_text(title="Rivers that warn us")]
    session.commit()
    changed = client.get(address, headers={"If-None-Match": first.headers["etag"]})

    assert [a.status_code for a in (first, again, changed)] == [200, 304, 200]
    for answer in (first, again, changed):
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("state", [s for s in NoticeState if s is not NoticeState.PUBLISHED])
def test_what_is_not_published_looks_as_if_there_were_none(
    session: Session, client: TestClient, state: NoticeState
) -> None:
    hidden = a_notice(session, state=state)
    session.commit()

    answers = [client.get(f"{LIST}/{code}") for code in (hidden.code, "CH-1999-001")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(hidden.code, "CH-1999-001") == answers[1].text
    assert client.get(LIST).json()["items"] == []
    assert parsed(client.get(FEED)).findall(f"{ATOM}entry") == []


def test_what_is_withdrawn_is_gone(
    session: Session, client: TestClient, notice: PublicNotice
) -> None:
    session.get_one(Submission, notice.challenge_id).state = State.WITHDRAWN
    session.commit()

    assert client.get(LIST).json()["items"] == []
    assert client.get(f"{LIST}/{notice.code}").status_code == 404


def test_a_long_list_is_followed_by_its_next(session: Session, client: TestClient) -> None:
    codes = [published(session).code for _ in range(5)]
    session.commit()

    found, address = [], f"{LIST}?limit=2&q=river"
    while address:
        page = client.get(address).json()
        found.append([item["code"] for item in page["items"]])
        address = page["next"]

    assert found == [codes[:2:-1], codes[2:0:-1], codes[:1]]


@pytest.mark.parametrize(
    "query", ["nobody=1", "limit=201", "format=csv", "columns=code", "sort=title", "cursor=x"]
)
def test_nonsense_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_feed_names_each_challenge_in_the_language_that_is_asked_for(
    session: Session, client: TestClient
) -> None:
    one = published(
        session,
        texts=[a_text(summary="Floods."), a_text("fr", title="Crues", summary="Des crues.")],
    )
    other = published(session, texts=[a_text(title="Forms nobody fills in")])
    session.commit()

    answer = client.get(f"{FEED}?language=fr")

    feed = parsed(answer)
    assert answer.headers["content-type"] == "application/atom+xml"
    assert feed.findtext(f"{ATOM}title") == "Défis publiés"
    assert [
        (
            entry.findtext(f"{ATOM}id"),
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}summary"),
            entry.get("{http://www.w3.org/XML/1998/namespace}lang"),
        )
        for entry in feed.findall(f"{ATOM}entry")
    ] == [
        (
            f"urn:uuid:{other.id}",
            "Forms nobody fills in",
            "Households are warned in time.",
            "en",
        ),
        (f"urn:uuid:{one.id}", "Crues", "Des crues.", "fr"),
    ]


def test_a_feed_holds_whatever_somebody_wrote(session: Session, client: TestClient) -> None:
    odd = "<b>&amp; 🌊 انذار ]]>"
    published(session, texts=[a_text(title="Rivers " + odd, summary=odd)])
    session.commit()

    feed = parsed(client.get(FEED))

    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "<b>&amp; 🌊 انذار ]]>"


def test_a_list_asks_as_much_of_the_database_however_long_it_is(
    session: Session, client: TestClient, database: Database
) -> None:
    published(session)
    session.commit()
    statements = statements_of(database)
    client.get(LIST)
    few = len(statements)
    programme = session.get_one(Programme, published(session).programme_id)
    for _ in range(5):
        published(session, programme_id=programme.id, names_country=True)
    session.commit()
    statements.clear()

    client.get(LIST)

    assert len(statements) == few
