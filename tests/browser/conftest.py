"""A Chromium and a real server for the browser tests."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser.demonstration import Demonstration, Template, demonstrated, template
from tests.processes import in_this_process

ENSURE = Path(__file__).with_name("ensure-chromium")

# The sandbox needs rights that root in a container lacks; the rest keeps the browser from
# calling anyone but the page under test.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Serve = Callable[[FastAPI], str]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = subprocess.run(  # noqa: S603 -- our own script, no input from outside
        [ENSURE, "--find"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        pytest.fail(found.stderr, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demonstration_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def shown(
    demonstration_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """The demonstration, once for all tests of a file."""
    folder = tmp_path_factory.mktemp("demonstration")
    with demonstrated(demonstration_template, folder) as demonstration:
        yield demonstration


@pytest.fixture(scope="module")
def states(shown: Demonstration) -> dict[str, StorageState]:
    """Who is signed in, by role."""
    return {role: shown.signed_in(role) for role in shown.links}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context() as context:
        yield context.new_page()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves an app on loopback and tells its origin."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(in_this_process(app))
