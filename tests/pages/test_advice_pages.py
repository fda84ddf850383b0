"""The advisory board as people see it: what advisors say, and what staff do."""

import re
from datetime import timedelta

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.advice.lifecycle import ConsultationState
from app.advice.models import Advice, Advisor, BoardQuestion, Consultation
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.programmes.models import Programme
from app.reviews.models import ConflictOfInterest
from app.submissions.models import Submission
from tests.advice.people import a_board, an_advisor, declared, items_of, put, said
from tests.factories import a_call, a_run, a_suggestion, a_user
from tests.pages.conftest import as_role
from tests.pages.test_review_pages import as_person, place_of, told
from tests.reviews.people import a_reviewer, a_rubric, a_submission, written


def test_an_advisor_declares_reads_advises_and_asks(
    session: Session, browser: TestClient
) -> None:
    _, consultation, (advisor, _) = a_board(session, "FR", "IT")
    first, second = items_of(session, consultation)
    code = session.get_one(Submission, second.submission_id).code
    as_person(session, browser, advisor)
    place = f"/consultations/{consultation.id}"

    mine, tasks, before = (browser.get(path) for path in ("/advice", "/tasks", place))
    early = browser.get(f"{place}/items/{first.id}")
    reasonless = browser.post(f"{place}/declaration", data={"codes": code})
    declaring = {"codes": code, "reason": "I advised this team until May."}
    declaration = browser.post(f"{place}/declaration", data=declaring)
    listed = browser.get(place)
    item = browser.get(f"{place}/items/{first.id}")
    barred = browser.get(f"{place}/items/{second.id}")
    empty = browser.post(f"{place}/items/{first.id}/advice", data={})
    advice = {"stance": "doubts", "comment": "The law is not passed."}
    written_down = browser.post(f"{place}/items/{first.id}/advice", data=advice)
    again = browser.get(f"{place}/items/{first.id}")
    silent = browser.post(f"{place}/items/{first.id}/questions", data={})
    asked = browser.post(f"{place}/items/{first.id}/questions", data={"question": "Who?"})
    about_all = browser.post(f"{place}/questions", data={"question": "Until when?"})

    assert "Which four to take" in told(mine)
    assert "2 to do" in told(mine)
    assert "Advise: Which four to take" in told(tasks)
    assert "Does anything stand between you" in told(before)
    assert "Our river floods" not in told(before) + told(early)
    assert reasonless.status_code == 422
    assert "Say what stands between you" in told(reasonless)
    assert declaration.headers["location"] == f"{place}?done=board-declared"
    assert "Something stands in between" in told(listed)
    assert "Our river floods twice a year." in told(item)
    assert "You read nothing of it" in told(barred)
    assert "Our river floods" not in told(barred)
    assert empty.status_code == 422
    assert "Say whether you support it" in told(empty)
    assert written_down.status_code == 303
    assert "The law is not passed." in told(again)
    assert silent.status_code == 422
    assert [one.status_code for one in (asked, about_all)] == [303, 303]
    (stored,) = session.exec(select(Advice)).all()
    assert (stored.stance, stored.comment) == ("doubts", "The law is not passed.")
    (conflict,) = session.exec(select(ConflictOfInterest)).all()
    assert conflict.reason == "I advised this team until May."


