"""The authorisation matrix for tokens that are narrower than their person, and for repetitions.

The rows are those of `tests/test_authorisation.py`: what a role gets is the most that a token
of it gets, and a request that was answered before gets no more than it would today.
"""

from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import Session, func, select

from app.access.policy import Role
from app.core.http.access import Access, Declaration, declarations
from app.core.http.idempotency import once_of
from app.core.storage.audit import AuditEvent
from app.core.storage.idempotency_keys import Answer
from app.core.storage.jobs import Job
from tests.conftest import engine_of
from tests.test_authorisation import EXPECTED, suited
from tests.world import World, good_for_nothing, without

REFUSED = {403, 404}
FIRST = Answer(
    299, {"content-type": "application/json"}, '{"canary": "what was answered first"}'
)


def declared(world: World, case: str) -> Declaration:
    method, path = world.operations[case.partition(" ")[0]]
    declaration = declarations(world.client.app)[path, method.upper()]  # type: ignore[arg-type]  # -- it is a FastAPI
    assert declaration is not None
    return declaration


def shows_nothing(answer: Any) -> bool:
    """Tell whether an answer is a refusal or an empty list."""
    return answer.status_code in REFUSED or (
        answer.status_code == 200 and answer.json().get("items") == []
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("case", EXPECTED)
def test_a_token_that_is_good_for_nothing_gets_nothing_but_what_everybody_gets(
    world: World, case: str
) -> None:
    declaration = declared(world, case)

    for kind, row in EXPECTED[case].items():
        for role in Role:
            names = suited(case, world, role, kind)
            answer = world.ask(good_for_nothing(role), case, names)
            place = (kind, role, answer.status_code)

            if declaration.access is Access.SIGNED_IN:
                assert answer.status_code in {row[role], *REFUSED}, place
            elif declaration.access is Access.NEEDS:
                assert answer.status_code == 403, place
            else:
                assert shows_nothing(answer), place


@pytest.mark.no_cover
@pytest.mark.parametrize("case", EXPECTED)
def test_a_token_without_the_scope_of_a_route_is_refused_there(world: World, case: str) -> None:
    declaration = declared(world, case)
    if len(declaration.actions) != 1:
        return  # several: what is left of them may be enough

    for kind in EXPECTED[case]:
        for role in Role:
            names = suited(case, world, role, kind)
            answer = world.ask(without(role, declaration.actions[0]), case, names)
            place = (kind, role, answer.status_code)

            if declaration.access is Access.NEEDS:
                assert answer.status_code == 403, place
            else:
                assert shows_nothing(answer), place


def test_no_route_of_several_actions_escapes_the_test_above(world: World) -> None:
    """They are few, and a token that is good for nothing is tried on all of them."""
    several = {case for case in EXPECTED if len(declared(world, case).actions) > 1}

    assert {declared(world, case).access for case in several} <= {Access.WITHIN}
    assert len(several) < len(EXPECTED) / 4


# --- repetitions -------------------------------------------------------------------------


def done_once(world: World) -> set[str]:
    """Return the operations that take an idempotency key."""
    return {
        str(context.name)
        for context in iter_route_contexts(world.client.app.routes)  # type: ignore[attr-defined]  # -- it is a FastAPI
        if str(context.path_format).startswith("/api/")
        and "POST" in (context.methods or ())
        and once_of(context.endpoint) is not None
    }


POSTS = [
    case
    for case in EXPECTED
    if case.startswith(
        (
            *("create_", "take_", "invite_", "add_", "hand_", "undo_", "permit_"),
            *("prepare_", "send_", "replace_match", "begin_", "use_", "renew_"),
            *("ping_", "replay_", "join_", "adopt_", "ask_for_", "mark_", "propose_"),
        )
    )
]


def test_every_operation_that_takes_a_key_is_tried(world: World) -> None:
    tried = {case.partition(" ")[0] for case in POSTS}

    assert done_once(world) & set(world.operations) <= tried


@pytest.mark.no_cover
@pytest.mark.parametrize("case", POSTS)
def test_a_repetition_gets_the_first_answer_only_where_the_request_is_permitted_today(
    world: World, case: str
) -> None:
    if case.partition(" ")[0] not in done_once(world):
        return
    engine = engine_of(str(world.client.app.state.settings.database_url))  # type: ignore[attr-defined]  # -- it is a FastAPI
    with Session(engine) as session:
        before = counted(session)
        for kind, row in EXPECTED[case].items():
            for role in Role:
                names = suited(case, world, role, kind)
                answer = world.repeated(session, role, case, names, FIRST)
                place = (kind, role, answer.text)

                if row[role] in REFUSED:
                    assert answer.status_code == row[role], place
                    assert "canary" not in answer.text
                else:
                    assert (answer.status_code, answer.text) == (299, FIRST.body), place
                    assert answer.headers["idempotency-replayed"] == "true"
        session.rollback()
        assert counted(session) == before
    engine.dispose()


@pytest.mark.no_cover
@pytest.mark.parametrize("case", POSTS)
def test_a_repetition_by_a_narrow_token_gets_no_first_answer(world: World, case: str) -> None:
    if case.partition(" ")[0] not in done_once(world):
        return
    engine = engine_of(str(world.client.app.state.settings.database_url))  # type: ignore[attr-defined]  # -- it is a FastAPI
    with Session(engine) as session:
        for kind in EXPECTED[case]:
            for role in (Role.MEMBER, Role.LEAD, Role.ADMIN):
                names = suited(case, world, role, kind)
                answer = world.repeated(session, good_for_nothing(role), case, names, FIRST)

                assert answer.status_code in REFUSED, (kind, role)
                assert "canary" not in answer.text
    engine.dispose()


def counted(session: Session) -> tuple[int, int]:
    """Return how many events and jobs there are: a repetition leaves none."""
    events = session.exec(select(func.count()).select_from(AuditEvent)).one()
    return events, session.exec(select(func.count()).select_from(Job)).one()
