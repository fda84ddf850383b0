"""What the documentation page needs in order to be mounted, and the headers it is sent with."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.http.docs_page import mount_docs


def test_the_page_is_html_under_a_policy_that_admits_only_its_own_files() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/a&b.json")
    mount_docs(app)

    response = TestClient(app).get("/docs")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert 'data-openapi="/a&amp;b.json"' in response.text
    assert "/docs" not in app.openapi()["paths"]


@pytest.mark.parametrize(
    "name", ["swagger-ui.css", "swagger-ui-bundle.js", "docs.js", "icon.svg"]
)
def test_each_file_that_the_page_refers_to_is_served(name: str) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    mount_docs(app)
    client = TestClient(app)

    assert f'"/static/{name}"' in client.get("/docs").text
    assert client.get(f"/static/{name}").status_code == 200


def test_missing_files_are_named_together_with_what_builds_them(tmp_path: Path) -> None:
    (tmp_path / "docs.js").touch()
    (tmp_path / "icon.svg").touch()

    with pytest.raises(
        RuntimeError, match=r"lacks swagger-ui\.css, swagger-ui-bundle\.js\. .*'make run'"
    ):
        mount_docs(FastAPI(docs_url=None, redoc_url=None), static=tmp_path)


def test_fastapis_own_pages_must_be_off() -> None:
    with pytest.raises(RuntimeError, match="docs_url=None and redoc_url=None"):
        mount_docs(FastAPI())


def test_a_page_without_a_description_is_refused() -> None:
    with pytest.raises(RuntimeError, match="openapi_url"):
        mount_docs(FastAPI(docs_url=None, redoc_url=None, openapi_url=None))
