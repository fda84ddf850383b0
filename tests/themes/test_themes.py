"""Themes: loaded as often as wanted, named by key, refused when unknown."""

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Actor
from app.core.base.clock import now
from app.core.base.errors import NotPermitted
from app.themes import service
from app.themes.facets import Facet
from app.themes.models import Theme
from app.themes.schemas import ThemeDraft
from tests.conftest import SignIn
from tests.factories import a_call, a_theme, a_user


def draft(code: str, label: str, means: str = "") -> ThemeDraft:
    definitions = {"en": means} if means else {}
    return ThemeDraft(code=code, labels={"en": label}, definitions=definitions)


def test_loading_adds_what_is_new_and_mends_what_changed(session: Session) -> None:
    first = service.load(session, OPERATOR, Facet.PRACTICE, [draft("scaling", "Scalling")])
    drafts = [draft("scaling", "Scaling"), draft("foresight", "Foresight")]
    second = service.load(session, OPERATOR, Facet.PRACTICE, drafts)
    third = service.load(session, OPERATOR, Facet.PRACTICE, drafts)
    said = [drafts[0], draft("foresight", "Foresight", "Preparing for other futures.")]
    fourth = service.load(session, OPERATOR, Facet.PRACTICE, said)

    assert (first, second, third, fourth) == (1, 1, 0, 0)
    assert service.labels(session) == {
        "practice:scaling": "Scaling",
        "practice:foresight": "Foresight",
    }
    versions = {theme.code: theme.version for theme in session.exec(select(Theme))}
    assert versions == {"scaling": 2, "foresight": 2}


def test_vocabularies_are_not_for_everybody_to_change(session: Session) -> None:
    with pytest.raises(NotPermitted):
        service.load(session, Actor(None), Facet.PRACTICE, [])


def test_themes_are_listed_by_facet_without_retired_ones(
    session: Session, as_user: SignIn
) -> None:
    a_theme(session, "practice:scaling")
    a_theme(session, "practice:cloning", retired_at=now())
    a_theme(session, "sdg:10")
    client = as_user(a_user(session))

    listed = client.get("/api/v1/themes?facet=practice").json()["items"]

    assert listed == [
        {
            "key": "practice:scaling",
            "facet": "practice",
            "code": "scaling",
            "uri": None,
            "labels": {"en": "Scaling"},
            "definitions": {},
        }
    ]
    every = client.get("/api/v1/themes").json()["items"]
    assert [theme["key"] for theme in every] == ["practice:scaling", "sdg:10"]


def test_an_unknown_theme_is_refused_with_what_may_be_meant(
    session: Session, as_user: SignIn
) -> None:
    for key in ("practice:open-source", "practice:data-sharing"):
        a_theme(session, key)
    call = a_call(session)
    body = {
        "call_id": str(call.id),
        "title": "A challenge",
        "themes": ["practice:data-sharing", "practice:opensource", "sdg:99"],
        "content": {},
    }
    client = as_user(a_user(session))

    unknown = client.post("/api/v1/challenges", json=body)
    twice = client.post("/api/v1/challenges", json=body | {"themes": ["sdg:1"] * 2})
    shapeless = client.post("/api/v1/challenges", json=body | {"themes": ["data sharing"]})

    assert unknown.status_code == twice.status_code == shapeless.status_code == 422
    assert unknown.json()["errors"] == [
        {
            "pointer": "/themes/1",
            "detail": "There is no theme 'practice:opensource'. "
            "Did you mean practice:open-source?",
        },
        {
            "pointer": "/themes/2",
            "detail": "There is no theme 'sdg:99'. GET /api/v1/themes lists them.",
        },
    ]
    assert twice.json()["errors"][-1] == {
        "pointer": "/themes/1",
        "detail": "sdg:1 is named twice.",
    }
    assert [error["pointer"] for error in shapeless.json()["errors"]] == ["/themes/0"]
