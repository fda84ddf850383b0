"""The whole main job, four times: by mouse, by keys, without script, in French.

A team writes a challenge and sends it, another one offers a solution, and staff pass both,
rank what was selected, and decide with a reason. What each page says beside it is told in
`test_main_job.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, StorageState, expect
from sqlmodel import col, select

from app.core.base.clock import now
from app.core.base.translations import language
from app.core.storage.database import reading, transaction
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.browser.demonstration import Demonstration
from tests.browser.hands import Keys, Mouse
from tests.factories import decided

pytestmark = pytest.mark.browser

PROBLEM = "Our small rivers rise within an hour; nobody in the valleys is warned in time."
EVERY = "Every challenge with every provider"
THEMES = ("policy-domain:ENVI", "practice:data-sharing")


@pytest.mark.parametrize(
    ("hand", "script", "tag"),
    [
        pytest.param(Mouse, True, "en", id="by mouse"),
        pytest.param(Keys, True, "en", id="by keyboard alone"),
        pytest.param(Mouse, False, "en", id="without script"),
        pytest.param(Mouse, True, "fr", id="in French"),
    ],
)
def test_governments_and_staff_do_the_whole_job(
    chromium: Browser,
    shown: Demonstration,
    states: dict[str, StorageState],
    hand: type[Mouse],
    script: bool,
    tag: str,
    request: pytest.FixtureRequest,
) -> None:
    spoken = language(tag)
    name = request.node.callspec.id
    challenge, solution = f"Floods in small rivers, {name}", f"River sensors, {name}"

    @contextmanager
    def as_role(role: str) -> Iterator[Mouse]:
        with chromium.new_context(
            storage_state=states[role], java_script_enabled=script, locale=tag
        ) as context:
            page = context.new_page()
            page.goto(shown.origin + "/tasks")
            yield hand(page, spoken.say)
            assert page.locator("html").get_attribute("lang") == tag

    with as_role("challenge_owner") as owner:
        owner.follow("My submissions")
        owner.follow("Submit a challenge")
        begin(owner, challenge)
        owner.follow("The problem")
        owner.write("The problem", PROBLEM)
        owner.press("Save and see all topics")
        owner.follow("The outcome")
        owner.write("The outcome", "Every household is warned half an hour ahead.")
        send(owner)
        arrived = owner.page.get_by_role("heading", level=1).inner_text()
    with transaction(shown.database) as session:
        offering = session.exec(
            select(Call.title)
            .join(Programme, col(Programme.id) == col(Call.programme_id))
            .where(
                Programme.code == shown.names["programme"],
                Call.kind == CallKind.SOLUTIONS,
                Call.state == CallState.PUBLISHED,
                Call.closes_at > now(),
            )
            .order_by(col(Call.closes_at), col(Call.id))
            .limit(1)
        ).one()
    with as_role("solution_provider") as provider:
        provider.follow("My submissions")
        provider.follow_title(offering)  # of the calls that are open, this one
        begin(provider, solution)
        provider.follow("Your experience")
        provider.write("Your experience", f"For six years we have done this: {PROBLEM}")
        send(provider)
    with as_role("staff") as staff:
        for title, kind in ((challenge, "challenges"), (solution, "solutions")):
            staff.page.goto(f"{shown.origin}/programmes/{shown.names['programme']}/{kind}")
            staff.write("Words in title, summary or code", title)
            staff.press("Apply")
            staff.follow_title(title)
            staff.follow("Pass as eligible")
            staff.press("Pass as eligible")
        with transaction(shown.database) as session:
            titled = col(Submission.title).in_([challenge, solution])
            for row in session.exec(select(Submission).where(titled)).all():
                decided(session, row)
        staff.follow("Submissions")
        staff.follow("Matchmaking")
        staff.tick("The sum")
        staff.press("Start a run")
        ranked = staff.page.get_by_role("heading", name=spoken.say(EVERY))
        while not script and not ranked.is_visible():
            staff.page.reload()
        expect(ranked).to_be_visible(timeout=30_000)
        staff.follow("Match bench")
        staff.follow_title(challenge)
        first = staff.page.locator("[data-provider]").first.inner_text()
        staff.write("Reason", "They have done exactly this.")
        staff.press("Choose")
        recorded = staff.page.get_by_role("status").inner_text()

    assert arrived == spoken.say("Your submission has arrived")
    assert first in recorded
    with reading(shown.database) as session:
        ours = select(Submission).where(col(Submission.title).in_([challenge, solution]))
        found = {row.title: row for row in session.exec(ours)}
        verdict = session.exec(
            select(Verdict).where(Verdict.challenge_id == found[challenge].id)
        ).one()
    assert {row.state for row in found.values()} == {State.SELECTED}
    assert (verdict.solution_id, verdict.outcome) == (found[solution].id, Outcome.CHOSEN)


def begin(team: Mouse, title: str) -> None:
    team.write("Title", title)
    team.press("Begin")


def send(team: Mouse) -> None:
    """Save what is open, choose themes, look at all of it, and send it."""
    team.press("Save and see all topics")
    team.follow("Themes")
    for theme in THEMES:
        team.choose(team.page.locator(f"[id='{theme}']"))
    team.press("Save and see all topics")
    team.follow("Check your answers")
    team.press("Send it to the incubator")
