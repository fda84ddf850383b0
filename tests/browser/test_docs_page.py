"""What the documentation page promises, in a real browser: it works, and stays at home."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from playwright.sync_api import Browser, Page, expect

from app.core.http.docs_page import mount_docs
from app.main import create_app
from app.settings import Settings
from tests.browser.conftest import Serve
from tests.browser.listening import listen

pytestmark = pytest.mark.browser

STATIC_FILES = (
    "/static/swagger-ui.css",
    "/static/swagger-ui-bundle.js",
    "/static/docs.js",
    "/static/icon.svg",  # a headless browser does not always ask for it
)


def open_group(page: Page, name: str = "default") -> None:
    """Open the operations of one group, which are closed at first."""
    page.locator(f'.opblock-tag[data-tag="{name}"]').click()


def an_app() -> FastAPI:
    app = FastAPI(title="Counterpart API", docs_url=None, redoc_url=None)
    bearer = HTTPBearer(bearerFormat="opaque")

    @app.get("/api/v1/themes", operation_id="list_themes")
    def list_themes() -> dict[str, list[str]]:
        return {"items": ["flood protection"]}

    @app.get("/api/v1/me", operation_id="read_me")
    def read_me(
        credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    ) -> dict[str, str]:
        return {"token": credentials.credentials}

    mount_docs(app)
    return app


def test_the_operations_are_drawn_and_nothing_is_refused_or_fetched_from_outside(
    page: Page, serve: Serve
) -> None:
    origin = serve(an_app())
    heard = listen(page)

    page.goto(f"{origin}/docs", wait_until="networkidle")

    expect(page).to_have_title("Counterpart API")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Counterpart API")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    open_group(page)
    expect(page.locator(".opblock-summary-path")).to_have_count(2)
    assert heard.complaints == []
    assert heard.outside(origin) == []
    assert {*heard.requests, f"{origin}/static/icon.svg"} == {
        f"{origin}{path}" for path in ("/docs", "/openapi.json", *STATIC_FILES)
    }


def test_the_page_of_the_service_draws_every_operation(
    page: Page, serve: Serve, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'counterpart.db'}"
    app = create_app(Settings(database_url=url, embedded_worker=False))
    groups = Counter(
        operation["tags"][0]
        for verbs in app.openapi()["paths"].values()
        for operation in verbs.values()
    )
    origin = serve(app)
    heard = listen(page)

    page.goto(f"{origin}/docs", wait_until="networkidle")

    expect(page.locator(".opblock-tag")).to_have_count(len(groups), timeout=30_000)
    for group, operations in groups.items():
        one = page.locator(f'.opblock-tag-section:has([data-tag="{group}"])')
        one.locator(".opblock-tag").click()
        expect(one.locator(".opblock")).to_have_count(operations, timeout=30_000)
        one.locator(".opblock-tag").click()
    assert heard.complaints == []
    assert heard.outside(origin) == []

    open_group(page, "decisions")
    page.locator(".opblock-post .opblock-summary-control").first.click()

    expect(page.locator(".opblock.is-open .opblock-section-request-body")).to_be_visible()
    assert heard.complaints == []


def test_without_script_the_page_leads_to_the_description(
    chromium: Browser, serve: Serve
) -> None:
    origin = serve(an_app())

    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{origin}/docs")
        page.get_by_role("link", name="/openapi.json").click()

        expect(page).to_have_url(f"{origin}/openapi.json")


def test_trying_an_operation_out_shows_the_answer(page: Page, serve: Serve) -> None:
    origin = serve(an_app())
    heard = listen(page)
    page.goto(f"{origin}/docs")

    open_group(page)
    page.locator("#operations-default-list_themes .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text("flood protection")
    assert heard.complaints == []
    assert heard.outside(origin) == []


def test_a_bearer_token_is_sent_and_forgotten_when_the_page_is_left(
    page: Page, serve: Serve
) -> None:
    origin = serve(an_app())
    heard = listen(page)
    page.goto(f"{origin}/docs")

    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_label("auth-bearer-value").fill("a-token")
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()
    open_group(page)
    page.locator("#operations-default-read_me .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text("a-token")
    assert heard.complaints == []
    assert heard.outside(origin) == []

    page.reload()

    expect(page.locator(".authorization__btn.locked")).to_have_count(0)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_an_inline_script_and_a_request_to_another_origin_would_be_heard(
    page: Page, serve: Serve
) -> None:
    """Shows that the three tests above can fail."""
    origin, elsewhere = serve(an_app()), serve(an_app())
    heard = listen(page)
    page.goto(f"{origin}/docs", wait_until="networkidle")

    page.evaluate(
        """(elsewhere) => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'planted'";
            document.body.append(script);
            return fetch(elsewhere + "/openapi.json").catch(() => null);
        }""",
        elsewhere,
    )

    expect(page).to_have_title("Counterpart API")
    assert "policy: script-src-elem inline" in heard.complaints
    assert f"policy: connect-src {elsewhere}/openapi.json" in heard.complaints
