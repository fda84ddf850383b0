"""Thin texts are named with what they lack: in a run, and before one is asked for."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.errors import Conflict, NotFound, NotPermitted
from app.core.storage.database import Database
from app.matchmaking.lifecycle import RunState
from app.matchmaking.service import thin_texts
from app.matchmaking.service.thin_texts import Lack, Thin
from app.submissions.lifecycle import State
from tests.conftest import statements_of
from tests.factories import a_challenge, a_programme, a_run, a_solution, an_organisation

WORDS = " ".join(["word"] * 60)
MEMBER = Actor(uuid4(), {Role.MEMBER: frozenset({uuid4()})})


def record(code: str, **fields: Any) -> dict[str, Any]:
    common = {"id": code, "title": "A title", "organisation": "An agency", "country": ["FR"]}
    return {**common, "language": "en", "themes": ["sdg:13"], **fields}


def test_what_is_thin_in_a_run_is_named_with_what_it_lacks(session: Session) -> None:
    run = a_run(
        session,
        challenges=[
            record("CH-2", problem=WORDS),
            record("CH-1", problem="Floods.", themes=[], language="fr"),
        ],
        solutions=[
            record("SO-1", experience=WORDS, language="fr"),
            record("SO-2", experience=WORDS, language="fr", summary="We warn people."),
            record("SO-3", experience=WORDS, language=None),
            record("SO-4", text=WORDS),
            record("SO-5", experience=WORDS, language=None),
        ],
    )
    run.assignment = {"unread": ["SO-5"]}
    session.commit()

    def lacking(code: str, words: int, *lacks: Lack) -> Thin:
        return Thin(code, "A title", "An agency", "fr", words, [*lacks])

    assert thin_texts.of_run(session, OPERATOR, run.id) == [
        lacking("CH-1", 1, Lack.THEMES, Lack.SUMMARY, Lack.WORDS),
        lacking("SO-1", 60, Lack.SUMMARY),
        Thin("SO-5", "A title", "An agency", None, 60, [Lack.LANGUAGE]),
    ]


@pytest.mark.parametrize(("n", "lacks"), [(59, [Lack.WORDS]), (60, [])])
def test_a_text_is_short_below_sixty_words_in_all_passages_together(
    session: Session, n: int, lacks: list[Lack]
) -> None:
    half = n // 2
    tells = {"experience": " ".join(["a"] * half), "offer": "\n".join(["b"] * (n - half))}
    run = a_run(session, solutions=[record("SO-1", **tells)])
    programme = a_programme(session)
    a_solution(session, programme_id=programme.id, state=State.SELECTED, content=tells)
    session.commit()

    found = (
        thin_texts.of_run(session, OPERATOR, run.id),
        thin_texts.before_a_run(session, OPERATOR, programme),
    )

    assert [[one.lacks for one in thin or []] for thin in found] == [[lacks] * bool(lacks)] * 2


def test_before_a_run_all_is_looked_at_that_one_could_take_and_says_the_same(
    session: Session,
) -> None:
    programme = a_programme(session)
    team = an_organisation(session, name="An agency")
    common = {"programme_id": programme.id, "organisation_id": team.id, "title": "A title"}
    short = {"problem": "Floods.", "capacity": 3}
    states = (State.SUBMITTED, State.ELIGIBLE, State.SELECTED)
    taken = [
        a_challenge(session, **common, state=state, content=short, code=f"CH-{i}")
        for i, state in enumerate(states)
    ]
    for state in (State.DRAFT, State.RETURNED, State.WITHDRAWN, State.NOT_SELECTED):
        a_challenge(session, **common, state=state, content=short)
    a_solution(
        session,
        **common,
        state=State.SELECTED,
        content={"experience": WORDS},
        themes=[],
        language="fr",
        summary="",
        code="SO-1",
    )
    for code, summary in (("SO-2", ""), ("SO-3", "We warn people.")):
        a_solution(
            session,
            **common,
            state=State.SELECTED,
            content={"experience": WORDS},
            language=None,
            summary=summary,
            code=code,
        )
    a_challenge(session, state=State.SELECTED, content=short)
    session.commit()

    found = thin_texts.before_a_run(session, OPERATOR, programme)

    assert found == [
        *(Thin(one.code, "A title", "An agency", "en", 1, [Lack.WORDS]) for one in taken),
        Thin("SO-1", "A title", "An agency", "fr", 60, [Lack.THEMES, Lack.SUMMARY]),
        Thin("SO-2", "A title", "An agency", None, 60, [Lack.LANGUAGE]),
    ]


def test_of_too_many_submissions_none_is_looked_through(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = a_programme(session)
    run = a_run(session, n_challenges=1, n_solutions=thin_texts.MOST)
    a_challenge(session, programme_id=programme.id, state=State.SUBMITTED)
    session.commit()
    monkeypatch.setattr(thin_texts, "MOST", 0)

    assert thin_texts.of_run(session, OPERATOR, run.id) is None
    assert thin_texts.before_a_run(session, OPERATOR, programme) is None


def test_a_run_without_a_result_or_out_of_reach_is_refused(session: Session) -> None:
    running, ended = a_run(session, state=RunState.RUNNING), a_run(session)
    session.commit()

    with pytest.raises(Conflict, match="so it has no result"):
        thin_texts.of_run(session, OPERATOR, running.id)
    with pytest.raises(NotFound):
        thin_texts.of_run(session, MEMBER, ended.id)


def test_who_reads_the_submissions_of_a_team_alone_is_told_of_no_other(
    session: Session,
) -> None:
    programme = a_programme(session)
    session.commit()

    with pytest.raises(NotPermitted):
        thin_texts.before_a_run(session, MEMBER, programme)


def test_it_takes_as_many_statements_for_many_submissions_as_for_one(
    session: Session, database: Database
) -> None:
    programme = a_programme(session)
    statements = statements_of(database)
    counts = []
    for _ in range(2):
        for _ in range(4):
            a_challenge(session, programme_id=programme.id, state=State.SUBMITTED)
        session.commit()
        session.refresh(programme)
        statements.clear()
        thin_texts.before_a_run(session, OPERATOR, programme)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 3
