"""A team writes its challenge and submits it to a call."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlmodel import Session, select

from app.access.policy import Role
from app.core.storage.audit import AuditEvent
from app.programmes.lifecycle import CallKind
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import THEMES, a_call, a_challenge, a_user, organisation_of, themes

CONTENT = {
    "problem": "Our small rivers rise within an hour; nobody is warned.",
    "affected": "",
    "tried": "",
    "outcome": "Every household is warned half an hour ahead.",
    "constraints": "",
    "help_wanted": "",
}


def test_a_member_begins_a_draft_and_reads_it_back(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    call = a_call(session)
    themes(session)
    client = as_user(member)

    response = client.post(
        "/api/v1/challenges",
        json={
            "call_id": str(call.id),
            "title": "  Early warning of floods ",
            "themes": THEMES,
            "content": {"problem": CONTENT["problem"], "outcome": CONTENT["outcome"]},
        },
    )

    assert response.status_code == 201
    created = response.json()
    assert created == {
        "id": created["id"],
        "code": f"CH-{datetime.now(UTC).year}-001",
        "programme_id": str(call.programme_id),
        "call_id": str(call.id),
        "organisation_id": str(organisation_of(session, member)),
        "title": "Early warning of floods",
        "language": None,
        "summary": "",
        "themes": THEMES,
        "content": CONTENT,
        "answers": {},
        "state": "draft",
        "message": "",
        "version": 1,
        "created_at": created["created_at"],
        "updated_at": created["updated_at"],
        "submitted_at": None,
        "answer_by": None,
        "appeal": "",
        "asked": None,
    }
    assert client.get(f"/api/v1/challenges/{created['id']}").json() == created
    assert client.get(f"/api/v1/challenges/{created['code']}").json() == created


def test_the_owner_submits_a_draft(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, member))

    response = as_user(member).post(f"/api/v1/challenges/{challenge.id}/steps/submit")

    assert response.status_code == 200
    assert response.json()["state"] == "submitted"
    session.refresh(challenge)
    assert challenge.state is State.SUBMITTED
    assert challenge.submitted_at is not None
    events = session.exec(select(AuditEvent).where(AuditEvent.subject_id == challenge.id)).all()
    assert [(e.action, e.actor_id, e.facts) for e in events] == [
        ("submit", member.id, {"before": "draft", "after": "submitted"})
    ]


def test_all_that_a_draft_lacks_is_told_at_once(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    challenge = a_challenge(
        session,
        organisation_id=organisation_of(session, member),
        content={"problem": ""},
        themes=[f"sdg:{n}" for n in range(1, 5)],
    )
    client = as_user(member)

    response = client.post(f"/api/v1/challenges/{challenge.id}/steps/submit")

    missing = [
        {"pointer": "/content/problem", "detail": "Describe the problem."},
        {
            "pointer": "/content/outcome",
            "detail": "Say what would be different if the problem were solved.",
        },
        {"pointer": "/themes", "detail": "Name 1 to 3 themes of policy-domain; now 0."},
        {"pointer": "/themes", "detail": "Name 1 to 4 themes of practice; now 0."},
        {"pointer": "/themes", "detail": "Name 0 to 3 themes of sdg; now 4."},
    ]
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:counterpart:problem:unprocessable",
        "title": "Content cannot be accepted",
        "status": 422,
        "detail": "The step submit needs 5 more things.",
        "instance": f"/api/v1/challenges/{challenge.id}/steps/submit",
        "code": "unprocessable",
        "remedy": "Correct what `errors` lists and send it again. Nothing was stored.",
        "errors": missing,
    }
    offers = client.get(f"/api/v1/challenges/{challenge.id}/steps").json()
    assert offers == {
        "state": "draft",
        "steps": [
            {
                "name": "submit",
                "label": "Submit to the call",
                "target": "submitted",
                "open": False,
                "reason": None,
                "missing": missing,
            },
            {
                "name": "enter",
                "label": "Submit for the team",
                "target": "submitted",
                "open": False,
                "reason": "Your roles do not include submission:enter here.",
                "missing": missing,
            },
            {
                "name": "withdraw",
                "label": "Withdraw",
                "target": "withdrawn",
                "open": True,
                "reason": None,
                "missing": [],
            },
        ],
    }
    session.refresh(challenge)
    assert challenge.state is State.DRAFT


def test_a_closed_call_takes_nothing_in(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    call = a_call(session, closes_at=datetime(2024, 1, 14, 23, tzinfo=UTC))
    themes(session)
    challenge = a_challenge(
        session, organisation_id=organisation_of(session, member), call_id=call.id
    )
    client = as_user(member)

    begun = client.post(
        "/api/v1/challenges",
        json={"call_id": str(call.id), "title": "Too late for this", "content": {}},
    )
    submitted = client.post(f"/api/v1/challenges/{challenge.id}/steps/submit")

    assert begun.status_code == submitted.status_code == 409
    assert begun.json()["code"] == submitted.json()["code"] == "call-not-open"
    assert begun.json()["detail"] == (
        f"The call {call.code} is closed. It is open from 2020-01-01 01:00 "
        "until before 2024-01-15 00:00 (Europe/Paris)."
    )
    assert session.exec(select(Submission.id)).all() == [challenge.id]


def test_a_call_that_has_not_opened_takes_nothing_in(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    call = a_call(session, opens_at=datetime(2099, 1, 1, tzinfo=UTC))
    themes(session)
    challenge = a_challenge(
        session, organisation_id=organisation_of(session, member), call_id=call.id
    )
    client = as_user(member)
    new = {"call_id": str(call.id), "title": "Too early for this", "content": {}}

    begun = client.post("/api/v1/challenges", json=new)
    submitted = client.post(f"/api/v1/challenges/{challenge.id}/steps/submit")

    assert begun.status_code == submitted.status_code == 409
    assert begun.json()["code"] == submitted.json()["code"] == "call-not-open"
    assert session.exec(select(Submission.id)).all() == [challenge.id]


def test_a_submission_for_the_wrong_call_is_refused(session: Session, as_user: SignIn) -> None:
    call = a_call(session, CallKind.SOLUTIONS)
    client = as_user(a_user(session))

    wrong, unknown = (
        client.post(
            "/api/v1/challenges",
            json={"call_id": str(key), "title": "A challenge", "content": {}},
        )
        for key in (call.id, uuid4())
    )

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.json()["errors"] == [
        {
            "pointer": "/call_id",
            "detail": f"The call {call.code} asks for solutions. "
            "GET /api/v1/calls lists the calls.",
        }
    ]
    assert unknown.json()["errors"] == [
        {
            "pointer": "/call_id",
            "detail": "There is no such call. GET /api/v1/calls lists the calls.",
        }
    ]


def test_a_stranger_cannot_tell_a_hidden_challenge_from_none(
    session: Session, as_user: SignIn
) -> None:
    hidden = a_challenge(session, state=State.SELECTED)
    client = as_user(a_user(session))
    absent = uuid4()

    for path in ("", "/steps"):
        answers = [client.get(f"/api/v1/challenges/{key}{path}") for key in (hidden.id, absent)]

        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].text.replace(str(hidden.id), str(absent)) == answers[1].text
    assert client.get("/api/v1/challenges").json() == {"items": [], "next": None}
    assert client.get(f"/api/v1/challenges/{hidden.code}").status_code == 404
    answer = client.post(f"/api/v1/challenges/{hidden.id}/steps/submit")
    assert answer.status_code == 404


def test_staff_see_what_was_submitted_and_no_draft(session: Session, as_user: SignIn) -> None:
    draft = a_challenge(session)
    given_up = a_challenge(session, state=State.WITHDRAWN, submitted_at=None)
    submitted = a_challenge(session, state=State.SUBMITTED)
    client = as_user(a_user(session, Role.STAFF))

    listed = client.get("/api/v1/challenges").json()["items"]

    assert [item["code"] for item in listed] == [submitted.code]
    assert client.get(f"/api/v1/challenges/{draft.id}").status_code == 404
    assert client.get(f"/api/v1/challenges/{given_up.id}").status_code == 404
    assert client.get("/api/v1/challenges?q=flood").json()["items"] == listed


def test_a_draft_is_replaced_while_it_is_written_and_not_later(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    themes(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, member))
    client = as_user(member)
    address = f"/api/v1/challenges/{challenge.id}"
    draft = {"title": "Another title", "themes": THEMES, "content": CONTENT}

    read = {"If-Match": client.get(address).headers["etag"]}
    written = client.put(address, json=draft, headers=read)
    client.post(f"{address}/steps/submit")
    too_late = client.put(
        address, json=draft | {"title": "A third title"}, headers={"If-Match": "*"}
    )

    assert written.status_code == 200
    assert written.json()["title"] == "Another title"
    assert too_late.status_code == 409
    assert too_late.json()["detail"] == "A challenge that is submitted cannot be changed."
    session.refresh(challenge)
    assert challenge.title == "Another title"


def test_a_reopened_submission_is_a_draft_again_that_staff_do_not_see(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    challenge = a_challenge(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )
    staff = as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/challenges/{challenge.id}"

    seen = staff.get(address).status_code
    reopened = as_user(member).post(f"{address}/steps/reopen")

    assert seen == 200
    assert (reopened.json()["state"], reopened.json()["submitted_at"]) == ("draft", None)
    assert staff.get(address).status_code == 404
