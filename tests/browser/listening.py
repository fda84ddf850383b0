"""What a page complains of, and whom it asks."""

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request

# Runs before the page's own scripts and reports every breach of its Content-Security-Policy.
REPORT_BREACHES = """
document.addEventListener("securitypolicyviolation", (breach) =>
  console.error(`policy: ${breach.effectiveDirective} ${breach.blockedURI}`));
"""


@dataclass
class Heard:
    """What a page complained of, and whom it asked."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def outside(self, origin: str) -> list[str]:
        at_home = (f"{origin}/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(at_home)]


def listen(page: Page) -> Heard:
    heard = Heard()

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.complaints.append(message.text)

    def note_request(request: Request) -> None:
        heard.requests.append(request.url)

    def note_failure(request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":
            return  # the page was left before it had all
        heard.complaints.append(f"failed: {request.url}")

    page.add_init_script(REPORT_BREACHES)
    page.on("console", note_console)
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    page.on("request", note_request)
    page.on("requestfailed", note_failure)
    return heard
