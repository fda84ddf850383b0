"""Every page is open to everybody, in each language and at both widths.

Those of staff stand in a file of their own: they are as many as all others, and files share
the cores.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser.demonstration import Demonstration
from tests.browser.looking import what_keeps_out
from tests.browser.places import PLACES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", [role for role in PLACES if role != "staff"])
def test_nothing_keeps_anybody_from_a_page_and_nobody_outside_is_asked(
    chromium: Browser, shown: Demonstration, role: str
) -> None:
    found = what_keeps_out(chromium, shown, role)

    assert found
    assert {place: faults for place, faults in found.items() if faults} == {}
