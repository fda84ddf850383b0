"""A team writes, checks and sends a submission in the browser."""

import re
from typing import Any

import pytest
from pydantic import BaseModel
from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.models import Membership, User
from app.core.storage.database import Database
from app.pages.topics import TOPICS
from app.programmes.lifecycle import CallKind
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.conftest import statements_of
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_person,
    a_solution,
    a_theme,
    an_organisation,
    organisation_of,
    themes,
)

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def member(session: Session) -> User:
    return a_person(session, Role.MEMBER)


@pytest.fixture
def draft(session: Session, member: User) -> Submission:
    themes(session)
    return a_challenge(session, organisation_id=organisation_of(session, member))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def stored(session: Session, draft: Submission) -> Submission:
    session.expire_all()
    return session.get_one(Submission, draft.id)


@pytest.mark.parametrize("kind", Kind)
def test_topics_ask_for_every_passage_once_in_the_order_of_the_form(kind: Kind) -> None:
    fields: type[BaseModel] = ChallengeFields if kind is Kind.CHALLENGE else SolutionFields
    asked = [topic.field for topic in TOPICS[kind] if topic.field not in {"", "summary"}]

    assert tuple(asked) == passages_of(fields)


@pytest.mark.parametrize("kind", CallKind)
def test_a_team_begins_in_an_open_call_with_a_title_alone(
    session: Session, enter: Enter, member: User, kind: CallKind
) -> None:
    call = a_call(session, kind)
    browser = enter(member)
    listed = browser.get("/submissions").text
    asked = browser.get(f"/submissions/new?call={call.id}").text

    answer = browser.post(
        "/submissions", data={"call_id": hidden(asked, "call_id"), "title": "Floods in spring"}
    )

    made = session.exec(select(Submission)).one()
    assert f'href="/submissions/new?call={call.id}"' in listed
    assert (made.title, made.state) == ("Floods in spring", State.DRAFT)
    assert answer.headers["location"] == f"/submissions/{made.code}"
    page = browser.get(answer.headers["location"]).text
    for topic in TOPICS[made.kind]:
        assert f'href="/submissions/{made.code}/topics/{topic.key}"' in page


def test_a_title_that_is_too_short_is_said_at_its_field_and_kept(
    session: Session, enter: Enter, member: User
) -> None:
    call = a_call(session)

    page = enter(member).post("/submissions", data={"call_id": call.id, "title": "abc"})

    assert page.status_code == 422
    assert '<a href="#title">' in page.text
    assert 'value="abc"' in page.text
    assert session.exec(select(Submission)).all() == []


@pytest.mark.parametrize("call", ["", "<b>", "no-such-call"])
def test_a_call_that_is_not_there_is_refused(
    session: Session, enter: Enter, member: User, call: str
) -> None:
    page = enter(member).post("/submissions", data={"call_id": call, "title": "Floods"})

    assert page.status_code in {404, 422}
    assert session.exec(select(Submission)).all() == []


def test_who_belongs_to_several_teams_says_for_which_one(
    session: Session, enter: Enter, member: User
) -> None:
    other = an_organisation(session, name="Second team")
    session.add(Membership(user_id=member.id, organisation_id=other.id, role=Role.MEMBER))
    call = a_call(session)
    browser = enter(member)

    page = browser.get(f"/submissions/new?call={call.id}").text
    browser.post(
        "/submissions",
        data={"call_id": call.id, "title": "Floods in spring", "organisation_id": other.id},
    )

    assert f'<option value="{other.id}">Second team</option>' in page
    assert session.exec(select(Submission)).one().organisation_id == other.id