def test_staff_put_a_ranking_before_the_board_and_see_what_it_says_where_they_decide(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    a_rubric(session, call)
    row = a_submission(session, call)
    written(session, row, a_reviewer(session, call))
    advisor = an_advisor(session, call.programme_id)
    as_role(session, browser, Role.STAFF)
    code = session.get_one(Programme, call.programme_id).code
    place = f"/programmes/{code}/consultations"
    due = (now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    sent = {"call": call.code, "title": "Which to take", "due_at": due, "is_ranked": "true"}

    ranking = browser.get(f"{place_of(session, call)}/ranking")
    form = browser.get(f"{place}/new?call={call.code}")
    undated = browser.post(f"{place}/new", data=sent | {"due_at": ""})
    past = browser.post(f"{place}/new", data=sent | {"due_at": "2020-01-01T10:00"})
    wrong = browser.post(f"{place}/new", data=sent | {"submissions": "CH-1900-001"})
    sent_on = browser.post(f"{place}/new", data=sent)
    session.expire_all()
    consultation = session.exec(select(Consultation)).one()
    (item,) = items_of(session, consultation)
    declared(session, advisor, consultation)
    said(session, advisor, item, "opposes", "Nobody to work on it.")
    session.commit()

    assert f"{place}/new?call={call.code}" in ranking.text
    assert "1 advisor gets a letter." in told(form)
    assert row.title in told(form)
    assert [one.status_code for one in (undated, past, wrong)] == [422, 422, 422]
    assert sent_on.headers["location"] == f"/consultations/{consultation.id}?done=board-opened"
    seen = {
        name: told(browser.get(path))
        for name, path in {
            "list": place,
            "consultation": f"/consultations/{consultation.id}",
            "item": f"/consultations/{consultation.id}/items/{item.id}",
            "decision": f"/submissions/{row.code}/decision",
            "ranking": f"{place_of(session, call)}/ranking",
            "decisions": f"{place_of(session, call)}/decisions",
        }.items()
    }
    assert {name for name, text in seen.items() if "1 opposes" in text} == {*seen}
    assert "Nobody to work on it." in seen["decision"]
    assert "Nobody to work on it." in seen["item"]


def test_staff_answer_and_close_and_ask_again(session: Session, browser: TestClient) -> None:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    question = BoardQuestion(
        consultation_id=consultation.id,
        user_id=advisor.user_id or consultation.id,
        question="Who?",
    )
    session.add(question)
    as_role(session, browser, Role.STAFF)
    place, answer = (
        f"/consultations/{consultation.id}",
        f"/board-questions/{question.id}/answer",
    )
    due = (now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")

    tasks = browser.get("/tasks")
    empty = browser.post(answer, data={})
    answered = browser.post(answer, data={"answer": "Two people."})
    page = browser.get(place)
    closing = browser.get(f"{place}/steps/close")
    (tag,) = re.findall(r'name="expected" value="([^"]*)"', closing.text)
    closed = browser.post(f"{place}/steps/close", data={"expected": tag.replace("&#34;", '"')})
    again = browser.get(f"{place}/steps/reopen")
    undated = browser.post(f"{place}/steps/reopen", data={})
    reopened = browser.post(f"{place}/steps/reopen", data={"due_at": due})
    nothing = browser.get(f"{place}/steps/reopen")

    assert "Answer 1 question of the advisory board" in told(tasks)
    assert (empty.status_code, answered.status_code) == (422, 303)
    assert "Two people." in told(page)
    assert closed.headers["location"] == f"{place}?done=consultation-close"
    assert 'name="due_at"' in again.text
    assert undated.status_code == 422
    assert reopened.headers["location"] == f"{place}?done=consultation-reopen"
    assert "This step is not open" in told(nothing)
    session.expire_all()
    assert session.get_one(Consultation, consultation.id).state is ConsultationState.OPEN


def test_staff_name_advisors_and_ask_them_no_more(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    person = a_user(session, Role.ADVISOR, name="Ada")
    as_role(session, browser, Role.STAFF)
    code = session.get_one(Programme, call.programme_id).code
    place = f"/programmes/{code}/consultations"
    named = f"/programmes/{code}/advisors/{person.id}"

    before = browser.get(place)
    browser.post(named, data={"is_active": "true"})
    during = browser.get(place)
    browser.post(named, data={})
    after = browser.get(place)

    assert "Nobody advises in this programme yet." in told(before)
    assert "Let Ada advise" in told(before)
    assert "Ask no more" in told(during)
    assert "is not asked" in told(after)
    session.expire_all()
    assert session.exec(select(Advisor.is_active)).all() == [False]
    assert session.exec(select(Letter)).all() == []


def test_pairs_of_a_run_are_advised_on_beside_the_bench(
    session: Session, browser: TestClient
) -> None:
    run = a_run(session)
    line = a_suggestion(session, run, assigned=True, band="strong")
    advisor = an_advisor(session, run.programme_id)
    code = session.get_one(Programme, run.programme_id).code
    place = f"/programmes/{code}/consultations/new"
    as_role(session, browser, Role.STAFF)
    due = (now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")

    form = browser.get(f"{place}?run={run.code}")
    nothing = browser.get(place)
    browser.post(place, data={"run": run.code, "title": "These pairs", "due_at": due})
    session.expire_all()
    consultation = session.exec(select(Consultation)).one()
    (item,) = items_of(session, consultation)
    declared(session, advisor, consultation)
    said(session, advisor, item, "supports", "They fit well.")
    session.commit()
    bench = browser.get(f"/programmes/{code}/runs/{run.code}/bench")
    as_person(session, browser, advisor)
    page = browser.get(f"/consultations/{consultation.id}/items/{item.id}")
    own = browser.get(f"/programmes/{code}/runs/{run.code}/bench")

    assert "those that the run assigns" in told(form)
    assert nothing.status_code == 404
    assert "They fit well." in told(bench)
    assert "They fit well." not in told(own)
    assert (
        f"/match-runs/{run.code}/dossier"
        in browser.get(f"/consultations/{consultation.id}").text
    )
    codes = [
        session.get_one(Submission, key).code for key in (line.challenge_id, line.solution_id)
    ]
    assert all(one in told(page) for one in codes)


def test_long_boards_are_shown_whole_and_closed_ones_can_be_read(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    for _ in range(201):
        a_submission(session, call)
    advisor = an_advisor(session, call.programme_id)
    consultation = put(session, call_id=str(call.id))
    declared(session, advisor, consultation)
    consultation.state = ConsultationState.CLOSED
    as_person(session, browser, advisor)

    page = browser.get(f"/consultations/{consultation.id}")
    mine = browser.get("/advice")

    assert page.text.count("/items/") == 201
    assert "This consultation is closed." in told(page)
    assert "Closed" in told(mine)
