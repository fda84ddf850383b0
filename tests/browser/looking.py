"""What keeps somebody from using a page, and what the tests of pages do again and again."""

from itertools import cycle

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from app.core.base.translations import LANGUAGES
from tests.browser.demonstration import Demonstration
from tests.browser.listening import Heard, listen
from tests.browser.places import PLACES

WIDTHS = (320, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
POLICY = {
    "default-src 'none'",
    *(f"{what}-src 'self'" for what in ("script", "style", "img", "font", "connect")),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def what_keeps_out(
    chromium: Browser, shown: Demonstration, role: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Read all pages of a role in all languages; say what is wrong with which.

    Axe looks at each page in one language, all of them in turn: it takes most of the time, and
    finds little that depends on the words. In every language a page fits a telephone.

    Raises
    ------
    AssertionError
        If a page complains, or asks anybody outside.
    """
    state = shown.signed_in(role) if role in shown.links else None
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    turns = dict(zip(PLACES[role], cycle(LANGUAGES), strict=False))
    for language in LANGUAGES:
        with chromium.new_context(storage_state=state, locale=language) as context:
            page = context.new_page()
            heard = strictly(page)
            for name, path in PLACES[role].items():
                go(page, shown.origin + path.format(**shown.names))
                is_looked_at = language == turns[name]
                found[language, name] = faults(page) if is_looked_at else _sideways(page)
                if page.locator("html").get_attribute("lang") != language:
                    found[language, name].append(("another language", "html"))
                if page.locator("h1").count() != 1:
                    found[language, name].append(("headings", "h1"))
            refused = "the server responded with a status of 404"  # a page that is not there
            assert [c for c in heard.complaints if refused not in c] == []
            assert heard.outside(shown.origin) == []
    return found


def go(page: Page, address: str) -> None:
    """Open a page, and wait for what its script fetches."""
    page.goto(address)
    expect(page.locator("[aria-busy]")).to_have_count(0, timeout=30_000)


def strictly(page: Page) -> Heard:
    """Hold that every page has a strict content security policy, and listen for breaches."""
    heard = listen(page)

    def guard(answer: Response) -> None:
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        policy = answer.headers.get("content-security-policy", "")
        if is_page and {*policy.split("; ")} != POLICY:
            heard.complaints.append(f"policy of {answer.url}: {policy}")

    page.on("response", guard)
    return heard


def faults(page: Page) -> list[tuple[str, str]]:
    """What keeps somebody from using the page, at both widths."""
    page.wait_for_load_state("load")
    page.evaluate(Axe().axe_script)
    return [
        fault
        for width in WIDTHS
        for fault in (*_violations(page, width), *_sideways(page, width))
    ]


def _violations(page: Page, width: int) -> list[tuple[str, str]]:
    page.set_viewport_size({"width": width, "height": 900})
    violations = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(found => found.violations)", RULES
    )
    return [(v["id"], str(v["nodes"][0]["target"])) for v in violations]


def _sideways(page: Page, width: int = WIDTHS[0]) -> list[tuple[str, str]]:
    """Tell whether one has to scroll sideways, which a narrow window shows."""
    page.set_viewport_size({"width": width, "height": 900})
    is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [("scrolls sideways", str(width))] if is_wide else []


def press(page: Page, name: str) -> None:
    """Send a form, and wait for the whole page that comes back, its styles too."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()
