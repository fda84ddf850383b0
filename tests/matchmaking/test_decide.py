"""People decide about suggestions, with reasons; matches are theirs."""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.storage import audit_reasons
from app.core.storage.audit import AuditEvent
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
)


def on(suggestion: Suggestion) -> dict[str, str]:
    return {
        name: str(getattr(suggestion, name))
        for name in ("run_id", "challenge_id", "solution_id")
    }


def a_listed_pair(session: Session) -> Suggestion:
    """A line of a run whose frozen inputs hold both sides, from two countries."""
    programme = a_programme(session)
    challenge = a_challenge(session, programme_id=programme.id, state=State.SELECTED)
    solution = a_solution(session, programme_id=programme.id, state=State.SELECTED)
    run = a_run(
        session,
        programme_id=programme.id,
        challenges=[a_record(challenge, "FR")],
        solutions=[a_record(solution, "NO")],
    )
    return a_suggestion(session, run, challenge_id=challenge.id, solution_id=solution.id)


def a_record(row: Submission, country: str) -> dict[str, object]:
    return {"id": row.code, "title": row.title, "country": [country], "text": "It floods."}


def test_a_verdict_is_recorded_and_shown_beside_the_suggestion(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    person = a_user(session, Role.STAFF)
    staff = as_user(person)
    said = {"outcome": "chosen", "reason": "They have done exactly this."}

    answer = staff.post("/api/v1/verdicts", json=on(suggestion) | said)

    assert answer.status_code == 201
    verdict = answer.json()
    assert verdict == {
        "id": verdict["id"],
        **on(suggestion),
        "number": 1,
        **said,
        "undoes": None,
        "decided_by": str(person.id),
        "created_at": verdict["created_at"],
    }
    listed = staff.get(f"/api/v1/match-runs/{suggestion.run_id}/suggestions").json()["items"]
    assert [item["verdict"] for item in listed] == [verdict]
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject_id) == ("decide", UUID(verdict["id"]))
    told = {name: fact for name, fact in event.facts.items() if name != "reason"}
    assert told == on(suggestion) | {"outcome": "chosen"}
    texts = audit_reasons.texts_of(session, [event.facts])
    assert audit_reasons.text_of(event.facts, texts) == said["reason"]


