"""Who gets what from every page: strangers, narrow tokens, people, and of others nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import BrowserSession, Token
from app.core.http.access import Access, declaration_of
from app.core.storage.audit import AuditEvent
from app.matches.lifecycle import MatchState
from app.pages.routes import include_pages
from app.programmes.models import Programme
from tests.accounts.conftest import Enter
from tests.factories import (
    PASSWORD,
    a_challenge,
    a_match,
    a_notice,
    a_person,
    a_practice,
    a_run,
    a_session,
    a_solution,
    a_token,
    a_user,
    organisation_of,
)
from tests.pages.access_matrix import EXPECTED
from tests.webhooks.world import told_by_webhook

Open = Callable[[], TestClient]
PAGES = FastAPI()
include_pages(PAGES)
ROUTES = {
    str(context.name): (method, str(context.path_format), context.endpoint)
    for context in iter_route_contexts(PAGES.routes)
    if isinstance(context.original_route, APIRoute)
    for method in context.methods or ()
}


NOTHING_ASSIGNED = {
    **{"objective": "total", "providers": (1, 1), "pairs": ()},
    **{"total": None, "reason": None},
}
# What a page cannot do without.
QUERIES = {
    "show_many": "?step=pass",
    "show_draft_many": "?outcome=reserve",
    "show_new": "?call={call}",
    "show_move": "?solution={submission}",
    "keep_move": "?solution={submission}",
    "undo_move": "?verdict={verdict}",
    "show_cost": "?challenge={submission}&solution={submission}",
    "show_call_invitation": "?challenge={submission}&solution={other}",
    "invite_team": "?challenge={submission}&solution={other}",
}


def frozen(code: str, country: str, **passages: str) -> list[dict[str, Any]]:
    """One record of a run."""
    common = {"title": "Floods in spring", "organisation": "An agency", "language": "en"}
    return [{"id": code, "country": [country], "themes": ["sdg:13"], **common, **passages}]


def asked(client: TestClient, page: str, names: dict[str, Any]) -> int:
    method, path, _ = ROUTES[page]
    address = (path + QUERIES.get(page, "")).format(**names)
    return client.request(method, address).status_code


@pytest.fixture
def others(session: Session) -> dict[str, Any]:
    """The keys of what belongs to somebody else."""
    other = a_person(session)
    a_token(session, other)
    token = session.exec(select(Token).where(Token.user_id == other.id)).one()
    draft = a_challenge(session)
    programme = session.get_one(Programme, draft.programme_id)
    solution = a_solution(session, programme_id=programme.id)
    run = a_run(
        session,
        programme_id=programme.id,
        assignment=NOTHING_ASSIGNED,
        challenges=frozen(draft.code, "FR", problem="The river floods."),
        solutions=frozen(solution.code, "NO", experience="The river floods."),
    )
    return {
        "token_id": token.id,
        "user_id": other.id,
        "organisation_id": organisation_of(session, other),
        "membership_id": uuid4(),
        "letter_id": uuid4(),
        "permit_id": uuid4(),
        "review_id": uuid4(),
        "attachment": uuid4(),
        "collaborator": uuid4(),
        "counterpart": solution.code,
        "entry": uuid4(),
        "thread": uuid4(),
        "comment": uuid4(),
        "message": uuid4(),
        "file": uuid4(),
        "meeting": uuid4(),
        "task": uuid4(),
        "enquiry": uuid4(),
        "conflict_id": uuid4(),
        "consultation_id": uuid4(),
        "item_id": uuid4(),
        "question_id": uuid4(),
        "session_id": a_session(session, other).id,
        "submission": draft.code,
        "other": solution.code,
        "notice": a_notice(session, programme_id=programme.id).code,
        "call": draft.call_id,
        "practice": a_practice(session).code,
        "programme": programme.code,
        "run": run.code,
        "match": a_match(
            session,
            state=MatchState.OFFERED,
            challenge_id=draft.id,
            solution_id=solution.id,
        ).code,
        "topic": "problem",
        "key": "problem",
        "index": 0,
        "step": "retry",
        "kind": "challenge",
        "language": "fr",
        "verdict": uuid4(),
        **told_by_webhook(session, a_person(session), a_token(session, other)),
    }


def test_every_page_has_its_row_and_there_is_no_other() -> None:
    assert set(ROUTES) == set(EXPECTED)


@pytest.mark.parametrize("page", EXPECTED)
def test_each_gets_what_the_table_says_and_nothing_of_others(
    session: Session, enter: Enter, open_browser: Open, others: dict[str, Any], page: str
) -> None:
    user = a_person(session)
    program = open_browser()
    program.headers["Authorization"] = f"Bearer {a_token(session, user, scopes=[])}"
    stranger, person, staff = open_browser(), enter(user), open_browser()
    staff.headers["Authorization"] = f"Bearer {a_token(session, a_user(session, Role.STAFF))}"
    session.commit()

    clients = (stranger, program, person, staff)
    found = tuple(asked(client, page, others) for client in clients)

    assert found == EXPECTED[page]
    session.expire_all()
    assert session.get_one(Token, others["token_id"]).revoked_at is None
    assert session.get(BrowserSession, others["session_id"]) is not None


@pytest.mark.parametrize("page", EXPECTED)
def test_a_page_that_is_not_open_to_everybody_refuses_strangers(page: str) -> None:
    declaration = declaration_of(ROUTES[page][2])

    assert declaration is not None
    assert declaration.access is Access.PUBLIC or EXPECTED[page].stranger in {303, 401}


@pytest.mark.parametrize("page", [p for p, row in EXPECTED.items() if row.person == 200])
def test_a_sign_in_that_waits_for_a_second_factor_opens_no_page_of_a_person(
    session: Session, open_browser: Open, others: dict[str, Any], page: str
) -> None:
    user = a_person(session, consented_at=None)
    session.commit()
    waiting = open_browser()
    waiting.post("/sign-in", data={"email": user.email, "password": PASSWORD})

    assert asked(waiting, page, others) == EXPECTED[page].stranger


@pytest.mark.parametrize("page", [p for p, row in EXPECTED.items() if 404 in row])
def test_what_is_hidden_looks_like_what_is_absent(
    session: Session, enter: Enter, others: dict[str, Any], page: str
) -> None:
    person = enter(a_person(session))
    absent = others | {"submission": "CH-2020-999", "run": "RUN-2020-999"}

    assert asked(person, page, others) == asked(person, page, absent)


def test_a_program_changes_no_password_even_with_the_right_one(
    session: Session, open_browser: Open
) -> None:
    program = open_browser()
    user = a_person(session)
    program.headers["Authorization"] = f"Bearer {a_token(session, user)}"
    session.commit()
    form = {"current": PASSWORD, "password": "quiet lantern orbit mustard"}

    answer = program.post("/profile/password", data=form)

    assert answer.status_code == 401
    assert session.exec(select(AuditEvent)).all() == []
