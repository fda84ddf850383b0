"""The navigation: one table, in which every page stands."""

from collections import Counter
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.access.policy import Action, Actor, Role
from app.pages.entry_readers import Link, Links
from app.pages.navigation import ENTRIES, OUTSIDE, rows
from app.pages.routes import include_pages


def test_every_page_lights_an_entry_or_stands_outside() -> None:
    app = FastAPI()
    include_pages(app)
    pages = {
        context.original_route.name
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    }
    lit = {name for entry in ENTRIES for name in entry.pages}

    assert len(pages) > 40
    assert lit | OUTSIDE == pages
    assert not lit & OUTSIDE


def test_a_page_lights_one_entry_of_a_row() -> None:
    places = Counter((entry.row, name) for entry in ENTRIES for name in entry.pages)

    assert set(places.values()) == {1}


def test_a_page_lights_its_entry_for_who_is_signed_in() -> None:
    member = Actor(uuid4(), {Role.MEMBER: frozenset({uuid4()})})

    assert list(rows(member, "show_tokens")) == [
        Links(
            "Service",
            (
                Link("My tasks", "/tasks", False),
                Link("My submissions", "/submissions", False),
                Link("My matches", "/matches", False),
                Link("My organisation", "/organisation", False),
                Link("Calls", "/calls", False),
                Link("Published challenges", "/notices", False),
                Link("Register of practices", "/register", False),
            ),
        ),
        Links(
            "Your account",
            (
                Link("Your profile", "/profile", False),
                Link("Your password", "/profile/password", False),
                Link("Where you are signed in", "/profile/sessions", False),
                Link("Letters that you get", "/profile/letters", False),
                Link("Your questions", "/my-questions", False),
                Link("Your tokens", "/profile/tokens", True),
                Link("Webhooks", "/webhooks", False),
            ),
        ),
    ]


def test_somebody_who_is_not_signed_in_sees_what_everybody_may_read() -> None:
    assert list(rows(None, "show_calls")) == [
        Links(
            "Service",
            (
                Link("Home", "/", False),
                Link("Calls", "/calls", True),
                Link("Published challenges", "/notices", False),
                Link("Register of practices", "/register", False),
                Link("How the ranking works", "/how-the-ranking-works", False),
            ),
        )
    ]


def test_the_pages_of_a_programme_name_it_in_their_addresses() -> None:
    staff = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})})

    service, programme = rows(staff, "show_bench", "gov2gov-2027")

    assert [link.path for link in programme.links] == [
        "/programmes/gov2gov-2027",
        "/programmes/gov2gov-2027/challenges",
        "/programmes/gov2gov-2027/solutions",
        "/programmes/gov2gov-2027/screening",
        "/programmes/gov2gov-2027/similar",
        "/programmes/gov2gov-2027/reviews",
        "/programmes/gov2gov-2027/consultations",
        "/programmes/gov2gov-2027/decisions",
        "/programmes/gov2gov-2027/gaps",
        "/programmes/gov2gov-2027/notices",
        "/programmes/gov2gov-2027/runs",
        "/programmes/gov2gov-2027/coverage",
        "/programmes/gov2gov-2027/matches",
        "/programmes/gov2gov-2027/calls",
    ]
    lit = [link.label for row in (service, programme) for link in row.links if link.current]
    assert lit == ["Programmes", "Matchmaking"]


@pytest.mark.parametrize(
    ("role", "scopes", "expected"),
    [
        (
            Role.STAFF,
            None,
            ["/tasks", "/programmes", "/people", "/audit", "/calls", "/notices", "/register"],
        ),
        (
            Role.STAFF,
            frozenset({Action.TOKEN_OWN}),
            ["/tasks", "/calls", "/notices", "/register"],
        ),
        (
            Role.ADVISOR,
            None,
            ["/tasks", "/advice", "/programmes", "/calls", "/notices", "/register"],
        ),
        (Role.ADMIN, None, ["/tasks", "/people", "/audit", "/calls", "/notices", "/register"]),
        (
            Role.MEMBER,
            frozenset({Action.DRAFT_READ}),
            ["/tasks", "/submissions", "/calls", "/notices", "/register"],
        ),
    ],
)
def test_an_entry_that_leads_to_a_refusal_is_not_shown(
    role: Role, scopes: frozenset[Action] | None, expected: list[str]
) -> None:
    actor = Actor(uuid4(), {role: frozenset({uuid4()})}, scopes)

    (service,) = rows(actor, "")

    assert [link.path for link in service.links] == expected
