"""What another site makes a browser send is refused; programs and our own pages are not."""

import pytest
from starlette.testclient import TestClient

from app.core.http.csrf import local_path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 422),
        ({"Origin": "https://testserver"}, 422),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({}, 422),
    ],
)
def test_a_post_is_taken_from_our_own_pages_and_from_programs(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    """A form without content: 422 if it is read at all."""
    answer = client.post("/reset", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/challenges", "/sign-out", "/nowhere"])
def test_every_changing_method_is_refused_from_another_site(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")


def test_a_link_on_another_site_may_lead_to_our_pages(client: TestClient) -> None:
    answer = client.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200


def test_a_browser_gets_the_refusal_as_a_page(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}

    answer = client.post("/sign-in", headers=headers)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Request from another site" in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/profile", "/profile?a=b&c=%2F%2Fd", "/a/b#c", "/a?b=http://c"]
)
def test_a_path_of_ours_is_followed(path: str) -> None:
    assert local_path(path, "/home") == path


@pytest.mark.parametrize(
    "written",
    [
        "",
        "profile",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ünï",
        "javascript:alert(1)",
        " /profile",
    ],
)
def test_what_a_browser_would_take_for_another_site_is_not(written: str) -> None:
    assert local_path(written, "/home") == "/home"
