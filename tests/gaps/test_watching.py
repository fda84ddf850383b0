"""Staff see what each challenge has, what to expect, what nobody tells, and who may help."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotPermitted
from app.core.storage.database import Database, reading
from app.gaps import queries
from app.gaps.forecasting import LEAST_ARRIVED, Silence
from app.gaps.models import CallInvitation
from app.gaps.schemas import GapRead, GapsRead
from app.gaps.service import watching
from app.matchmaking.engine import gaps as engine
from app.matchmaking.gaps import GapInputs
from app.programmes.lifecycle import Phase
from app.programmes.models import Call
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Revision
from tests.conftest import SignIn
from tests.factories import a_call, a_user, an_organisation
from tests.gaps.people import (
    PENSIONS,
    SENSORS,
    TRAINING,
    a_closed_call,
    a_watched_call,
    after,
    asks,
    tells,
    told_before,
)

SETTINGS = Settings()


@pytest.fixture
def call(session: Session) -> Call:
    return a_watched_call(session)


def seen(session: Session, database: Database, call: Call) -> GapsRead:
    session.commit()
    opened = partial(reading, database)
    return watching.gaps(session, OPERATOR, call.id, SETTINGS, opened)()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[GapInputs]:
    """What the engine is asked, each time that it is."""
    asked: list[GapInputs] = []
    real = engine.gaps

    def noting(inputs: GapInputs, **rest: Any) -> Any:
        asked.append(inputs)
        return real(inputs, **rest)

    monkeypatch.setattr(engine, "gaps", noting)
    return asked


def only(found: GapsRead) -> GapRead:
    [one] = found.challenges
    return one


def test_what_is_good_is_counted_by_how_much_of_the_challenge_it_tells(
    session: Session, database: Database, call: Call
) -> None:
    challenge = asks(session, call)
    tells(session, call, SENSORS)
    tells(session, call, PENSIONS)

    found = seen(session, database, call)

    one = only(found)
    assert one.challenge.code == challenge.code
    assert (one.n_good, one.n_fair, found.n_solutions) == (1, 0, 2)


@pytest.mark.parametrize(
    "state",
    [
        State.DRAFT,
        State.RETURNED,
        State.WITHDRAWN,
        State.INELIGIBLE,
        State.NOT_SELECTED,
        State.DECLINED,
    ],
)
def test_what_does_not_count_is_neither_counted_nor_read(
    session: Session, database: Database, call: Call, state: State, computed: list[GapInputs]
) -> None:
    """A draft belongs to its team; nobody learns of it, not even by a figure."""
    asks(session, call)
    before = seen(session, database, call)
    by = {"answer_by": now()} if state is State.DECLINED else {}
    tells(session, call, SENSORS, state=state, **by)

    found = seen(session, database, call)

    assert found.challenges == before.challenges
    assert found.n_solutions == before.n_solutions == 0
    assert all(not inputs.solutions for inputs in computed)
    if state is State.DRAFT:
        assert found == before


def test_what_a_team_takes_back_while_it_is_computed_is_not_read(
    session: Session, database: Database, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(session, call)
    taken = tells(session, call, SENSORS)
    session.commit()
    compute = watching.gaps(session, OPERATOR, call.id, SETTINGS, partial(reading, database))
    rows = queries.solutions

    def taken_back_meanwhile(*args: Any) -> Any:
        found = rows(*args)
        taken.state, taken.submitted_at = State.DRAFT, None
        session.add(taken)
        session.commit()
        return found

    monkeypatch.setattr(queries, "solutions", taken_back_meanwhile)
    found = compute()

    assert only(found).n_good == 0


def test_points_that_nobody_tells_of_are_named_in_the_words_of_the_challenge(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    tells(session, call, SENSORS)

    untold = only(seen(session, database, call)).untold

    assert any("training for volunteers" in point for point in untold)
    assert not any("cheap sensors" in point for point in untold)


def test_who_has_told_of_it_elsewhere_is_named_with_the_reasons(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    tells(session, call, SENSORS)
    earlier = told_before(session, TRAINING)
    told_before(session, PENSIONS)

    found = seen(session, database, call)

    [one] = only(found).elsewhere
    assert one.solution.code == earlier.code
    assert one.invited_at is None
    assert any("training for volunteers" in part.asked and part.is_new for part in one.tells)
    assert all(part.told in TRAINING for part in one.tells)
    assert found.n_elsewhere == 2


def test_the_points_that_nobody_else_tells_of_come_first(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    tells(session, call, SENSORS)
    told_before(session, f"{SENSORS} {TRAINING}")

    [one] = only(seen(session, database, call)).elsewhere

    news = [part.is_new for part in one.tells]
    assert True in news
    assert False in news
    assert news == sorted(news, reverse=True)


def test_who_tells_of_what_nobody_else_does_is_named_before_who_tells_more(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    tells(session, call, SENSORS)
    more = told_before(session, f"{SENSORS} We warn by sirens, too.")
    other = told_before(session, TRAINING)

    named = only(seen(session, database, call)).elsewhere

    assert [one.solution.code for one in named] == [other.code, more.code]
    assert named[0].told < named[1].told


def test_a_team_that_has_sent_something_to_the_programme_is_not_named(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    team = an_organisation(session)
    told_before(session, TRAINING, organisation_id=team.id)

    before = only(seen(session, database, call)).elsewhere
    tells(session, call, PENSIONS, organisation_id=team.id)
    after_it = only(seen(session, database, call)).elsewhere

    assert len(before) == 1
    assert after_it == []


def test_a_team_with_a_draft_is_named_as_if_it_had_none(
    session: Session, database: Database, call: Call
) -> None:
    """Else staff would learn from the list who has begun to write."""
    asks(session, call)
    team = an_organisation(session)
    told_before(session, TRAINING, organisation_id=team.id)
    tells(session, call, PENSIONS, organisation_id=team.id, state=State.DRAFT)

    assert len(only(seen(session, database, call)).elsewhere) == 1


@pytest.mark.parametrize(
    "state",
    [State.DRAFT, State.SUBMITTED, State.WITHDRAWN, State.INELIGIBLE, State.DECLINED],
)
def test_nobody_is_named_for_what_they_withdrew_or_nobody_found_eligible(
    session: Session, database: Database, call: Call, state: State
) -> None:
    asks(session, call)
    by = {"answer_by": now()} if state is State.DECLINED else {}
    told_before(session, TRAINING, state=state, **by)

    assert only(seen(session, database, call)).elsewhere == []


def test_a_team_of_the_country_of_the_challenge_is_not_named(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    neighbour = an_organisation(session, country="PT")
    told_before(session, TRAINING, organisation_id=neighbour.id)

    assert only(seen(session, database, call)).elsewhere == []


def test_one_team_is_named_once_for_a_challenge_by_the_best_it_has_told(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    team = an_organisation(session)
    told_before(session, TRAINING, organisation_id=team.id)
    best = told_before(session, f"{SENSORS} {TRAINING}", organisation_id=team.id)

    [one] = only(seen(session, database, call)).elsewhere

    assert one.solution.code == best.code


def test_who_was_invited_is_named_with_the_day(
    session: Session, database: Database, call: Call
) -> None:
    challenge = asks(session, call)
    earlier = told_before(session, TRAINING)
    row = CallInvitation(
        call_id=call.id,
        organisation_id=earlier.organisation_id,
        challenge_id=challenge.id,
        solution_id=earlier.id,
    )
    session.add(row)

    [one] = only(seen(session, database, call)).elsewhere

    assert one.invited_at == row.created_at


def arriving(session: Session, call: Call, n: int, share: float = 0.3, **fields: Any) -> None:
    for _ in range(n):
        tells(session, call, SENSORS, submitted_at=after(call, share), **fields)


def test_of_few_that_have_arrived_nothing_is_expected_aloud(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    arriving(session, call, LEAST_ARRIVED - 1)

    found = seen(session, database, call)

    assert found.silence is Silence.TOO_FEW
    assert only(found).forecast is None
    assert only(found).n_good == LEAST_ARRIVED - 1


def test_of_enough_there_is_a_forecast_with_an_interval(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    arriving(session, call, LEAST_ARRIVED)

    found = seen(session, database, call)

    expected = only(found).forecast
    assert (found.silence, found.n_arrived, found.n_calls) == (None, LEAST_ARRIVED, 0)
    assert expected is not None
    assert LEAST_ARRIVED <= expected.low <= expected.expected < expected.high


def test_the_curve_of_earlier_calls_is_used_where_there_are_enough(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    arriving(session, call, LEAST_ARRIVED)
    for _ in range(3):
        earlier = a_closed_call(session)
        for at in range(12):
            arriving(session, earlier, 1, share=at / 12)

    found = seen(session, database, call)

    assert found.n_calls == 3
    assert found.share == pytest.approx(0.8, abs=0.05)


def test_what_staff_imported_is_there_and_tells_of_no_rate(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    for number in range(10):
        tells(session, call, SENSORS, external_id=f"old-{number}")

    found = seen(session, database, call)

    assert (found.n_solutions, found.n_arrived) == (10, 0)
    assert (only(found).n_good, only(found).forecast) == (10, None)


def test_a_solution_arrives_when_it_was_first_sent(
    session: Session, database: Database, call: Call
) -> None:
    """What is completed and sent again has not arrived again."""
    for _ in range(3):
        earlier = a_closed_call(session)
        for _ in range(12):
            row = tells(session, earlier, SENSORS, submitted_at=after(earlier, 1.2))
            for number, share in ((1, 0.5), (2, 1.2)):
                session.add(
                    Revision(
                        submission_id=row.id,
                        number=number,
                        sent_at=after(earlier, share),
                        title=row.title,
                        content=row.content,
                        answers={},
                        themes=[],
                    )
                )

    found = seen(session, database, call)

    assert found.share == pytest.approx(1, abs=0.02)


def test_before_it_opens_nothing_is_expected(session: Session, database: Database) -> None:
    call = a_watched_call(session, over=-0.1)
    asks(session, call)

    found = seen(session, database, call)

    assert (found.phase, found.silence, found.share) == (
        Phase.SCHEDULED,
        Silence.NOT_OPEN,
        None,
    )


def test_after_the_deadline_what_is_there_is_what_is_expected(
    session: Session, database: Database
) -> None:
    call = a_watched_call(session, over=1.1)
    asks(session, call)
    arriving(session, call, 2)

    expected = only(seen(session, database, call)).forecast

    assert expected is not None
    assert (expected.low, expected.expected, expected.high) == (2, 2, 2)


def test_the_challenges_with_fewest_to_expect_come_first(
    session: Session, database: Database, call: Call
) -> None:
    served = asks(session, call)
    alone = asks(session, call, problem="Old forms are on paper.", outcome="Forms for phones.")
    tells(session, call, SENSORS)

    found = seen(session, database, call)

    assert [one.challenge.code for one in found.challenges] == [alone.code, served.code]


def test_challenges_that_are_not_selected_are_left_out(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call, state=State.ELIGIBLE)

    assert seen(session, database, call).challenges == []


def test_where_nothing_was_sent_nothing_is_compared_and_teams_are_named_all_the_same(
    session: Session, database: Database, call: Call
) -> None:
    asks(session, call)
    told_before(session, TRAINING)

    one = only(seen(session, database, call))

    assert (one.n_good, one.untold, len(one.elsewhere)) == (0, [], 1)


def test_what_tells_nothing_in_words_is_there_and_stops_nothing(
    session: Session, database: Database, call: Call
) -> None:
    """A call may ask by questions of its own alone."""
    asks(session, call, content={})
    tells(session, call, content={})
    told_before(session, content={})

    found = seen(session, database, call)

    assert (found.n_solutions, found.n_elsewhere) == (1, 1)
    one = only(found)
    assert (one.n_good, one.n_fair, one.untold, one.elsewhere) == (0, 0, [], [])


def test_what_was_computed_is_kept_until_something_changes(
    session: Session, database: Database, call: Call, computed: list[GapInputs]
) -> None:
    asks(session, call)
    row = tells(session, call, SENSORS)

    first = seen(session, database, call)
    again = seen(session, database, call)
    row.content = {**row.content, "experience": PENSIONS}
    session.add(row)
    changed = seen(session, database, call)

    assert len(computed) == 2
    assert first.challenges == again.challenges
    assert (only(first).n_good, only(changed).n_good) == (1, 0)


def test_a_call_for_challenges_is_refused(session: Session, database: Database) -> None:
    call = a_call(session)

    with pytest.raises(Conflict, match="asks for challenges"):
        seen(session, database, call)


@pytest.mark.parametrize("limit", ["MOST_CHALLENGES", "MOST_SOLUTIONS"])
def test_more_than_can_be_compared_while_somebody_waits_is_refused(
    session: Session,
    database: Database,
    call: Call,
    limit: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asks(session, call)
    tells(session, call)

    monkeypatch.setattr(watching, limit, 0)

    with pytest.raises(Conflict, match="at most 0"):
        seen(session, database, call)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADVISOR, Role.ADMIN])
def test_nobody_else_learns_anything_of_it(
    session: Session, as_user: SignIn, call: Call, role: Role
) -> None:
    challenge = asks(session, call)
    tells(session, call)
    session.commit()

    answers = [
        as_user(a_user(session, role)).get(f"/api/v1/calls/{key}/{what}")
        for key in (call.id, uuid4())
        for what in ("gaps", "invitations")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert all(challenge.code not in answer.text for answer in answers)


def test_a_service_asks_who_reads_it_by_itself(
    session: Session, database: Database, call: Call
) -> None:
    member = Actor(uuid4(), {Role.MEMBER: frozenset({uuid4()})})

    with pytest.raises(NotPermitted):
        watching.gaps(session, member, call.id, SETTINGS, partial(reading, database))


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.AUDITOR])
def test_staff_leads_and_auditors_read_it_by_the_interface(
    session: Session, as_user: SignIn, call: Call, role: Role
) -> None:
    challenge = asks(session, call)
    tells(session, call)
    session.commit()

    answer = as_user(a_user(session, role)).get(f"/api/v1/calls/{call.id}/gaps")

    assert answer.status_code == 200, answer.text
    assert GapsRead.model_validate(answer.json()).challenges[0].challenge.code == challenge.code
