"""Staff screen; the team is told, and may answer."""

from uuid import UUID

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.submissions.lifecycle import BY_DECISION, STEPS_BEFORE, State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import a_solution, a_user, organisation_of


def address(submission: Submission, step: str) -> str:
    return f"/api/v1/solutions/{submission.id}/steps/{step}"


def test_staff_pass_a_solution(session: Session, as_user: SignIn) -> None:
    solution = a_solution(session, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    passed = staff.post(address(solution, "pass"))

    assert passed.json()["state"] == "eligible"


@pytest.mark.parametrize("step", [*BY_DECISION.steps, *STEPS_BEFORE])
def test_nobody_selects_with_a_step(session: Session, as_user: SignIn, step: str) -> None:
    solution = a_solution(session, state=State.ELIGIBLE)
    lead = as_user(a_user(session, Role.LEAD))

    refused = lead.post(address(solution, step), json={"reason": "It fits."})

    assert refused.status_code == 404
    session.refresh(solution)
    assert solution.state is State.ELIGIBLE


def test_a_returned_solution_comes_back_completed(session: Session, as_user: SignIn) -> None:
    member = a_user(session)
    solution = a_solution(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )
    team, staff = as_user(member), as_user(a_user(session, Role.STAFF))

    returned = staff.post(
        address(solution, "return"), json={"reason": "Say where the sensors stand."}
    )
    told = team.get(f"/api/v1/solutions/{solution.id}").json()
    back = team.post(address(solution, "resubmit"))

    assert returned.status_code == 200
    assert (told["state"], told["message"]) == ("returned", "Say where the sensors stand.")
    assert back.json()["state"] == "submitted"


def test_a_return_without_a_reason_changes_nothing(session: Session, as_user: SignIn) -> None:
    solution = a_solution(session, state=State.SUBMITTED)
    staff = as_user(a_user(session, Role.STAFF))

    refused = staff.post(address(solution, "return"), json={"reason": "   "})

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/reason", "detail": "Give a reason. The team will read it."}
    ]
    session.refresh(solution)
    assert solution.state is State.SUBMITTED


@pytest.mark.parametrize("step", ["return", "pass"])
def test_a_team_does_not_judge_its_own_submission(
    session: Session, as_user: SignIn, step: str
) -> None:
    member = a_user(session)
    solution = a_solution(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )

    refused = as_user(member).post(address(solution, step))

    assert refused.status_code == 403
    session.refresh(solution)
    assert solution.state is State.SUBMITTED


def test_staff_do_not_withdraw_for_a_team(session: Session, as_user: SignIn) -> None:
    solution = a_solution(session, state=State.SUBMITTED)

    refused = as_user(a_user(session, Role.STAFF)).post(address(solution, "withdraw"))

    assert refused.status_code == 403
    assert refused.json()["detail"] == (
        "Your roles (staff) do not include submission:withdraw here."
    )


def test_a_step_is_offered_as_open_to_who_may_take_it_alone(
    session: Session, as_user: SignIn
) -> None:
    member = a_user(session)
    solution = a_solution(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )
    readers = {"member": as_user(member), "auditor": as_user(a_user(session, Role.AUDITOR))}

    open_to = {
        role: [
            step["name"]
            for step in client.get(f"/api/v1/solutions/{solution.id}/steps").json()["steps"]
            if step["open"]
        ]
        for role, client in readers.items()
    }

    assert open_to == {"member": ["reopen", "withdraw"], "auditor": []}


def test_an_administrator_sees_no_content(session: Session, as_user: SignIn) -> None:
    solution = a_solution(session, state=State.SELECTED)
    admin = as_user(a_user(session, Role.ADMIN))

    assert admin.get(f"/api/v1/solutions/{solution.id}").status_code == 404
    assert admin.get("/api/v1/solutions").json()["items"] == []


def test_of_two_staff_who_screen_at_once_exactly_one_wins(
    session: Session, as_user: SignIn
) -> None:
    solution = a_solution(session, state=State.SUBMITTED)
    first, second = (as_user(a_user(session, Role.STAFF)) for _ in range(2))

    won = first.post(address(solution, "pass"))
    lost = second.post(address(solution, "return"), json={"reason": "Too early."})

    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["code"] == "step-not-allowed"
    session.expire_all()
    row = session.get_one(Submission, UUID(str(solution.id)))
    assert (row.state, row.message) == (State.ELIGIBLE, "")
