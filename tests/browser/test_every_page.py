"""Every page of the demonstration is open to everybody, in each language and at both widths."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.core.base.translations import LANGUAGES
from tests.browser.demonstration import Demonstration, demonstrated
from tests.browser.places import PLACES
from tests.browser.test_signing_in import faults, strictly

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    folder: Path = tmp_path_factory.mktemp("demonstration")
    with demonstrated(folder) as demonstration:
        yield demonstration


@pytest.mark.parametrize("role", PLACES)
def test_nothing_keeps_anybody_from_a_page_and_nobody_outside_is_asked(
    chromium: Browser, shown: Demonstration, role: str
) -> None:
    state = shown.signed_in(chromium, role) if role in shown.links else None
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}

    for language in LANGUAGES:
        with chromium.new_context(storage_state=state, locale=language) as context:
            page = context.new_page()
            heard = strictly(page)
            for name, path in PLACES[role].items():
                page.goto(shown.origin + path.format(**shown.names))
                page.wait_for_load_state("networkidle")
                found[language, name] = faults(page)
                assert page.locator("html").get_attribute("lang") == language
                if page.locator("h1").count() != 1:
                    found[language, name].append(("headings", "h1"))
            refused = "the server responded with a status of 404"  # a page that is not there
            assert [c for c in heard.complaints if refused not in c] == []
            assert heard.outside(shown.origin) == []

    assert {place: faults for place, faults in found.items() if faults} == {}
    assert len(found) == len(LANGUAGES) * len(PLACES[role])
