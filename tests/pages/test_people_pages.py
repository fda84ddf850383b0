"""Staff invite people of teams and hand letters over; administrators look after users."""

import re
from html import unescape

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import BrowserSession, Membership, SecondFactor, User
from app.core.storage.outbox import Letter
from app.organisations.models import Organisation
from tests.factories import (
    a_session,
    a_token,
    a_user,
    an_authenticator,
    an_organisation,
    organisation_of,
)
from tests.pages.conftest import as_role

ANN = {
    **{"email": "ann@example.org", "name": "Ann", "role": "member"},
    **{"organisation.name": "Ministry of Water", "organisation.country": "NL"},
    "organisation.level": "central",
}


def test_staff_invite_a_person_see_who_waits_and_write_again(
    session: Session, staff: TestClient
) -> None:
    answer = staff.post("/people/invite", data=ANN)
    place = answer.headers["location"].partition("?")[0]
    page = staff.get(answer.headers["location"]).text
    people = staff.get("/people").text
    again = staff.post(f"{place}/invite-again")

    ann = session.exec(select(User).where(User.email == "ann@example.org")).one()
    assert (answer.status_code, again.status_code) == (303, 303)
    assert place == f"/people/{ann.id}"
    assert "Invited. A letter with a link is on its way." in page
    assert f'href="{place}">Ann</a>' in people
    assert "Ministry of Water" in people
    letters = session.exec(select(Letter).where(Letter.user_id == ann.id)).all()
    assert len(letters) >= 1


def test_a_letter_that_waits_is_handed_over_where_no_mail_server_sends_it(
    session: Session, staff: TestClient
) -> None:
    staff.post("/people/invite", data=ANN)

    listed = staff.get("/letters").text
    (place,) = re.findall(r'action="(/letters/[^"]*/hand-over)"', listed)
    letter = staff.post(place)

    assert "ann@example.org" in listed
    assert "code=" not in listed
    assert letter.headers["cache-control"] == "no-store"
    assert re.search(r"https://testserver/invitation\?code=\w+", unescape(letter.text))


def test_staff_get_no_link_of_somebody_who_is_more_than_a_member(
    session: Session, staff: TestClient, open_browser: object
) -> None:
    admin = TestClient(staff.app, base_url="https://testserver", headers={**staff.headers})
    as_role(session, admin, Role.ADMIN).post("/people/invite", data=ANN | {"role": "staff"})

    letter = session.exec(select(Letter).where(Letter.recipient == "ann@example.org")).one()
    answer = staff.post(f"/letters/{letter.id}/hand-over")

    assert answer.status_code == 403
    assert "code=" not in answer.text


def test_staff_give_no_role_that_may_do_more(session: Session, staff: TestClient) -> None:
    page = staff.get("/people/invite").text

    answer = staff.post("/people/invite", data=ANN | {"role": "admin"})

    assert answer.status_code == 403
    assert '<select class="govuk-select" id="role"' not in page
    assert session.exec(select(User).where(User.email == "ann@example.org")).all() == []


def test_staff_know_of_nobody_who_has_accepted(session: Session, staff: TestClient) -> None:
    member = a_user(session, name="Known to the team alone")
    organisation = organisation_of(session, member)
    session.commit()

    page = staff.get(f"/people/organisations/{organisation}").text

    assert "Known to the team alone" not in page
    assert "Nobody waits." in page
    assert staff.get(f"/people/{member.id}").status_code == 404
    assert staff.get("/people/users").status_code == 403


def test_what_is_wrong_with_an_invitation_stands_at_its_field(
    session: Session, staff: TestClient
) -> None:
    a_user(session, email="ann@example.org")
    an_organisation(session, name="Ministry of Water", country="NL")
    session.commit()

    empty = staff.post("/people/invite", data={"role": "member", "organisation.name": "X"})
    taken = staff.post("/people/invite", data=ANN)
    alike = staff.post(
        "/people/invite",
        data=ANN | {"email": "ben@example.org", "organisation.name": "MINISTRY of Water"},
    )

    assert [page.status_code for page in (empty, taken, alike)] == [422, 409, 409]
    assert 'id="organisation.country-wrong"' in empty.text
    assert 'id="email-wrong"' in taken.text
    assert 'id="organisation.name-wrong"' in alike.text
    assert 'value="MINISTRY of Water"' in alike.text


def test_an_organisation_is_added_once(session: Session, staff: TestClient) -> None:
    form = {"name": "Ministry of Water", "country": "NL", "level": "central"}

    added = staff.post("/people/organisations", data=form)
    again = staff.post("/people/organisations", data=form)
    wrong = staff.post("/people/organisations", data=form | {"country": "Atlantis"})

    statement = select(Organisation).where(Organisation.name == "Ministry of Water")
    made = session.exec(statement).one()
    assert added.headers["location"] == (
        f"/people/organisations/{made.id}?done=organisation-added"
    )
    assert (again.status_code, wrong.status_code) == (409, 422)
    assert 'id="name-wrong"' in again.text
    invite = staff.get(f"/people/invite?organisation={made.id}").text
    assert 'name="organisation.name" type="text" value="Ministry of Water"' in invite


# --- administrators ---


