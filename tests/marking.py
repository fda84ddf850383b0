"""Marks are true: a test that starts a process or listens on a port says so, or it fails.

Python tells an audit hook of each process that starts and of each port that is taken. Who is
found out carries no marker of `STARTS`. What a fixture starts for several tests, all of those
must say that have it.
"""

import sys
from collections.abc import Generator, Iterator
from typing import Any, Final

import pytest

STARTS: Final = ("browser", "server")
"""The markers of tests that start something beside this process."""

EVENTS: Final = {
    "subprocess.Popen": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "starts a process",
    "socket.bind": "takes a port",
}


class Marks:
    """Watches which test, and which fixture of several tests, starts something.

    Registered as a plugin by `tests/conftest.py`.
    """

    def __init__(self) -> None:
        self._test: pytest.Item | None = None
        self._fixtures: list[pytest.FixtureDef[Any]] = []
        self._starting: set[pytest.FixtureDef[Any]] = set()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, _: tuple[Any, ...]) -> None:
        """Fail where an unmarked test starts something; outside of tests nothing is held."""
        if event not in EVENTS or self._test is None:
            return
        self._starting.update(f for f in self._fixtures if f.scope != "function")
        self._require_marked(EVENTS[event])

    def _require_marked(self, deed: str) -> None:
        assert self._test is not None
        if not any(self._test.get_closest_marker(name) for name in STARTS):
            names = " or ".join(f"pytest.mark.{name}" for name in STARTS)
            pytest.fail(f"The test {deed}, so it needs {names}.", pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._test = item
        try:
            return (yield)
        finally:
            self._test = None

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        self._fixtures.append(fixturedef)
        try:
            return (yield)
        finally:
            self._fixtures.pop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        for fixture in self._fixtures_of(item):
            if fixture in self._starting:
                self._require_marked(
                    f"has the fixture `{fixture.argname}`, which starts something"
                )

    def _fixtures_of(self, item: pytest.Item) -> Iterator[pytest.FixtureDef[Any]]:
        info = getattr(item, "_fixtureinfo", None)
        for found in info.name2fixturedefs.values() if info else ():
            yield from found
