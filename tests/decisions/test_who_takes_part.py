"""Whatever asks who is selected means who has accepted as well, and not who has declined."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR
from app.core.base.errors import Conflict
from app.insights.figures import BEYOND, figures_of
from app.matches.service import record_match
from app.matchmaking.service import pairs_today
from app.notices import queries as notices
from app.notices.lifecycle import NoticeState
from app.notices.schemas import CatalogueQuery
from app.submissions.lifecycle import DECIDED, TAKEN, Basis, Kind, State
from app.submissions.models import Submission
from tests.factories import a_call, a_challenge, a_notice, a_solution

BY = datetime(2100, 1, 1, tzinfo=UTC)
IN = {State.SELECTED, State.ACCEPTED}


def in_state(session: Session, state: State) -> Submission:
    return a_challenge(session, state=state, answer_by=BY)


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_what_is_public_stays_so_when_a_team_accepts_and_not_when_it_declines(
    session: Session, state: State
) -> None:
    challenge = in_state(session, state)
    a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED)

    listed = notices.catalogue(session, CatalogueQuery()).rows

    assert [one.notice.code for one in listed] == ([challenge.code] if state in IN else [])


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_who_has_declined_is_matched_with_nobody(session: Session, state: State) -> None:
    challenge = in_state(session, state)
    solution = a_solution(session, programme_id=challenge.programme_id, state=State.SELECTED)

    if state is State.DECLINED:
        with pytest.raises(Conflict, match="takes no part any more"):
            record_match(session, OPERATOR, challenge, solution, "")
    else:
        assert record_match(session, OPERATOR, challenge, solution, "").code


def test_who_has_declined_counts_in_a_run_as_withdrawn(session: Session) -> None:
    rows = {state: in_state(session, state).code for state in DECIDED}

    gone = pairs_today.withdrawn(session, [*rows.values()])

    assert gone == [rows[State.DECLINED]]


def test_a_run_takes_who_has_accepted_and_a_provisional_one_the_reserves_too() -> None:
    assert TAKEN[Basis.SELECTED] == IN
    assert TAKEN[Basis.ELIGIBLE] == IN | {State.ELIGIBLE, State.RESERVE}
    assert TAKEN[Basis.SUBMITTED] == TAKEN[Basis.ELIGIBLE] | {State.SUBMITTED}


def test_the_funnel_counts_all_that_was_decided_as_eligible(session: Session) -> None:
    call = a_call(session)
    for state in DECIDED:
        a_challenge(session, call_id=call.id, state=state, answer_by=BY)

    found = figures_of(session, OPERATOR, call.programme_id, Kind.CHALLENGE)

    assert found.steps == {"submitted": 6, "eligible": 6, "selected": 2}
    assert BEYOND["selected"] == IN
