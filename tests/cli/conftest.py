"""What every test of a command needs."""

import pytest


@pytest.fixture(autouse=True)
def _of_the_tests(logging_as_before: None) -> None:
    """A command sets up the logging of its process; here that is the process of the tests."""
