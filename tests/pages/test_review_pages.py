"""Reviews as people see them: what a reviewer is asked, reads and writes, and what staff do."""

import re
from typing import Any

from httpx2 import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.programmes.models import Call, Programme
from app.reviews.models import ConflictOfInterest, Review, Reviewer, Rubric
from tests.factories import a_call, a_token, a_user
from tests.pages.conftest import as_role
from tests.reviews.people import TEXT, a_reviewer, a_round, a_rubric, asked, written

SCORED: dict[str, Any] = {
    "scored.0.key": "need",
    "scored.0.score": "4",
    "scored.1.key": "reach",
    "scored.1.score": "2",
    **{name: TEXT[name] for name in ("comment_team", "recommendation", "confidence")},
}


def place_of(session: Session, call: Call) -> str:
    return f"/programmes/{session.get_one(Programme, call.programme_id).code}/calls/{call.code}"


def as_person(session: Session, browser: TestClient, actor: Actor) -> TestClient:
    user = session.get_one(User, actor.user_id)
    browser.headers["Authorization"] = f"Bearer {a_token(session, user)}"
    session.commit()
    return browser


def told(answer: Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def seen_on(page: Response) -> str:
    found = re.search(r'(?:name="seen" value|data-seen)="(\w+)"', page.text)
    assert found
    return found[1]


def test_a_reviewer_declares_reads_writes_and_hands_in(
    session: Session, browser: TestClient
) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    as_person(session, browser, reviewer)
    place = f"/reviews/{review.id}"

    mine, tasks, before = (browser.get(path) for path in ("/reviews", "/tasks", place))
    accepted = browser.post(f"{place}/steps/accept")
    form = browser.get(place)
    saved = browser.post(place, data=SCORED | {"seen": seen_on(form), "then": "submit"})
    ready = browser.get(f"{place}/steps/submit")
    browser.post(f"{place}/steps/submit")
    after = browser.get(place)

    assert place in mine.text
    assert place in tasks.text
    assert submission.title in before.text
    assert "Our river floods" not in before.text
    assert "Our river floods" in form.text
    assert accepted.headers["location"] == f"{place}?done=review-accept"
    assert saved.headers["location"] == f"{place}/steps/submit"
    assert "Something is missing" not in ready.text
    assert "Weighted mean 3.50" in told(after)
    session.expire_all()
    assert (review.state, review.scores) == ("submitted", {"need": 4, "reach": 2})


def test_a_script_saves_as_one_goes_and_a_second_window_is_told(
    session: Session, browser: TestClient
) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    as_person(session, browser, reviewer)
    place = f"/reviews/{review.id}"
    browser.post(f"{place}/steps/accept")
    seen, script = seen_on(browser.get(place)), {"HX-Request": "true"}
    mine = {"comment_team": "The first window.", "seen": seen}
    other = {"comment_team": "The second window.", "seen": seen}

    first = browser.post(place, data=mine, headers=script)
    part = browser.post(place, data=other, headers=script)
    whole = browser.post(place, data=other)
    wrong = browser.post(place, data={"comment_team": "x" * 10_001}, headers=script)

    assert (first.status_code, part.status_code, whole.status_code) == (200, 409, 409)
    assert seen_on(first) != seen
    assert "another window" in part.text
    assert "The first window." in whole.text
    assert "The second window." in whole.text
    assert wrong.status_code == 422
    session.expire_all()
    assert review.comment_team == "The first window."


def test_reviewers_read_the_others_and_talk_when_theirs_is_closed(
    session: Session, browser: TestClient
) -> None:
    _, submission, (reviewer, other) = a_round(session)
    review = written(session, submission, reviewer)
    written(session, submission, other, comment_team="Their own words on this need.")
    as_person(session, browser, reviewer)
    place = f"/reviews/{review.id}"

    early = browser.get(f"{place}/discussion")
    browser.post(f"{place}/steps/compare")
    late = browser.get(f"{place}/discussion")
    empty = browser.post(f"{place}/discussion", data={"body": " "})
    browser.post(f"{place}/discussion", data={"body": "<b>I saw it otherwise.</b>"})

    assert early.status_code == 409
    assert "Their own words" not in early.text
    assert "Their own words" in late.text
    assert empty.status_code == 422
    assert "&lt;b&gt;I saw it otherwise." in browser.get(f"{place}/discussion").text


def test_a_reviewer_declares_a_conflict_with_a_reason_and_staff_waive_it(
    session: Session, browser: TestClient
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    as_person(session, browser, reviewer)
    place = f"/reviews/{review.id}/steps/declare-conflict"

    without = browser.post(place)
    browser.post(place, data={"reason": "I advised this team."})
    gone = browser.get(f"/reviews/{review.id}")
    as_role(session, browser, Role.STAFF)
    listed = browser.get(f"{place_of(session, call)}/conflicts")
    one = session.exec(select(ConflictOfInterest)).one()
    code = session.get_one(Programme, call.programme_id).code
    waiving = f"/programmes/{code}/conflicts/{one.id}/steps/waive"
    asking = browser.get(waiving)
    refused = browser.post(waiving)
    browser.post(waiving, data={"reason": "That was ten years ago."})

    assert without.status_code == 422
    assert submission.title not in gone.text
    assert "I advised this team." in listed.text
    assert waiving in listed.text
    assert "I advised this team." in asking.text
    assert refused.status_code == 422
    session.expire_all()
    assert (one.state, one.reason) == ("waived", "That was ten years ago.")


def test_staff_write_a_rubric_and_the_form_keeps_what_is_wrong(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    as_role(session, browser, Role.STAFF)
    place = f"{place_of(session, call)}/rubric"
    form = {
        "points": "3",
        "wanted": "2",
        "due_at": "2030-03-01T18:00",
        "criteria.0.title": "How great the need is",
        "criteria.0.weight": "2",
        "criteria.0.anchors": "hardly any\n\nmany people wait",
    }

    wrong = browser.post(place, data=form | {"criteria.0.anchors": "hardly any"})
    saved = browser.post(place, data=form)
    rubric = session.exec(select(Rubric)).one()
    shown = browser.get(place)

    assert wrong.status_code == 422
    assert "How great the need is" in wrong.text
    assert saved.headers["location"] == f"{place}?done=rubric-written"
    assert rubric.criteria == [
        {
            "key": "criterion-1",
            "title": "How great the need is",
            "hint": "",
            "weight": 2,
            "anchors": ["hardly any", "", "many people wait"],
        }
    ]
    assert rubric.due_at.isoformat() == "2030-03-01T17:00:00+00:00"
    assert "many people wait" in shown.text
    assert browser.post(place, data=form | {"expected": '"old"'}).status_code == 412


def test_staff_name_reviewers_with_their_ties(session: Session, browser: TestClient) -> None:
    call, submission, _ = a_round(session)
    person = a_user(session, Role.REVIEWER)
    as_role(session, browser, Role.STAFF)
    code = session.get_one(Programme, call.programme_id).code
    place = f"/programmes/{code}/reviewers/{person.id}"

    offered = browser.get(f"/programmes/{code}/reviewers")
    blank = browser.get(place)
    wrong = browser.post(place, data={"most": "many"})
    browser.post(place, data={"most": "7", "expertise": "Floods", "languages": ["en", "fr"]})
    browser.post(f"{place}/ties", data={"organisation_id": str(submission.organisation_id)})
    shown = browser.get(place)
    browser.post(f"{place}/ties/{submission.organisation_id}/remove")

    row = session.exec(select(Reviewer).where(Reviewer.user_id == person.id)).one()
    assert place in offered.text
    assert blank.status_code == 200
    assert wrong.status_code == 422
    assert (row.most, row.expertise, row.languages) == (7, "Floods", ["en", "fr"])
    assert row.is_active is False
    assert f"{place}/ties/{submission.organisation_id}/remove" in shown.text
    assert "/remove" not in browser.get(place).text
    assert browser.post(f"{place}/ties", data={}).status_code == 422


def test_staff_look_at_a_plan_and_ask_by_it(session: Session, browser: TestClient) -> None:
    call, submission, people = a_round(session)
    as_role(session, browser, Role.STAFF)
    place = place_of(session, call)

    plan = browser.get(f"{place}/reviewers")
    found = re.search(r'name="expected" value="(\w+)"', plan.text)
    assert found
    stale = browser.post(f"{place}/reviewers", data={"expected": "another"})
    stored = browser.post(f"{place}/reviewers", data={"expected": found[1]})
    table = browser.get(f"{place}/reviews")

    names = [session.get_one(User, person.user_id).name for person in people]
    assert all(name in plan.text for name in names)
    assert stale.headers["location"] == f"{place}/reviewers?done=plan-changed"
    assert stored.headers["location"] == f"{place}/reviews?done=plan-stored"
    assert all(name in table.text for name in names)
    assert len(session.exec(select(Review)).all()) == 2
    assert submission.code in table.text


def test_staff_ask_somebody_by_hand_and_read_what_stands_in_the_way(
    session: Session, browser: TestClient
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    near = a_reviewer(session, call, "FR")
    as_role(session, browser, Role.STAFF)
    place = f"/submissions/{submission.code}/reviewers"

    shown = browser.get(place)
    barred = browser.post(place, data={"user_id": str(near.user_id)})
    made = browser.post(place, data={"user_id": str(reviewer.user_id)})

    assert f'value="{reviewer.user_id}"' in shown.text
    assert f'value="{near.user_id}"' not in shown.text
    assert "a conflict of interest" in told(shown)
    assert barred.status_code == 409
    assert made.headers["location"] == f"{place}?done=reviewer-asked"
    assert place in browser.get(f"/submissions/{submission.code}").text


def test_the_ranking_shows_raw_and_corrected_side_by_side(
    session: Session, browser: TestClient
) -> None:
    call, submission, (reviewer, other) = a_round(session)
    empty = as_role(session, browser, Role.STAFF).get(f"{place_of(session, call)}/ranking")
    written(session, submission, reviewer)
    written(session, submission, other, scores={"need": 2, "reach": 2})
    session.commit()

    page = told(browser.get(f"{place_of(session, call)}/ranking?places=1"))
    table = browser.get(f"/api/v1/calls/{call.id}/review-ranking?format=csv").text

    assert "No review was handed in yet." in empty.text
    assert "cannot be told yet" in page
    assert "2.75 2.75 2.75 1.06 1.50 2 100%" in page
    assert submission.code in table


def test_staff_see_all_of_it_and_what_is_empty_says_what_to_do(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    as_role(session, browser, Role.STAFF)
    code = session.get_one(Programme, call.programme_id).code
    place = place_of(session, call)

    for page, sentence in (
        (f"/programmes/{code}/reviews", "Write it"),
        (f"/programmes/{code}/reviewers", "Nobody reviews in this programme yet."),
        (f"{place}/reviews", "Write the rubric first"),
        (f"{place}/reviewers", "Write the rubric first"),
        (f"{place}/conflicts", "None is known."),
        (f"{place}/ranking", "No review was handed in yet."),
    ):
        assert sentence in told(browser.get(page)), page
    a_rubric(session, call)
    session.commit()
    assert "Nobody is asked yet." in told(browser.get(f"{place}/reviews"))
    browser.post(f"{place}/conflicts")
    as_role(session, browser, Role.REVIEWER)
    assert "Nothing is assigned to you." in told(browser.get("/reviews"))
