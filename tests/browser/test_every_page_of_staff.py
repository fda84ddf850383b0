"""Every page of staff is open to everybody, in each language and at both widths."""

import pytest
from playwright.sync_api import Browser

from tests.browser.demonstration import Demonstration
from tests.browser.looking import what_keeps_out

pytestmark = pytest.mark.browser


def test_nothing_keeps_staff_from_a_page_and_nobody_outside_is_asked(
    chromium: Browser, shown: Demonstration
) -> None:
    found = what_keeps_out(chromium, shown, "staff")

    assert found
    assert {place: faults for place, faults in found.items() if faults} == {}
