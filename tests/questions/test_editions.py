"""Another edition takes calls along with their dates, questions, conditions and promises."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.core.base.errors import Conflict, NotPermitted, Unprocessable
from app.programmes import service as programmes
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.questions import editions, service
from app.questions.models import CallForm
from app.questions.schemas import NextEdition
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import QUESTIONS, a_call, a_challenge, a_form, a_programme, a_user

STAFF = Actor(None, {Role.STAFF: frozenset()})
RULES = [{"subject": "country", "one_of": ["PT"], "reason": "Portugal pays for it."}]


@pytest.fixture
def first(session: Session) -> Programme:
    made = a_programme(session, code="gov2gov-2027", notes="Secret.", providers_max=3)
    call = a_call(
        session,
        programme_id=made.id,
        code="gov2gov-2027-challenges",
        title="Call for challenges",
        opens_at=datetime(2027, 1, 11, 8, tzinfo=UTC),
        closes_at=datetime(2027, 7, 15, 22, tzinfo=UTC),
        ends_at=datetime(2027, 7, 15, 22, 30, tzinfo=UTC),
        notes="Secret as well.",
        promised=[{"on": "2027-09-01", "label": "Decisions are told"}],
    )
    form = a_form(session, call, rules=RULES)
    form.answered_since = form.used_since
    a_form(session, call, number=2, questions=QUESTIONS[:2], used_since=None)
    a_challenge(session, call_id=call.id, form_id=form.id)
    a_call(session, programme_id=made.id, code="others", title="Call for others")
    return made


def test_the_next_edition_takes_along_what_its_calls_say_and_ask(
    session: Session, first: Programme
) -> None:
    draft = NextEdition(code="gov2gov-2028", title="Third edition", days=182)

    made = editions.begin(session, STAFF, first.code, draft)

    assert (made.code, made.notes, made.providers_max) == ("gov2gov-2028", "", 3)
    statement = select(Call).where(Call.programme_id == made.id).order_by(Call.code)
    challenges, others = session.exec(statement).all()
    assert (challenges.code, challenges.state, challenges.notes, challenges.promised) == (
        "gov2gov-2028-challenges",
        CallState.DRAFT,
        "",
        [{"on": "2028-03-01", "label": "Decisions are told"}],
    )
    # At the same time of the clocks, which Paris has put forward meanwhile, or back.
    assert [challenges.opens_at, challenges.closes_at, challenges.ends_at] == [
        datetime(2027, 7, 12, 7, tzinfo=UTC),
        datetime(2028, 1, 13, 23, tzinfo=UTC),
        datetime(2028, 1, 13, 23, 30, tzinfo=UTC),
    ]
    form = service.form_of_call(session, challenges)
    assert ([one.key for one in form.questions], form.rules[0].reason, form.number) == (
        ["problem", "outcome", "scale", "cities"],
        "Portugal pays for it.",
        1,
    )
    row = service.current(session, challenges.id)
    assert row is not None
    assert row.answered_since is None
    assert others.code == "others"
    assert service.current(session, others.id) is None
    assert len(session.exec(select(Submission)).all()) == 1
    assert len(session.exec(select(CallForm)).all()) == 3


def test_a_code_that_is_taken_and_dates_too_far_ahead_are_refused(
    session: Session, first: Programme
) -> None:
    with pytest.raises(Conflict):
        editions.begin(session, STAFF, first.code, NextEdition(code=first.code, title="Again"))
    late = a_call(session, programme_id=first.id, code="late")
    late.closes_at = late.ends_at = datetime(9998, 6, 1, tzinfo=UTC)
    session.flush()
    with pytest.raises(Unprocessable) as refusal:
        editions.begin(
            session,
            STAFF,
            first.code,
            NextEdition(code="gov2gov-2028", title="Third edition", days=3660),
        )
    assert [error.pointer for error in refusal.value.errors] == ["/days"]


def test_who_does_not_write_programmes_begins_no_edition(
    session: Session, first: Programme
) -> None:
    for role in (Role.MEMBER, Role.AUDITOR, Role.ADMIN):
        with pytest.raises(NotPermitted):
            editions.begin(
                session,
                Actor(None, {role: frozenset()}),
                first.code,
                NextEdition(code="gov2gov-2028", title="Third edition"),
            )
    assert len(session.exec(select(Programme)).all()) == 1


def test_promised_days_are_told_by_the_interface_and_by_the_calendar(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session, title="Call for challenges")
    lead = as_user(a_user(session, Role.LEAD))
    address = f"/api/v1/calls/{call.id}"
    seen = lead.get(address)
    promised = [{"on": "2027-06-01", "label": "Decisions are told"}]

    changed = lead.patch(
        address, json={"promised": promised}, headers={"If-Match": seen.headers["etag"]}
    )
    wrong = lead.patch(
        address,
        json={"promised": [{"on": 1, "label": "Never"}]},
        headers={"If-Match": changed.headers["etag"]},
    )

    assert (seen.json()["promised"], changed.json()["promised"]) == ([], promised)
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/promised/0/on"]
    told = lead.get(f"/public/v1/calls/{call.id}/calendar.ics").text
    assert "DTSTART;VALUE=DATE:20270601" in told
    assert "SUMMARY:Call for challenges: Decisions are told" in told
    assert programmes.call_of(session, call.id).title == "Call for challenges"
