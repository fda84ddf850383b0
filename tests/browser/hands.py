"""Two ways to work a page: with a mouse, and by keyboard alone.

Both are told what stands on the page, in the language of the page, and do with it what a
person would do; neither touches anything that such a person cannot.
"""

import re
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Locator, Page

FURTHEST: Final = 400
"""How often somebody presses Tab before they give up."""


class Mouse:
    """Clicks what it is told to, and types where it has clicked.

    Parameters
    ----------
    page : Page
    say : callable
        Returns an English text of ours in the language of the page.
    """

    def __init__(self, page: Page, say: Callable[[str], str]) -> None:
        self.page = page
        self.say = say

    def follow(self, text: str) -> None:
        """Go where a link of ours leads."""
        self.open(self.page.get_by_role("link", name=_beginning(self.say(text))).first)

    def follow_title(self, title: str) -> None:
        """Go where a link leads whose words somebody has written."""
        self.open(self.page.get_by_role("link", name=title).first)

    def write(self, label: str, text: str) -> None:
        """Write into a field instead of what stands there."""
        field = self.page.get_by_label(self.say(label), exact=True)
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        """Tick a box, or choose one of several."""
        self.choose(self.page.get_by_label(_beginning(self.say(label))).first)

    def press(self, text: str) -> None:
        """Press a button, and wait for the page that comes back."""
        button = self.page.get_by_role("button", name=_beginning(self.say(text)))
        with self.page.expect_navigation(wait_until="load"):
            self.do(button.first)

    def open(self, link: Locator) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.do(link)

    def reach(self, field: Locator) -> None:
        field.click()

    def choose(self, box: Locator) -> None:
        box.click()

    def do(self, thing: Locator) -> None:
        thing.click()


class Keys(Mouse):
    """Never touches a mouse: what Tab does not reach is not there."""

    def reach(self, field: Locator) -> None:
        field.wait_for()
        for _ in range(FURTHEST):
            if _is_in_focus(field):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {field}")

    def choose(self, box: Locator) -> None:
        if box.get_attribute("type") == "radio":
            self._go_through(box)
        else:
            self.reach(box)
            self.page.keyboard.press("Space")

    def _go_through(self, radio: Locator) -> None:
        """Reach the one that is chosen, or the first; the arrows lead to the others."""
        group = self.page.locator(f"input[name={radio.get_attribute('name')}]")
        chosen = group.and_(self.page.locator(":checked"))
        self.reach(chosen if chosen.count() else group.first)
        for _ in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not lead to {radio}")

    def do(self, thing: Locator) -> None:
        self.reach(thing)
        self.page.keyboard.press("Enter")


def _beginning(text: str) -> re.Pattern[str]:
    return re.compile("^" + re.escape(text) + r"\b")


def _is_in_focus(field: Locator) -> bool:
    return bool(field.evaluate("e => e === document.activeElement"))
