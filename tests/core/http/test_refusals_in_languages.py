"""Every kind of refusal, in every language: the same facts, in the reader's words."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.base.errors import AppError, FieldError
from app.core.base.messages import Message
from app.core.base.translations import LANGUAGES, language
from app.core.http import problems
from app.core.http.problems import body_of
from app.core.http.request_log import RequestLog
from app.operations.reference import refusals
from app.settings import Settings
from tests.conftest import SignIn, a_client
from tests.factories import a_call, a_user, themes

OTHERS = [tag for tag in LANGUAGES if tag != "en"]
SAID = ("title", "detail", "remedy")
FACTS = ("type", "status", "instance", "code")
JSON = {"Content-Type": "application/json"}
DRAFTS = "/api/v1/challenges"

Ask = Callable[..., Any]


def a_draft(**changes: Any) -> str:
    whole = {"call_id": "open-call", "title": "Early warning", "content": {}}
    return json.dumps(whole | changes)


REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an address that names nothing": ("GET", "/api/v1/nowhere", {}),
    "a key of nothing": ("GET", f"{DRAFTS}/CH-1999-999", {}),
    "a key that is none": ("GET", f"{DRAFTS}/{'x' * 300}", {}),
    "a method that is not taken": ("PUT", DRAFTS, {}),
    "a query that is not known": ("GET", f"{DRAFTS}?colour=red", {}),
    "a query that is not valid": ("GET", f"{DRAFTS}?limit=none&state=lost", {}),
    "an order that is not known": ("GET", f"{DRAFTS}?sort=colour", {}),
    "a column that is not known": ("GET", f"{DRAFTS}?format=csv&columns=colour", {}),
    "a body that is no JSON": ("POST", DRAFTS, {"content": "{", "headers": JSON}),
    "a body of another kind": ("POST", DRAFTS, {"content": "x"}),
    "a body that is too large": ("POST", DRAFTS, {"content": "x" * 600_000, "headers": JSON}),
    "an empty object": ("POST", DRAFTS, {"content": "{}", "headers": JSON}),
    "fields that are not valid": (
        "POST",
        DRAFTS,
        {
            "content": a_draft(
                title="x",
                colour=1,
                language="English",
                themes=["a:b", "a:b"],
                content={"problem": "\x1b", "affected": "x" * 30_000, "offer": 1},
            ),
            "headers": JSON,
        },
    ),
    "a theme that is not known": (
        "POST",
        DRAFTS,
        {"content": a_draft(themes=["sdg:99", "practice:open"]), "headers": JSON},
    ),
    "a call that is not known": (
        "POST",
        DRAFTS,
        {"content": a_draft(call_id="no-call"), "headers": JSON},
    ),
    "what the role does not include": (
        "POST",
        "/api/v1/programmes",
        {"content": "{}", "headers": JSON},
    ),
    "a step that there is not": ("POST", "{challenge}/steps/fly", {}),
    "a step that is not open": ("POST", "{challenge}/steps/resubmit", {}),
    "a step that lacks something": ("POST", "{challenge}/steps/submit", {}),
    "a change without a state": ("PATCH", "{challenge}", {"content": "{}", "headers": JSON}),
    "a change of another state": (
        "PATCH",
        "{challenge}",
        {"content": "{}", "headers": {**JSON, "If-Match": '"1"'}},
    ),
    "a key for a request that is none": (
        "POST",
        DRAFTS,
        {"content": a_draft(), "headers": {**JSON, "Idempotency-Key": "\x7f"}},
    ),
    "more than may be chosen": (
        "POST",
        "/api/v1/tokens",
        {"content": '{"name": "x", "scopes": ["run:start"]}', "headers": JSON},
    ),
    "a parameter where none is": ("GET", "/api/v1/me?a=b", {}),
    "a table with faults": (
        "POST",
        "/api/v1/calls/open-call/import",
        {"content": "id,title\n1,x\n", "headers": {"Content-Type": "text/csv"}},
    ),
}


@pytest.fixture
def ask(session: Session, as_user: SignIn) -> Ask:
    """Send a request of the table, in a language."""
    themes(session)
    a_call(session, code="open-call")
    client = as_user(a_user(session))
    address = f"{DRAFTS}/{client.post(DRAFTS, content=a_draft(), headers=JSON).json()['code']}"
    unraised = a_client(client.app, client.headers, failing=True)

    def send(name: str, header: str | None) -> Any:
        method, path, options = REQUESTS[name]
        headers = {**options.get("headers", {})}
        if header is not None:
            headers["Accept-Language"] = header
        path = path.replace("{challenge}", address)
        return unraised.request(method, path, **(options | {"headers": headers}))

    return send


def sayings(problem: dict[str, Any]) -> list[str]:
    return [*(problem[name] for name in SAID), *(e["detail"] for e in problem["errors"])]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_refusal_is_said_in_the_language_of_who_reads_it(ask: Ask, name: str) -> None:
    english = ask(name, None)

    assert english.headers["content-language"] == "en"
    assert "accept-language" in english.headers["vary"].lower()
    assert ask(name, "en-GB, fr;q=0.5").content == english.content
    plain = english.json()
    for tag in OTHERS:
        answer = ask(name, f"{tag}-XX, en;q=0.1")

        assert answer.headers["content-language"] == tag
        assert "accept-language" in answer.headers["vary"].lower()
        assert answer.status_code == english.status_code >= 400
        problem = answer.json()
        assert [problem[fact] for fact in FACTS] == [plain[fact] for fact in FACTS]
        assert [e["pointer"] for e in problem["errors"]] == [
            e["pointer"] for e in plain["errors"]
        ]
        pairs = zip(sayings(problem), sayings(plain), strict=True)
        assert [text for text, before in pairs if text == before] == []


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.code)
def test_each_kind_of_refusal_has_its_title_and_its_remedy_in_each_language(
    tag: str, kind: type[AppError]
) -> None:
    into = language(tag)

    assert into.say(kind.title) != kind.title
    assert into.say(kind.remedy) != kind.remedy


@pytest.mark.parametrize(
    "header",
    [
        "fr" * 30_000,
        "fr," * 2000 + "es",
        ",;=q*",
        "fr;q=NaN",
        b"\xc3\xa9t\xc3\xa9",
        "../../../etc/passwd",
        "__class__",
    ],
)
def test_a_header_of_any_kind_is_answered(ask: Ask, header: Any) -> None:
    answer = ask("an address that names nothing", header)

    assert answer.status_code == 404
    assert answer.headers["content-language"] in LANGUAGES


@pytest.fixture
def broken() -> Iterator[TestClient]:
    """An application that refuses and fails on purpose."""
    app = FastAPI()
    app.state.settings = Settings()
    app.add_middleware(RequestLog)
    problems.install(app)

    @app.get("/many")
    def many() -> None:
        errors = [FieldError("/", "This field is required.") for _ in range(60)]
        raise AllOfIt("The content cannot be accepted.", errors=errors)

    @app.get("/fails")
    def fail() -> None:
        raise RuntimeError

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


class AllOfIt(AppError):
    """A refusal of the tests."""

    status, title, code = 422, "Not found", "all-of-it"


def test_a_failure_of_ours_is_said_in_the_language_too(broken: TestClient) -> None:
    answer = broken.get("/fails", headers={"Accept-Language": "es"})

    assert answer.status_code == 500
    assert answer.headers["content-language"] == "es"
    assert answer.json()["title"] == "Error interno"


def test_how_many_more_there_are_is_said_in_the_language_too(broken: TestClient) -> None:
    problem = broken.get("/many", headers={"Accept-Language": "fr"}).json()

    assert problem["detail"] == (
        "Le contenu ne peut pas \u00eatre accept\u00e9. `errors` donne les 50 premi\u00e8res "
        "erreurs\u202f; il y en a 10 de plus."
    )
    assert {e["detail"] for e in problem["errors"]} == {"Ce champ est obligatoire."}


def test_a_refusal_without_a_language_is_english() -> None:
    error = AllOfIt(Message("There is no run {key}.", key="R-1"))

    assert body_of("/", error)["detail"] == "There is no run R-1."
    assert (
        body_of("/", error, language("pt"))["detail"]
        == "N\u00e3o h\u00e1 nenhum c\u00e1lculo R-1."
    )
