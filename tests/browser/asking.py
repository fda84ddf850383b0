"""A call with questions of its own, a team that answers them, and a version that waits."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.core.base.clock import now
from app.programmes.models import Programme
from tests.attachments.samples import PDF, PNG, an_attachment, another, office
from tests.factories import a_call, a_challenge, a_form

QUESTIONS: Final[list[dict[str, Any]]] = [
    {"key": "problem", "required": True, "section": "What it is about"},
    {"key": "outcome", "required": True, "most_words": 150, "section": "What it is about"},
    {
        "key": "scale",
        "type": "choice",
        "title": "For whom would a solution be?",
        "hint": "Choose the largest area that your team can decide for.",
        "options": ["One city", "A region", "The whole country"],
        "required": True,
        "section": "Where",
    },
    {
        "key": "cities",
        "type": "number",
        "title": "How many cities are there?",
        "least": 1,
        "most": 500,
        "required": True,
        "shown_if": {"question": "scale", "says": ["A region", "The whole country"]},
        "section": "Where",
        "audience": "staff",
    },
    {
        "key": "tools",
        "type": "choices",
        "title": "What do you have already?",
        "options": ["Sensors", "Maps", "Volunteers"],
    },
    {"key": "partner", "type": "country", "title": "With which country do you work already?"},
    {
        "key": "story",
        "type": "long_text",
        "title": "What would the people who are affected tell us?",
        "least_words": 10,
        "most_words": 80,
        "audience": "parties",
        "part": "problem",
    },
    {
        "key": "maps",
        "type": "file",
        "title": "Maps of the rivers, with the gauges that stand there today",
        "hint": "A sketch is fine.",
        "most_files": 3,
    },
    {"key": "ready", "type": "yes_no", "title": "Can your team travel in May?"},
]
RULES: Final[list[dict[str, Any]]] = [
    {
        "subject": "level",
        "one_of": ["regional", "local"],
        "reason": "This call is for regions and cities: they decide about rivers.",
    },
    {
        "subject": "answer",
        "question": "ready",
        "one_of": ["yes"],
        "reason": "Everybody meets for a week in May.",
    },
]


def a_call_that_asks(session: Session, programme: Programme, team: UUID) -> dict[str, str]:
    """Let a call of a programme ask, a team answer, and a newer version be prepared."""
    call = a_call(
        session,
        programme_id=programme.id,
        title="Call for challenges about rivers",
        closes_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    form = a_form(session, call, questions=QUESTIONS, rules=RULES)
    form.answered_since = form.used_since
    common: dict[str, Any] = {
        "call_id": call.id,
        "organisation_id": team,
        "themes": ["policy-domain:ENVI"],
        "form_id": form.id,
    }
    draft = a_challenge(
        session, answers={"scale": "A region", "cities": 92, "ready": False}, **common
    )
    for content, name, question in (
        (PDF + b"x" * 1_400_000 + PDF, "Gauges of the Ardennes, sheet 1.pdf", "maps"),
        (PNG, "sketch.png", "maps"),
        (office(FileKind.DOCX), "Letter of the association of river cities.docx", None),
    ):
        an_attachment(session, draft, content, name=name, question=question)
    gone = an_attachment(session, draft, another(1), name="Old sheet.pdf", question="maps")
    gone.state, gone.removed_at = FileState.REMOVED, now()
    draft.answers = {**draft.answers, "maps": draft.answers["maps"][:2]}
    again = a_call(
        session,
        programme_id=programme.id,
        title="Call that asks anew",
        closes_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    first = a_form(session, again, questions=QUESTIONS)
    first.answered_since = first.used_since
    overtaken = a_challenge(
        session,
        **common | {"call_id": again.id, "form_id": first.id},
        answers={"scale": "One city"},
        aside={"earlier": [{"key": "x", "title": "Who pays?", "value": "We.", "number": 1}]},
    )
    a_form(session, again, questions=QUESTIONS[:3], number=2)
    a_form(session, again, questions=QUESTIONS[:4], rules=RULES[:1], number=3, used_since=None)
    return {
        "asking_call": call.code,
        "asked": draft.code,
        "anew_call": again.code,
        "anew": overtaken.code,
    }
