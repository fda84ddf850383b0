"""The page of all components: on this machine alone, and with all of them."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.pages.layout import HERE
from tests.pages.test_demonstration import HERE as THIS_MACHINE
from tests.pages.test_demonstration import from_place

SHARED = ("forms.html", "fields.html", "pieces.html")


def test_it_shows_every_component_that_pages_share(browser: TestClient) -> None:
    folder = HERE / "components"
    shared = {
        name
        for file in SHARED
        for name in re.findall(r"{% macro ([a-z]\w*)\(", (folder / file).read_text("utf-8"))
    }
    page = Path(HERE / "templates" / "public" / "components.html").read_text("utf-8")

    shown = from_place(browser, THIS_MACHINE).get("/components")

    assert shown.status_code == 200
    assert {name for name in shared if f"{name}(" not in page} == {
        "hidden",  # nobody sees it
        "overtaken",  # a page of its own, after somebody else has saved
        "tick",
    }


@pytest.mark.parametrize("place", [("192.0.2.7", 50000), ("testclient", 50000)])
def test_elsewhere_it_is_not_there(browser: TestClient, place: tuple[str, int]) -> None:
    assert from_place(browser, place).get("/components").status_code == 404


def test_through_a_proxy_it_is_not_there(browser: TestClient) -> None:
    through = from_place(browser, THIS_MACHINE)

    assert through.get("/components", headers={"X-Forwarded-For": "::1"}).status_code == 404
