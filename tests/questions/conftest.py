"""A team that writes in a call with questions of its own."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.programmes.models import Call
from app.questions.models import CallForm
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.schemas import NewChallenge
from app.submissions.service import drafts
from tests.factories import THEMES, a_call, a_form, a_user, organisation_of, themes

CONTENT = {"problem": "Our river floods.", "outcome": "Households are warned."}


@dataclass
class Team:
    """Somebody of a team, the call in which it writes, and the form of that call."""

    session: Session
    user: User
    actor: Actor
    call: Call
    form: CallForm

    def begins(self, **fields: Any) -> Submission:
        """A draft of the team with what it can be sent with, but for its own answers."""
        said = {"title": "Early flood warnings", "themes": THEMES, "content": CONTENT}
        new = NewChallenge.model_validate({"call_id": self.call.id} | said | fields)
        return drafts.create(self.session, self.actor, Kind.CHALLENGE, new, most=9)


@pytest.fixture
def team(session: Session) -> Team:
    themes(session)
    user, call = a_user(session), a_call(session)
    actor = Actor(user.id, {Role.MEMBER: frozenset({organisation_of(session, user)})})
    return Team(session, user, actor, call, a_form(session, call))
