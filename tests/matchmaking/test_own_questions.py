"""The matching reads answers to questions of a call that have a part in it, and no others."""

from typing import Any

from sqlmodel import Session, select

from app.access.policy import OPERATOR
from app.matchmaking.engine.profiles import fields_of, profile_of
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import inputs, run_requests
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.settings import Settings
from app.submissions.lifecycle import Basis, Kind, State
from app.submissions.models import Submission
from app.submissions.service import asking
from tests.factories import a_call, a_challenge, a_form, a_programme, a_solution, themes

ASKED: list[dict[str, Any]] = [
    {"key": "problem", "required": True},
    {"key": "outcome", "required": True},
    {
        "key": "story",
        "title": "What would people tell us?",
        "audience": "parties",
        "part": "outcome",
        "shown_if": {"question": "told", "says": ["yes"]},
    },
    {"key": "told", "type": "yes_no", "title": "Did people tell you?"},
    {"key": "secret", "title": "What does nobody else read?", "audience": "staff"},
]


def a_story(session: Session, call: Call, told: str = "yes") -> Submission:
    """A challenge of a call with questions of its own, which answers all of them."""
    form = a_form(session, call, questions=ASKED)
    made = a_challenge(session, call_id=call.id, state=State.SUBMITTED, form_id=form.id)
    said = {"story": "Zebras would graze.", "told": told, "secret": "A quokka knows."}
    asking.put(asking.form_of(session, made), made, said)
    session.flush()
    return made


def test_a_run_freezes_what_it_reads_with_its_question_and_nothing_else(
    session: Session, settings: Settings
) -> None:
    themes(session)
    programme = a_programme(session)
    a_story(session, a_call(session, programme_id=programme.id))
    a_solution(session, programme_id=programme.id, state=State.SUBMITTED)
    new = NewRun(programme_id=programme.id, basis=Basis.SUBMITTED)

    run_requests.request_run(session, OPERATOR, new, settings)

    run = session.exec(select(MatchRun)).one()
    (record,) = run.challenges
    assert record["own"] == {
        "story": {
            "title": "What would people tell us?",
            "part": "outcome",
            "text": "Zebras would graze.",
        }
    }
    assert "quokka" not in str(run.challenges)
    (challenge,) = inputs.frozen(run).challenges
    assert fields_of(challenge) == ("problem", "outcome", "story")
    profile = profile_of(challenge)
    assert (profile.texts[2], profile.asks) == ("Zebras would graze.", frozenset({1, 2}))


def test_an_answer_that_is_hidden_is_no_part_of_a_run(session: Session) -> None:
    themes(session)
    programme = a_programme(session)
    a_story(session, a_call(session, CallKind.CHALLENGES, programme_id=programme.id), "no")

    (record,) = inputs.taken(session, programme.id, Kind.CHALLENGE, Basis.SUBMITTED)

    assert "own" not in record
    assert "Zebras" not in str(record)
