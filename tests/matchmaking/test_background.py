"""Earlier submissions tell a run how rare words are; they are frozen with it and not ranked."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.engine.run import carry_out, matching_in
from app.matchmaking.models import MatchRun
from app.matchmaking.results import RunInputs
from app.matchmaking.service import inputs
from app.matchmaking.service.run_requests import digest
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import DECIDED, Basis, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.conftest import SignIn
from tests.factories import a_challenge, a_programme, a_solution, a_user, an_organisation
from tests.matchmaking.test_run import a_small_programme, work


def ran(
    session: Session, as_user: SignIn, database: Database, programme: Programme
) -> MatchRun:
    staff = as_user(a_user(session, Role.STAFF))
    session.commit()
    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})
    work(database)
    session.expire_all()
    run = session.get_one(MatchRun, UUID(asked.json()["id"]))
    assert asked.json()["n_background"] == run.n_background == len(run.background)
    return run


def a_programme_of(session: Session, year: int) -> Programme:
    programme = a_programme(session)
    programme.created_at = datetime(year, 1, 1, tzinfo=UTC)
    return programme


def submitted(session: Session, programme: Programme, **fields: Any) -> Submission:
    content = ChallengeContent(problem="Rivers rise within an hour.").model_dump()
    return a_challenge(
        session,
        programme_id=programme.id,
        organisation_id=an_organisation(session).id,
        content=content,
        **fields,
    )


def test_a_run_keeps_what_else_was_found_eligible(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    programme = session.get_one(Programme, programme.id)
    programme.created_at = datetime(2020, 1, 1, tzinfo=UTC)
    earlier, later = (a_programme_of(session, year) for year in (2019, 2021))
    kept = [
        submitted(session, programme, state=State.NOT_SELECTED),
        submitted(session, programme, state=State.ELIGIBLE),
        submitted(session, earlier, state=State.SELECTED),
        *(
            submitted(session, earlier, state=state, answer_by=programme.created_at)
            for state in sorted(DECIDED)
        ),
    ]
    for state in (State.DRAFT, State.SUBMITTED, State.RETURNED, State.WITHDRAWN):
        submitted(session, earlier, state=state)
    submitted(session, later, state=State.SELECTED)

    run = ran(session, as_user, database, programme)

    assert [one["id"] for one in run.background] == sorted(one.code for one in kept)
    ranked = [record["id"] for record in (*run.challenges, *run.solutions)]
    assert not set(ranked) & {one["id"] for one in run.background}
    assert {name for one in run.background for name in one} == {
        *("kind", "id", "title", "language", "summary", "themes", "problem"),
    }


def test_what_is_ranked_is_no_background_however_far_it_has_come(session: Session) -> None:
    programme = a_programme_of(session, 2020)
    submitted(session, programme, state=State.ELIGIBLE)
    passed_over = submitted(session, programme, state=State.NOT_SELECTED)

    found = inputs.background(session, programme, Basis.ELIGIBLE)

    assert [one["id"] for one in found] == [passed_over.code]


def test_the_newest_of_many_are_kept(
    session: Session, as_user: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, *_ = a_small_programme(session)
    earlier = a_programme_of(session, 2019)
    old = [submitted(session, earlier, state=State.SELECTED) for _ in range(3)]
    monkeypatch.setattr(inputs, "MOST_BACKGROUND", 2)

    run = ran(session, as_user, database, session.get_one(Programme, programme.id))

    assert [one["id"] for one in run.background] == sorted(one.code for one in old)[1:]


def test_words_weigh_by_what_was_submitted_earlier_as_well_and_nothing_of_it_is_ranked(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    earlier = a_programme_of(session, 2019)
    for number in range(40):
        content = SolutionContent(experience=f"Floods of the year number{number}.")
        a_solution(
            session,
            programme_id=earlier.id,
            state=State.SELECTED,
            organisation_id=an_organisation(session).id,
            content=content.model_dump(),
        )
    run = ran(session, as_user, database, session.get_one(Programme, programme.id))
    frozen = inputs.frozen(run)

    again = carry_out(frozen, lambda _done, _total: None, Settings())
    alone = matching_in(RunInputs(frozen.settings, frozen.challenges, frozen.solutions))

    assert again.versions == run.versions
    assert [profile.id for profile in matching_in(frozen).engine.pool] == sorted(
        record["id"] for record in run.solutions
    )
    weights = [
        matching.engine.matcher.vectorizer_.vocabulary_
        for matching in (alone, matching_in(frozen))
    ]
    rare, common = (of.idf[of.stems["flood"]] / of.unknown_idf for of in weights)
    assert common < rare


def test_the_digest_tells_of_the_background_and_stays_what_it_was_without_one(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    submitted(session, a_programme_of(session, 2019), state=State.SELECTED)

    run = ran(session, as_user, database, session.get_one(Programme, programme.id))

    settings = inputs.frozen(run).settings
    assert run.digest == digest(settings, run.challenges, run.solutions, run.background)
    assert run.digest != digest(settings, run.challenges, run.solutions)
    assert digest(settings, [], [], []) == digest(settings, [], [])
