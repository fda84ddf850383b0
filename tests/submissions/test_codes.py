"""Challenges and solutions are named by code, and listed by code, country and organisation."""

import pytest
from sqlmodel import Session

from app.access.policy import Action, Role
from app.submissions.lifecycle import State
from tests.conftest import SignIn, a_client
from tests.factories import (
    a_call,
    a_challenge,
    a_solution,
    a_token,
    a_user,
    an_organisation,
    organisation_of,
)

SUBMITTED = {"state": State.SUBMITTED}


def codes(answer: object) -> list[str]:
    items = answer.json()["items"]  # type: ignore[attr-defined]  # -- the answer of a client
    return [item["code"] for item in items]


def test_a_team_writes_and_withdraws_its_challenge_by_code(
    session: Session, as_user: SignIn
) -> None:
    user = a_user(session)
    call = a_call(session)
    row = a_challenge(session, call_id=call.id, organisation_id=organisation_of(session, user))
    team = as_user(user)
    address, tag = f"/api/v1/challenges/{row.code.lower()}", {"If-Match": "*"}
    content = {"problem": "It floods.", "outcome": "People are warned."}

    replaced = team.put(
        address, json={"title": "Early warning", "content": content}, headers=tag
    )
    changed = team.patch(address, json={"title": "Earlier warning"}, headers=tag)
    steps = team.get(f"{address}/steps")
    withdrawn = team.post(f"{address}/steps/withdraw")

    assert [a.status_code for a in (replaced, changed, steps, withdrawn)] == [200] * 4
    assert (withdrawn.json()["id"], withdrawn.json()["state"]) == (str(row.id), "withdrawn")
    assert withdrawn.json()["title"] == "Earlier warning"


def test_a_draft_is_begun_in_a_call_by_its_code(session: Session, as_user: SignIn) -> None:
    call = a_call(session, code="spring-challenges")
    team = as_user(a_user(session))

    begun = team.post(
        "/api/v1/challenges",
        json={"call_id": "spring-challenges", "title": "Early warning", "content": {}},
    )

    assert begun.status_code == 201
    assert begun.json()["call_id"] == str(call.id)


def test_the_code_of_the_other_kind_names_nothing(session: Session, as_user: SignIn) -> None:
    solution = a_solution(session, **SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/challenges/{solution.code}")

    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"There is no challenge {solution.code}.",
    )


def test_lists_are_filtered_by_code_and_by_the_code_of_a_call(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session, code="spring-challenges")
    a_challenge(session, code="CH-2020-901", call_id=call.id, **SUBMITTED)
    a_challenge(session, code="CH-2020-902", **SUBMITTED)
    a_challenge(session, code="CH-2020-903", **SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    def listed(query: str) -> list[str]:
        return codes(staff.get(f"/api/v1/challenges?{query}"))

    assert listed("code=ch-2020-902&code=CH-2020-903") == ["CH-2020-902", "CH-2020-903"]
    assert listed("code=CH-2020-999") == []
    assert listed("call=spring-challenges") == listed(f"call={call.id}") == ["CH-2020-901"]
    assert listed("call=spring-challenges&code=CH-2020-902") == []


@pytest.mark.parametrize(
    "written",
    [
        *("école d'été", "ÉCOLE  D'ÉTÉ", "E\u0301cole d\u2019e\u0301te\u0301"),
        "\uff25\u0301cole d'été",
    ],
)
def test_lists_are_filtered_by_the_name_of_an_organisation_as_people_read_it(
    session: Session, as_user: SignIn, written: str
) -> None:
    school = an_organisation(session, name="École d'été")
    a_challenge(session, code="CH-2020-911", organisation_id=school.id, **SUBMITTED)
    a_challenge(session, code="CH-2020-912", **SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get("/api/v1/challenges", params={"organisation": written})

    assert codes(answer) == ["CH-2020-911"]


def test_lists_are_filtered_by_countries_by_code_or_by_name(
    session: Session, as_user: SignIn
) -> None:
    for number, country in enumerate(("FR", "NO", "DE")):
        owner = an_organisation(session, name=f"Agency {number}", country=country)
        a_solution(session, code=f"SO-2020-92{number}", organisation_id=owner.id, **SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    def listed(query: str) -> list[str]:
        return codes(staff.get(f"/api/v1/solutions?{query}"))

    assert listed("country=no") == listed("country=Norway") == ["SO-2020-921"]
    assert listed("country=France&country=DE") == ["SO-2020-920", "SO-2020-922"]
    assert listed("country=FR&organisation=agency 1") == []
    assert listed("country=NO&organisation=agency 1") == ["SO-2020-921"]
    assert staff.get("/api/v1/solutions?country=Atlantis").status_code == 400


def test_who_may_not_read_organisations_learns_no_name_by_filtering(
    session: Session, as_user: SignIn
) -> None:
    owner = an_organisation(session, name="Agency of Secrets")
    a_challenge(session, code="CH-2020-931", organisation_id=owner.id, **SUBMITTED)
    user = a_user(session, Role.STAFF)
    staff = as_user(user)
    narrow = a_client(
        staff.app,
        {"Authorization": f"Bearer {a_token(session, user, scopes=[Action.SUBMISSION_READ])}"},
    )
    session.commit()

    def listed(query: str) -> list[str]:
        return codes(narrow.get(f"/api/v1/challenges?{query}"))

    assert listed("code=CH-2020-931") == ["CH-2020-931"]
    assert listed("organisation=Agency of Secrets") == listed("country=FR") == []


def test_a_team_finds_nothing_of_others_by_code_or_by_name(
    session: Session, as_user: SignIn
) -> None:
    owner = an_organisation(session, name="Agency of Secrets", country="NO")
    a_challenge(session, code="CH-2020-941", organisation_id=owner.id, **SUBMITTED)
    team = as_user(a_user(session))

    found = [
        codes(team.get(f"/api/v1/challenges?{query}"))
        for query in ("code=CH-2020-941", "organisation=Agency of Secrets", "country=NO")
    ]

    assert found == [[], [], []]


def test_a_stranger_to_a_draft_is_told_nothing_of_what_they_sent_about_its_code(
    session: Session, as_user: SignIn
) -> None:
    draft = a_challenge(session)
    team = as_user(a_user(session))

    told = [
        team.put(
            f"/api/v1/challenges/{code}", json={"colour": "blue"}, headers={"If-Match": "*"}
        ).json()["detail"]
        for code in (draft.code, "CH-1999-999")
    ]

    assert told == [
        f"There is no challenge {draft.code}.",
        "There is no challenge CH-1999-999.",
    ]
