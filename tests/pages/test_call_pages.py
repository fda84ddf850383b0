"""Staff draft calls, change them and see what everybody will read; a lead publishes."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.pages.staff import late_permits
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.submissions.models import LatePermit
from tests.factories import a_call, a_late_permit, a_programme, an_organisation

DRAFT = {
    "kind": "solutions",
    "code": "second-solutions",
    "title": "Call for solutions of the second edition",
    "zone": "Europe/Paris",
    "opens_at": "2027-01-11T09:00",
    "closes_at": "2027-07-01T00:00",
}


LATE = {"until": "2090-07-01T00:00", "reason": "No network."}


def fields_of(page: str) -> dict[str, str]:
    """What the fields of a form hold."""
    found = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<', page))
    selected = r'<select[^>]* name="(zone)".*?value="([^"]*)" selected'
    found |= dict(re.findall(selected, page, re.DOTALL))
    return {name: unescape(value) for name, value in found.items() if name != "language"}


def place_of(session: Session, call: Call) -> str:
    return f"/programmes/{session.get_one(Programme, call.programme_id).code}/calls/{call.code}"


def test_a_call_is_drafted_in_the_time_of_its_zone(session: Session, staff: TestClient) -> None:
    programme = a_programme(session)
    session.commit()

    answer = staff.post(f"/programmes/{programme.code}/calls", data=DRAFT)

    made = session.exec(select(Call)).one()
    place = f"/programmes/{programme.code}/calls/second-solutions"
    assert answer.headers["location"] == f"{place}?done=call-drafted"
    assert (made.state, made.kind) == (CallState.DRAFT, "solutions")
    assert made.opens_at == datetime(2027, 1, 11, 8, tzinfo=UTC)
    assert made.closes_at == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert "Saved as a draft." in staff.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"opens_at": "2027-03-28T02:30"}, "this hour does not exist in Europe/Paris"),
        ({"opens_at": "soon"}, "write the date and time in full"),
        ({"closes_at": "2026-01-01T00:00"}, "the call must close after it opens"),
        ({"closes_at": ""}, "This field is required."),
        ({"code": "Not A Code"}, "It is not written as it has to be"),
        ({"zone": "Mars/Olympus"}, "IANA time zone"),
        ({"title": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stands_there_again(
    session: Session, staff: TestClient, wrong: dict[str, str], sentence: str
) -> None:
    programme = a_programme(session)
    session.commit()

    answer = staff.post(f"/programmes/{programme.code}/calls", data=DRAFT | wrong)

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert sentence.lower() in page.lower()
    kept = {name: value for name, value in (DRAFT | wrong).items() if name != "kind"}
    shown = fields_of(answer.text)
    assert {name: shown.get(name, "") for name in kept} == kept
    assert session.exec(select(Call)).all() == []


def test_a_code_that_is_taken_is_said_at_its_field(session: Session, staff: TestClient) -> None:
    call = a_call(session)
    place = place_of(session, call).rpartition("/")[0]
    session.commit()

    answer = staff.post(place, data=DRAFT | {"code": call.code})

    assert answer.status_code == 409
    assert (
        f'id="code-wrong"><span class="vh">Error: </span>The programme has a call {call.code}'
        in (answer.text)
    )


def test_another_call_begins_with_the_texts_of_an_earlier_one_and_without_its_code_and_dates(
    session: Session, staff: TestClient
) -> None:
    earlier = a_call(session, title="Call of last year", zone="Asia/Tokyo", notes="Loud")
    programme = a_programme(session)
    session.commit()

    page = staff.get(f"/programmes/{programme.code}/new-call?like={earlier.id}").text

    shown = fields_of(page)
    texts = {name: shown.get(name) for name in ("title", "zone", "notes", "code", "opens_at")}
    assert texts == {
        **{"title": "Call of last year", "zone": "Asia/Tokyo", "notes": "Loud"},
        **{"code": "", "opens_at": ""},
    }


def test_what_was_not_touched_stays_to_the_second(session: Session, staff: TestClient) -> None:
    opens = datetime(2027, 1, 11, 8, 0, 0, 123, tzinfo=UTC)
    closes = datetime(2027, 2, 11, 8, tzinfo=UTC)
    call = a_call(session, state=CallState.DRAFT, opens_at=opens, closes_at=closes)
    session.commit()
    place = f"{place_of(session, call)}/change"

    fields = fields_of(staff.get(place).text)
    answer = staff.post(place, data=fields | {"title": "Another title"})

    session.expire_all()
    assert answer.status_code == 303
    assert (call.title, call.opens_at, call.closes_at) == ("Another title", opens, closes)


def test_with_another_zone_the_same_clock_is_another_instant(
    session: Session, staff: TestClient
) -> None:
    opens, closes = (datetime(2027, 1, day, 8, tzinfo=UTC) for day in (11, 12))
    call = a_call(session, state=CallState.DRAFT, opens_at=opens, closes_at=closes)
    session.commit()
    place = f"{place_of(session, call)}/change"

    staff.post(place, data=fields_of(staff.get(place).text) | {"zone": "Asia/Tokyo"})

    session.expire_all()
    assert call.opens_at == datetime(2027, 1, 11, 0, tzinfo=UTC)


def test_of_two_who_change_a_call_the_second_sees_both_versions_and_loses_nothing(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session, state=CallState.DRAFT, title="As it was")
    session.commit()
    place = f"{place_of(session, call)}/change"
    first = fields_of(staff.get(place).text) | {"title": "Of the first"}
    second = first | {"title": "Of the second"}
    staff.post(place, data=first)

    stale = staff.post(place, data=second)
    again = staff.post(place, data=fields_of(stale.text))

    session.expire_all()
    assert (stale.status_code, again.status_code) == (412, 303)
    assert "<td>Of the first</td><td>Of the second</td>" in stale.text
    assert call.title == "Of the second"


def test_staff_change_no_published_call_and_take_no_step_and_are_told_who_does(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    session.commit()
    place = place_of(session, call)

    page = staff.get(place).text
    sent = {"expected": "*"}
    answers = [
        staff.post(f"{place}/change", data=DRAFT | sent),
        staff.post(f"{place}/closing", data=sent | {"closes_at": "2090-01-01T00:00"}),
        staff.post(f"{place}/steps/cancel", data=sent),
    ]

    assert "A published call is changed by a lead" in page
    assert "A lead can cancel the call." in page
    assert f'href="{place}/steps' not in page
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_lead_previews_and_publishes_a_call_on_a_page_that_says_what_it_means(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session, state=CallState.DRAFT)
    session.commit()
    place = place_of(session, call)

    preview = lead.get(f"{place}/preview").text
    hidden = lead.get(f"/calls/{call.id}").status_code
    page = lead.get(f"{place}/steps/publish").text
    answer = lead.post(f"{place}/steps/publish", data=fields_of(page))

    session.expire_all()
    assert "A preview: this is how everybody will read the call" in preview
    assert '<span class="tag tag--ok">open</span>' in preview.lower()
    assert "/submissions/new" not in preview
    assert "You cannot make it a draft again." in page
    assert answer.headers["location"] == f"{place}?done=call-publish"
    assert (hidden, call.state) == (404, CallState.PUBLISHED)


def test_a_step_from_an_old_page_is_asked_again(session: Session, lead: TestClient) -> None:
    call = a_call(session, state=CallState.DRAFT)
    session.commit()
    place = f"{place_of(session, call)}/steps/publish"
    old = fields_of(lead.get(place).text)
    call.title = "Changed meanwhile"
    session.add(call)
    session.commit()

    answer = lead.post(place, data=old)

    session.expire_all()
    assert (answer.status_code, call.state) == (412, CallState.DRAFT)
    assert "Somebody has changed the call meanwhile." in answer.text
    assert "Changed meanwhile" in answer.text


def test_a_step_that_is_not_open_from_here_says_so(session: Session, lead: TestClient) -> None:
    call = a_call(session)
    session.commit()

    page = lead.get(f"{place_of(session, call)}/steps/publish").text

    assert "This step is not open from where the call stands now." in page


def test_a_later_closing_date_opens_a_closed_call_again(
    session: Session, lead: TestClient
) -> None:
    call = a_call(session, closes_at=datetime(2021, 1, 1, tzinfo=UTC))
    session.commit()
    place = f"{place_of(session, call)}/closing"

    page = lead.get(place).text
    wrong = lead.post(place, data=fields_of(page) | {"closes_at": "2019-01-01T00:00"})
    stale = lead.post(place, data={"expected": "old", "closes_at": "2090-07-01T00:00"})
    answer = lead.post(place, data=fields_of(page) | {"closes_at": "2090-07-01T00:00"})

    session.expire_all()
    assert "it takes things in again" in page
    assert fields_of(page)["closes_at"] == "2021-01-01T01:00"
    assert (wrong.status_code, stale.status_code, answer.status_code) == (422, 412, 303)
    assert "the call must close after it opens" in wrong.text.lower()
    assert fields_of(stale.text)["closes_at"] == "2090-07-01T00:00"
    assert call.closes_at == datetime(2090, 6, 30, 22, tzinfo=UTC)


def test_staff_let_a_team_be_late_see_who_may_and_take_it_back(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session, closes_at=datetime(2021, 1, 1, tzinfo=UTC))
    team = an_organisation(session, name="Office of rivers")
    session.commit()
    place = f"{place_of(session, call)}/late"
    said = {
        "organisation_id": str(team.id),
        "until": "2090-07-01T00:00",
        "reason": "No network.",
    }

    empty = staff.get(place).text
    answer = staff.post(place, data=said)
    listed = staff.get(answer.headers["location"]).text
    permit = session.exec(select(LatePermit)).one()
    back = staff.post(f"{place}/{permit.id}/take-back")

    assert "No team may be later than others." in empty
    assert answer.headers["location"] == f"{place}?done=late-permitted"
    assert "Office of rivers" in listed
    assert "No network." in listed
    assert permit.until == datetime(2090, 6, 30, 22, tzinfo=UTC)
    assert back.headers["location"] == f"{place}?done=late-taken-back"
    assert session.exec(select(LatePermit.id)).all() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"until": "2020-01-01T00:00"}, "This instant is over."),
        ({"until": "2090-03-26T02:30"}, "this hour does not exist in Europe/Paris"),
        ({"until": "soon"}, "write the date and time in full"),
        ({"reason": ""}, "This field is required."),
        ({"organisation_id": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_permit_stands_at_its_field_and_nothing_is_lost(
    session: Session, staff: TestClient, wrong: dict[str, str], sentence: str
) -> None:
    call = a_call(session, closes_at=datetime(2021, 1, 1, tzinfo=UTC))
    team = an_organisation(session)
    session.commit()
    said = {
        "organisation_id": str(team.id),
        "until": "2090-07-01T00:00",
        "reason": "No network.",
    }

    answer = staff.post(f"{place_of(session, call)}/late", data=said | wrong)

    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert fields_of(answer.text)["reason"] == (said | wrong)["reason"]
    assert session.exec(select(LatePermit)).all() == []


def test_a_permit_is_taken_back_at_its_own_call_alone(
    session: Session, staff: TestClient
) -> None:
    call, other = a_call(session), a_call(session)
    permit = a_late_permit(session, call)
    session.commit()

    answer = staff.post(f"{place_of(session, other)}/late/{permit.id}/take-back")

    assert answer.status_code == 404
    assert session.exec(select(LatePermit)).one().id == permit.id


def test_of_very_many_teams_one_is_named_by_its_key(
    session: Session, staff: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = a_call(session)
    for _ in range(3):
        a_late_permit(session, call)
    session.commit()
    monkeypatch.setattr(late_permits, "MOST", 2)

    page = staff.get(f"{place_of(session, call)}/late").text

    assert 'name="organisation_id" type="text"' in page
    assert "There are more; these end first." in page


def test_a_call_is_found_in_its_own_programme_alone(session: Session, lead: TestClient) -> None:
    call = a_call(session)
    other = a_programme(session)
    session.commit()
    ends = ("", "/preview", "/change", "/closing", "/late", "/steps/cancel")

    pages = [lead.get(f"/programmes/{other.code}/calls/{call.code}{end}") for end in ends]

    assert [page.status_code for page in pages] == [404] * len(ends)


def test_two_programmes_may_have_calls_of_one_code(session: Session, lead: TestClient) -> None:
    calls = [a_call(session, code="for-challenges", title=f"Of {n}") for n in ("one", "two")]
    session.commit()

    pages = [lead.get(place_of(session, call)).text for call in calls]

    assert [call.title in page for call, page in zip(calls, pages, strict=True)] == [True, True]


def test_the_list_has_every_call_of_the_programme_and_no_other(
    session: Session, staff: TestClient
) -> None:
    draft = a_call(session, state=CallState.DRAFT, title="Still a draft")
    a_call(session, programme_id=draft.programme_id, title="Call that is open")
    a_call(session, title="Of another programme")
    session.commit()

    page = staff.get(place_of(session, draft).rpartition("/")[0]).text

    assert "Still a draft" in page
    assert "Call that is open" in page
    assert "Of another programme" not in page


# --- programmes ---


def test_a_programme_is_begun_and_changed(session: Session, staff: TestClient) -> None:
    form = {
        **{"code": "gov2gov-2029", "title": "Third edition", "zone": "Europe/Lisbon"},
        **{"working_language": "pt", "providers.min": "1", "providers.max": "3"},
    }

    begun = staff.post("/programmes", data=form)
    place = "/programmes/gov2gov-2029/settings"
    page = staff.get(place).text
    (expected,) = re.findall(r'name="expected" value="([^"]*)"', page)
    sent = form | {"expected": unescape(expected), "title": "The third edition"}
    changed = staff.post(place, data=sent | {"providers.max": "2"})
    stale = staff.post(place, data=sent)

    found = session.exec(select(Programme)).one()
    assert begun.headers["location"] == "/programmes/gov2gov-2029?done=programme-begun"
    assert (changed.status_code, stale.status_code) == (303, 412)
    assert (found.title, found.zone, found.working_language) == (
        "The third edition",
        "Europe/Lisbon",
        "pt",
    )
    assert (found.providers_min, found.providers_max) == (1, 2)
    assert "<td>2</td><td>3</td>" in stale.text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"title": ""}, 422),
        ({"providers.min": "3"}, 422),
        ({"providers.max": "many"}, 422),
        ({"zone": "Mars/Olympus"}, 422),
        ({"code": "taken"}, 409),
    ],
)
def test_what_is_wrong_with_a_programme_changes_nothing(
    session: Session, staff: TestClient, wrong: dict[str, str], status: int
) -> None:
    a_programme(session, code="taken")
    programme = a_programme(session, title="As it was")
    session.commit()
    place = f"/programmes/{programme.code}/settings"
    form = {
        **{"code": programme.code, "title": "Changed", "zone": "Europe/Paris"},
        **{"working_language": "en", "providers.min": "1", "providers.max": "2"},
    }

    begun = staff.post("/programmes", data=form | {"code": "another"} | wrong)
    changed = staff.post(place, data=form | {"expected": "*"} | wrong)

    session.expire_all()
    assert (begun.status_code, changed.status_code) == (status, status)
    assert programme.title == "As it was"
    assert len(session.exec(select(Programme)).all()) == 2
