"""Pages on which staff decide, a lead releases, and a team reads what became of it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.models import BrowserSession
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision, Release
from app.notifications.models import LetterTemplate
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.factories import (
    a_call,
    a_challenge,
    a_decision,
    a_person,
    a_user,
    decided,
    organisation_of,
)
from tests.pages.conftest import as_role

WRITTEN: dict[str, Any] = {
    "outcome": "reserve",
    "reasons": "Close to the best.",
    "feedback": "You know your problem in figures.",
}


def place_of(session: Session, call: Call) -> str:
    return f"/programmes/{session.get_one(Programme, call.programme_id).code}/calls/{call.code}"


def tag_on(page: str) -> str:
    found = re.search(r'name="expected" value="([^"]*)"', page)
    assert found
    return found[1].replace("&#34;", '"')


def test_staff_write_a_decision_and_a_lead_approves_what_is_shown(
    session: Session, browser: TestClient
) -> None:
    row = a_challenge(session, state=State.ELIGIBLE)
    place = f"/submissions/{row.code}/decision"
    as_role(session, browser, Role.STAFF)

    saved = browser.post(place, data=WRITTEN)
    draft = browser.get(place).text
    changed = WRITTEN | {"expected": tag_on(draft), "outcome": "selected"}
    browser.post(place, data=changed)
    handing = tag_on(browser.get(f"{place}/steps/hand-over").text)
    browser.post(f"{place}/steps/hand-over", data={"expected": handing})
    as_role(session, browser, Role.LEAD)
    approving = browser.get(f"{place}/steps/approve").text
    browser.post(f"{place}/steps/approve", data={"expected": tag_on(approving)})

    decision = session.exec(select(Decision)).one()
    assert saved.headers["location"] == f"{place}?done=decision-written"
    assert "You know your problem in figures." in draft
    assert "Close to the best." in approving
    assert (decision.state, decision.outcome) == ("approved", "selected")


def test_of_two_who_write_at_once_the_second_sees_both(
    session: Session, staff: TestClient
) -> None:
    decision = a_decision(session)
    session.commit()
    place = f"/submissions/{decision.code}/decision"
    before = tag_on(staff.get(place).text)
    first = WRITTEN | {"expected": before, "reasons": "From the first."}
    second = WRITTEN | {"expected": before, "reasons": "From the second."}

    staff.post(place, data=first)
    answer = staff.post(place, data=second)

    assert answer.status_code == 412
    assert "Somebody has changed this while you wrote." in answer.text
    assert "From the first." in answer.text
    assert "From the second." in answer.text


def test_what_cannot_be_taken_is_told_beside_its_field(
    session: Session, staff: TestClient
) -> None:
    row = a_challenge(session, state=State.ELIGIBLE)
    session.commit()
    place = f"/submissions/{row.code}/decision"

    refused = [
        staff.post(place, data=WRITTEN | wrong)
        for wrong in ({"outcome": ""}, {"feedback": "x" * 5001}, {"language": "French"})
    ]

    assert [answer.status_code for answer in refused] == [422] * 3
    assert all("There is a problem" in answer.text for answer in refused)
    assert session.exec(select(Decision)).all() == []


def test_one_outcome_is_drafted_for_many_and_taken_back_with_one_button(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    rows = [a_challenge(session, call_id=call.id, state=State.ELIGIBLE) for _ in range(2)]
    gone = a_challenge(session, call_id=call.id, state=State.WITHDRAWN)
    session.commit()
    place = f"{place_of(session, call)}/decisions"
    codes = [row.code for row in (*rows, gone)]

    preview = staff.get(f"{place}/draft", params={"outcome": "reserve", "code": codes}).text
    able = re.findall(r'name="code" value="([^"]*)"', preview)
    done = staff.post(f"{place}/draft", data={"outcome": "reserve", "code": able})
    listed = staff.get(done.headers["location"]).text
    before = session.exec(select(Decision.outcome)).all()
    undo = listed[listed.index(f'action="{place}/discard"') :].partition("</form>")[0]
    staff.post(f"{place}/discard", data={"code": re.findall(r'value="([^"]*)"', undo)})

    session.expire_all()
    assert able == codes[:2]
    assert "Stays as it is. It is withdrawn." in preview
    assert before == [DecisionOutcome.RESERVE] * 2
    assert set(session.exec(select(Decision.state))) == {DecisionState.DISCARDED}


@pytest.mark.parametrize(
    ("show", "states"),
    [
        ("undecided", {"none"}),
        ("draft", {"draft"}),
        ("ready", {"ready"}),
        ("approved", {"approved"}),
        ("released", {"released"}),
    ],
)
def test_the_table_of_a_call_is_filtered_by_what_is_open(
    session: Session, staff: TestClient, show: str, states: set[str]
) -> None:
    call = a_call(session)
    codes = {"none": a_challenge(session, call_id=call.id, state=State.ELIGIBLE).code}
    for state in ("draft", "ready", "approved", "released"):
        place = State.SELECTED if state == "released" else State.ELIGIBLE
        row = a_challenge(session, call_id=call.id, state=place)
        a_decision(session, submission=row, state=DecisionState(state))
        codes[state] = row.code
    session.commit()

    page = staff.get(f"{place_of(session, call)}/decisions?show={show}").text

    assert {state for state, code in codes.items() if f"{code}/decision" in page} == states


def test_a_release_says_what_is_missing_and_then_shows_each_letter(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session)
    member = a_user(session, language="fr")
    team = organisation_of(session, member)
    row = a_challenge(session, call_id=call.id, state=State.ELIGIBLE, organisation_id=team)
    other = a_challenge(session, call_id=call.id, state=State.ELIGIBLE)
    decision = a_decision(session, submission=row, state=DecisionState.APPROVED)
    session.commit()
    place = f"{place_of(session, call)}/release"

    before = lead.get(place).text
    refused = lead.post(place, data={"expected": "*"})
    other.state = State.WITHDRAWN
    session.commit()
    ready = lead.get(place).text
    done = lead.post(place, data={"expected": tag_on(ready), "answer_by": "2100-06-14T18:00"})

    session.expire_all()
    letter = session.exec(select(Letter)).one()
    assert "Nothing is drafted about it." in before
    assert "Release 1 decision<" not in before
    assert refused.status_code == 422
    assert "Bonjour," in ready
    assert decision.feedback in ready
    assert "Release 1 decision<" in ready
    assert done.headers["location"].endswith("/decisions?show=released&done=released")
    assert row.state is State.SELECTED
    assert "14 juin 2100 à 18:00 (Paris" in letter.body
    assert session.exec(select(Release.letters)).one() == 1


def test_a_lead_releases_what_the_page_has_shown_or_sees_it_anew(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session)
    decision = a_decision(session, call_id=call.id, state=DecisionState.APPROVED)
    session.commit()
    place = f"{place_of(session, call)}/release"
    answer_by = "2100-06-14T18:00"

    seen = tag_on(lead.get(place).text)
    decision.feedback = "Words that the lead has not read."
    session.commit()
    unseen = lead.post(place, data={"answer_by": answer_by})
    wrong = lead.post(place, data={"expected": seen, "answer_by": "2000-01-01T00:00"})
    refused = lead.post(place, data={"expected": tag_on(wrong.text), "answer_by": answer_by})
    before = session.exec(select(Release)).all()
    done = lead.post(place, data={"expected": tag_on(refused.text), "answer_by": answer_by})

    assert [answer.status_code for answer in (unseen, wrong, refused, done)] == [
        422,
        422,
        412,
        303,
    ]
    assert "Somebody has changed a decision or a letter since you looked" in refused.text
    assert "Words that the lead has not read." in refused.text
    assert f'value="{answer_by}"' in refused.text
    assert before == []


def test_who_turns_the_page_releases_what_the_first_one_has_shown(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session)
    rows = [
        a_decision(session, call_id=call.id, state=DecisionState.APPROVED) for _ in range(26)
    ]
    session.commit()
    first = lead.get(f"{place_of(session, call)}/release").text
    rows[0].feedback = "Words that the lead has not read."
    session.commit()

    further = re.search(r'href="([^"]*start=25[^"]*)"', first)
    assert further
    second = lead.get(further[1].replace("&amp;", "&")).text

    assert rows[25].code in second
    assert tag_on(second) == tag_on(first)


def test_staff_see_the_release_and_do_not_release(session: Session, staff: TestClient) -> None:
    call = a_call(session)
    a_decision(session, call_id=call.id, state=DecisionState.APPROVED)
    session.commit()
    place = f"{place_of(session, call)}/release"

    page = staff.get(place)
    refused = staff.post(place, data={"expected": "*"})

    assert "A lead of the incubator releases the call." in page.text
    assert refused.status_code == 403


def test_a_team_reads_what_was_decided_and_accepts_it(session: Session, enter: Enter) -> None:
    member = a_person(session)
    row = a_challenge(
        session, organisation_id=organisation_of(session, member), state=State.ELIGIBLE
    )
    session.commit()
    team = enter(member)
    place = f"/submissions/{row.code}"

    before = team.get(place).text
    decided(session, row, answer_by=session.get_one(Call, row.call_id).closes_at)
    session.commit()
    after = team.get(place).text
    accepting = team.get(f"{place}/steps/accept").text
    team.post(f"{place}/steps/accept", data={"expected": tag_on(accepting)})

    session.expire_all()
    assert "decision" not in before.lower()
    assert "Your submission is selected." in after
    assert row.message in after
    assert "1 January 2100" in after
    assert session.get_one(Submission, row.id).state is State.ACCEPTED


def test_a_lead_writes_another_text_sees_it_first_and_goes_back_to_ours(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session)
    decision = a_decision(session, call_id=call.id)
    session.commit()
    place = f"{place_of(session, call)}/letters"
    text = {"subject": "On {code}", "body": "Dear {organisation},\n{feedback}\n{answer}"}

    ours = lead.get(f"{place}/selected/en").text
    looked = lead.post(f"{place}/selected/en", data=text | {"act": "look"}).text
    unsaved = session.exec(select(LetterTemplate)).all()
    wrong = lead.post(f"{place}/selected/en", data=text | {"act": "save", "body": "{score}"})
    lead.post(f"{place}/selected/en", data=text | {"act": "save"})
    listed = lead.get(place).text
    kept = session.exec(select(LetterTemplate)).all()
    lead.post(f"{place}/selected/en", data={"act": "remove"})

    session.expire_all()
    assert "thank you for {code}" in ours
    assert f"On {decision.code}" in looked
    assert decision.feedback in looked
    assert unsaved == []
    assert wrong.status_code == 422
    assert "{score} is no field that can stand here." in wrong.text
    assert "your own" in listed
    assert len(kept) == 1
    assert session.exec(select(LetterTemplate)).all() == []


def test_a_reserve_is_offered_the_places_that_are_free(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    selected, reserve = (
        a_challenge(session, call_id=call.id, state=State.ELIGIBLE) for _ in range(2)
    )
    a_decision(session, submission=selected, state=DecisionState.APPROVED)
    a_decision(
        session,
        submission=reserve,
        state=DecisionState.RELEASED,
        outcome=DecisionOutcome.RESERVE,
    )
    reserve.state = State.RESERVE
    decided_now = session.exec(select(Decision).where(Decision.code == selected.code)).one()
    decided_now.state, decided_now.released_at = DecisionState.RELEASED, selected.created_at
    selected.state = State.WITHDRAWN
    session.commit()
    place = f"/submissions/{reserve.code}/decision"

    page = staff.get(place).text
    form = WRITTEN | {"outcome": "selected", "in_place_of": str(selected.id)}
    saved = staff.post(place, data=form)
    draft = staff.get(place).text

    made = session.exec(select(Decision).where(Decision.state == DecisionState.DRAFT)).one()
    assert f"{selected.code} · " in page
    assert saved.status_code == 303
    assert f'<option value="{selected.id}" selected' in draft
    assert made.in_place_of_id == selected.id


def test_the_form_asks_nothing_more_of_a_team_that_has_accepted(
    session: Session, staff: TestClient
) -> None:
    selected, accepted = (a_challenge(session, state=State.ELIGIBLE) for _ in range(2))
    for row in (selected, accepted):
        decided(session, row, answer_by=session.get_one(Call, row.call_id).closes_at)
    accepted.state = State.ACCEPTED
    session.commit()

    pages = [
        staff.get(f"/submissions/{row.code}/decision").text for row in (selected, accepted)
    ]

    assert ['name="answer_by"' in page for page in pages] == [True, False]


def test_a_browser_that_was_left_open_is_led_to_where_one_confirms(
    session: Session, enter: Enter
) -> None:
    call = a_call(session)
    a_decision(session, call_id=call.id, state=DecisionState.APPROVED)
    person = a_person(session, Role.LEAD)
    session.commit()
    lead = enter(person)
    (browser,) = session.exec(
        select(BrowserSession).where(BrowserSession.user_id == person.id)
    ).all()
    browser.confirmed_at = now() - timedelta(hours=1)
    session.commit()
    place = f"{place_of(session, call)}/release"

    led = lead.post(place, data={"expected": "*"})

    session.expire_all()
    assert (led.status_code, led.headers["location"]) == (
        303,
        f"/confirm?next={quote_plus(place)}",
    )
    assert session.exec(select(Release)).all() == []


def test_an_auditor_reads_all_of_it_and_is_offered_nothing(
    session: Session, browser: TestClient
) -> None:
    call = a_call(session)
    decision = a_decision(session, call_id=call.id, state=DecisionState.READY)
    session.commit()
    place = place_of(session, call)
    auditor = as_role(session, browser, Role.AUDITOR)

    pages = [
        auditor.get(address)
        for address in (
            place.rpartition("/calls")[0] + "/decisions",
            f"{place}/decisions",
            f"{place}/release",
            f"{place}/letters",
            f"{place}/letters/reserve/pt",
            f"/submissions/{decision.code}/decision",
        )
    ]

    assert [page.status_code for page in pages] == [200] * 6
    assert decision.feedback in pages[-1].text
    for page in pages:
        main = page.text[page.text.index("<main") :]
        assert 'method="post"' not in main or "/letters/" in page.url.path
        assert "/steps/" not in main