def test_each_topic_is_saved_and_leads_on_to_the_next(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    browser = enter(member)
    place = f"/submissions/{draft.code}/topics"
    sent: dict[str, dict[str, Any]] = {
        "title": {"title": "Floods in spring", "language": "fr"},
        "problem": {"content.problem": "Nos rivières montent."},
        "themes": {"themes": list(THEMES)},
        "summary": {"summary": "Our rivers rise."},
    }

    followed = {}
    for topic, fields in sent.items():
        seen = hidden(browser.get(f"{place}/{topic}").text, "seen")
        answer = browser.post(f"{place}/{topic}", data={**fields, "seen": seen})
        followed[topic] = answer.headers["location"]

    now = stored(session, draft)
    assert (now.title, now.language, now.summary) == (
        "Floods in spring",
        "fr",
        "Our rivers rise.",
    )
    assert now.content["problem"] == "Nos rivières montent."
    assert now.content["outcome"] == "Households are warned in time."
    assert now.themes == list(THEMES)
    assert followed == {
        "title": f"{place}/problem",
        "problem": f"{place}/affected",
        "themes": f"{place}/summary",
        "summary": f"/submissions/{draft.code}",
    }


def test_a_capacity_is_a_whole_number_and_a_wrong_one_is_said_at_its_field(
    session: Session, enter: Enter, member: User
) -> None:
    themes(session)
    draft = a_solution(session, organisation_id=organisation_of(session, member))
    browser = enter(member)
    place = f"/submissions/{draft.code}/topics/offer"
    seen = hidden(browser.get(place).text, "seen")

    wrong = browser.post(
        place, data={"content.offer": "Time", "content.capacity": "many", "seen": seen}
    )
    right = browser.post(
        place, data={"content.offer": "Time", "content.capacity": "3", "seen": seen}
    )

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert 'id="content.capacity-wrong"' in wrong.text
    assert stored(session, draft).content["capacity"] == 3


def test_a_script_gets_a_line_that_says_that_it_is_saved_and_what_was_seen(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    browser = enter(member)
    place = f"/submissions/{draft.code}/topics/problem"
    seen = hidden(browser.get(place).text, "seen")

    first = browser.post(place, data={"content.problem": "One", "seen": seen}, headers=SCRIPT)
    seen = re.findall(r'data-seen="(\w+)"', first.text)[0]
    second = browser.post(
        place, data={"content.problem": "One and two", "seen": seen}, headers=SCRIPT
    )

    assert (first.status_code, second.status_code) == (200, 200)
    assert "<html" not in first.text
    assert stored(session, draft).content["problem"] == "One and two"


def test_of_two_who_write_one_answer_the_second_sees_both_versions(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    browser = enter(member)
    place = f"/submissions/{draft.code}/topics/problem"
    seen = hidden(browser.get(place).text, "seen")
    browser.post(place, data={"content.problem": "Of a colleague", "seen": seen})

    script = browser.post(place, data={"content.problem": "Mine", "seen": seen}, headers=SCRIPT)
    page = browser.post(place, data={"content.problem": "Mine", "seen": seen})
    kept = stored(session, draft).content["problem"]
    saved = browser.post(
        place, data={"content.problem": "Both", "seen": hidden(page.text, "seen")}
    )

    assert (script.status_code, page.status_code, saved.status_code) == (409, 409, 303)
    assert "<blockquote>Of a colleague</blockquote>" in page.text
    assert ">Mine</textarea>" in page.text
    assert kept == "Of a colleague"
    assert stored(session, draft).content["problem"] == "Both"


def test_what_is_missing_is_named_before_it_is_sent_and_links_to_its_topic(
    session: Session, enter: Enter, member: User
) -> None:
    themes(session)
    draft = a_challenge(
        session,
        organisation_id=organisation_of(session, member),
        content={"problem": "It floods."},
        themes=[],
    )
    browser = enter(member)

    page = browser.get(f"/submissions/{draft.code}/check").text
    sent = browser.post(f"/submissions/{draft.code}/steps/submit", data={"expected": "*"})

    assert "3 things are missing before you can send it." in page
    assert "Say what would be different if the problem were solved." in page
    assert "Send it to the incubator" not in page
    assert sent.headers["location"] == f"/submissions/{draft.code}/check"
    assert stored(session, draft).state is State.DRAFT


def test_a_submission_is_sent_once_and_its_receipt_names_the_code(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    browser = enter(member)
    page = browser.get(f"/submissions/{draft.code}/check").text
    form = {"expected": hidden(page, "expected").replace("&#34;", '"')}

    first = browser.post(f"/submissions/{draft.code}/steps/submit", data=form)
    again = browser.post(f"/submissions/{draft.code}/steps/submit", data=form)
    receipt = browser.get(first.headers["location"]).text

    assert stored(session, draft).state is State.SUBMITTED
    assert first.headers["location"] == f"/submissions/{draft.code}/receipt"
    assert again.headers["location"] == first.headers["location"]
    assert f"<strong>{draft.code}</strong>" in receipt


def test_what_changed_since_it_was_checked_is_not_sent(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    browser = enter(member)
    page = browser.get(f"/submissions/{draft.code}/check").text
    form = {"expected": hidden(page, "expected").replace("&#34;", '"')}
    place = f"/submissions/{draft.code}/topics/problem"
    seen = hidden(browser.get(place).text, "seen")
    browser.post(place, data={"content.problem": "Of a colleague", "seen": seen})

    answer = browser.post(f"/submissions/{draft.code}/steps/submit", data=form)

    assert answer.status_code == 412
    assert stored(session, draft).state is State.DRAFT


@pytest.mark.parametrize(("step", "state"), [("reopen", "draft"), ("withdraw", "withdrawn")])
def test_a_step_says_what_it_means_before_it_is_taken(
    session: Session, enter: Enter, draft: Submission, member: User, step: str, state: str
) -> None:
    draft.state, draft.submitted_at = State.SUBMITTED, draft.created_at
    browser = enter(member)
    place = f"/submissions/{draft.code}/steps/{step}"

    page = browser.get(place)
    answer = browser.post(
        place, data={"expected": hidden(page.text, "expected").replace("&#34;", '"')}
    )
    after = browser.get(answer.headers["location"]).text

    assert page.status_code == 200
    assert stored(session, draft).state == state
    assert answer.headers["location"] == f"/submissions/{draft.code}?done={step}"
    assert 'class="notice" role="status"' in after


def test_a_returned_submission_shows_what_staff_ask_and_is_sent_again(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    draft.state, draft.submitted_at = State.RETURNED, draft.created_at
    draft.message = "Since when does it flood?"
    browser = enter(member)

    tasks = browser.get("/tasks").text
    topics = browser.get(f"/submissions/{draft.code}").text
    check = browser.get(f"/submissions/{draft.code}/check").text
    form = {"expected": hidden(check, "expected").replace("&#34;", '"')}
    sent = browser.post(f"/submissions/{draft.code}/steps/resubmit", data=form)

    assert f"Answer the question about “{draft.title}”" in tasks
    assert "Since when does it flood?" in topics
    assert sent.headers["location"] == f"/submissions/{draft.code}/receipt"
    assert stored(session, draft).state is State.SUBMITTED


def test_text_of_a_team_is_text_and_carries_its_language(
    session: Session, enter: Enter, draft: Submission, member: User
) -> None:
    draft.title, draft.language = "<b>Rivières</b>", "fr"
    draft.content = draft.content | {"problem": "<script>alert(1)</script>"}
    browser = enter(member)

    for place in ("", "/check", "/topics/problem", "/steps/withdraw"):
        page = browser.get(f"/submissions/{draft.code}{place}").text

        assert "<script>alert" not in page
        assert "<b>Rivières" not in page
        assert 'lang="fr"' in page


def test_of_another_team_nothing_is_shown_and_nothing_is_changed(
    session: Session, enter: Enter, draft: Submission
) -> None:
    stranger = enter(a_person(session, Role.MEMBER))
    place = f"/submissions/{draft.code}"

    pages = [
        stranger.get(place + end).status_code
        for end in ("", "/check", "/receipt", "/topics/problem", "/steps/submit")
    ]
    answers = [
        stranger.post(place + "/topics/problem", data={"content.problem": "x"}).status_code,
        stranger.post(place + "/steps/withdraw", data={"expected": "*"}).status_code,
    ]

    assert pages == [404] * 5
    assert answers == [404] * 2
    assert stored(session, draft).state is State.DRAFT


def test_the_pages_of_a_form_cost_as_many_statements_with_many_submissions(
    session: Session, enter: Enter, draft: Submission, member: User, database: Database
) -> None:
    browser = enter(member)
    statements = statements_of(database)

    def cost() -> int:
        statements.clear()
        assert browser.get("/submissions").status_code == 200
        return len(statements)

    few = cost()
    for _ in range(20):
        a_challenge(session, organisation_id=draft.organisation_id, call_id=draft.call_id)
    session.commit()

    assert cost() == few


def test_themes_say_what_they_mean_and_how_many_are_chosen(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    a_theme(session, "practice:scaling", definitions={"en": "To many.", "fr": "Pour tous."})
    a_theme(session, "practice:foresight")
    draft.themes = ["practice:scaling"]
    session.add(draft)
    session.commit()
    browser = enter(member)

    path = f"/submissions/{draft.code}/topics/themes"
    page = browser.get(path).text
    french = browser.get(path, headers={"Accept-Language": "fr"}).text

    chosen = re.findall(r'data-chosen="[^"]*">([^<]*)<', page)
    assert chosen == ["0 chosen", "1 chosen", "0 chosen"]
    assert '<p id="practice:scaling-means">To many.</p>' in page
    assert 'aria-describedby="practice:scaling-means"' in page
    assert "practice:foresight-means" not in page
    assert "Pour tous." in french
