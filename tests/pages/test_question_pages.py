"""A team answers the questions of its call in the browser, each in its own way."""

import html
import re

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.accounts.models import User
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_form,
    a_person,
    organisation_of,
    themes,
)

ASKED = [
    {"key": "problem", "required": True},
    {"key": "outcome", "required": True, "most_words": 20},
    {"key": "place", "type": "short_text", "title": "Which place?", "section": "Where"},
    {
        "key": "scale",
        "type": "choice",
        "title": "For whom?",
        "options": ["City", "Country"],
        "section": "Where",
        "required": True,
    },
    {
        "key": "cities",
        "type": "number",
        "title": "How many cities?",
        "required": True,
        "least": 1,
        "shown_if": {"question": "scale", "says": ["City"]},
        "audience": "staff",
    },
    {"key": "tools", "type": "choices", "title": "With what?", "options": ["Maps", "Letters"]},
    {"key": "since", "type": "date", "title": "Since when?"},
    {"key": "ready", "type": "yes_no", "title": "Are you ready?"},
    {"key": "partner", "type": "country", "title": "With which country?"},
    {"key": "spoken", "type": "language", "title": "In which language?"},
    {"key": "page", "type": "link", "title": "Where can we read more?"},
    {"key": "story", "type": "long_text", "title": "<b>Tell & more</b>", "least_words": 2},
]
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def member(session: Session) -> User:
    return a_person(session, Role.MEMBER)


@pytest.fixture
def call(session: Session) -> Call:
    themes(session)
    return a_call(session)


@pytest.fixture
def draft(session: Session, member: User, call: Call) -> Submission:
    form = a_form(session, call, questions=ASKED)
    owner = organisation_of(session, member)
    return a_challenge(session, call_id=call.id, organisation_id=owner, form_id=form.id)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def stored(session: Session, draft: Submission) -> Submission:
    session.expire_all()
    return session.get_one(Submission, draft.id)


