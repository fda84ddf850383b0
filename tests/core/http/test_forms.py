"""Forms: read by the same schemas as the interface, hostile ones too."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.testclient import TestClient

from app.core.http import problems
from app.core.http.forms import Form, form_of

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


class Application(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=3)
    themes: list[str] = []
    key: SecretStr = SecretStr("")


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.post("/")
    def read(form: Annotated[Form[Application], Depends(form_of(Application))]) -> Any:
        value = form.value and form.value.model_dump(mode="json")
        errors = [[error.pointer, error.detail] for error in form.errors]
        return {"value": value, "errors": errors, "written": form.written}

    return TestClient(app)


def test_a_form_becomes_content(client: TestClient) -> None:
    form = {"title": "Floods", "themes": ["a", "b"], "key": "secret"}

    assert client.post("/", data=form).json() == {
        "value": {"title": "Floods", "themes": ["a", "b"], "key": "**********"},
        "errors": [],
        "written": {"title": "Floods", "themes": ["a", "b"]},
    }


def test_what_is_wrong_stands_at_its_field_and_what_was_written_comes_back(
    client: TestClient,
) -> None:
    answer = client.post("/", data={"title": "F", "key": "secret"}).json()

    assert answer == {
        "value": None,
        "errors": [["/title", "It has 1 characters, not 3 at the least."]],
        "written": {"title": "F"},
    }


def test_an_empty_field_counts_as_not_given_and_of_two_the_last_counts(
    client: TestClient,
) -> None:
    empty = client.post("/", data={"title": ""}).json()
    twice = client.post("/", content="title=First&title=Second&other=x", headers=URLENCODED)

    assert empty["errors"] == [["/title", "This field is required."]]
    assert twice.json()["value"]["title"] == "Second"


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"title=%ff%fe%00", URLENCODED),
        (b"title=" + b"%ED%A0%80" * 3, URLENCODED),
        (b"title=abc&" * 300, URLENCODED),
        (b"&&==&title", URLENCODED),
        (b"{}", {"Content-Type": "application/json"}),
        (b"--x\r\nContent-Disposition: form-data", {"Content-Type": "multipart/form-data"}),
        (b"nonsense", {"Content-Type": "multipart/form-data; boundary=x"}),
        (
            b'--x\r\nContent-Disposition: form-data; name="title"; filename="a"\r\n\r\nb\r\n'
            b"--x--",
            {"Content-Type": "multipart/form-data; boundary=x"},
        ),
    ],
)
def test_a_hostile_form_is_never_a_failure_of_ours(
    client: TestClient, content: bytes, headers: dict[str, str]
) -> None:
    assert client.post("/", content=content, headers=headers).status_code in {200, 422}
