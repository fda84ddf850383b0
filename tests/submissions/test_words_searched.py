"""A search finds what people read, in whatever letters they ask for it."""

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.storage.database import Database
from app.submissions.lifecycle import State
from app.submissions.models import SubmissionText, searched
from tests.conftest import SignIn, statements_of
from tests.factories import a_challenge, a_user

ADDRESS = "/api/v1/challenges"
TITLES = (
    "École numérique pour tous",
    "Διαδίκτυο \u03b3\u03b9\u03b1 όλους",
    "Straßen ohne Glätte in İzmir",
    "Early \uff37\uff21\uff32\uff2e\uff29\uff2e\uff27 of  l\u2019Eau, 50% off_limits",
)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        *((words, 0) for words in ("école", "ÉCOLE", "e\u0301cole", "E\u0301COLE  Numérique")),
        *((words, 1) for words in ("διαδίκτυο", "ΔΙΑΔΊΚΤΥΟ", "όλους", "ΌΛΟΥΣ")),
        *((words, 2) for words in ("strassen", "STRAßEN", "glätte", "izmir", "IZMIR", "İZMİR")),
        *(
            (words, 3)
            for words in ("warning of l'eau", "Warning of l\u00b4Eau", "50%", "off_l")
        ),
    ],
)
def test_case_form_and_width_of_letters_make_no_difference(
    session: Session, as_user: SignIn, words: str, place: int
) -> None:
    for title in TITLES:
        a_challenge(session, title=title, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    found = staff.get(ADDRESS, params={"q": words}).json()["items"]

    assert [item["title"] for item in found] == [TITLES[place]]


@pytest.mark.parametrize("words", ["ecole", "%", "_", "tous\nsummary", "numériqueté"])
def test_what_is_not_there_is_not_found(session: Session, as_user: SignIn, words: str) -> None:
    a_challenge(session, title=TITLES[0], summary="Summary", state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(ADDRESS, params={"q": words})

    assert answer.status_code == 400 or answer.json()["items"] == []


def test_summary_and_code_are_searched_too(session: Session, as_user: SignIn) -> None:
    there = a_challenge(session, summary="Une MARÉE monte", state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    for words in ("marée", there.code.lower()):
        assert [i["id"] for i in staff.get(ADDRESS, params={"q": words}).json()["items"]] == [
            str(there.id)
        ]


def test_what_is_searched_follows_what_is_written(session: Session) -> None:
    there = a_challenge(session, title="Before the change")
    there.title = "After the Change"
    session.flush()

    stored = session.exec(select(SubmissionText)).one()

    assert (stored.submission_id, stored.words) == (there.id, searched(there))
    assert stored.words.startswith("after the change\n")


def test_the_database_folds_no_letters_of_its_own(
    session: Session, database: Database, as_user: SignIn
) -> None:
    a_challenge(session, title=TITLES[0], state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))
    statements = statements_of(database)

    staff.get(ADDRESS, params={"q": "école"})

    # One statement; PostgreSQL's two engines are one, which tells of each twice.
    [search] = {statement for statement in statements if "LIKE" in statement}
    assert "lower(" not in search
