"""The dossier of a run: method, suggestions with reasons, assignment and verdicts, as PDF."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.matchmaking.service import dossiers
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn, statements_of
from tests.documents.pdf import tags_of, words_of
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
    an_organisation,
)

SHARED = [{"kind": "word", "feature": "flood", "share": 0.4, "words": ["floods"]}]
NOTHING: dict[str, Any] = {
    **{"objective": "leximin", "providers": (1, 1), "pairs": [], "total": 0.5, "bound": 0.5},
    **{"reason": None, "shortfalls": [], "untold": {}},
}


@pytest.fixture
def run(session: Session) -> MatchRun:
    programme = a_programme(session, zone="Europe/Paris", title="#eval Second $edition$")
    fields: dict[str, Any] = {"programme_id": programme.id, "state": State.SELECTED}
    owner = an_organisation(session, name="Ministry of Water", country="NL")
    served = a_challenge(session, organisation_id=owner.id, title="Floods *now*", **fields)
    left = a_challenge(session, title="Droughts", language="fr", **fields)
    run = a_run(
        session,
        programme_id=programme.id,
        state=RunState.COMPLETE,
        challenges=[{"id": served.code}, {"id": left.code}],
        assignment=NOTHING | {"untold": {served.code: ["early\nwarning", "sirens"]}},
        versions={"counterpart": "0.1.0"},
    )
    for rank in range(1, 9):
        a_suggestion(
            session,
            run,
            challenge_id=served.id,
            solution_id=a_solution(session, title=f"Solution {rank}", **fields).id,
            rank=rank,
            band="fair",
            contributions=SHARED,
            assigned=rank in {1, 7},
        )
    session.commit()
    return run


@pytest.fixture
def advisor(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.ADVISOR))


def lines_of(session: Session, run_id: UUID) -> dict[int, Suggestion]:
    found = session.exec(select(Suggestion).where(Suggestion.run_id == run_id))
    return {line.rank: line for line in found}


def decided(session: Session, run: MatchRun, rank: int, outcome: Outcome, reason: str) -> None:
    line = lines_of(session, run.id)[rank]
    session.add(
        Verdict(
            run_id=run.id,
            challenge_id=line.challenge_id,
            solution_id=line.solution_id,
            number=1,
            outcome=outcome,
            reason=reason,
            decided_by=a_user(session, Role.STAFF, name="Sam Staff").id,
        )
    )
    session.commit()


def read(client: TestClient, run: MatchRun, **query: str) -> bytes:
    answer = client.get(f"/api/v1/match-runs/{run.code}/dossier", params=query)
    assert answer.status_code == 200
    return answer.content


def said(client: TestClient, run: MatchRun, **query: str) -> str:
    return words_of(read(client, run, **query))


def test_an_advisor_reads_it_and_nobody_keeps_it(run: MatchRun, advisor: TestClient) -> None:
    answer = advisor.get(f"/api/v1/match-runs/{run.code}/dossier")

    kept = ("content-type", "content-disposition", "cache-control", "content-language")
    assert [answer.headers[name] for name in kept] == [
        *("application/pdf", f'attachment; filename="{run.code}.pdf"', "no-store", "en")
    ]
    assert answer.content.startswith(b"%PDF-")


def test_it_says_the_method_and_what_was_set_for_the_run(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    run.settings = run.settings | {"text_weight": 0.75, "cross_border": False}
    session.commit()

    words = said(advisor, run)

    assert "Itdecidesnothing:thestaffoftheincubatorreaditssuggestionsandchoose." in words
    assert "75partsof100comefromwordsand25fromthemes" in words
    assert "Oneruleissetbytheprogramme" not in words


def test_each_challenge_has_its_best_five_with_reasons_and_whom_the_assignment_holds(
    run: MatchRun, advisor: TestClient
) -> None:
    words = said(advisor, run)

    listed = words.partition("Challengesandsuggestions")[2]
    assert [n for n in range(1, 9) if f"Solution{n}" in listed] == [1, 2, 3, 4, 5, 7]
    assert listed.count("Bothmentionfloods.") == 6
    assert listed.count("Inthebestwholeassignment") == 2
    assert "MinistryofWater,Netherlands" in listed
    untold = listed.partition("Nobodyheretellsof:")[2]
    assert re.match("[^a-z]*earlywarning[^a-z]*sirens", untold)
    assert "Noproviderhasanythingincommonwithit." in listed
    assert "Thesumofitsscoresis0.5000." in words


def test_what_people_wrote_is_text_and_carries_its_language(
    run: MatchRun, advisor: TestClient
) -> None:
    made = read(advisor, run)

    assert "Matchmakingof#evalSecond$edition$" in words_of(made)
    assert "Floods*now*" in words_of(made)
    assert b"/Lang(fr)" in made


def test_it_holds_verdicts_with_reasons_on_pairs_that_are_not_listed_as_well(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    decided(session, run, 8, Outcome.CHOSEN, "They have done it.")
    decided(session, run, 1, Outcome.REJECTED, "Too far away.")

    words = said(advisor, run)

    chosen, rejected = words.find("“Theyhavedoneit.”"), words.find("“Toofaraway.”")
    assert 0 < chosen < rejected
    assert words.count("SamStaff") == 2


def test_who_has_withdrawn_since_is_said(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    line = lines_of(session, run.id)[2]
    session.get_one(Submission, line.solution_id).state = State.WITHDRAWN
    session.commit()

    assert said(advisor, run).count("Takesnopartanymore") == 1


def test_a_run_without_an_assignment_says_why(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    run.state = RunState.NO_SOLUTION
    run.assignment = NOTHING | {"total": None, "bound": None, "reason": "too few places"}
    session.commit()

    assert "Thereisnoassignment:toofewplaces." in said(advisor, run)


def test_who_wishes_for_more_and_what_is_provisional_is_said(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    [code] = [c["id"] for c in run.challenges[:1]]
    short = {"challenge": code, "providers": 1, "missing": 2, "open_to": 3, "would_serve": []}
    run.assignment = NOTHING | {"shortfalls": [short]}
    run.settings = run.settings | {"basis": "submitted"}
    session.commit()

    words = said(advisor, run)

    assert "Itwishesfor2more." in words
    assert "Thisrunisprovisional" in words


def test_the_same_run_gives_the_same_bytes_and_a_verdict_makes_it_newer(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    first, again = read(advisor, run), read(advisor, run)

    decided(session, run, 1, Outcome.CHOSEN, "They have done it.")

    assert first == again
    assert read(advisor, run) != first


@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [({}, "pt-BR, en;q=0.5", "pt"), ({"language": "fr"}, "es", "fr"), ({}, "de", "en")],
)
def test_it_speaks_the_language_of_its_reader(
    run: MatchRun, advisor: TestClient, query: dict[str, str], accepted: str, spoken: str
) -> None:
    answer = advisor.get(
        f"/api/v1/match-runs/{run.code}/dossier",
        params=query,
        headers={"Accept-Language": accepted},
    )

    assert answer.headers["content-language"] == spoken
    assert f"/Lang({spoken})".encode() in answer.content
    assert ("Howtherankingworks" in words_of(answer.content)) == (spoken == "en")


def test_an_unknown_language_is_refused(run: MatchRun, advisor: TestClient) -> None:
    answer = advisor.get(f"/api/v1/match-runs/{run.code}/dossier", params={"language": "xx"})

    assert answer.status_code == 400


def test_of_a_large_run_the_first_challenges_are_in_it_and_it_says_so(
    run: MatchRun, advisor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_CHALLENGES", 1)

    words = said(advisor, run)

    assert "Thisdossierholdsthefirst1of2challenges" in words
    assert "Floods*now*" in words
    assert "Droughts" not in words


def test_fewer_challenges_are_in_it_where_each_may_have_many_providers(
    session: Session, run: MatchRun, advisor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_LINES", 20)
    run.settings = run.settings | {"providers_max": 15}
    session.commit()

    assert "Thisdossierholdsthefirst1of2challenges" in said(advisor, run)


def test_of_many_verdicts_on_a_challenge_the_newest_are_in_it(
    session: Session, run: MatchRun, advisor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_VERDICTS", 1)
    decided(session, run, 1, Outcome.CHOSEN, "They have done it.")
    decided(session, run, 2, Outcome.REJECTED, "Too far away.")

    words = said(advisor, run)

    assert ("Toofaraway." in words, "Theyhavedoneit." in words) == (True, False)
    assert "Ofverdictsonachallengethenewest1standhere" in words


def test_a_very_long_reason_is_cut_and_that_is_said(
    session: Session, run: MatchRun, advisor: TestClient
) -> None:
    decided(session, run, 1, Outcome.CHOSEN, "ж" * (dossiers.LONGEST_REASON + 1))

    words = said(advisor, run)

    assert words.count("ж") == dossiers.LONGEST_REASON
    assert "ж[...]”" in words
    assert "eachreasonupto1,000characters" in words


def test_more_suggestions_cost_no_more_statements(
    session: Session, run: MatchRun, advisor: TestClient, database: Database
) -> None:
    statements = statements_of(database)

    def cost() -> int:
        statements.clear()
        read(advisor, run)
        return len(statements)

    few = cost()
    challenge = lines_of(session, run.id)[1].challenge_id
    for rank in range(9, 14):
        a_suggestion(session, run, challenge_id=challenge, rank=rank, assigned=True)
    session.commit()

    assert cost() == few


def test_it_is_tagged_with_its_headings_in_order(run: MatchRun, advisor: TestClient) -> None:
    tags = tags_of(read(advisor, run))

    heads = [tag for tag in tags if tag in {"Title", "H1", "H2", "H3"}]
    assert heads[:2] == ["Title", "H1"]
    assert all(
        later <= before + 1
        for before, later in zip(
            (int(tag[1]) for tag in heads[1:]), (int(tag[1]) for tag in heads[2:]), strict=False
        )
    )
    assert tags.count("TH") == 3 + 4


def test_a_run_without_a_result_has_none(session: Session, advisor: TestClient) -> None:
    waiting = a_run(session, state=RunState.QUEUED)
    session.commit()

    assert advisor.get(f"/api/v1/match-runs/{waiting.code}/dossier").status_code == 409


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADMIN])
def test_who_reads_no_runs_does_not_learn_that_there_is_one(
    session: Session, as_user: SignIn, run: MatchRun, role: Role
) -> None:
    answer = as_user(a_user(session, role)).get(f"/api/v1/match-runs/{run.code}/dossier")

    assert answer.status_code == 404
