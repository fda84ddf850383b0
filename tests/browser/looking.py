"""What keeps somebody from using a page, and what the tests of pages do again and again."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from app.core.base.translations import LANGUAGES
from tests.browser.demonstration import Demonstration
from tests.browser.listening import Heard, listen
from tests.browser.places import PLACES

WIDTHS = (320, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def what_keeps_out(
    chromium: Browser, shown: Demonstration, role: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Read all pages of a role in all languages; say what is wrong with which.

    Raises
    ------
    AssertionError
        If a page complains, or asks anybody outside.
    """
    state = shown.signed_in(role) if role in shown.links else None
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for language in LANGUAGES:
        with chromium.new_context(storage_state=state, locale=language) as context:
            page = context.new_page()
            heard = strictly(page)
            for name, path in PLACES[role].items():
                go(page, shown.origin + path.format(**shown.names))
                found[language, name] = faults(page)
                if page.locator("html").get_attribute("lang") != language:
                    found[language, name].append(("another language", "html"))
                if page.locator("h1").count() != 1:
                    found[language, name].append(("headings", "h1"))
            page.unroute_all(behavior="ignoreErrors")
            refused = "the server responded with a status of 404"  # a page that is not there
            assert [c for c in heard.complaints if refused not in c] == []
            assert heard.outside(shown.origin) == []
    return found


def go(page: Page, address: str) -> None:
    """Open a page, and wait for what its script fetches."""
    page.goto(address)
    expect(page.locator("[aria-busy]")).to_have_count(0, timeout=30_000)


def strictly(page: Page) -> Heard:
    """Put every page under a strict content security policy, and listen for breaches."""

    def guard(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        route.fulfill(
            response=answer, headers={**answer.headers, "content-security-policy": POLICY}
        )

    page.route("**/*", guard)
    return listen(page)


def faults(page: Page) -> list[tuple[str, str]]:
    """What keeps somebody from using the page, at both widths."""
    found = []
    page.wait_for_load_state("load")
    page.evaluate(Axe().axe_script)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        violations = page.evaluate(
            "rules => axe.run({runOnly: rules}).then(found => found.violations)", RULES
        )
        found += [(v["id"], str(v["nodes"][0]["target"])) for v in violations]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(("scrolls sideways", str(width)))
    return found


def press(page: Page, name: str) -> None:
    """Send a form, and wait for the whole page that comes back, its styles too."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()
