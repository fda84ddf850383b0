"""The navigation: one table, in which every page stands."""

from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.access.policy import Action, Actor, Role
from app.pages.navigation import ENTRIES, OUTSIDE, Link, links
from app.pages.routes import router


def test_every_page_lights_one_entry_or_stands_outside() -> None:
    app = FastAPI()
    app.include_router(router)
    pages = {
        context.original_route.name
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    }
    places = [*OUTSIDE, *(name for entry in ENTRIES for name in entry.pages)]

    assert len(pages) > 15
    assert sorted(places) == sorted(pages)


def test_a_page_lights_its_entry_for_who_is_signed_in() -> None:
    member = Actor(uuid4(), {Role.MEMBER: frozenset({uuid4()})})

    assert list(links(member, "show_tokens")) == [
        Link("Your profile", "/profile", False),
        Link("Your tokens", "/profile/tokens", True),
    ]
    assert list(links(None, "show_tokens")) == []


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, ["/profile", "/profile/tokens"]),
        (frozenset({Action.RUN_READ}), ["/profile"]),
    ],
)
def test_an_entry_that_leads_to_a_refusal_is_not_shown(
    scopes: frozenset[Action] | None, expected: list[str]
) -> None:
    staff = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})}, scopes)

    assert [link.path for link in links(staff, "")] == expected
