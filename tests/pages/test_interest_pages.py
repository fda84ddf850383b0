"""A team says on a page with whom it would like to work, and staff read it on the bench."""

import re
from dataclasses import dataclass

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.interests.models import Interest
from app.interests.scale import InterestWord
from app.matchmaking.models import MatchRun
from app.notices.lifecycle import NoticeState
from app.programmes.models import Programme
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.factories import (
    a_challenge,
    a_notice,
    a_person,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    organisation_of,
    themes,
)
from tests.interests.telling import asked_about, said


@dataclass
class Pair:
    """A published challenge and a solution, with a run that lists them."""

    challenge: Submission
    solution: Submission
    run: MatchRun
    bench: str
    owner: TestClient
    provider: TestClient


@pytest.fixture
def pair(session: Session, enter: Enter) -> Pair:
    themes(session)
    programme = a_programme(session)
    owner, provider = a_person(session), a_person(session)
    common = {"programme_id": programme.id, "state": State.SELECTED}
    challenge = a_challenge(session, **common, organisation_id=organisation_of(session, owner))
    solution = a_solution(session, **common, organisation_id=organisation_of(session, provider))
    a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED)
    run = a_run(session, programme_id=programme.id)
    a_suggestion(session, run, challenge_id=challenge.id, solution_id=solution.id)
    session.commit()
    code = session.get_one(Programme, programme.id).code
    bench = f"/programmes/{code}/runs/{run.code}"
    return Pair(challenge, solution, run, bench, enter(owner), enter(provider))


def seen(page: str) -> str:
    """The state that the form of a page was read with."""
    found = re.search(r'name="expected" value="([^"]*)"', page)
    assert found is not None
    return found[1].replace("&#34;", '"')


def test_a_team_says_it_reads_it_again_and_undoes_it_without_a_script(
    session: Session, pair: Pair
) -> None:
    place = f"/submissions/{pair.solution.code}/interests"
    form = f"{place}/{pair.challenge.code}"
    empty = pair.provider.get(place).text
    told = {"value": "very", "reason": "Same rivers.", "expected": seen(empty)}

    saved = pair.provider.post(form, data=told)
    shown = pair.provider.get(saved.headers["location"]).text
    row = session.exec(select(Interest)).one()
    undone = pair.provider.post(f"{form}/undo")

    assert f'href="{place}"' in pair.provider.get(f"/submissions/{pair.solution.code}").text
    assert f'action="{form}"' in empty
    assert 'value="very" checked' not in empty
    assert saved.headers["location"] == (
        f"{place}?saved={pair.challenge.code}#i-{pair.challenge.code}"
    )
    assert (row.value, row.reason) == (InterestWord.VERY, "Same rivers.")
    assert 'value="very" checked' in shown
    assert "Same rivers." in shown
    assert f'action="{form}/undo"><button class="btn btn--s" data-undo>' in shown
    assert undone.headers["location"] == f"{place}?done=interest-taken-back"
    session.expire_all()
    assert session.exec(select(Interest)).all() == []


@pytest.mark.parametrize(
    ("wrong", "status", "message"),
    [
        ({"value": ""}, 422, "Choose one of the five words."),
        ({"value": "perhaps"}, 422, "Kept words"),
        ({"value": "open", "expected": '"another"'}, 412, "Somebody has changed this"),
        ({"value": "open", "reason": "Kept words" + "x" * 600}, 422, "Kept words"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    session: Session, pair: Pair, wrong: dict[str, str], status: int, message: str
) -> None:
    place = f"/submissions/{pair.solution.code}/interests"
    told = {"expected": seen(pair.provider.get(place).text), "reason": "Kept words", **wrong}

    refused = pair.provider.post(f"{place}/{pair.challenge.code}", data=told)

    assert refused.status_code == status
    assert message in refused.text
    assert "Kept words" in refused.text
    assert session.exec(select(Interest)).all() == []


def test_an_owner_reads_the_solutions_that_staff_show_on_the_bench(
    session: Session, pair: Pair, enter: Enter
) -> None:
    staff = enter(a_person(session, Role.STAFF))
    place = f"/submissions/{pair.challenge.code}/interests"
    none = pair.owner.get(place).text
    before = staff.get(f"{pair.bench}/bench").text
    told = {"challenge_id": pair.challenge.code, "solution_id": pair.solution.code}

    asked = staff.post(f"{pair.bench}/interests", data=told)
    after = staff.get(asked.headers["location"]).text
    shown = pair.owner.get(place).text

    assert "The staff have shown you no solution yet." in none
    assert "Show it to the owner" in before
    assert asked.status_code == 303
    assert "Shown. The owner of the challenge has a task" in after
    assert "Show it to the owner" not in after
    assert pair.solution.title in shown
    assert "Say your interest in 1 solution" in pair.owner.get("/tasks").text


def test_staff_read_on_the_bench_and_the_heat_map_what_both_sides_say(
    session: Session, pair: Pair, enter: Enter
) -> None:
    said(session, pair.challenge, pair.solution, Kind.SOLUTION, "cannot", reason="Rivals.")
    said(session, pair.challenge, pair.solution, Kind.CHALLENGE, "very")
    pair.run.interests = [[pair.challenge.code, pair.solution.code, "solution", "cannot"]]
    session.commit()
    staff, advisor = (enter(a_person(session, role)) for role in (Role.STAFF, Role.ADVISOR))

    bench, unread = (who.get(f"{pair.bench}/bench").text for who in (staff, advisor))

    sentence = f"{pair.solution.code} says that it cannot work with {pair.challenge.code}"
    for text in (sentence, "Rivals.", "What both sides say", "A side cannot"):
        assert text in bench
        assert text not in unread


def test_a_submission_that_was_never_sent_has_no_such_link(
    session: Session, pair: Pair
) -> None:
    asked_about(session, pair.challenge, pair.solution)
    pair.challenge.state = State.WITHDRAWN
    session.commit()
    code = pair.challenge.code

    assert f"/submissions/{code}/interests" not in pair.owner.get(f"/submissions/{code}").text
    assert "You can say something once" in pair.owner.get(f"/submissions/{code}/interests").text