def test_the_newest_verdict_counts_and_the_earlier_one_stays(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    staff = as_user(a_user(session, Role.STAFF))
    for outcome in ("chosen", "reserve"):
        said = {"outcome": outcome, "reason": "Because."}
        staff.post("/api/v1/verdicts", json=on(suggestion) | said)

    one = staff.get(
        f"/api/v1/match-runs/{suggestion.run_id}/suggestions/"
        f"{suggestion.challenge_id}/{suggestion.solution_id}"
    )
    every = staff.get(f"/api/v1/verdicts?run={suggestion.run_id}").json()["items"]

    assert one.json()["verdict"]["outcome"] == "reserve"
    assert [(v["number"], v["outcome"]) for v in every] == [(2, "reserve"), (1, "chosen")]
    for side in ("challenge", "solution"):
        key = getattr(suggestion, f"{side}_id")
        assert staff.get(f"/api/v1/verdicts?{side}={key}").json()["items"] == every
        assert staff.get(f"/api/v1/verdicts?{side}={uuid4()}").json()["items"] == []


def test_an_undone_verdict_gives_way_to_the_one_before_and_stays_in_the_history(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    staff = as_user(a_user(session, Role.STAFF))

    def undo(verdict: Any) -> Any:
        said = {"reason": "I had the wrong line."}
        answer = staff.post(f"/api/v1/verdicts/{verdict['id']}/undo", json=said)
        assert answer.status_code == 201, answer.json()
        return answer.json()

    def counts() -> str | None:
        address = f"/api/v1/match-runs/{suggestion.run_id}/suggestions"
        (line,) = staff.get(address).json()["items"]
        return line["verdict"] and str(line["verdict"]["outcome"])

    first, second = (
        staff.post(
            "/api/v1/verdicts", json=on(suggestion) | {"outcome": outcome, "reason": "So."}
        ).json()
        for outcome in ("chosen", "rejected")
    )
    seen = [counts()]
    undone = undo(second)
    seen.append(counts())
    redone = undo(undone)
    seen.append(counts())
    late = staff.post(f"/api/v1/verdicts/{first['id']}/undo", json={"reason": "Late."})

    assert seen == ["rejected", "chosen", "rejected"]
    assert (undone["undoes"], redone["undoes"]) == (second["id"], undone["id"])
    assert late.status_code == 409
    assert late.json()["detail"] == "There is a newer verdict on this pair."
    assert len(staff.get("/api/v1/verdicts").json()["items"]) == 4


def test_undoing_the_only_verdict_leaves_the_pair_undecided(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    staff = as_user(a_user(session, Role.STAFF))
    said = {"outcome": "chosen", "reason": "So."}
    verdict = staff.post("/api/v1/verdicts", json=on(suggestion) | said).json()

    undone = staff.post(f"/api/v1/verdicts/{verdict['id']}/undo", json={"reason": "No."}).json()

    assert (undone["outcome"], undone["number"]) == ("undecided", 2)
    listed = staff.get(f"/api/v1/match-runs/{suggestion.run_id}/suggestions").json()["items"]
    assert [line["verdict"] for line in listed] == [None]
    gone = staff.post(f"/api/v1/verdicts/{uuid4()}/undo", json={"reason": "No."})
    assert gone.status_code == 404


def test_undoing_brings_back_the_verdict_before_and_not_the_first(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    staff = as_user(a_user(session, Role.STAFF))
    *_, newest = (
        staff.post(
            "/api/v1/verdicts", json=on(suggestion) | {"outcome": outcome, "reason": "So."}
        ).json()
        for outcome in ("chosen", "reserve", "rejected")
    )

    undone = staff.post(f"/api/v1/verdicts/{newest['id']}/undo", json={"reason": "No."}).json()

    assert (undone["outcome"], undone["undoes"]) == ("reserve", newest["id"])


def test_a_pair_that_no_list_holds_is_decided_as_well(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_listed_pair(session)
    run = session.get_one(MatchRun, suggestion.run_id)
    unlisted = a_solution(session, programme_id=run.programme_id, state=State.SELECTED)
    barred = a_solution(session, programme_id=run.programme_id, state=State.SELECTED)
    run.solutions = [*run.solutions, a_record(unlisted, "CL"), a_record(barred, "FR")]
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    def decide(solution: Submission, outcome: str) -> Any:
        pair = on(suggestion) | {"solution_id": str(solution.id)}
        said = {"outcome": outcome, "reason": "The board knows them."}
        return staff.post("/api/v1/verdicts", json=pair | said)

    assert decide(unlisted, "chosen").status_code == 201
    refused = decide(barred, "reserve")
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("The two teams are from the same country")
    assert decide(barred, "rejected").status_code == 201
    run.settings = {**run.settings, "cross_border": False}
    session.commit()
    assert decide(barred, "reserve").status_code == 201


NOBODY = UUID(int=7)


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"reason": "  "}, ["/reason"]),
        ({"outcome": "maybe"}, ["/outcome"]),
        ({"outcome": "undecided"}, ["/outcome"]),
        ({"run_id": str(NOBODY)}, ["/run_id"]),
        (
            {"challenge_id": str(NOBODY), "solution_id": str(NOBODY)},
            ["/challenge_id", "/solution_id"],
        ),
        ({"number": 7}, ["/number"]),
    ],
)
def test_a_verdict_that_is_not_sound_is_refused(
    session: Session, as_user: SignIn, change: dict[str, object], pointers: list[str]
) -> None:
    said = on(a_listed_pair(session)) | {"outcome": "chosen", "reason": "Because."}

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/verdicts", json=said | change)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert session.exec(select(Verdict)).all() == []


def test_an_advisor_reads_verdicts_and_gives_none(session: Session, as_user: SignIn) -> None:
    suggestion = a_listed_pair(session)
    advisor = as_user(a_user(session, Role.ADVISOR))
    said = on(suggestion) | {"outcome": "chosen", "reason": "Because."}

    assert advisor.post("/api/v1/verdicts", json=said).status_code == 403
    undone = advisor.post(f"/api/v1/verdicts/{uuid4()}/undo", json={"reason": "No."})
    assert undone.status_code == 403
    assert advisor.get("/api/v1/verdicts").status_code == 200


def test_a_member_reads_no_verdict(session: Session, as_user: SignIn) -> None:
    assert as_user(a_user(session)).get("/api/v1/verdicts").status_code == 403


def test_the_list_of_suggestions_is_filtered(session: Session, as_user: SignIn) -> None:
    run = a_run(session)
    first = a_suggestion(session, run, assigned=True)
    second = a_suggestion(session, run)
    staff = as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/match-runs/{run.id}/suggestions"

    def ids(query: str) -> list[str]:
        return [item["id"] for item in staff.get(f"{address}?{query}").json()["items"]]

    assert ids("sort=-score") == sorted([str(first.id), str(second.id)])
    assert ids("assigned=true") == [str(first.id)]
    assert ids(f"challenge={second.challenge_id}") == [str(second.id)]
    assert ids(f"solution={first.solution_id}") == [str(first.id)]
    assert staff.get(f"{address}/{first.challenge_id}/{second.solution_id}").status_code == 404


def test_a_number_that_no_column_holds_is_refused(session: Session, as_user: SignIn) -> None:
    run = a_run(session)
    staff = as_user(a_user(session, Role.STAFF))
    order = ["rank", 2**40, str(uuid4())]
    cursor = base64.urlsafe_b64encode(json.dumps(order).encode()).decode()

    listed = staff.get(f"/api/v1/match-runs/{run.id}/suggestions?sort=rank&cursor={cursor}")

    assert listed.status_code == 400
    for power in (31, 40, 63, 64):
        assert staff.get(f"/api/v1/jobs/{2**power}").status_code == 404


def test_runs_are_listed_by_programme_and_state(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session, code="spring")
    run = a_run(session, programme_id=programme.id)
    a_run(session)
    staff = as_user(a_user(session, Role.STAFF))

    listed = staff.get("/api/v1/match-runs?programme=spring&state=complete").json()["items"]

    assert [item["code"] for item in listed] == [run.code]
    assert staff.get("/api/v1/match-runs?state=failed").json()["items"] == []
