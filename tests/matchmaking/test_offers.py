"""For which published challenges a solution may help: its team is told in words."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import User
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import SolutionContent
from tests.conftest import SignIn
from tests.factories import (
    a_notice,
    a_programme,
    a_solution,
    a_text,
    a_user,
    an_organisation,
    organisation_of,
)

RIVERS = a_text(
    title="Early warning of floods in small rivers",
    problem="Small rivers rise within an hour, and no sirens warn the valleys.",
    outcome="Households along small rivers are warned half an hour ahead.",
    help_wanted="Placing sensors; reaching people without smartphones.",
)
FORMS = a_text(
    title="Forms that nobody understands",
    problem="Applications for benefits come back half empty.",
    outcome="People fill in the application the first time.",
)
SENSORS = SolutionContent(
    experience="We put open sensors into forty small rivers and warn households by message.",
    failures="The first sensors froze.",
)


def published(session: Session, programme: Programme, **fields: Any) -> PublicNotice:
    fields.setdefault("themes", [])
    return a_notice(session, programme_id=programme.id, state=NoticeState.PUBLISHED, **fields)


@pytest.fixture
def programme(session: Session) -> Programme:
    return a_programme(session)


@pytest.fixture
def member(session: Session) -> User:
    """Somebody of a team in Norway."""
    owner = an_organisation(session, country="NO")
    return a_user(session, organisation_id=owner.id)


def mine(session: Session, member: User, programme: Programme, **fields: Any) -> Submission:
    fields.setdefault("content", SENSORS.model_dump())
    fields.setdefault("themes", [])
    return a_solution(
        session,
        programme_id=programme.id,
        organisation_id=organisation_of(session, member),
        **fields,
    )


def told(client: TestClient, solution: Submission) -> dict[str, Any]:
    answer = client.get(f"/api/v1/solutions/{solution.code}/published-challenges")
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json()
    return whole


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_a_team_is_told_in_words_what_it_shares_and_what_it_does_not_tell(
    session: Session, as_user: SignIn, member: User, programme: Programme, state: State
) -> None:
    rivers = published(session, programme, texts=[RIVERS], themes=["sdg:13"])
    published(session, programme, texts=[FORMS])
    solution = mine(session, member, programme, themes=["sdg:13"], state=state)

    found = told(as_user(member), solution)

    (one,) = found["challenges"]
    assert {name: one[name] for name in ("code", "title", "language", "themes")} == {
        "code": rivers.code,
        "title": "Early warning of floods in small rivers",
        "language": "en",
        "themes": ["sdg:13"],
    }
    assert "small rivers" in one["words"]
    challenge, own = one["passages"]["challenge"], one["passages"]["solution"]
    assert (challenge["field"], own["field"]) == ("outcome", "experience")
    assert "small" in {own["text"][start:stop] for start, stop in own["marks"]}
    assert one["untold"] == ["reaching people without smartphones"]
    assert (found["empty"], one["other_language"]) == (None, False)


def test_where_no_help_is_named_phrases_of_the_challenge_are_told(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[RIVERS | {"help_wanted": ""}])
    solution = mine(session, member, programme)

    (one,) = told(as_user(member), solution)["challenges"]

    assert one["untold"] == ["Early", "floods"]


@pytest.mark.parametrize(
    ("wanted", "untold"),
    [
        ("Sensors; rivers.", []),
        (
            "How to find volunteers? Which sirens wake people. Sensors.",
            ["How to find volunteers?", "Which sirens wake people"],
        ),
        (" ; ;\n\n; ", []),
        ("volunteers " * 100, []),
        (
            "; ".join(f"volunteer{n} cats" for n in "abcdefgh"),
            [f"volunteer{n} cats" for n in "abcde"],
        ),
    ],
)
def test_of_the_help_that_is_wanted_each_point_of_which_nothing_is_told(
    session: Session,
    as_user: SignIn,
    member: User,
    programme: Programme,
    wanted: str,
    untold: list[str],
) -> None:
    published(session, programme, texts=[RIVERS | {"help_wanted": wanted}])
    solution = mine(session, member, programme)

    (one,) = told(as_user(member), solution)["challenges"]

    assert one["untold"] == untold


def test_no_score_and_no_rank_is_told(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[RIVERS])
    solution = mine(session, member, programme)

    found = told(as_user(member), solution)

    def names(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {*value, *(name for part in value.values() for name in names(part))}
        return (
            {name for part in value for name in names(part)}
            if isinstance(value, list)
            else set()
        )

    numbers = [v for v in found["challenges"][0].values() if isinstance(v, int | float)]
    assert names(found) == {
        *("code", "challenges", "empty", "warnings", "title", "language", "words", "themes"),
        *("passages", "challenge", "solution", "field", "text", "marks", "untold"),
        "other_language",
    }
    assert numbers == [False]


def test_what_is_not_public_is_not_told_of(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    for state in NoticeState:
        if state is not NoticeState.PUBLISHED:
            a_notice(session, programme_id=programme.id, state=state, texts=[RIVERS])
    gone = published(session, programme, texts=[RIVERS])
    session.get_one(Submission, gone.challenge_id).state = State.WITHDRAWN
    published(session, a_programme(session), texts=[RIVERS])  # of another programme
    solution = mine(session, member, programme)

    found = told(as_user(member), solution)

    assert found == {
        "code": solution.code,
        "challenges": [],
        "empty": "nothing published",
        "warnings": [],
    }


def test_the_reason_why_there_is_nothing_is_told(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[FORMS])
    silent = mine(session, member, programme, content=SolutionContent().model_dump())
    other = mine(session, member, programme)
    client = as_user(member)

    assert told(client, silent)["empty"] == "nothing told"
    assert told(client, other)["empty"] == "nothing in common"


def test_a_challenge_of_the_same_country_is_left_out_where_its_country_is_named(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    """Where it is not named, that it is left out would tell where it is from."""
    here = an_organisation(session, country="NO")
    published(session, programme, texts=[RIVERS], organisation_id=here.id, names_country=True)
    unnamed = published(session, programme, texts=[RIVERS], organisation_id=here.id)
    solution = mine(session, member, programme)

    found = told(as_user(member), solution)

    assert [one["code"] for one in found["challenges"]] == [unnamed.code]


def test_a_team_is_not_sent_to_its_own_challenge(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(
        session, programme, texts=[RIVERS], organisation_id=organisation_of(session, member)
    )
    solution = mine(session, member, programme)

    assert told(as_user(member), solution)["empty"] == "nothing published"


def test_nothing_depends_on_what_others_have_written(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[RIVERS])
    published(session, programme, texts=[FORMS])
    solution = mine(session, member, programme)
    client = as_user(member)
    before = told(client, solution)
    for _ in range(3):
        a_solution(
            session,
            programme_id=programme.id,
            state=State.SELECTED,
            content=SENSORS.model_dump(),
        )
    session.commit()

    assert told(client, solution) == before


def test_text_that_was_copied_from_a_notice_does_not_count(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    long = (
        "Small mountain rivers rise within one single hour, and neither sirens nor messages "
        "reach the scattered farms along narrow valleys before water stands in their cellars."
    )
    published(session, programme, texts=[RIVERS | {"problem": long}])
    copied = SolutionContent(experience=long)
    solution = mine(
        session, member, programme, content=copied.model_dump(), title="Bulletins by post"
    )

    found = told(as_user(member), solution)

    assert found["challenges"] == []
    assert {(w["kind"], w["counted"]) for w in found["warnings"]} == {("copied", False)}


def test_two_languages_are_said_to_be_compared_by_themes_alone(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[RIVERS], themes=["sdg:13"])
    content = SolutionContent(
        experience="Nous avons posé des capteurs dans quarante petites rivières de montagne."
    )
    solution = mine(
        session,
        member,
        programme,
        content=content.model_dump(),
        language="fr",
        title="Des capteurs de crue",
        themes=["sdg:13"],
    )

    (one,) = told(as_user(member), solution)["challenges"]

    assert (one["other_language"], one["words"], one["themes"]) == (True, [], ["sdg:13"])


def test_at_most_five_are_told_and_the_nearest_first(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    near = published(session, programme, texts=[RIVERS])
    for number in range(7):
        text = FORMS | {"title": f"Office {number} without sensors", "help_wanted": "Sensors."}
        published(session, programme, texts=[text])
    solution = mine(session, member, programme)

    found = told(as_user(member), solution)["challenges"]

    assert (len(found), found[0]["code"]) == (5, near.code)


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.AUDITOR])
def test_only_the_team_is_told(
    session: Session, as_user: SignIn, member: User, programme: Programme, role: Role
) -> None:
    solution = mine(session, member, programme, state=State.SUBMITTED)

    answers = [
        as_user(user).get(f"/api/v1/solutions/{solution.code}/published-challenges").status_code
        for user in (a_user(session, role), a_user(session))
    ]

    assert answers == [403, 404]


def test_eight_who_ask_at_once_are_all_told_the_same(
    session: Session, as_user: SignIn, member: User, programme: Programme
) -> None:
    published(session, programme, texts=[RIVERS])
    solution = mine(session, member, programme)
    client = as_user(member)
    alone = told(client, solution)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: told(client, solution), range(8)))

    assert alone["challenges"]
    assert answers == [alone] * 8


@pytest.mark.parametrize("odd", ["🌊 🌊 🌊", "انذار مبكر من الفيضانات", "x" * 20_000, "; ; ;"])
def test_strange_texts_are_answered(
    session: Session, as_user: SignIn, member: User, programme: Programme, odd: str
) -> None:
    published(session, programme, texts=[RIVERS | {"problem": odd, "outcome": odd}])
    content = SolutionContent(experience=odd)
    solution = mine(session, member, programme, content=content.model_dump(), language=None)

    assert told(as_user(member), solution)["code"] == solution.code
