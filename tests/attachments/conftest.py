"""A team that writes in a call that asks for files."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.attachments.models import Attachment
from app.attachments.service import writing
from app.attachments.service.storing import Sent
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps
from tests.factories import a_call, a_challenge, a_form, a_user, organisation_of, themes

QUESTIONS: list[dict[str, Any]] = [
    {"key": "problem", "required": True},
    {"key": "outcome", "required": True},
    {"key": "drawn", "type": "yes_no", "title": "Is there a plan?"},
    {
        "key": "plan",
        "type": "file",
        "title": "The plan",
        "required": True,
        "most_files": 2,
        "shown_if": {"question": "drawn", "says": ["yes"]},
    },
    {"key": "costs", "type": "file", "title": "What it costs", "audience": "staff"},
]


@dataclass
class Writer:
    """Somebody of a team, and what the team writes."""

    session: Session
    user: User
    actor: Actor
    draft: Submission
    settings: Settings

    def adds(self, sent: Sent) -> Attachment:
        return writing.add(self.session, self.actor, self.draft, sent, self.settings)

    def moves(self, attachment: Attachment, step: str) -> Attachment:
        return writing.move(self.session, self.actor, attachment.id, step, self.settings)

    def takes(self, step: str) -> None:
        steps.take(self.session, self.actor, Kind.CHALLENGE, self.draft.id, step, StepTaken())


@pytest.fixture
def writer(session: Session) -> Writer:
    themes(session)
    user, call = a_user(session), a_call(session)
    form = a_form(session, call, questions=QUESTIONS)
    owner = organisation_of(session, user)
    draft = a_challenge(
        session,
        call_id=call.id,
        organisation_id=owner,
        form_id=form.id,
        answers={"drawn": True},
    )
    actor = Actor(user.id, {Role.MEMBER: frozenset({owner})})
    settings = Settings(max_files=4, max_files_bytes=10_000, max_file_bytes=20_000)
    return Writer(session, user, actor, draft, settings)
