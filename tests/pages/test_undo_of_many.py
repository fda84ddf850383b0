"""What many have done at once is undone at once, where the life has a step back."""

import re

from sqlmodel import Session
from starlette.testclient import TestClient

from app.programmes.models import Programme
from app.submissions.lifecycle import State
from tests.factories import a_call, a_challenge


def test_one_button_undoes_a_step_of_many_but_for_those_who_have_moved_on(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    rows = [a_challenge(session, call_id=call.id, state=State.ELIGIBLE) for _ in range(3)]
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}"
    codes = [row.code for row in rows]
    address = f"{place}/steps/challenge"

    done = staff.post(address, data={"step": "select", "code": codes})
    listed = staff.get(done.headers["location"]).text
    session.expire_all()
    rows[2].state = State.WITHDRAWN
    session.add(rows[2])
    session.commit()
    form = listed[listed.index('name="step" value="reconsider"') :].partition("</form>")[0]
    moved = re.findall(r'name="code" value="([^"]*)"', form)
    preview = staff.get(address, params={"step": "reconsider", "code": moved}).text
    able = re.findall(r'name="code" value="([^"]*)"', preview)
    undo = {"step": "reconsider", "code": able}
    without = staff.post(address, data=undo)
    staff.post(address, data=undo | {"reason": "Ticked by mistake."})

    session.expire_all()
    assert "Undo for all that were moved" in listed
    assert moved == codes
    assert "Stays as it is. It is withdrawn." in preview
    assert able == codes[:2]
    assert without.status_code == 422
    assert [row.state for row in rows] == [State.ELIGIBLE, State.ELIGIBLE, State.WITHDRAWN]


def test_a_step_that_has_no_way_back_offers_none(session: Session, staff: TestClient) -> None:
    call = a_call(session)
    row = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}"

    done = staff.post(f"{place}/steps/challenge", data={"step": "pass", "code": [row.code]})

    assert done.headers["location"] == f"{place}/challenges?done=many"
    listed = staff.get(done.headers["location"])
    assert listed.status_code == 200
    assert "Undo for all" not in listed.text


def test_an_address_that_somebody_made_up_offers_no_undo(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    row = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"

    listed = [staff.get(f"{place}?undo={name}&moved={row.code}") for name in ("pass", "erase")]

    assert [page.status_code for page in listed] == [200, 200]
    assert not any("Undo for all" in page.text for page in listed)
