"""What staff put before the board: of a call, of a run, with the ranking as it stood."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.advice import queries
from app.advice.lifecycle import ConsultationState
from app.advice.models import Advisor
from app.advice.schemas import (
    AdvisorDraft,
    ConsultationQuery,
    ConsultationStepTaken,
    NewAdvisor,
    NewConsultation,
)
from app.advice.service import advisors, consultations
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING
from app.core.base.errors import Conflict, NotPermitted, Unprocessable
from app.core.storage.outbox import Letter
from app.insights.schemas import AuditQuery
from app.insights.service import audit
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.reviews.models import ConflictOfInterest
from app.submissions.lifecycle import State
from tests.advice.people import DUE, a_board, an_advisor, declared, items_of, put, said
from tests.factories import a_call, a_run, a_suggestion, a_user
from tests.reviews.people import a_reviewer, a_rubric, a_submission, staff, written


def test_all_that_is_eligible_is_put_before_the_board_and_each_advisor_gets_a_letter(
    session: Session,
) -> None:
    call = a_call(session)
    rows = [a_submission(session, call) for _ in range(2)]
    a_submission(session, call, state=State.SUBMITTED)
    board = [an_advisor(session, call.programme_id) for _ in range(2)]
    an_advisor(session, call.programme_id, is_active=False)
    an_advisor(session, a_call(session).programme_id)

    consultation = put(session, call_id=str(call.id), message="Which would you not take?")

    assert consultation.state is ConsultationState.OPEN
    listed = [(one.number, one.submission_id) for one in items_of(session, consultation)]
    assert listed == [(1, rows[0].id), (2, rows[1].id)]
    letters = session.exec(select(Letter)).all()
    assert {letter.user_id for letter in letters} == {one.user_id for one in board}
    assert "“Which four to take”" in letters[0].body
    assert rows[0].title not in letters[0].body


def test_staff_name_what_is_put_before_the_board(session: Session) -> None:
    call = a_call(session)
    rows = [a_submission(session, call) for _ in range(3)]
    rows[0].state = State.SELECTED
    an_advisor(session, call.programme_id)
    named = [rows[2].code, str(rows[0].id)]

    consultation = put(session, call_id=str(call.id), submissions=named)

    assert [one.submission_id for one in items_of(session, consultation)] == [
        rows[0].id,
        rows[2].id,
    ]


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.WITHDRAWN])
def test_what_nobody_decides_about_is_not_put_before_the_board(
    session: Session, state: State
) -> None:
    call = a_call(session)
    a_submission(session, call)
    away = a_submission(session, call, state=state)
    an_advisor(session, call.programme_id)

    with pytest.raises(Unprocessable) as refusal:
        put(session, call_id=str(call.id), submissions=[away.code])

    assert [one.pointer for one in refusal.value.errors] == ["/submissions/0"]


def test_the_ranking_stands_beside_it_as_it_was_when_it_was_put(session: Session) -> None:
    call = a_call(session)
    a_rubric(session, call)
    first, second, unread = (a_submission(session, call) for _ in range(3))
    an_advisor(session, call.programme_id)
    written(session, second, a_reviewer(session, call), scores={"need": 2, "reach": 2})
    written(session, first, a_reviewer(session, call), scores={"need": 4, "reach": 4})

    consultation = put(session, call_id=str(call.id), is_ranked=True)
    written(session, second, a_reviewer(session, call), scores={"need": 5, "reach": 5})

    found = {
        one.submission_id: one.standing and {n: one.standing[n] for n in ("place", "mean")}
        for one in items_of(session, consultation)
    }
    assert found == {
        first.id: {"place": 1, "mean": 4.0},
        second.id: {"place": 2, "mean": 2.0},
        unread.id: None,
    }


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"due_at": "2020-01-01T00:00:00Z"}, "/due_at"),
        ({"is_ranked": True}, "/is_ranked"),
        ({"call_id": "nothing"}, "/call_id"),
        ({"call_id": None, "run_id": "RUN-1"}, "/run_id"),
        ({"submissions": ["CH-1900-001"]}, "/submissions/0"),
    ],
)
def test_what_cannot_be_put_before_the_board_is_named(
    session: Session, fields: dict[str, Any], pointer: str
) -> None:
    call = a_call(session)
    a_submission(session, call)
    an_advisor(session, call.programme_id)

    with pytest.raises(Unprocessable) as refusal:
        put(session, **{"call_id": str(call.id)} | fields)

    assert [one.pointer for one in refusal.value.errors] == [pointer]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"call_id": "a", "run_id": "b"},
        {"run_id": "b", "is_ranked": True},
        {"run_id": "b", "submissions": ["CH-2027-001"]},
        {"call_id": "a", "pairs": [{"challenge_id": "a", "solution_id": "b"}]},
    ],
)
def test_a_consultation_is_about_a_call_or_about_a_run(fields: dict[str, Any]) -> None:
    whole = {"title": "Which", "due_at": "2100-01-01T00:00:00Z"}

    with pytest.raises(ValueError, match=r"run|pairs"):
        NewConsultation.model_validate(whole | fields)


def test_nothing_and_nobody_to_ask_are_refused(session: Session) -> None:
    call = a_call(session)

    with pytest.raises(Unprocessable, match="cannot be accepted") as refusal:
        put(session, call_id=str(call.id))
    a_submission(session, call)
    with pytest.raises(Conflict, match="Nobody advises"):
        put(session, call_id=str(call.id))

    assert refusal.value.errors[0].detail == "There is nothing to advise on yet."


def test_of_a_run_the_pairs_that_are_assigned_are_put_before_the_board(
    session: Session,
) -> None:
    run = a_run(session)
    assigned = a_suggestion(session, run, assigned=True)
    a_suggestion(session, run)
    an_advisor(session, run.programme_id)

    consultation = put(session, run_id=run.code)

    (item,) = items_of(session, consultation)
    assert (item.submission_id, item.solution_id) == (
        assigned.challenge_id,
        assigned.solution_id,
    )
    assert (consultation.run_id, consultation.call_id) == (run.id, None)


def test_once_people_have_chosen_their_pairs_are_put_before_the_board(
    session: Session,
) -> None:
    run = a_run(session)
    a_suggestion(session, run, assigned=True)
    chosen = a_suggestion(session, run)
    pair = chosen.model_dump(include={"run_id", "challenge_id", "solution_id"})
    session.add(Verdict(**pair, number=1, outcome=Outcome.CHOSEN, reason="They fit."))
    an_advisor(session, run.programme_id)

    consultation = put(session, run_id=run.code)

    assert [one.submission_id for one in items_of(session, consultation)] == [
        chosen.challenge_id
    ]


def test_pairs_can_be_named_and_an_unlisted_one_is_refused(session: Session) -> None:
    run = a_run(session)
    line = a_suggestion(session, run)
    other = a_suggestion(session, run)
    an_advisor(session, run.programme_id)
    pair = {"challenge_id": str(line.challenge_id), "solution_id": str(line.solution_id)}
    wrong = pair | {"solution_id": str(other.solution_id)}

    consultation = put(session, run_id=str(run.id), pairs=[pair, pair])
    with pytest.raises(Unprocessable) as refusal:
        put(session, run_id=str(run.id), pairs=[pair, wrong])

    assert len(items_of(session, consultation)) == 1
    assert [one.pointer for one in refusal.value.errors] == ["/pairs/1"]


def test_what_possibly_stands_between_advisors_and_teams_is_noted_for_the_staff(
    session: Session,
) -> None:
    call = a_call(session)
    near, far = a_submission(session, call, "BR"), a_submission(session, call, "FR")
    advisor = an_advisor(session, call.programme_id, "BR")

    put(session, call_id=str(call.id))

    (noted,) = session.exec(select(ConflictOfInterest)).all()
    assert (noted.submission_id, noted.user_id) == (near.id, advisor.user_id)
    assert far.id != noted.submission_id


def test_closing_and_asking_again_write_letters_only_when_the_board_is_asked(
    session: Session,
) -> None:
    _, consultation, board = a_board(session)
    by = staff(session)
    later = now() + 2 * DUE

    consultations.take(session, by, consultation.id, "close")
    closed = len(session.exec(select(Letter)).all())
    taken = ConsultationStepTaken(due_at=later)
    consultations.take(session, by, consultation.id, "reopen", taken)

    assert closed == len(board)
    assert len(session.exec(select(Letter)).all()) == 2 * len(board)
    assert (consultation.state, consultation.due_at) == (ConsultationState.OPEN, later)


def test_an_advisor_closes_nothing(session: Session) -> None:
    _, consultation, (advisor, _) = a_board(session)

    with pytest.raises(NotPermitted):
        consultations.take(session, advisor, consultation.id, "close")

    assert [one.open for one in consultations.offers(advisor, consultation)[1]] == [False]


def test_who_is_named_later_hears_of_what_is_open(session: Session) -> None:
    call, consultation, _ = a_board(session)
    consultations.take(session, staff(session), put(session, call_id=str(call.id)).id, "close")
    late = a_user(session, Role.ADVISOR)
    new = NewAdvisor(programme_id=call.programme_id, user_id=late.id)

    made = advisors.appoint(session, staff(session), new)

    letters = session.exec(select(Letter).where(Letter.user_id == late.id)).all()
    assert len(letters) == 1
    assert consultation.title in letters[0].body
    with pytest.raises(Conflict):
        advisors.appoint(session, staff(session), new)
    advisors.change(session, staff(session), made.id, AdvisorDraft(is_active=False), ANYTHING)
    assert late.id not in {user.id for user in queries.board(session, call.programme_id)}


def test_nobody_without_the_role_is_named_an_advisor(session: Session) -> None:
    call = a_call(session)
    new = NewAdvisor(programme_id=call.programme_id, user_id=a_user(session, Role.REVIEWER).id)

    with pytest.raises(Unprocessable) as refusal:
        advisors.appoint(session, staff(session), new)

    assert [one.pointer for one in refusal.value.errors] == ["/user_id"]


def test_consultations_are_listed_by_what_they_are_about(session: Session) -> None:
    call, of_call, _ = a_board(session)
    run = a_run(session, programme_id=call.programme_id)
    a_suggestion(session, run, assigned=True)
    of_run = put(session, run_id=run.code)
    by = staff(session)

    def found(**asked: Any) -> list[Any]:
        query = ConsultationQuery.model_validate(asked)
        return [one.id for one in queries.search(session, by, query).rows]

    assert found(call=[str(call.id)]) == [of_call.id]
    assert found(run=[run.code]) == [of_run.id]
    assert set(found(programme=[str(call.programme_id)])) == {of_call.id, of_run.id}
    assert found(state=["closed"]) == []


def test_who_was_erased_is_asked_no_more(session: Session) -> None:
    _, _, (advisor, other) = a_board(session)
    session.get_one(User, advisor.user_id).state = UserState.ERASED
    session.flush()

    advisors.forget_erased(session)

    statement = select(Advisor.user_id).where(col(Advisor.is_active))
    assert session.exec(statement.execution_options(populate_existing=True)).all() == [
        other.user_id
    ]


def test_the_date_is_told_in_the_letter(session: Session) -> None:
    call = a_call(session)
    a_submission(session, call)
    an_advisor(session, call.programme_id)
    due = (now() + timedelta(days=400)).replace(month=3, day=12, hour=11, minute=0)

    put(session, call_id=str(call.id), due_at=due.isoformat())

    (letter,) = session.exec(select(Letter)).all()
    assert f"12 March {due.year}" in letter.body


def test_staff_read_in_the_record_who_asked_the_board_and_not_what_it_said(
    session: Session,
) -> None:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    (item,) = items_of(session, consultation)
    said(session, advisor, item, "opposes", "Nobody to work on it.")
    session.commit()

    rows = audit(session, staff(session), AuditQuery(kind=["consultation"])).rows

    assert [one.action for one in rows] == ["advise", "declare", "ask"]
    assert "Nobody to work on it." not in str(rows)
