"""A team for each test."""

import pytest
from sqlmodel import Session

from tests.teams.people import Team, a_team


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)
