"""Pages as people see them who have set their computer otherwise than most."""

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser.demonstration import Demonstration
from tests.browser.looking import go
from tests.browser.places import PLACES

pytestmark = pytest.mark.browser

PAGES = (
    ("anybody", "front"),
    ("anybody", "ranking"),
    ("challenge_owner", "topic-problem"),
    ("challenge_owner", "topic-themes"),
    ("staff", "cockpit"),
    ("staff", "challenges"),
    ("staff", "heat-map"),
    ("staff", "bench"),
    ("staff", "board"),
    ("staff", "what-if"),
)
MOVES = """() => [...document.querySelectorAll("*")].filter((e) => {
  const of = getComputedStyle(e);
  return of.transitionDuration.split(",").some((t) => parseFloat(t) > 0)
    || of.animationName !== "none" || of.scrollBehavior === "smooth";
}).map((e) => e.outerHTML.slice(0, 80))"""
UNSEEN = """() => {
  const e = document.activeElement, of = getComputedStyle(e);
  const shown = of.outlineStyle !== "none" && parseFloat(of.outlineWidth) >= 2;
  return shown || e === document.body ? null : e.outerHTML.slice(0, 80);
}"""
EDGELESS = """() => [...document.querySelectorAll(
  "main :is(.btn, .tag, input:not([type=checkbox], [type=radio]), select, textarea)"
)].filter((e) => e.checkVisibility() && getComputedStyle(e).borderStyle === "none")
  .map((e) => e.outerHTML.slice(0, 80))"""
COVERED = """() => {
  const e = document.activeElement, at = e.getBoundingClientRect();
  if (!at.width || e === document.body) return null;
  const x = Math.min(Math.max(at.left + 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(at.top + 2, 1), innerHeight - 2);
  const on = document.elementFromPoint(x, y);
  return on && (e.contains(on) || on.contains(e) || on.htmlFor === e.id) ? null
    : e.outerHTML.slice(0, 80) + " under " + (on ? on.outerHTML.slice(0, 80) : "nothing");
}"""
STOPS = 25
"""How far Tab is followed on each page."""


def opened(page: Page, shown: Demonstration, role: str, name: str) -> Page:
    go(page, shown.origin + PLACES[role][name].format(**shown.names))
    return page


def at_each_stop(page: Page, question: str) -> list[str]:
    """Ask the page at each place to which Tab leads; return what it answers."""
    answers = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        answers.append(page.evaluate(question))
    return [answer for answer in answers if answer is not None]


@pytest.mark.parametrize(("role", "name"), PAGES)
def test_a_page_is_used_with_less_motion_with_other_colours_and_magnified(
    chromium: Browser,
    shown: Demonstration,
    states: dict[str, StorageState],
    role: str,
    name: str,
) -> None:
    state = states.get(role)
    with chromium.new_context(storage_state=state, reduced_motion="reduce") as context:
        moving = opened(context.new_page(), shown, role, name).evaluate(MOVES)
    with chromium.new_context(storage_state=state, forced_colors="active") as context:
        page = opened(context.new_page(), shown, role, name)
        edgeless = page.evaluate(EDGELESS)
        unseen = at_each_stop(page, UNSEEN)
    # What a window of 1280 by 1024 has at 400 %.
    with chromium.new_context(
        storage_state=state, viewport={"width": 320, "height": 256}, device_scale_factor=4
    ) as context:
        page = opened(context.new_page(), shown, role, name)
        sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        covered = at_each_stop(page, COVERED)

    assert moving == []
    assert (edgeless, unseen) == ([], [])
    assert (sideways, covered) == (False, [])
