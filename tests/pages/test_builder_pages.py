"""Staff say in the browser what a call asks: questions, their order, who may take part."""

import html
import re
from typing import Any

import pytest
from httpx2 import Client
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.questions import service
from app.questions.forms import Form
from tests.accounts.conftest import Enter
from tests.factories import a_call, a_challenge, a_form, a_person


@pytest.fixture
def call(session: Session) -> Call:
    return a_call(session, state=CallState.DRAFT)


@pytest.fixture
def place(session: Session, call: Call) -> str:
    of = session.get_one(Programme, call.programme_id)
    return f"/programmes/{of.code}/calls/{call.code}/form"


def expected_in(page: str) -> str:
    found = re.search(r'name="expected" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def asked(session: Session, call: Call) -> Form:
    session.expire_all()
    return service.form_of_call(session, session.get_one(Call, call.id))


def save(browser: Client, address: str, **fields: Any) -> Any:
    page = browser.get(address).text
    return browser.post(address, data={"expected": expected_in(page), **fields})


def press(browser: Client, place: str, address: str, **fields: Any) -> Any:
    """Press a button of the page of the form."""
    expected = expected_in(browser.get(place).text)
    return browser.post(f"{place}/{address}", data={"expected": expected, **fields})


def test_a_call_gets_questions_of_its_own_one_by_one(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    staff = enter(a_person(session, Role.STAFF))
    assert f'href="{place}"' in staff.get(place.removesuffix("/form")).text
    assert "This call asks our questions as they are." in staff.get(place).text

    save(
        staff,
        f"{place}/questions/new",
        title="For whom is it?",
        type="choice",
        options="City\n\n Country ",
        required="true",
        audience="staff",
    )
    save(
        staff,
        f"{place}/questions/new",
        title="For whom is it?",
        type="number",
        least="1",
        most="500",
        if_question="for_whom_is_it",
        if_says="City",
    )
    save(staff, f"{place}/questions/tried", required="true", most_words="50", section="Before")

    found = {one.key: one for one in asked(session, call).questions}
    first, second = found["for_whom_is_it"], found["for_whom_is_it_2"]
    assert (first.options, first.required, first.audience) == (
        ["City", "Country"],
        True,
        "staff",
    )
    assert second.shown_if is not None
    assert (second.least, second.most, second.shown_if.says) == (1, 500, ["City"])
    tried = found["tried"]
    assert (tried.required, tried.most_words, tried.section) == (True, 50, "Before")
    page = staff.get(place).text
    assert "One of a list · needed · The staff alone" in page


def test_questions_are_moved_taken_out_and_put_back(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    staff = enter(a_person(session, Role.STAFF))

    press(staff, place, "questions/outcome/move", then="up")
    press(staff, place, "questions/outcome/move", then="up")
    press(staff, place, "questions/tried/remove")
    after = [one.key for one in asked(session, call).questions]
    assert "Our questions that this call leaves out" in staff.get(place).text
    save(staff, f"{place}/questions/tried")

    assert after == ["problem", "outcome", "affected", "constraints", "help_wanted"]
    assert [one.key for one in asked(session, call).questions] == [*after, "tried"]


@pytest.mark.parametrize("key", ["problem", "scale"])
def test_a_question_that_is_needed_stays_and_it_is_said_why(
    session: Session, enter: Enter, call: Call, place: str, key: str
) -> None:
    a_form(session, call)

    page = press(enter(a_person(session, Role.STAFF)), place, f"questions/{key}/remove")

    assert page.status_code == 422
    assert "It cannot be taken out" in page.text
    assert asked(session, call).question(key) is not None


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        (
            {"title": "", "type": "date"},
            "title",
            "Write what is asked, in 3 characters or more.",
        ),
        (
            {"title": "Which?", "type": "choice", "options": "One"},
            "type",
            "give at least two options to choose from",
        ),
        (
            {"title": "Which?", "type": "date", "most_words": "many"},
            "most_words",
            "It is not a whole number; write digits alone, such as 12.",
        ),
        (
            {"title": "Which?", "type": "date", "if_question": "scale", "if_says": "Moon"},
            "if_question",
            None,
        ),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field_and_kept(
    session: Session,
    enter: Enter,
    call: Call,
    place: str,
    fields: dict[str, str],
    field: str,
    said: str | None,
) -> None:
    a_form(session, call)
    staff = enter(a_person(session, Role.STAFF))

    page = save(staff, f"{place}/questions/new", **fields)

    assert page.status_code == 422
    if said is not None:
        assert f'<a href="#{field}">' in page.text
        assert said in page.text
    else:
        assert "Nobody can answer &#39;Moon&#39;. Write City or Country." in page.text
    assert len(asked(session, call).questions) == 4


def test_two_who_change_the_form_at_once_do_not_overwrite_one_another(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    staff = enter(a_person(session, Role.STAFF))
    seen = expected_in(staff.get(f"{place}/questions/new").text)
    press(staff, place, "questions/tried/remove")

    page = staff.post(
        f"{place}/questions/new",
        data={"expected": seen, "title": "Which one?", "type": "date"},
    )
    moved = staff.post(f"{place}/questions/outcome/move", data={"expected": seen, "then": "up"})

    assert page.status_code == 412
    assert 'value="Which one?"' in page.text
    assert "Somebody has changed this while you wrote." in page.text
    assert moved.headers["location"] == f"{place}?done=form-overtaken"
    assert [one.key for one in asked(session, call).questions][:3] == [
        *("problem", "affected", "outcome")
    ]


def test_a_condition_is_added_with_its_reason_and_taken_out(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    a_form(session, call)
    staff = enter(a_person(session, Role.STAFF))

    wrong = save(staff, f"{place}/rule", subject="country", one_of="Atlantis", reason="So.")
    save(staff, f"{place}/rule", subject="country", one_of="FR\nPT", reason="They pay for it.")
    save(
        staff,
        f"{place}/rule",
        subject="answer",
        question="scale",
        one_of="City",
        reason="It is for cities.",
    )
    said = [(one.subject, one.one_of, one.reason) for one in asked(session, call).rules]
    page = staff.get(place).text
    press(staff, place, "rules/0/remove")

    assert wrong.status_code == 422
    assert "is no country. Write a code such as FR." in wrong.text
    assert said == [
        ("country", ["FR", "PT"], "They pay for it."),
        ("answer", ["City"], "It is for cities."),
    ]
    assert "Country of the organisation: France; Portugal" in page
    assert [one.reason for one in asked(session, call).rules] == ["It is for cities."]


def test_a_call_asks_for_the_support_of_a_superior_and_for_none_again(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    a_form(session, call)
    staff = enter(a_person(session, Role.STAFF))
    before = asked(session, call)

    press(staff, place, "support", then="ask")
    asking = asked(session, call)
    page = staff.get(place).text
    press(staff, place, "questions/problem/move", then="down")
    moved = asked(session, call).support
    press(staff, place, "support", then="stop")

    assert (before.support, asking.support, moved) == (False, True, True)
    assert asking.model_copy(update={"support": False}) == before
    assert "Each team names a superior" in page
    assert not asked(session, call).support


def test_what_is_tried_is_judged_as_for_a_team_and_never_stored(
    session: Session, enter: Enter, call: Call, place: str
) -> None:
    a_form(session, call)
    staff = enter(a_person(session, Role.STAFF))
    keys = {
        f"answers.{index}.key": one.key
        for index, one in enumerate(asked(session, call).questions)
    }

    fresh = staff.get(f"{place}/try").text
    page = staff.post(
        f"{place}/try",
        data={
            **keys,
            "answers.0.said": "It floods.",
            "answers.2.said": "City",
            "answers.3.said": "none",
        },
    ).text
    whole = staff.post(
        f"{place}/try",
        data={
            **keys,
            "answers.0.said": "It floods.",
            "answers.1.said": "It is dry.",
            "answers.2.said": "Country",
        },
    ).text

    assert "Nothing that you write here is stored." in fresh
    assert "2 things are missing before you can send it." in page
    assert "It is not a number; write digits and a point, such as 0.6." in page
    assert "It floods." in page
    assert "These answers could be sent." in whole
    assert "Not asked, as the answers are now:" in whole


def test_what_teams_answer_is_locked_and_the_next_version_waits_until_it_is_used(
    session: Session, enter: Enter
) -> None:
    call = a_call(session)
    of = session.get_one(Programme, call.programme_id)
    place = f"/programmes/{of.code}/calls/{call.code}/form"
    form = a_form(session, call)
    form.answered_since = form.used_since
    a_challenge(session, call_id=call.id, form_id=form.id)
    staff, lead = enter(a_person(session, Role.STAFF)), enter(a_person(session, Role.LEAD))
    assert "A published call is changed by a lead" in staff.get(place).text

    answer = save(lead, f"{place}/questions/new", title="Which one?", type="date")
    prepared = lead.get(answer.headers["location"]).text
    before = [one.key for one in asked(session, call).questions]
    step = lead.get(f"{place}/steps/use").text
    used = lead.post(f"{place}/steps/use", data={"expected": expected_in(step)})

    assert "Teams are asked as before until you use it." in prepared
    assert "Not in use yet" in prepared
    assert "which_one" not in before
    assert used.headers["location"] == f"{place}?done=form-used"
    assert [one.key for one in asked(session, call).questions] == [*before, "which_one"]


def test_what_is_prepared_is_thrown_away_after_a_question(
    session: Session, enter: Enter
) -> None:
    call = a_call(session)
    of = session.get_one(Programme, call.programme_id)
    place = f"/programmes/{of.code}/calls/{call.code}/form"
    a_form(session, call, used_since=None)
    lead = enter(a_person(session, Role.LEAD))

    step = lead.get(f"{place}/steps/discard").text
    lead.post(f"{place}/steps/discard", data={"expected": expected_in(step)})

    assert "What you have prepared is gone." in step
    assert service.used(session, OPERATOR, call.id).number == 0
    assert lead.get(f"{place}/steps/discard").status_code == 404
