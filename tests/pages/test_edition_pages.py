"""Staff begin another edition, and say what a call promises, in the browser."""

import html
import re

from sqlmodel import Session, select

from app.access.policy import Role
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.questions import service
from tests.accounts.conftest import Enter
from tests.factories import a_call, a_form, a_person, a_programme


def test_another_edition_begins_with_the_calls_of_this_one(
    session: Session, enter: Enter
) -> None:
    of = a_programme(session, code="gov2gov-2027")
    a_form(session, a_call(session, programme_id=of.id, code="gov2gov-2027-challenges"))
    staff, place = enter(a_person(session, Role.STAFF)), "/programmes/gov2gov-2027"

    listed = staff.get(f"{place}/calls").text
    asked = staff.get(f"{place}/next-edition").text
    wrong = staff.post(
        f"{place}/next-edition", data={"code": of.code, "title": "Again", "days": "7"}
    )
    answer = staff.post(
        f"{place}/next-edition",
        data={"code": "gov2gov-2028", "title": "Third edition", "days": "364"},
    )

    assert f'href="{place}/next-edition"' in listed
    assert "Call for challenges" in asked
    assert wrong.status_code == 409
    assert 'value="Again"' in wrong.text
    assert answer.headers["location"] == "/programmes/gov2gov-2028/calls?done=edition-begun"
    assert "gov2gov-2028-challenges" in staff.get(answer.headers["location"]).text
    assert len(session.exec(select(Programme)).all()) == 2


def test_what_a_call_promises_is_written_line_by_line_and_read_on_its_page(
    session: Session, enter: Enter
) -> None:
    call = a_call(session, state=CallState.DRAFT)
    of = session.get_one(Programme, call.programme_id)
    place = f"/programmes/{of.code}/calls/{call.code}"
    staff = enter(a_person(session, Role.STAFF))

    def send(promised: str) -> int:
        page = staff.get(f"{place}/change").text
        fields = {
            name: html.unescape(found[1])
            for name in ("expected", "title", "code", "opens_at", "closes_at", "grace_minutes")
            if (found := re.search(rf'name="{name}"[^>]*value="([^"]*)"', page))
        }
        answer = staff.post(
            f"{place}/change", data={**fields, "zone": call.zone, "promised": promised}
        )
        return answer.status_code

    assert send("tomorrow Decisions are told") == 422
    assert send("2027-06-01 Decisions are told\n\n2027-09-01  Work begins") == 303
    session.expire_all()
    assert session.get_one(Call, call.id).promised == [
        {"on": "2027-06-01", "label": "Decisions are told"},
        {"on": "2027-09-01", "label": "Work begins"},
    ]
    shown = staff.get(f"{place}/preview").text
    assert '<dt>1 June 2027</dt><dd lang="en">Decisions are told</dd>' in shown
    assert "2027-09-01 Work begins" in staff.get(f"{place}/change").text


def test_a_call_that_is_drafted_like_another_one_asks_what_it_asks(
    session: Session, enter: Enter
) -> None:
    earlier = a_call(session)
    a_form(session, earlier)
    of = session.get_one(Programme, earlier.programme_id)
    staff = enter(a_person(session, Role.STAFF))
    page = staff.get(f"/programmes/{of.code}/new-call?like={earlier.id}").text

    wrong = staff.post(f"/programmes/{of.code}/calls", data={"like": "<b>", "code": "x"})
    staff.post(
        f"/programmes/{of.code}/calls",
        data={
            "like": str(earlier.id),
            "kind": "challenges",
            "code": "the-next",
            "title": "The next call",
            "zone": "UTC",
            "opens_at": "2030-01-01T09:00",
            "closes_at": "2030-02-01T09:00",
        },
    )

    made = session.exec(select(Call).where(Call.code == "the-next")).one()
    assert wrong.status_code == 422
    assert f'name="like" value="{earlier.id}"' in page
    assert service.form_of_call(session, made).question("cities") is not None
