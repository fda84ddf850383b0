"""A call with questions of its own, a team that answers them, and a version that waits."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.accounts.service.credentials import digest_of
from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.core.base.clock import now
from app.programmes.models import Programme
from app.submissions.models import Submission
from app.teams.models import SupportStatement, TeamComment
from tests.attachments.samples import PDF, PNG, an_attachment, another, office
from tests.factories import a_call, a_challenge, a_form, a_user
from tests.teams.people import a_thread, collaborates

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
TALK: Final = (
    (
        "problem",
        (
            "Do we have newer figures than those of 2019? The statistical office has published "
            "the gauges of last winter, and they are worse than what we write here.",
            "I ask them on Monday.",
            "Thank you. I leave the sentence as it is until then.",
        ),
    ),
    ("scale", ("Is it one region, or the three that share the river?",)),
)
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


SUPPORT: Final = "code-of-a-letter-to-a-superior"


def worked_on_together(session: Session, draft: Submission) -> None:
    """Let people from elsewhere work on a draft, talk about it, and a superior be asked."""
    people = [
        a_user(session, name=name, email=f"{name.split()[0].lower()}@rivers.example")
        for name in ("Maria Fontaine", "Jan van der Meulen")
    ]
    for user, may in zip(people, ("write", "comment"), strict=True):
        collaborates(session, draft, user, may)
    for question, said in TALK:
        thread = a_thread(session, draft, people[0], question, said[0]).thread_id
        for user, body in zip((people[1], *people), said[1:], strict=False):
            session.add(TeamComment(thread_id=thread, user_id=user.id, body=body))
    session.add(
        SupportStatement(
            submission_id=draft.id,
            name="Ingrid Vermeulen",
            office="Director-General for Water and Climate Adaptation",
            email="ingrid@rivers.example",
            digest=digest_of(SUPPORT),
            ends_at=datetime(2101, 1, 1, tzinfo=UTC),
        )
    )
    session.flush()


def a_call_that_asks(session: Session, programme: Programme, team: UUID) -> dict[str, str]:
    """Let a call of a programme ask, a team answer, and a newer version be prepared."""
    call = a_call(
        session,
        programme_id=programme.id,
        title="Call for challenges about rivers",
        closes_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    form = a_form(session, call, questions=QUESTIONS, rules=RULES, support=True)
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
    worked_on_together(session, draft)
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
        "support": SUPPORT,
        "anew_call": again.code,
        "anew": overtaken.code,
    }
