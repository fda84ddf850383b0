"""The pages of offers: prepared and sent by staff, answered by both teams, replaced."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.base.clock import now
from app.matches.lifecycle import MatchState
from app.matches.models import Match
from app.programmes.models import Programme
from tests.accounts.conftest import Enter
from tests.factories import a_person
from tests.matches.rounds import Round, a_round, answer, choose, confirmed, offered, prepared

BY = "2100-06-14T18:00"


def place_of(session: Session, of: Round) -> str:
    programme = session.get_one(Programme, of.run.programme_id)
    return f"/programmes/{programme.code}/runs/{of.run.code}/offers"


def expected_in(page: str) -> str:
    return page.partition('name="expected" value="')[2].partition('"')[0].replace("&#34;", '"')


def test_a_lead_prepares_looks_and_sends(session: Session, enter: Enter) -> None:
    of = a_round(session)
    choose(session, of, 0, 0)
    choose(session, of, 1, 1)
    lead = enter(a_person(session, Role.LEAD))
    place = place_of(session, of)

    ready = lead.post(f"{place}/prepared", follow_redirects=True)
    sent = lead.post(place, data={"answer_by": BY, "expected": expected_in(ready.text)})

    rows = session.exec(select(Match)).all()
    assert "Prepared. No team knows of it." in ready.text
    assert "Send 2 offers" in ready.text
    assert "1.79" in ready.text
    assert sent.status_code == 303
    assert sent.headers["location"].endswith("/matches?state=offered&done=offers-sent")
    assert {row.state for row in rows} == {MatchState.OFFERED}
    assert "Nothing is prepared." in lead.get(place).text


def test_who_has_looked_at_something_else_sends_nothing(session: Session, enter: Enter) -> None:
    of = a_round(session)
    rows = prepared(session, of, (0, 0), (1, 1))
    lead = enter(a_person(session, Role.LEAD))
    place = place_of(session, of)
    seen = expected_in(lead.get(place).text)
    match = session.get_one(Match, rows[0].id)
    match.notes = "Looked at again."
    session.commit()

    refused = lead.post(place, data={"answer_by": BY, "expected": seen})

    assert refused.status_code == 412
    assert "Nothing was sent." in refused.text
    assert expected_in(refused.text) != seen


@pytest.mark.parametrize("written", ["", "2001-01-01T10:00", "soon"])
def test_offers_need_a_date_that_is_to_come(
    session: Session, enter: Enter, written: str
) -> None:
    of = a_round(session)
    prepared(session, of, (0, 0))
    lead = enter(a_person(session, Role.LEAD))
    place = place_of(session, of)
    seen = expected_in(lead.get(place).text)

    refused = lead.post(place, data={"answer_by": written, "expected": seen})

    assert refused.status_code == 422
    assert "answer_by-wrong" in refused.text
    assert session.exec(select(Match.state)).all() == [MatchState.PREPARED]


def test_staff_prepare_and_take_out_and_a_lead_sends(session: Session, enter: Enter) -> None:
    of = a_round(session)
    (match,) = prepared(session, of, (0, 0))
    staff = enter(a_person(session, Role.STAFF))
    place = place_of(session, of)

    shown = staff.get(place)
    step = staff.get(f"/matches/{match.code}/steps/take-out")
    out = staff.post(
        f"/matches/{match.code}/steps/take-out",
        data={"expected": expected_in(step.text)},
        follow_redirects=True,
    )

    assert "A lead of the incubator sends the offers." in shown.text
    assert "Taken out." in out.text
    session.expire_all()
    assert session.get_one(Match, match.id).state is MatchState.DISCARDED


def test_a_team_reads_its_offer_in_words_and_answers(session: Session, enter: Enter) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    team = of.solutions[0].organisation_id
    person = enter(a_person(session, organisation_id=team))
    address = f"/matches/{match.code}"

    page = person.get(address)
    step = person.get(f"{address}/steps/accept")
    done = person.post(
        f"{address}/steps/accept",
        data={"expected": expected_in(step.text)},
        follow_redirects=True,
    )

    assert "Both describe “river”." in page.text
    assert "<mark>" in page.text
    assert not any(figure in page.text for figure in ("0.9", "0.4", "0.8"))
    assert "Your team has accepted." in done.text
    assert "Take your yes back" in done.text
    assert person.get("/tasks").text.count(match.code) == 0


def test_a_decline_asks_why_and_tells_that_only_staff_read_it(
    session: Session, enter: Enter
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    owner = enter(a_person(session, organisation_id=of.challenges[0].organisation_id))
    address = f"/matches/{match.code}/steps/decline"
    seen = expected_in(owner.get(address).text)

    without = owner.post(address, data={"expected": seen})
    done = owner.post(
        address,
        data={"expected": seen, "why": "no_time", "reason": "We quarrel with them."},
        follow_redirects=True,
    )
    staff = enter(a_person(session, Role.STAFF)).get(f"/matches/{match.code}")
    provider = enter(a_person(session, organisation_id=of.solutions[0].organisation_id))
    other = provider.get(f"/matches/{match.code}")

    assert without.status_code == 422
    assert "Choose why you decline." in without.text
    assert "Declined. The other team hears that you cannot take part" in done.text
    assert "We quarrel with them." in staff.text
    assert "quarrel" not in other.text
    assert "One of the two teams cannot take part." in other.text


def test_contacts_stand_on_the_page_when_both_have_accepted(
    session: Session, enter: Enter
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    address = of.people[of.challenges[0].code].email
    person = enter(a_person(session, organisation_id=of.solutions[0].organisation_id))
    before = person.get(f"/matches/{match.code}").text

    confirmed(session, of, match)
    session.commit()

    assert address not in before
    assert address in person.get(f"/matches/{match.code}").text


def test_a_late_answer_is_told_and_whom_to_ask(session: Session, enter: Enter) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    match.answer_by = now() - timedelta(minutes=1)
    person = enter(a_person(session, organisation_id=of.solutions[0].organisation_id))

    page = person.get(f"/matches/{match.code}")
    step = person.get(f"/matches/{match.code}/steps/accept")

    assert "It cannot be answered at the moment" in page.text
    assert 'href="/contact"' in page.text
    assert "The time to answer this offer is over." in step.text


def test_a_withdrawal_tells_before_what_it_ends(session: Session, enter: Enter) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    solution = of.solutions[0]
    person = enter(a_person(session, organisation_id=solution.organisation_id))

    page = person.get(f"/submissions/{solution.code}/steps/withdraw")

    assert "This also ends what the submission stands in" in page.text
    assert match.code in page.text


def test_a_replacement_is_shown_with_its_cost_and_offered(
    session: Session, enter: Enter
) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    answer(session, of, match, "solution", "decline")
    lead = enter(a_person(session, Role.LEAD))
    address = f"/matches/{match.code}/replacements"

    page = lead.get(address)
    done = lead.post(
        address,
        data={
            "solution_id": of.solutions[1].code,
            "answer_by": BY,
            "expected": expected_in(page.text),
        },
    )

    assert "Who may take the place" in page.text
    assert f"It was offered as {match.code}, and is declined." in page.text
    assert done.status_code == 303
    session.expire_all()
    assert session.get_one(Match, match.id).state is MatchState.REPLACED


def test_tasks_name_what_waits_with_its_date(session: Session, enter: Enter) -> None:
    of = a_round(session)
    (match, lost) = offered(session, of, (0, 0), (1, 1))
    answer(session, of, lost, "solution", "decline")
    prepared(session, of, (0, 2))
    owner = enter(a_person(session, organisation_id=of.challenges[0].organisation_id))
    lead = enter(a_person(session, Role.LEAD))

    assert f'href="/matches/{match.code}"' in owner.get("/tasks").text
    tasks = lead.get("/tasks").text
    assert "Send 1 prepared offer" in tasks
    assert "Find a replacement for 1 offer that came to nothing" in tasks
    programme = session.get_one(Programme, of.run.programme_id)
    cockpit = lead.get(f"/programmes/{programme.code}").text
    assert "wait for an answer" in cockpit
