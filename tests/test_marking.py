"""A test that starts something without its marker fails, and one that has it does not."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.marking import STARTS
from tests.processes import ROOT

COMMAND = [sys.executable, "-c", ""]
CONFTEST = """
from tests.marking import Marks

def pytest_configure(config):
    config.pluginmanager.register(Marks())
"""
SHARED = """
import socket
import pytest

@pytest.fixture(scope="module")
def port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening

@pytest.mark.server
def test_the_first_says_so(port):
    pass

def test_the_second_does_not(port):
    pass

@pytest.mark.browser
def test_the_third_says_more(port):
    pass

def test_the_fourth_has_no_port():
    pass
"""


def test_a_process_in_an_unmarked_test_fails_it() -> None:
    with pytest.raises(pytest.fail.Exception, match="starts a process, so it needs"):
        subprocess.run(COMMAND, check=True)  # noqa: S603 -- a fixed command


def test_a_port_in_an_unmarked_test_fails_it() -> None:
    with (
        socket.socket() as listening,
        pytest.raises(pytest.fail.Exception, match="takes a port, so it needs"),
    ):
        listening.bind(("127.0.0.1", 0))


@pytest.mark.parametrize(
    "marker", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in STARTS]
)
def test_a_marked_test_starts_what_it_likes(marker: str) -> None:
    done = subprocess.run(COMMAND, check=False)  # noqa: S603 -- a fixed command

    assert (marker, done.returncode) == (marker, 0)


@pytest.mark.server
def test_what_a_fixture_starts_is_held_against_every_test_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_shared.py").write_text(SHARED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n  server\n  browser\n", encoding="utf-8"
    )

    done = subprocess.run(  # noqa: S603 -- tests of our own
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 error" in done.stdout, done.stdout
    assert "3 passed" in done.stdout
    assert "The test has the fixture `port`, which starts something, so it needs" in done.stdout
