"""The first edition is loaded through the services, as often as you like."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Role
from app.accounts.models import Membership, SecondFactor, User
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Record
from app.matches.models import Match
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind, CallState, Phase, phase
from app.programmes.models import Call, Programme
from app.seeding import demonstration, loader
from app.seeding.loader import Loaded
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.themes.models import Theme
from tests.factories import an_authenticator

PAIRS = {
    ("C1", "P1"),
    ("C1", "P2"),
    ("C2", "P3"),
    ("C2", "P4"),
    ("C3", "P5"),
    ("C3", "P6"),
    ("C4", "P7"),
    ("C4", "P8"),
}


def rows(session: Session) -> dict[UUID, dict[str, Any]]:
    """Every row of every table, by its key."""
    session.expire_all()
    return {
        row.id: row.model_dump()
        for kind in Record.__subclasses__()
        for row in session.exec(select(kind))
    }


def events(session: Session) -> Counter[tuple[str, str]]:
    session.commit()  # which is when events are chained
    return Counter((e.subject_kind, e.action) for e in session.exec(select(AuditEvent)))


def test_the_first_edition_is_loaded_as_people_left_it(session: Session) -> None:
    added = loader.load_first_edition(session)

    submissions = session.exec(select(Submission)).all()
    programme = session.exec(select(Programme)).one()
    calls = session.exec(select(Call).order_by(col(Call.opens_at))).all()
    assert added == Loaded(
        themes=50, challenges=4, solutions=8, notices=4, matches=8, practices=44
    )
    assert {s.external_id for s in submissions} == {name for pair in PAIRS for name in pair}
    assert {s.state for s in submissions} == {State.SELECTED}
    assert (programme.code, programme.providers_min, programme.providers_max) == (
        "gov2gov-2023",
        2,
        2,
    )
    assert [(c.kind, c.state, phase(c, now())) for c in calls] == [
        (CallKind.CHALLENGES, CallState.PUBLISHED, Phase.CLOSED),
        (CallKind.SOLUTIONS, CallState.PUBLISHED, Phase.CLOSED),
    ]
    assert Counter(theme.facet for theme in session.exec(select(Theme))) == {
        "policy-domain": 13,
        "practice": 20,
        "sdg": 17,
    }


def test_the_pairs_are_those_that_people_made(session: Session) -> None:
    loader.load_first_edition(session)

    named = {s.id: s.external_id for s in session.exec(select(Submission))}
    matches = session.exec(select(Match)).all()
    assert {(named[m.challenge_id], named[m.solution_id]) for m in matches} == PAIRS
    assert {m.notes for m in matches} == {"Paired by people in the first edition."}


def test_every_theme_of_a_submission_is_in_the_vocabulary(session: Session) -> None:
    loader.load_first_edition(session)

    known = set(session.exec(select(Theme.key)))
    named = {key for s in session.exec(select(Submission)) for key in s.themes}
    assert named
    assert named <= known


def test_a_second_load_adds_nothing_and_changes_nothing(session: Session) -> None:
    loader.load_first_edition(session)
    session.commit()
    before, done = rows(session), events(session)

    added = loader.load_first_edition(session)
    session.commit()

    assert added == Loaded(
        themes=0, challenges=0, solutions=0, notices=0, matches=0, practices=0
    )
    assert rows(session) == before
    assert events(session) == done


def test_what_people_decided_since_is_left_as_it_is(session: Session) -> None:
    loader.load_first_edition(session)
    changed = session.exec(select(Submission).where(Submission.external_id == "C1")).one()
    changed.state, changed.title = State.WITHDRAWN, "Withdrawn by its team"
    session.commit()

    loader.load_first_edition(session)
    session.commit()

    session.refresh(changed)
    assert (changed.state, changed.title) == (State.WITHDRAWN, "Withdrawn by its team")


def test_half_a_load_is_completed_by_the_next(session: Session) -> None:
    loader.load_first_edition(session)
    lost = session.exec(select(Match)).first()
    session.delete(lost)
    session.commit()

    assert loader.load_first_edition(session) == Loaded(0, 0, 0, 0, matches=1, practices=0)


def test_everything_is_loaded_by_use_cases_which_leave_their_traces(session: Session) -> None:
    loader.load_first_edition(session)

    assert events(session) == {
        ("programme", "create"): 1,
        ("call", "create"): 2,
        ("call", "publish"): 2,
        ("organisation", "add"): 12,
        ("challenge", "import"): 4,
        ("challenge", "pass"): 4,
        ("challenge", "select"): 4,
        ("decision", "create"): 12,
        ("decision", "hand-over"): 12,
        ("decision", "approve"): 12,
        ("decision", "release"): 12,
        ("release", "release"): 2,
        ("solution", "import"): 8,
        ("solution", "pass"): 8,
        ("solution", "select"): 8,
        ("notice", "create"): 4,
        ("notice", "write"): 4,
        ("notice", "propose"): 4,
        ("notice", "approve"): 4,
        ("notice", "publish"): 4,
        ("match", "record"): 8,
        ("practice", "enter"): 44,
    }
    assert set(session.exec(select(AuditEvent.actor_id))) == {None}


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 6, 15, 12, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2030, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2099, 3, 1, tzinfo=UTC),
    ],
)
def test_a_demonstration_call_of_each_kind_is_open_whenever_it_starts(
    session: Session, at: datetime
) -> None:
    loader.load_first_edition(session)

    demonstration.prepare(session, at=at)

    new_year = at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    calls = session.exec(select(Call).where(col(Call.code).startswith("demo"))).all()
    assert {(c.kind, c.code, c.opens_at, c.closes_at, c.state) for c in calls} == {
        (
            kind,
            f"demonstration-{at.year}-{kind}",
            new_year - timedelta(days=1),
            new_year.replace(year=at.year + 2),
            CallState.PUBLISHED,
        )
        for kind in CallKind
    }
    assert [phase(call, at) is Phase.OPEN for call in calls] == [True, True]
    assert all("not of the real edition" in call.title for call in calls)


def test_a_start_in_the_same_year_adds_no_call_and_one_years_later_does(
    session: Session,
) -> None:
    loader.load_first_edition(session)

    counts = []
    for year, month in ((2026, 3), (2026, 11), (2031, 3)):
        demonstration.prepare(session, at=datetime(year, month, 1, tzinfo=UTC))
        counts.append(len(session.exec(select(Call)).all()))

    assert counts == [4, 4, 6]


def test_the_demonstration_people_have_one_side_of_the_service_each(session: Session) -> None:
    loader.load_first_edition(session)
    for _ in range(2):
        demonstration.prepare(session, at=now())

    held = (
        select(User.email, Organisation.country, Membership.role)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
    )
    assert sorted(session.exec(held)) == [
        ("administrator@demo.example.org", "FR", Role.ADMIN),
        ("challenge-owner@demo.example.org", "PT", Role.MEMBER),
        ("lead@demo.example.org", "FR", Role.LEAD),
        ("lead@demo.example.org", "FR", Role.STAFF),
        ("solution-provider@demo.example.org", "DK", Role.MEMBER),
        ("staff@demo.example.org", "FR", Role.LEAD),
        ("staff@demo.example.org", "FR", Role.STAFF),
    ]
    assert len(session.exec(select(User)).all()) == 5


def test_a_new_start_asks_for_no_authenticator_of_an_earlier_one(session: Session) -> None:
    loader.load_first_edition(session)
    demonstration.prepare(session, at=now())
    staff = session.exec(select(User).where(User.email == "staff@demo.example.org")).one()
    an_authenticator(session, staff)

    demonstration.set_passwords(session, "hashed")

    assert session.exec(select(SecondFactor)).all() == []
