"""Leaks that other systems had, each by its name: none of them is here.

What the description says of the others is public: advisories, and reports of the projects.
"""

from uuid import uuid4

import pytest
from fastapi import APIRouter
from sqlmodel import Session

from app.access.policy import Role
from app.accounts.dependencies import ActorDep
from app.core.storage.database import Database
from app.main import create_app
from app.settings import Settings
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import a_challenge, a_run, a_suggestion, a_user, organisation_of

ADDRESS = "/api/v1/challenges"


@pytest.mark.parametrize(
    "query",
    [
        "organisation_id=00000000-0000-0000-0000-000000000000",
        "message=secret",
        "content.problem=secret",
        "created_by=ann",
        "sort=message",
        "sort=organisation_id",
        "q__contains=x",
        "state__ne=draft",
    ],
)
def test_openreview_2025_no_filter_asks_about_what_is_not_offered(
    session: Session, as_user: SignIn, query: str
) -> None:
    """A filter on a field that was not shown told who stood behind an anonymous profile."""
    answer = as_user(a_user(session)).get(f"{ADDRESS}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")


def test_openreview_2025_a_search_finds_only_what_its_reader_may_read(
    session: Session, as_user: SignIn
) -> None:
    hidden = a_challenge(session, title="A secret of the ministry")
    stranger = as_user(a_user(session))

    answers = [
        stranger.get(f"{ADDRESS}?q={words}") for words in ("secret", hidden.code, "no such")
    ]

    assert {answer.text for answer in answers} == {'{"items":[],"next":null}'}


@pytest.mark.parametrize("query", ["-secret", "NOT secret", "!secret", "%", "_", "secret OR 1"])
def test_hotcrp_a_search_is_words_and_never_the_negation_of_what_is_hidden(
    session: Session, as_user: SignIn, query: str
) -> None:
    a_challenge(session, title="A secret of the ministry", state=State.SUBMITTED)
    a_challenge(session, title="Early warning", state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(ADDRESS, params={"q": query})

    assert answer.json()["items"] == []


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_hotcrp_cve_2026_23878_no_author_downloads_what_another_wrote(
    session: Session, as_user: SignIn, kind: str
) -> None:
    secret = a_challenge(session, title="A secret of the ministry", state=State.SUBMITTED)
    member = a_user(session)
    own = a_challenge(
        session, title="Mine alone", organisation_id=organisation_of(session, member)
    )
    client = as_user(member)

    listed = client.get(f"{ADDRESS}?format={kind}")
    single = [client.get(f"{ADDRESS}/{key}?") for key in (secret.id, secret.code)]

    if kind != "xlsx":  # which is packed
        assert own.code in listed.text
        assert secret.code not in listed.text
        assert str(secret.id) not in listed.text
    assert [answer.status_code for answer in single] == [404, 404]


def test_hotcrp_counts_of_hidden_things_are_told_nowhere(
    session: Session, as_user: SignIn
) -> None:
    """A page that is full of hidden rows is an empty page, and not one with a next one."""
    for number in range(5):
        a_challenge(session, title=f"Hidden {number}")
    stranger = as_user(a_user(session))

    answer = stranger.get(f"{ADDRESS}?limit=2")

    assert answer.json() == {"items": [], "next": None}
    assert "link" not in answer.headers


def test_pretalx_a_token_reads_no_more_than_its_person(
    session: Session, as_user: SignIn
) -> None:
    """The token of one event read everything of its organiser."""
    other = a_challenge(session, state=State.SUBMITTED)
    member = a_user(session)
    client = as_user(member)

    seen = [o["id"] for o in client.get("/api/v1/organisations").json()["items"]]
    asked = client.get(f"/api/v1/organisations/{other.organisation_id}")

    assert seen == [str(organisation_of(session, member))]
    assert asked.status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "..", "a%00b"])
def test_pretalx_no_name_in_an_address_leads_out_of_an_export(
    session: Session, as_user: SignIn, name: str
) -> None:
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/match-runs/{name}/suggestions?format=csv")

    assert answer.status_code in {404, 405}
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("role", Role)
def test_hypha_no_condition_of_visibility_is_always_true(
    session: Session, as_user: SignIn, role: Role
) -> None:
    """Nobody but its team sees a draft: not in the list, not alone, not its steps."""
    draft = a_challenge(session, title="A secret of the ministry")
    client = as_user(a_user(session, role))

    assert client.get(ADDRESS).json()["items"] == []
    for path in (draft.id, draft.code, f"{draft.id}/steps"):
        assert client.get(f"{ADDRESS}/{path}").status_code == 404
    preview = client.get(f"/api/v1/match-previews/{draft.id}")
    assert preview.status_code == 404


def test_indico_cve_2026_28352_no_route_is_there_without_its_check(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One route of many had been forgotten; here it stops the application."""
    forgotten = APIRouter()

    @forgotten.get("/forgotten")
    def forget(actor: ActorDep) -> None:
        """Show everything."""

    monkeypatch.setattr("app.main.health", forgotten)

    with pytest.raises(RuntimeError, match="GET /forgotten has no declaration"):
        create_app(settings, database)


def test_pretix_cve_2026_9712_to_know_an_identifier_permits_nothing(
    session: Session, as_user: SignIn
) -> None:
    """The identifier of an export was all that was asked for; ours of jobs even count up."""
    programme = a_run(session).programme_id
    for make in (a_challenge,):
        make(session, programme_id=programme, state=State.SELECTED)
    suggestion = a_suggestion(session, a_run(session, programme_id=programme))
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme)}).json()
    outsider = as_user(a_user(session))

    paths = [
        f"jobs/{run['job_id']}",
        f"match-runs/{run['id']}",
        f"match-runs/{suggestion.run_id}/suggestions?format=csv",
        f"organisations/{uuid4()}",
    ]

    assert [staff.get(f"/api/v1/{path}").status_code for path in paths] == [200] * 3 + [404]
    assert [outsider.get(f"/api/v1/{path}").status_code for path in paths] == [404] * 4


def test_a_key_of_somebody_else_replays_nothing(session: Session, as_user: SignIn) -> None:
    """A stored answer belongs to anyone who has got it, and is asked for by nobody else."""
    member = a_user(session)
    own = a_challenge(session, organisation_id=organisation_of(session, member))
    address, key = f"{ADDRESS}/{own.id}/steps/withdraw", {"Idempotency-Key": "shared"}
    as_user(member).post(address, headers=key)

    answer = as_user(a_user(session)).post(address, headers=key)

    assert answer.status_code == 404
    assert "idempotency-replayed" not in answer.headers
