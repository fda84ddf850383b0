"""A confirmed match for each test."""

import pytest
from sqlmodel import Session

from tests.conversations.people import Pair, a_pair


@pytest.fixture
def pair(session: Session) -> Pair:
    return a_pair(session)
