"""Staff begin a notice with what a challenge says, and write it; the challenge stays."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.submissions.lifecycle import TAKES_PART, State
from app.submissions.schemas import ChallengeContent
from tests.conftest import SignIn
from tests.factories import (
    THEMES,
    a_challenge,
    a_notice,
    a_programme,
    a_text,
    a_user,
    organisation_of,
    themes,
)


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    themes(session)
    return as_user(a_user(session, Role.STAFF))


def changed(client: TestClient, key: object, patch: dict[str, Any]) -> Any:
    address = f"/api/v1/notices/{key}"
    tag = client.get(address).headers["etag"]
    return client.patch(address, json=patch, headers={"If-Match": tag})


def test_a_notice_begins_with_what_the_challenge_says(
    session: Session, staff: TestClient
) -> None:
    content = ChallengeContent(
        problem="Our river floods twice a year.",
        outcome="Households are warned in time.",
        help_wanted="How to place sensors.",
        tried="We sent letters to households.",
    )
    challenge = a_challenge(
        session, state=State.SELECTED, summary="Floods.", content=content.model_dump()
    )
    before = challenge.model_dump()
    session.commit()

    answer = staff.post("/api/v1/notices", json={"challenge_id": challenge.code})

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/notices/{made['id']}"
    assert {name: made[name] for name in made if not name.endswith(("_id", "_at"))} == {
        "id": made["id"],
        "code": challenge.code,
        "title": "Early flood warnings",
        "state": "draft",
        "texts": [a_text(summary="Floods.", help_wanted="How to place sensors.")],
        "themes": THEMES,
        "names_country": False,
        "names_organisation": False,
        "message": "",
        "version": 1,
    }
    session.refresh(challenge)
    assert challenge.model_dump() == before


def test_what_was_written_in_another_language_is_kept_beside_the_working_language(
    session: Session, staff: TestClient
) -> None:
    challenge = a_challenge(
        session, state=State.SELECTED, language="fr", title="Crues", summary="Floods."
    )
    session.commit()

    made = staff.post("/api/v1/notices", json={"challenge_id": str(challenge.id)}).json()

    assert made["texts"] == [
        a_text("en", title="Crues", summary="Floods.", problem="", outcome=""),
        a_text("fr", title="Crues"),
    ]


def test_a_challenge_of_no_stated_language_counts_as_written_in_that_of_the_programme(
    session: Session, staff: TestClient
) -> None:
    programme = a_programme(session, working_language="pt")
    challenge = a_challenge(
        session, programme_id=programme.id, state=State.SELECTED, language=None
    )
    session.commit()

    made = staff.post("/api/v1/notices", json={"challenge_id": str(challenge.id)}).json()

    assert made["texts"] == [a_text("pt")]


@pytest.mark.parametrize("state", [s for s in State if s not in TAKES_PART | {State.DRAFT}])
def test_only_a_selected_challenge_gets_a_notice(
    session: Session, staff: TestClient, state: State
) -> None:
    challenge = a_challenge(session, state=state, answer_by=now())
    session.commit()

    refused = staff.post("/api/v1/notices", json={"challenge_id": challenge.code})

    assert refused.status_code == 409
    assert refused.json()["detail"] == f"{challenge.code} is not selected at present."


def test_a_draft_that_staff_may_not_see_is_no_challenge(
    session: Session, staff: TestClient
) -> None:
    draft = a_challenge(session)
    session.commit()

    told = [
        staff.post("/api/v1/notices", json={"challenge_id": code}).json()["errors"]
        for code in (draft.code, "CH-1999-001")
    ]

    assert told == [[{"pointer": "/challenge_id", "detail": "There is no such challenge."}]] * 2


def test_a_challenge_has_one_notice(session: Session, staff: TestClient) -> None:
    notice = a_notice(session)
    session.commit()

    refused = staff.post("/api/v1/notices", json={"challenge_id": notice.code})

    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        f"{notice.code} has a public notice already.",
    )


def test_of_eight_who_begin_at_once_one_does(session: Session, staff: TestClient) -> None:
    challenge = a_challenge(session, state=State.SELECTED)
    session.commit()
    body = {"challenge_id": challenge.code}

    def begin(_: int) -> int:
        return int(staff.post("/api/v1/notices", json=body).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(begin, range(8)))

    assert statuses == [201] + [409] * 7
    assert len(session.exec(select(PublicNotice)).all()) == 1


def test_staff_write_a_draft_and_the_working_language_comes_first(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session)
    session.commit()
    texts = [a_text("fr", title="Crues soudaines"), a_text(title="Sudden floods")]

    answer = changed(
        staff,
        notice.code,
        {"texts": texts, "themes": THEMES[:1], "names_country": True},
    )

    told = answer.json()
    assert answer.status_code == 200
    assert (told["title"], told["texts"]) == ("Sudden floods", texts[::-1])
    assert (told["themes"], told["names_country"]) == (THEMES[:1], True)


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"texts": []}, "/texts"),
        ({"texts": [a_text(), a_text()]}, "/texts"),
        ({"texts": [a_text(f"a{letter}") for letter in "abcdefghi"]}, "/texts"),
        ({"texts": [{"language": "en", "problem": "x" * 20_001}]}, "/texts/0/problem"),
        ({"texts": [{"language": "en", "title": "x" * 201}]}, "/texts/0/title"),
        (
            {"texts": [{"language": "en", "organisation": "A ministry"}]},
            "/texts/0/organisation",
        ),
        ({"themes": ["practice:nothing"]}, "/themes/0"),
        ({"names_organisation": True}, "/names_organisation"),
        ({"state": "published"}, "/state"),
        ({"code": "CH-1999-001"}, "/code"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_changes_nothing(
    session: Session, staff: TestClient, patch: dict[str, Any], pointer: str
) -> None:
    notice = a_notice(session)
    session.commit()

    refused = changed(staff, notice.id, patch)

    assert refused.status_code == 422
    assert pointer in {error["pointer"] for error in refused.json()["errors"]}
    session.refresh(notice)
    assert notice.version == 1


def test_strange_texts_come_back_as_they_were_written(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session)
    session.commit()
    texts = [a_text(title="انذار مبكر 🌊", problem="x" * 20_000, outcome="a\nb")]

    answer = changed(staff, notice.id, {"texts": texts})

    assert answer.json()["texts"] == texts


@pytest.mark.parametrize("state", [s for s in NoticeState if s is not NoticeState.DRAFT])
def test_what_somebody_has_read_is_not_rewritten(
    session: Session, staff: TestClient, state: NoticeState
) -> None:
    notice = a_notice(session, state=state)
    session.commit()

    refused = changed(staff, notice.id, {"themes": []})

    assert refused.status_code == 409
    assert refused.json()["detail"] == (f"A public notice that is {state} cannot be changed.")


def test_of_two_who_write_one_notice_the_second_is_told(
    session: Session, staff: TestClient
) -> None:
    notice = a_notice(session)
    session.commit()
    tag = staff.get(f"/api/v1/notices/{notice.id}").headers["etag"]
    headers = {"If-Match": tag}

    answers = [
        staff.patch(f"/api/v1/notices/{notice.id}", json={"themes": some}, headers=headers)
        for some in (THEMES[:1], THEMES[1:])
    ]

    assert [answer.status_code for answer in answers] == [200, 412]


def test_each_thing_that_is_done_stands_in_the_record(
    session: Session, staff: TestClient
) -> None:
    challenge = a_challenge(session, state=State.SELECTED)
    session.commit()
    staff.post("/api/v1/notices", json={"challenge_id": challenge.code})
    changed(staff, challenge.code, {"themes": THEMES})
    staff.post(f"/api/v1/notices/{challenge.code}/steps/propose")

    events = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "notice")).all()
    listed = staff.get("/api/v1/audit", params={"kind": "notice"}).json()["items"]

    assert [(e.action, e.facts) for e in events] == [
        ("create", {}),
        ("write", {}),
        ("propose", {"before": "draft", "after": "proposed"}),
    ]
    assert [item["action"] for item in listed] == ["propose", "write", "create"]


def test_a_list_is_filtered_by_state_programme_and_words(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    owner = {"organisation_id": organisation_of(session, member)}
    rivers = a_notice(session, texts=[a_text(title="Rivers that warn")], **owner)
    forms = a_notice(session, texts=[a_text(title="Forms nobody fills in")])
    a_notice(session, state=NoticeState.PROPOSED)
    clients = {"staff": as_user(a_user(session, Role.STAFF)), "member": as_user(member)}

    def found(who: str, query: str) -> list[str]:
        answer = clients[who].get(f"/api/v1/notices?{query}")
        return [item["code"] for item in answer.json()["items"]]

    assert found("staff", "q=WARN%20rivers") == [rivers.code]
    assert found("staff", "q=rivers%20forms") == []
    assert found("staff", "state=draft") == [rivers.code, forms.code]
    assert found("staff", f"programme={forms.programme_id}") == [forms.code]
    assert found("member", "") == [rivers.code]
    assert found("member", "q=forms") == []


def test_a_table_says_titles_and_names(session: Session, as_user: SignIn) -> None:
    notice = a_notice(session, texts=[a_text(title="Rivers that warn"), a_text("fr")])
    session.commit()

    answer = as_user(a_user(session, Role.STAFF)).get(
        "/api/v1/notices?format=csv&columns=code,title,country,state,texts"
    )

    assert answer.text.lstrip("\ufeff").splitlines() == [
        '"Code","Title","Country","State","Texts"',
        f'"{notice.code}","Rivers that warn","France","Draft",'
        '"en: Rivers that warn; fr: Early flood warnings"',
    ]