def test_each_kind_of_answer_is_saved_shown_again_and_read_back(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    browser, place = enter(member), f"/submissions/{draft.code}/topics"
    sent: dict[str, str | list[str]] = {
        "place": "The bay",
        "scale": "City",
        "cities": "12",
        "tools": ["Letters", "Maps"],
        "since": "2020-02-29",
        "ready": "no",
        "partner": "PT",
        "spoken": "fr",
        "page": "https://example.org/a?b=1&c=2",
        "story": "We <i>tried</i> it.",
    }
    followed = {}

    for key, value in sent.items():
        seen = hidden(browser.get(f"{place}/{key}").text, "seen")
        answer = browser.post(f"{place}/{key}", data={"answer": value, "seen": seen})
        followed[key] = answer.headers["location"].rpartition("/")[2]

    assert stored(session, draft).answers == {
        "place": "The bay",
        "scale": "City",
        "cities": 12,
        "tools": ["Maps", "Letters"],
        "since": "2020-02-29",
        "ready": False,
        "partner": "PT",
        "spoken": "fr",
        "page": "https://example.org/a?b=1&c=2",
        "story": "We <i>tried</i> it.",
    }
    assert followed == dict(zip(sent, [*list(sent)[1:], "themes"], strict=True))
    shown = browser.get(f"/submissions/{draft.code}/check").text
    for text in (
        "Maps; Letters",
        "29 February 2020",
        ">No<",
        ">Portugal<",
        ">French<",
        'href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"',
        "We &lt;i&gt;tried&lt;/i&gt; it.",
        "&lt;b&gt;Tell &amp; more&lt;/b&gt;",
    ):
        assert text in shown, text
    for key, field in {
        "tools": 'value="Letters" checked',
        "ready": 'value="no" checked',
        "since": 'type="date" id="answer" name="answer" value="2020-02-29"',
        "partner": '<option value="PT" selected>',
    }.items():
        assert field in browser.get(f"{place}/{key}").text


def test_a_question_appears_once_another_answer_asks_for_it_without_any_script(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    browser, place = enter(member), f"/submissions/{draft.code}"
    before = browser.get(place).text

    seen = hidden(browser.get(f"{place}/topics/scale").text, "seen")
    answer = browser.post(f"{place}/topics/scale", data={"answer": "City", "seen": seen})

    after = browser.get(place).text
    assert "How many cities?" not in before
    assert answer.headers["location"] == f"{place}/topics/cities"
    assert "How many cities?" in after
    assert '<h2 class="h2" lang="en">Where</h2>' in after


def test_an_answer_that_is_wrong_is_said_at_its_field_and_kept_as_written(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    browser = enter(member)
    place = f"/submissions/{draft.code}/topics/since"
    seen = hidden(browser.get(place).text, "seen")

    page = browser.post(place, data={"answer": "yesterday", "seen": seen})
    part = browser.post(place, data={"answer": "yesterday", "seen": seen}, headers=SCRIPT)

    said = "It is no date that exists. Write year, month and day, as in 2027-02-15."
    assert (page.status_code, part.status_code) == (422, 422)
    assert f'<a href="#answer">Since when?: {said}</a>' in page.text
    assert 'value="yesterday"' in page.text
    assert said in part.text
    assert stored(session, draft).answers == {}


def test_a_script_saves_a_yes_or_no_as_well(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    browser, place = enter(member), f"/submissions/{draft.code}/topics/ready"
    seen = hidden(browser.get(place).text, "seen")

    part = browser.post(place, data={"answer": "no", "seen": seen}, headers=SCRIPT)
    late = browser.post(place, data={"answer": "yes", "seen": seen}, headers=SCRIPT)

    assert (part.status_code, late.status_code) == (200, 409)
    assert stored(session, draft).answers == {"ready": False}


def test_who_writes_an_answer_that_is_not_asked_any_more_loses_nothing(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    browser, place = enter(member), f"/submissions/{draft.code}/topics"
    for key, value in {"scale": "City", "cities": "3", "scale ": "Country"}.items():
        address = f"{place}/{key.strip()}"
        seen = hidden(browser.get(address).text, "seen")
        browser.post(address, data={"answer": value, "seen": seen})

    page = browser.get(f"{place}/cities")

    assert page.status_code == 200
    assert "another answer of yours makes this question needless" in page.text
    assert stored(session, draft).answers == {"scale": "Country"}
    assert stored(session, draft).aside == {"hidden": {"cities": 3}}


def test_what_is_missing_links_to_its_question_and_keeps_it_from_being_sent(
    enter: Enter, member: User, draft: Submission
) -> None:
    browser, place = enter(member), f"/submissions/{draft.code}"

    page = browser.get(f"{place}/check").text

    assert "Answer this question." in page
    assert f'href="{place}/topics/scale"' in page
    assert "cities" not in page
    assert f'action="{place}/steps/submit"' not in page


def test_new_questions_are_taken_over_with_one_button_and_the_rest_is_kept(
    session: Session, enter: Enter, member: User, call: Call, draft: Submission
) -> None:
    draft.answers = {"place": "The bay", "scale": "City"}
    second = a_form(session, call, number=2, questions=ASKED[:2])
    browser, place = enter(member), f"/submissions/{draft.code}"
    page = browser.get(place).text
    assert "The questions of this call have changed since you began." in page

    answer = browser.post(f"{place}/newest-form", data={"expected": hidden(page, "expected")})

    after = browser.get(answer.headers["location"]).text
    assert stored(session, draft).form_id == second.id
    assert "The new questions are here." in after
    assert "Answers to earlier questions" in after
    assert "The bay" in after
    assert "The questions of this call have changed" not in after


def test_staff_read_answers_and_conditions_and_not_what_stands_aside(
    session: Session, enter: Enter, call: Call
) -> None:
    rules = [{"subject": "country", "one_of": ["PT"], "reason": "Portugal pays for it."}]
    form = a_form(session, call, questions=ASKED, rules=rules)
    sent = a_challenge(
        session,
        call_id=call.id,
        state=State.SUBMITTED,
        form_id=form.id,
        answers={"scale": "Country"},
        aside={"hidden": {"cities": 77123}, "earlier": []},
    )

    page = enter(a_person(session, Role.STAFF)).get(f"/submissions/{sent.code}").text

    assert "For whom?" in page
    assert ">Country<" in page
    assert "77123" not in page
    assert "not met" in page
    assert "Portugal pays for it." in page


def test_conditions_are_read_before_anything_is_written(
    session: Session, enter: Enter, member: User, call: Call
) -> None:
    rules = [{"subject": "country", "one_of": ["PT"], "reason": "Portugal pays for it."}]
    a_form(session, call, questions=ASKED, rules=rules)
    browser = enter(member)

    public = browser.get(f"/calls/{call.id}").text
    begun = browser.get(f"/submissions/new?call={call.id}").text

    assert "Country of the organisation: Portugal" in public
    assert "Portugal pays for it." in public
    assert "How many cities?" in public
    assert "only if another answer asks for it" in public
    assert "cannot take part in this call:" in begun


def test_the_receipt_holds_what_was_sent_to_own_questions(
    session: Session, enter: Enter, member: User, draft: Submission
) -> None:
    draft.state, draft.submitted_at = State.SUBMITTED, draft.created_at
    draft.answers = {"scale": "Country", "ready": True, "since": "2020-02-29"}

    answer = enter(member).get(f"/submissions/{draft.code}/receipt.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_the_address_of_no_question_is_not_found(
    enter: Enter, member: User, draft: Submission
) -> None:
    browser = enter(member)

    for key in ("nothing", "tried", "experience"):
        assert browser.get(f"/submissions/{draft.code}/topics/{key}").status_code == 404
    assert THEMES