def test_an_administrator_gives_a_role_and_takes_it_away(
    session: Session, admin: TestClient
) -> None:
    user = a_user(session)
    organisation = an_organisation(session)
    session.commit()
    form = {"organisation_id": str(organisation.id), "role": "reviewer"}

    given = admin.post(f"/people/{user.id}/roles", data=form)
    twice = admin.post(f"/people/{user.id}/roles", data=form)
    page = admin.get(f"/people/{user.id}").text
    held = session.exec(
        select(Membership).where(
            Membership.user_id == user.id, Membership.role == Role.REVIEWER
        )
    ).one()
    key = held.id
    taken = admin.post(f"/people/{user.id}/roles/{key}/take")

    session.expire_all()
    assert [a.status_code for a in (given, twice, taken)] == [303, 409, 303]
    assert "The user is reviewer there already." in twice.text
    assert f'action="/people/{user.id}/roles/{key}/take"' in page
    roles = session.exec(select(Membership.role).where(Membership.user_id == user.id)).all()
    assert roles == [Role.MEMBER]


def test_an_administrator_ends_sessions_and_takes_a_lost_authenticator_away(
    session: Session, admin: TestClient
) -> None:
    user = a_user(session)
    an_authenticator(session, user)
    a_session(session, user)
    session.commit()
    place = f"/people/{user.id}"

    page = admin.get(place).text
    ended = admin.post(f"{place}/sessions/end")
    left = session.exec(select(BrowserSession).where(BrowserSession.user_id == user.id)).all()
    removed = admin.post(f"{place}/authenticator/remove")

    assert "Take the authenticator away" in page
    assert "Sign out everywhere" in page
    assert (ended.status_code, removed.status_code, left) == (303, 303, [])
    assert session.exec(select(SecondFactor)).all() == []


def test_an_account_is_closed_opened_again_and_erased_each_on_a_page_that_says_what_it_means(
    session: Session, admin: TestClient
) -> None:
    user = a_user(session)
    a_user(session, organisation_id=organisation_of(session, user))
    session.commit()
    places = [f"/people/{user.id}/steps/{step}" for step in ("deactivate", "reactivate")]
    states = []

    for place in (*places, places[0], f"/people/{user.id}/steps/erase"):
        page = admin.get(place).text
        (expected,) = re.findall(r'name="expected" value="([^"]*)"', page)
        answer = admin.post(place, data={"expected": unescape(expected)})
        session.expire_all()
        states.append((answer.status_code, user.state))

    assert states == [
        (303, UserState.DEACTIVATED),
        (303, UserState.ACTIVE),
        (303, UserState.DEACTIVATED),
        (303, UserState.ERASED),
    ]


def test_the_last_of_a_team_leaves_when_somebody_takes_over_and_an_old_page_is_asked_again(
    session: Session, admin: TestClient
) -> None:
    user, heir = a_user(session), a_user(session)
    session.commit()
    place = f"/people/{user.id}/steps/deactivate"
    page = admin.get(place).text
    (expected,) = re.findall(r'name="expected" value="([^"]*)"', page)
    form = {"expected": unescape(expected)}

    refused = admin.post(place, data=form)
    stale = admin.post(place, data={"expected": "old"})
    done = admin.post(place, data=form | {"hand_over_to": str(heir.id)})

    session.expire_all()
    assert [a.status_code for a in (refused, stale, done)] == [409, 412, 303]
    assert "Nobody else would be left in" in refused.text
    assert user.state is UserState.DEACTIVATED
    held = select(Membership.organisation_id).where(Membership.user_id == heir.id)
    assert organisation_of(session, user) in session.exec(held).all()


def test_a_hand_over_is_undone_where_the_account_cannot_be_closed(
    session: Session, browser: TestClient
) -> None:
    last = a_user(session, Role.ADMIN)
    team = an_organisation(session)
    session.add(Membership(user_id=last.id, organisation_id=team.id, role=Role.MEMBER))
    heir = a_user(session)
    browser.headers["Authorization"] = f"Bearer {a_token(session, last)}"
    session.commit()
    place = f"/people/{last.id}/steps/deactivate"

    answer = browser.post(place, data={"expected": "*", "hand_over_to": str(heir.id)})

    session.expire_all()
    assert (answer.status_code, last.state) == (409, UserState.ACTIVE)
    joined = select(Membership).where(
        Membership.user_id == heir.id, Membership.organisation_id == team.id
    )
    assert session.exec(joined).all() == []


def test_administrators_see_users_by_their_state(session: Session, admin: TestClient) -> None:
    a_user(session, name="Waits still", state=UserState.INVITED)
    a_user(session, name="Works here")
    session.commit()

    everybody = admin.get("/people/users").text
    waiting = admin.get("/people/users?state=invited").text

    assert ("Waits still" in everybody, "Works here" in everybody) == (True, True)
    assert ("Waits still" in waiting, "Works here" in waiting) == (True, False)


# --- a member ---


def test_a_member_sees_the_own_team_and_whom_to_ask_and_nothing_of_others(
    session: Session, browser: TestClient
) -> None:
    member = a_user(session, name="I myself")
    a_user(session, name="My colleague", organisation_id=organisation_of(session, member))
    a_user(session, name="Of another team")
    browser.headers["Authorization"] = f"Bearer {a_token(session, member)}"
    session.commit()

    page = browser.get("/organisation").text

    assert ("I myself" in page, "My colleague" in page, "Of another team" in page) == (
        True,
        True,
        False,
    )
    assert "The staff of the incubator invite people into teams." in page
    assert "/people/invite" not in page
