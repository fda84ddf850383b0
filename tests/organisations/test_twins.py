"""What is there once is there once, however many make it at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.accounts.lifecycle import Purpose, UserState
from app.accounts.models import OneTimeLink, User
from app.accounts.service import one_time_links
from app.core.base.errors import AppError
from app.core.storage.database import Database, connect, transaction
from app.matches.models import Match
from app.matches.service import record_match
from app.organisations.models import Organisation
from app.programmes.models import Call, Programme
from app.submissions.models import Submission
from app.submissions.service import importing
from tests.conftest import SignIn
from tests.factories import a_call, a_challenge, a_programme, a_solution, a_user

EIGHT = 8
SPELLINGS = (
    *("Ministère de l'Eau", "MINISTÈRE DE L'EAU", "Ministe\u0300re de l'Eau"),
    *("Ministère  de  l'Eau", "Ministère de l\u2019Eau", "ministère de l'eau"),
    *("\uff2dinistère de l'Eau", "Ministère de l'EAU"),
)


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Return what eight threads that begin at the same moment come to."""
    start = Barrier(EIGHT)

    def begin(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(EIGHT) as pool:
        return list(pool.map(begin, range(EIGHT)))


def counted(session: Session, table: Any) -> int:
    session.expire_all()
    return int(session.exec(select(func.count()).select_from(table)).one())


@pytest.fixture
def desks(session: Session, as_user: SignIn) -> list[TestClient]:
    return [as_user(a_user(session, Role.STAFF)) for _ in range(EIGHT)]


def posted(desks: list[TestClient], path: str, bodies: Callable[[int], Any]) -> Counter[int]:
    return Counter(
        at_once(lambda n: desks[n].post(f"/api/v1/{path}", json=bodies(n)).status_code)
    )


def test_of_eight_organisations_whose_names_read_the_same_one_is_added(
    session: Session, desks: list[TestClient]
) -> None:
    before = counted(session, Organisation)

    answers = posted(desks, "organisations", lambda n: {"name": SPELLINGS[n], "country": "FR"})

    assert answers == {201: 1, 409: EIGHT - 1}
    assert counted(session, Organisation) == before + 1


def test_of_eight_who_give_their_organisations_one_name_one_gets_it(
    session: Session, desks: list[TestClient]
) -> None:
    made = [
        desks[n].post("/api/v1/organisations", json={"name": f"Agency {n}", "country": "FR"})
        for n in range(EIGHT)
    ]
    keys = [answer.json()["id"] for answer in made]

    def rename(n: int) -> int:
        body, tag = {"name": SPELLINGS[n], "country": "FR"}, {"If-Match": "*"}
        return (
            desks[n].put(f"/api/v1/organisations/{keys[n]}", json=body, headers=tag).status_code
        )

    assert Counter(at_once(rename)) == {200: 1, 409: EIGHT - 1}


def test_of_eight_who_invite_one_person_in_other_spellings_one_does(
    session: Session, desks: list[TestClient]
) -> None:
    before = counted(session, User), counted(session, Organisation)

    def draft(n: int) -> dict[str, Any]:
        email = "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("zoe"))
        team = {"name": SPELLINGS[n], "country": "FR"}
        return {
            "email": f"{email}@example.org",
            "name": "Zoe",
            "role": "member",
            "organisation": team,
        }

    answers = posted(desks, "users", draft)

    assert answers == {201: 1, 409: EIGHT - 1}
    assert (counted(session, User), counted(session, Organisation)) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_of_eight_programmes_and_calls_of_one_code_one_is_added(
    session: Session, desks: list[TestClient]
) -> None:
    programmes = posted(desks, "programmes", lambda _: {"code": "spring", "title": "Spring"})
    call = {
        "programme_id": "spring",
        "kind": "challenges",
        "code": "challenges",
        "title": "Call for challenges",
        "opens_at": "2026-01-01T00:00:00Z",
        "closes_at": "2027-01-01T00:00:00Z",
    }
    calls = posted(desks, "calls", lambda _: call)

    assert programmes == calls == {201: 1, 409: EIGHT - 1}
    assert (counted(session, Programme), counted(session, Call)) == (1, 1)


@pytest.fixture
def database(session: Session, url: str) -> Any:
    database = connect(url)
    yield database
    database.dispose()


def outcome(database: Database, act: Callable[[Session], Any]) -> str:
    try:
        with transaction(database) as session:
            act(session)
    except AppError as refusal:
        return type(refusal).__name__
    return "done"


def test_of_eight_imports_of_ids_that_read_the_same_one_takes_them_in(
    session: Session, database: Database, tmp_path: Path
) -> None:
    call_id = a_call(session).id
    session.commit()
    files = []
    for n, external_id in enumerate(
        ("ref-a", "REF-A", "Ref-a", "rEf-a", "reF-a", "ref-A", "REf-a", "\uff52ef-a")
    ):
        files.append(tmp_path / f"{n}.csv")
        files[n].write_text(
            "id,title,organisation,country,text\n"
            f"{external_id},Early flood warnings,Agency {n},FR,Rivers rise at night.\n",
            encoding="utf-8",
        )

    def take_in(n: int) -> str:
        return outcome(
            database,
            lambda session: importing.import_file(
                session, OPERATOR, session.get_one(Call, call_id), files[n]
            ),
        )

    assert Counter(at_once(take_in)) == {"done": 1, "FaultyTable": EIGHT - 1}
    assert counted(session, Submission) == 1


def test_of_eight_links_that_are_sent_at_once_one_holds(
    session: Session, database: Database
) -> None:
    user_id = a_user(session, state=UserState.INVITED).id
    session.commit()

    def send(_: int) -> str:
        return outcome(
            database,
            lambda session: one_time_links.send_link(
                session, session.get_one(User, user_id), Purpose.INVITATION, "https://x.example"
            ),
        )

    assert Counter(at_once(send)) == {"done": EIGHT}
    assert counted(session, OneTimeLink) == 1


def test_of_eight_who_record_one_match_at_once_nobody_adds_a_second(
    session: Session, database: Database
) -> None:
    programme_id = a_programme(session).id
    keys = [
        make(session, programme_id=programme_id, state="selected").id
        for make in (a_challenge, a_solution)
    ]
    session.commit()

    def record(_: int) -> str:
        def act(session: Session) -> None:
            challenge, solution = (session.get_one(Submission, key) for key in keys)
            record_match(session, OPERATOR, challenge, solution, "They have met.")

        return outcome(database, act)

    assert set(at_once(record)) <= {"done", "Conflict"}
    assert counted(session, Match) == 1
