"""Forms: read by the same schemas as the interface, hostile ones too."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.testclient import TestClient

from app.core.http import problems
from app.core.http.forms import Form, form_of

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


class Contact(BaseModel):
    email: str = Field(min_length=3)
    phone: str | None = None
    code: SecretStr | None = None


class Content(BaseModel):
    problem: str = Field(default="", max_length=20)
    contacts: list[Contact] = Field(default=[], max_length=3)


class Nested(BaseModel):
    content: Content
    aside: Content | None = None
    themes: list[Annotated[str, Field(max_length=3)]] = []


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

    @app.post("/nested")
    def read_nested(form: Annotated[Form[Nested], Depends(form_of(Nested))]) -> Any:
        errors = {error.pointer: error.detail for error in form.errors}
        return {
            "value": form.value and form.value.model_dump(mode="json", exclude_defaults=True),
            "errors": errors,
            "written": form.written,
            "rows": len(form.rows("content.contacts")),
            "messages": [
                form.message(name)
                for name in ("content.problem", "content.contacts.1.email", "themes")
            ],
        }

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
        "errors": [["/title", "It has 1 characters; the minimum is 3."]],
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
    assert client.post("/", content=content, headers=headers).status_code in {
        200,
        413,
        415,
        422,
    }


def test_fields_reach_into_content_and_rows_by_their_place(client: TestClient) -> None:
    answer = client.post(
        "/nested",
        data={
            "content.problem": "Floods",
            "content.contacts.0.email": "ann@example.org",
            "content.contacts.7.email": "bob@example.org",
            "content.contacts.7.phone": "12",
            "themes": ["a", "b"],
        },
    ).json()

    assert answer == {
        "value": {
            "content": {
                "problem": "Floods",
                "contacts": [
                    {"email": "ann@example.org"},
                    {"email": "bob@example.org", "phone": "12"},
                ],
            },
            "themes": ["a", "b"],
        },
        "errors": {},
        "written": {
            "content.problem": "Floods",
            "content.contacts.0.email": "ann@example.org",
            "content.contacts.1.email": "bob@example.org",
            "content.contacts.1.phone": "12",
            "themes": ["a", "b"],
        },
        "rows": 2,
        "messages": [None, None, None],
    }


def test_what_is_wrong_within_content_has_the_pointer_of_the_interface(
    client: TestClient,
) -> None:
    answer = client.post(
        "/nested",
        data={
            "content.problem": "x" * 21,
            "content.contacts.0.email": "ann@example.org",
            "content.contacts.3.email": "b",
            "content.contacts.3.code": "secret",
            "themes": ["long", "b"],
        },
    ).json()

    assert answer["errors"] == {
        "/content/problem": "It has 21 characters; the maximum is 20.",
        "/content/contacts/1/email": "It has 1 characters; the minimum is 3.",
        "/themes": "It has 4 characters; the maximum is 3.",
    }
    assert answer["messages"] == list(answer["errors"].values())
    assert "secret" not in str(answer["written"])


def test_a_form_in_which_nothing_was_written_lacks_no_content(client: TestClient) -> None:
    answer = client.post("/nested", data={"content.contacts.0.email": ""}).json()

    assert (answer["value"], answer["rows"]) == ({"content": {}}, 0)


def test_rows_beyond_the_schema_are_refused_and_names_of_no_field_left_out(
    client: TestClient,
) -> None:
    rows = {f"content.contacts.{n}.email": "ann@example.org" for n in range(120)}
    answer = client.post("/nested", data={**rows, "content.unknown.x": "1", "a.b": "2"}).json()

    assert answer["rows"] == 120
    assert list(answer["errors"]) == ["/content/contacts"]


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"title=a%00b", "/title"),
        (b"title=abc&key=%00", "/key"),
        (b"title=abc&themes=a&themes=%00", "/themes"),
        (b"title=abc&a%00b=c", "/a\0b"),
    ],
)
def test_a_text_that_no_database_keeps_is_refused(
    client: TestClient, content: bytes, pointer: str
) -> None:
    answer = client.post("/", content=content, headers=URLENCODED).json()

    assert answer["value"] is None
    assert [place for place, _ in answer["errors"]] == [pointer]
    assert answer["errors"][0][1].startswith("remove the control characters")
