"""Everybody reads the register by pages, words, theme and country, with date and source."""

from datetime import date
from xml.etree import ElementTree

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import NOBODY, OPERATOR
from app.core.base.errors import NotPermitted
from app.register import service
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.register.schemas import PracticeEntry, PracticeStepTaken
from tests.factories import THEMES, a_practice, an_organisation, themes

PUBLIC = "/public/v1/practices"


def entered(session: Session, **fields: object) -> Practice:
    """A practice that staff have entered from public sources."""
    said = {
        "external_id": "kvarken",
        "title": "A council across a sea",
        "organisation": "Kvarken Council",
        "countries": ["FI", "SE"],
        "text": "Three regions decide together.",
        "language": "en",
        "themes": THEMES[:1],
        "sources": ['talk "Across borders"'],
    }
    found = service.enter(session, OPERATOR, PracticeEntry.model_validate(said | fields))
    assert found is not None
    session.commit()
    return found


def test_an_entry_tells_its_date_and_source_and_no_key_of_the_house(
    session: Session, client: TestClient
) -> None:
    themes(session)
    practice = entered(session, notes="The talk calls it Quark Council.")

    read = client.get(f"{PUBLIC}/{practice.code}").json()

    assert read == {
        "code": practice.code,
        "url": f"http://127.0.0.1:8000/register/{practice.code}",
        "title": "A council across a sea",
        "summary": "",
        "text": "Three regions decide together.",
        "results": "",
        "language": "en",
        "works_in": [],
        "organisation": "Kvarken Council",
        "countries": ["FI", "SE"],
        "themes": THEMES[:1],
        "is_offered": False,
        "sources": ['talk "Across borders"'],
        "source_date": None,
        "notes": "The talk calls it Quark Council.",
        "offered_at": None,
        "first_listed_at": read["first_listed_at"],
        "listed_at": read["first_listed_at"],
        "licence": read["licence"],
    }


def test_what_is_offered_names_its_organisation_and_when_it_was_offered(
    session: Session, client: TestClient
) -> None:
    owner = an_organisation(session, country="PT")
    practice = a_practice(
        session,
        organisation_id=owner.id,
        state=PracticeState.LISTED,
        source_date=date(2026, 3, 1),
    )
    session.commit()

    read = client.get(f"{PUBLIC}/{practice.code}").json()

    told = ("organisation", "countries", "is_offered", "source_date")
    assert [read[name] for name in told] == [owner.name, ["PT"], True, "2026-03-01"]
    assert read["offered_at"] is not None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["A council across a sea", "One counter for people who move"]),
        ("q=COUNCIL+sea", ["A council across a sea"]),
        ("q=finland", ["A council across a sea"]),
        ("q=council+counter", []),
        ("country=SE", ["A council across a sea"]),
        ("country=Portugal", ["One counter for people who move"]),
        (
            "country=SE&country=PT",
            ["A council across a sea", "One counter for people who move"],
        ),
        (f"theme={THEMES[1]}", ["One counter for people who move"]),
        ("theme=practice:nothing", []),
    ],
)
def test_it_is_searched_by_words_theme_and_country(
    session: Session, client: TestClient, query: str, expected: list[str]
) -> None:
    themes(session)
    owner = an_organisation(session, country="PT")
    a_practice(session, organisation_id=owner.id, state=PracticeState.LISTED)
    entered(session)

    found = client.get(f"{PUBLIC}?{query}").json()

    assert [item["title"] for item in found["items"]] == expected


def test_pages_of_results_follow_each_other(session: Session, client: TestClient) -> None:
    codes = [a_practice(session, state=PracticeState.LISTED).code for _ in range(3)]
    session.commit()

    first = client.get(f"{PUBLIC}?limit=2&sort=code").json()
    second = client.get(first["next"]).json()

    assert [item["code"] for item in first["items"] + second["items"]] == codes
    assert second["next"] is None


def test_caches_keep_it_and_other_sites_read_it(session: Session, client: TestClient) -> None:
    practice = a_practice(session, state=PracticeState.LISTED)
    session.commit()

    for path in (PUBLIC, f"{PUBLIC}/{practice.code}", f"{PUBLIC}.atom"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert (first.status_code, again.status_code) == (200, 304)
        for answer in (first, again):
            assert answer.headers["cache-control"] == "public, max-age=300"
            assert answer.headers["access-control-allow-origin"] == "*"


def test_a_feed_tells_of_the_newest(session: Session, client: TestClient) -> None:
    practice = a_practice(session, state=PracticeState.LISTED)
    session.commit()

    feed = ElementTree.fromstring(client.get(f"{PUBLIC}.atom?language=fr").content)  # noqa: S314 -- our own

    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:title", namespaces=names) == "Registre des pratiques"
    assert [entry.text for entry in feed.findall("a:entry/a:title", names)] == [practice.title]


@pytest.mark.parametrize(
    "state", [one for one in PracticeState if one is not PracticeState.LISTED]
)
def test_what_is_not_listed_is_nowhere(
    session: Session, client: TestClient, state: PracticeState
) -> None:
    practice = a_practice(session, state=state)
    session.commit()

    assert client.get(PUBLIC).json()["items"] == []
    hidden, absent = (client.get(f"{PUBLIC}/{c}") for c in (practice.code, "PR-1999-999"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace(practice.code, "") == absent.text.replace("PR-1999-999", "")


def test_an_entry_is_made_once_and_by_who_looks_after_the_register(session: Session) -> None:
    themes(session)
    practice = entered(session)
    again = PracticeEntry.model_validate(
        {"external_id": "kvarken", "organisation": "Another", "countries": ["FI"]}
    )

    assert service.enter(session, OPERATOR, again) is None
    with pytest.raises(NotPermitted):
        service.enter(session, NOBODY, again)

    for step, is_there in (("remove", False), ("restore", True)):
        taken = PracticeStepTaken(reason="It names a person.")
        moved = service.take_step(session, OPERATOR, practice.id, step, taken)
        assert (moved.listed_at is not None) is is_there
