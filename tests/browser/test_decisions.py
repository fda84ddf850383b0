"""From the form of a team to the place that it accepts, in a browser, by four roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, StorageState, expect
from sqlmodel import select

from app.accounts import service as accounts
from app.core.base.clock import now
from app.core.storage.database import reading, transaction
from app.programmes import service as programmes
from app.reviews.models import Reviewer
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.browser.demonstration import Demonstration
from tests.browser.hands import Mouse
from tests.browser.reviewed import REVIEWER
from tests.browser.test_whole_job import begin, send
from tests.factories import a_call
from tests.reviews.people import a_rubric

pytestmark = pytest.mark.browser

TITLE = "Warnings that reach a village in time"
CALL = "A call that four roles work on"
FEEDBACK = "Your figures on small rivers convinced the reviewers."


@pytest.fixture
def call(shown: Demonstration) -> str:
    """An open call with a rubric and a reviewer; returns its code."""
    with transaction(shown.database) as session:
        programme = programmes.programme(session, shown.names["programme"])
        made = a_call(
            session,
            programme_id=programme.id,
            title=CALL,
            opens_at=now() - timedelta(days=1),
            closes_at=now() + timedelta(days=1),
        )
        a_rubric(session, made)
        reviewer = accounts.user_with(session, REVIEWER)
        assert reviewer is not None
        session.add(Reviewer(programme_id=programme.id, user_id=reviewer.id))
        return made.code


def test_a_challenge_is_sent_reviewed_decided_released_and_its_place_accepted(
    chromium: Browser, shown: Demonstration, states: dict[str, StorageState], call: str
) -> None:
    @contextmanager
    def as_role(role: str, path: str) -> Iterator[Mouse]:
        with chromium.new_context(storage_state=states[role], locale="en") as context:
            page = context.new_page()
            page.goto(shown.origin + path)
            yield Mouse(page, str)

    of_call = f"/programmes/{shown.names['programme']}/calls/{call}"
    with as_role("challenge_owner", f"/calls/{call}") as owner:
        owner.follow("Submit a challenge")
        begin(owner, TITLE)
        owner.follow("The problem")
        owner.write("The problem", "Small rivers rise within an hour; nobody is warned.")
        owner.press("Save and see all topics")
        owner.follow("The outcome")
        owner.write("The outcome", "Every household is warned half an hour ahead.")
        send(owner)
    with reading(shown.database) as session:
        code = session.exec(select(Submission.code).where(Submission.title == TITLE)).one()
    place = f"/submissions/{code}"
    with as_role("staff", place) as staff:
        staff.follow("Pass as eligible")
        staff.press("Pass as eligible")
        staff.page.goto(f"{shown.origin}{place}/reviewers")
        staff.press("Ask")
    with as_role("reviewer", "/reviews") as reviewer:
        reviewer.follow_title(code)
        reviewer.follow("No conflict: take it on")
        reviewer.press("No conflict: take it on")
        for criterion in range(2):
            reviewer.choose(reviewer.page.locator(f"#s{criterion}-4"))
        reviewer.write("What the team could use", "The need is told in figures of three years.")
        reviewer.tick("Select")
        reviewer.tick("High")
        reviewer.press("Save, and hand in")
        reviewer.press("Hand the review in")
    with as_role("staff", f"{place}/decision") as staff:
        staff.tick("Selected")
        staff.write("Reasons, for the staff", "First of all reviewers.")
        staff.write("Feedback for this team", FEEDBACK)
        staff.press("Save the draft")
        staff.follow("Hand over for approval")
        staff.press("Hand over for approval")
    with as_role("challenge_owner", place) as owner:
        before = owner.page.get_by_role("main").inner_text()
    with as_role("lead", f"{place}/decision") as lead:
        lead.follow("Approve the decision")
        lead.press("Approve the decision")
        lead.page.goto(f"{shown.origin}{of_call}/release")
        soon = now() + timedelta(days=20)
        lead.page.get_by_label("To be answered by").fill(f"{soon:%Y-%m-%dT%H:%M}")
        lead.press("Release 1 decision")
    with as_role("challenge_owner", place) as owner:
        expect(owner.page.get_by_text("Your submission is selected.")).to_be_visible()
        expect(owner.page.get_by_text(FEEDBACK)).to_be_visible()
        owner.follow("Accept the place")
        owner.press("Accept the place")

    assert "selected" not in before.lower()
    assert FEEDBACK not in before
    with reading(shown.database) as session:
        found = session.exec(select(Submission).where(Submission.code == code)).one()
    assert found.state is State.ACCEPTED
