"""The report of fairness and coverage: which groups come how far, as far as it may be told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.core.base.errors import NotPermitted
from app.core.storage.database import Database
from app.matches.lifecycle import MatchState
from app.programmes.models import Call
from app.settings import Settings
from app.statistics.schemas.coverage import (
    AssignedRead,
    CoverageRead,
    EvenRead,
    FigureRead,
    SideRead,
)
from app.statistics.schemas.groups import Division, FunnelStage
from app.statistics.service import coverage
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.decisions.people import actor
from tests.factories import (
    a_call,
    a_challenge,
    a_match,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    an_organisation,
)
from tests.pages.test_page_access import NOTHING_ASSIGNED, frozen

SETTINGS = Settings()
SUBMITTED_AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def call(session: Session) -> Call:
    programme = a_programme(session, code="first-edition")
    return a_call(session, programme_id=programme.id)


def submitted(
    session: Session, call: Call, country: str, states: Sequence[State], **fields: Any
) -> list[Submission]:
    """Challenges of as many organisations of a country, in these states."""
    of_organisation = {"level": fields.pop("level", "central")}
    made = []
    for state in states:
        team = an_organisation(session, country=country, **of_organisation)
        of_call = {"call_id": call.id, "organisation_id": team.id, "state": state}
        answered = {"answer_by": SUBMITTED_AT} if state in ANSWERED else {}
        made.append(a_challenge(session, **of_call, **answered, **fields))
    session.flush()
    return made


ANSWERED = {State.ACCEPTED, State.DECLINED}
STATES = {
    "FR": [*[State.SUBMITTED] * 6, *[State.NOT_SELECTED] * 8, *[State.ACCEPTED] * 6],
    "IT": [*[State.INELIGIBLE] * 5, *[State.RESERVE] * 7],
    "MT": [State.NOT_SELECTED, State.SELECTED],
    "BR": [*[State.NOT_SELECTED] * 5, State.DECLINED, *[State.SELECTED] * 4],
    "JP": [State.NOT_SELECTED] * 4,
}


@pytest.fixture
def edition(session: Session, call: Call) -> dict[str, list[Submission]]:
    rows = {code: submitted(session, call, code, states) for code, states in STATES.items()}
    submitted(session, call, "FR", [State.DRAFT], submitted_at=None)
    session.commit()
    return rows


def report(session: Session, call: Call) -> CoverageRead:
    return coverage.of_programme(session, OPERATOR, call.programme_id, SETTINGS)


def told(side: SideRead, by: Division) -> dict[str, list[int | None]]:
    """Return the figures of each group, and of the rest."""
    (table,) = (one for one in side.divisions if one.division is by)
    groups = {one.key: [figure.count for figure in one.figures] for one in table.groups}
    return groups | {"rest": [figure.count for figure in table.rest]}


def test_each_group_is_told_as_far_as_nothing_small_can_be_computed(
    session: Session, call: Call, edition: dict[str, list[Submission]]
) -> None:
    challenges, solutions = report(session, call).sides

    assert [one.count for one in challenges.figures] == [48, 37, 12, 0]
    # Of Japan four were submitted: too few, so another region is withheld with it.
    assert told(challenges, Division.REGION) == {
        "150": [34, 23, 7, 0],
        "rest": [14, 14, 5, 0],
    }
    # Of Malta two, so Italy is withheld with it; of both one was selected, so France is too.
    assert told(challenges, Division.COUNTRY) == {
        "FR": [20, 14, None, None],
        "rest": [28, 23, 12, 0],
    }
    assert told(challenges, Division.LEVEL) == {
        "central": [48, 37, 12, 0],
        "rest": [None, None, None, None],
    }
    assert [one.count for one in solutions.figures] == [0, 0, 0, 0]


def test_a_share_has_its_interval(
    session: Session, call: Call, edition: dict[str, list[Submission]]
) -> None:
    challenges, _ = report(session, call).sides

    assert challenges.figures == [
        FigureRead(stage=FunnelStage.SUBMITTED, count=48),
        FigureRead(stage=FunnelStage.ELIGIBLE, count=37, share=0.771, low=0.635, high=0.867),
        FigureRead(stage=FunnelStage.SELECTED, count=12, share=0.25, low=0.149, high=0.388),
        FigureRead(stage=FunnelStage.MATCHED, count=0, share=0.0, low=0.0, high=0.074),
    ]


def test_what_is_withheld_has_no_share(
    session: Session, call: Call, edition: dict[str, list[Submission]]
) -> None:
    challenges, _ = report(session, call).sides
    (countries,) = (one for one in challenges.divisions if one.division is Division.COUNTRY)

    (france,) = countries.groups
    assert [(one.count, one.share is not None) for one in france.figures] == [
        (20, False),
        (14, True),
        (None, False),
        (None, False),
    ]


def test_an_organisation_takes_part_for_the_first_time_until_it_has_submitted_elsewhere(
    session: Session, call: Call
) -> None:
    later = {"submitted_at": SUBMITTED_AT}
    new = submitted(session, call, "FR", [State.SUBMITTED] * 5, **later)
    old = submitted(session, call, "FR", [State.SUBMITTED] * 5, **later)
    for rows, at in ((new, 2027), (old, 2025)):
        elsewhere = a_call(session)
        for row in rows:
            a_challenge(
                session,
                call_id=elsewhere.id,
                organisation_id=row.organisation_id,
                state=State.SUBMITTED,
                submitted_at=datetime(at, 1, 1, tzinfo=UTC),
            )
    session.flush()

    challenges, _ = report(session, call).sides

    assert told(challenges, Division.EXPERIENCE) == {
        "before": [5, 0, 0, 0],
        "first_time": [5, 0, 0, 0],
        "rest": [None] * 4,
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        *((state, 0) for state in (MatchState.PREPARED, MatchState.OFFERED)),
        *((state, 5) for state in (MatchState.CONFIRMED, MatchState.ACTIVE)),
        *((state, 5) for state in (MatchState.COMPLETED, MatchState.ENDED)),
        (MatchState.DECLINED, 0),
    ],
)
def test_matched_is_what_both_sides_have_agreed_to(
    session: Session, call: Call, state: MatchState, expected: int
) -> None:
    rows = submitted(session, call, "FR", [State.SELECTED] * 10)
    said = {
        f"{side}_{what}": value for side in ("challenge", "solution") for what, value in YES
    }
    if state is MatchState.DECLINED:
        said |= {"challenge_answer": "no", "decline_reason": "other"}
    for row in rows[:5]:
        a_match(session, challenge_id=row.id, state=state, **said)

    challenges, _ = report(session, call).sides

    assert [one.count for one in challenges.figures] == [10, 10, 10, expected]


CONDITIONS = {
    **{"top": 10, "text_weight": 0.6, "providers_min": 1, "providers_max": 1},
    **{"working_language": "en", "objective": "total"},
}
YES = (("answer", "yes"), ("answered_at", SUBMITTED_AT))


@pytest.mark.parametrize(("basis", "expected"), [("submitted", 12), ("selected", 6)])
def test_suggested_is_what_stands_among_the_first_three_of_a_run_and_counts_for_its_basis(
    session: Session, call: Call, basis: str, expected: int
) -> None:
    rows = submitted(session, call, "FR", [State.SELECTED] * 12 + [State.SUBMITTED] * 12)
    solution = a_solution(session, programme_id=call.programme_id, state=State.SUBMITTED)
    run = a_run(
        session,
        programme_id=call.programme_id,
        assignment=NOTHING_ASSIGNED,
        settings=CONDITIONS | {"basis": basis},
        challenges=frozen(rows[0].code, "FR", problem="The river floods."),
        solutions=frozen(solution.code, "NO", experience="The river floods."),
    )
    for row in [*rows[:6], *rows[12:18]]:
        a_suggestion(session, run, challenge_id=row.id, solution_id=solution.id, rank=3)
    for row in rows[6:12]:
        a_suggestion(session, run, challenge_id=row.id, solution_id=solution.id, rank=4)

    found = coverage.of_run(session, OPERATOR, run.id, SETTINGS)()

    challenges, solutions = found.sides
    assert (found.run, found.first, found.limit) == (run.code, 3, 5)
    assert [(one.stage.value, one.count) for one in challenges.figures] == [
        ("submitted", 24),
        ("eligible", 12),
        ("selected", 12),
        ("suggested", expected),
        ("matched", 0),
    ]
    assert [one.count for one in solutions.figures] == [None] * 5  # there is one


def test_the_report_of_a_programme_counts_the_suggestions_of_its_newest_run(
    session: Session, call: Call
) -> None:
    of_programme = {"programme_id": call.programme_id, "assignment": NOTHING_ASSIGNED}
    a_run(session, created_at=SUBMITTED_AT - timedelta(days=1), **of_programme)
    newest = a_run(session, created_at=SUBMITTED_AT, **of_programme)

    assert report(session, call).run == newest.code


def test_a_team_does_not_read_it(session: Session, call: Call) -> None:
    for role in (Role.MEMBER, Role.REVIEWER, Role.ADVISOR, Role.ADMIN):
        with pytest.raises(NotPermitted):
            coverage.of_programme(session, actor(session, role), call.programme_id, SETTINGS)


def test_it_is_counted_by_the_database_in_as_many_questions_however_many_there_are(
    session: Session, database: Database, call: Call
) -> None:
    submitted(session, call, "FR", [State.SUBMITTED])
    statements = statements_of(database)
    report(session, call)
    few = len(statements)
    submitted(session, call, "IT", [State.SUBMITTED] * 12)
    statements.clear()

    report(session, call)

    assert len([one for one in statements if one.startswith("SELECT")]) <= few


# --- the most even assignment ----------------------------------------------------------------


def most_even(n: int) -> dict[str, Any]:
    """Return an assignment of as many challenges to a solution each."""
    return NOTHING_ASSIGNED | {
        "objective": "leximin",
        "pairs": [(f"CH-{one}", f"SO-{one}") for one in range(n)],
        "total": 0.45 * n,
        "fairness": [0.3] + [0.6] * (n - 1),
    }


def test_a_run_that_was_the_most_even_is_told_to_be_it(session: Session, call: Call) -> None:
    of_run = {"assignment": most_even(6), "n_challenges": 6}
    run = a_run(session, programme_id=call.programme_id, **of_run)

    found = coverage.of_run(session, OPERATOR, run.id, SETTINGS)().assignment

    same = AssignedRead(objective="leximin", pairs=6, challenges=6, mean=0.45, lowest=0.3)
    assert found == EvenRead(adopted=same, most_even=same, cost=0, reason=None)


@pytest.mark.parametrize(
    ("served", "of", "expected"),
    [(4, 4, None), (4, 20, None), (5, 5, 5), (5, 9, None), (5, 10, 5)],
)
def test_how_many_have_a_provider_is_withheld_if_few_have_one_or_few_have_none(
    session: Session, call: Call, served: int, of: int, expected: int | None
) -> None:
    of_run = {"assignment": most_even(served), "n_challenges": of}
    run = a_run(session, programme_id=call.programme_id, **of_run)

    found = coverage.of_run(session, OPERATOR, run.id, SETTINGS)().assignment

    assert found.adopted is not None
    assert (found.adopted.challenges, found.adopted.pairs) == (expected, expected)
