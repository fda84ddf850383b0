"""What is held back from letters is held back from webhooks, until the moment of both."""

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.schemas import NewDecision, NewRelease
from app.decisions.service import drafts, releases
from app.decisions.service import steps as decisions
from app.events.kinds import EVENTS, EventKind
from app.events.models import Event
from app.matches.lifecycle import MatchLetterKind, MatchState
from app.matches.models import MatchLetter
from app.matches.service import writing
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.webhooks import rights
from app.webhooks.lifecycle import WebhookScope
from app.webhooks.models import Delivery
from app.webhooks.service import spreading
from tests.factories import a_match, organisation_of
from tests.webhooks.receiver import a_submission_of, a_webhook, loopback, person


def waiting(session: Session, database: Database) -> list[str]:
    """Return of what webhooks are told next."""
    session.commit()
    spreading.spread(database)
    statement = select(Event.kind).join(Delivery).order_by(Event.occurred_at)  # type: ignore[arg-type]  # -- a column
    return [EventKind(kind).value for kind in session.exec(statement)]


@pytest.mark.parametrize("outcome", DecisionOutcome)
def test_a_decision_is_told_when_it_is_released_and_not_before(
    session: Session, database: Database, settings: Settings, outcome: DecisionOutcome
) -> None:
    user, actor = person(session)
    submission = a_submission_of(session, user, state=State.ELIGIBLE)
    team = organisation_of(session, user)
    kinds = [kind for kind in EVENTS if rights.may_choose(actor, kind, WebhookScope.TEAM, team)]
    a_webhook(session, actor, loopback(settings), kinds=kinds)
    new = NewDecision(
        submission_id=submission.id,
        outcome=outcome,
        reasons="All reviewers agreed.",
        feedback=f"What stands in {submission.code} convinced us.",
    )

    made = drafts.draft(session, OPERATOR, new)
    told = [waiting(session, database)]
    for step in ("hand-over", "approve"):
        decisions.take(session, OPERATOR, made.id, step)
        told.append(waiting(session, database))
    releases.release(session, OPERATOR, NewRelease(call_id=submission.call_id))

    assert told == [[], [], []]
    assert waiting(session, database) == [f"submission.{outcome.value}"]
    (letter,) = session.exec(select(Letter)).all()
    event = session.exec(select(Event)).one()
    assert letter.event_id == event.id
    assert (event.organisation_id, event.subject_id) == (
        submission.organisation_id,
        submission.id,
    )


def test_an_offer_is_told_to_each_side_when_its_letters_are_written(
    session: Session, database: Database, settings: Settings
) -> None:
    user, actor = person(session)
    match = a_match(session, state=MatchState.PREPARED)
    challenge = session.get_one(Submission, match.challenge_id)
    challenge.organisation_id = organisation_of(session, user)
    webhook = a_webhook(session, actor, loopback(settings), kinds=[EventKind.MATCH_OFFERED])
    before = waiting(session, database)

    writing.tell_both(session, match, MatchLetterKind.OFFER)

    assert before == []
    assert waiting(session, database) == ["match.offered"]
    assert session.exec(select(Delivery)).one().webhook_id == webhook.id
    assert len(session.exec(select(MatchLetter)).all()) == 2
    events = session.exec(select(Event)).all()
    assert {event.code for event in events} == {match.code}
    assert len({event.organisation_id for event in events}) == 2
