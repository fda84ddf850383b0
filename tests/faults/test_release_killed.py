"""The service is killed in mid-release: all teams of the call are told, or none of them."""

import signal
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from app.access.policy import Role
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision, Release
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import (
    a_call,
    a_challenge,
    a_decision,
    a_programme,
    a_user,
    an_organisation,
)
from tests.faults.crowd import Ask, Reply, Server, a_lead, ask_one, serving
from tests.faults.scale import times

pytestmark = pytest.mark.server

ROUNDS: Final = times(40, quick=3)
TEAMS: Final = times(200, quick=100)


def a_ready_call(database: Database) -> UUID:
    """A call of many teams with a person each, decided and approved."""
    with transaction(database) as session:
        call = a_call(session, programme_id=a_programme(session).id)
        for number in range(TEAMS):
            team = an_organisation(session).id
            a_user(session, Role.MEMBER, organisation_id=team)
            row = a_challenge(
                session, call_id=call.id, organisation_id=team, state=State.ELIGIBLE
            )
            a_decision(
                session,
                submission=row,
                state=DecisionState.APPROVED,
                outcome=list(DecisionOutcome)[number % 4],
            )
        return call.id


def release(server: Server, token: str, call: UUID) -> Reply:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    reply = ask_one(
        connection, token, Ask("release", "/api/v1/releases", {"call_id": str(call)})
    )
    connection.close()
    return reply


def told(database: Database, call: UUID) -> bool:
    """Whether the call is released; what is stored must be all of it, or nothing."""
    with reading(database) as session:
        ours = select(Submission.id).where(Submission.call_id == call)
        eligible = Counter(
            state is State.ELIGIBLE
            for state in session.exec(
                select(Submission.state).where(Submission.call_id == call)
            )
        )
        decisions = Counter(
            session.exec(select(Decision.state).where(Decision.call_id == call)).all()
        )
        codes = session.exec(select(Submission.code).where(Submission.call_id == call)).all()
        letters = sum(
            session.exec(
                select(func.count()).where(col(Letter.subject).contains(f"{code},"))
            ).one()
            for code in codes
        )
        rows = session.exec(select(Release.letters).where(Release.call_id == call)).all()
        events = session.exec(
            select(func.count()).where(col(AuditEvent.subject_id).in_(ours))
        ).one()
    found: tuple[Any, ...] = (eligible[True], decisions, letters, rows, events)
    nothing: tuple[Any, ...] = (TEAMS, Counter({DecisionState.APPROVED: TEAMS}), 0, [], 0)
    everything: tuple[Any, ...] = (
        0,
        Counter({DecisionState.RELEASED: TEAMS}),
        TEAMS,
        [TEAMS],
        TEAMS,
    )
    assert found in (nothing, everything)
    return found == everything


def test_a_release_that_is_cut_off_is_whole_or_never_happened(
    shared: Database, shared_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = a_lead(shared)
    whole = a_ready_call(shared)
    with serving(shared_url, tmp_path) as server:
        began = time.monotonic()
        first = release(server, token, whole)
        lasts = time.monotonic() - began

    outcomes: Counter[str] = Counter()
    for number in range(ROUNDS):
        call = a_ready_call(shared)
        with serving(shared_url, tmp_path) as server:
            replies: list[Reply] = []
            asking = threading.Thread(
                target=lambda: replies.append(release(server, token, call))  # noqa: B023 -- joined below
            )
            asking.start()
            time.sleep(lasts * number / ROUNDS)  # the first one before anything is stored
            server.signal(signal.SIGKILL)
            asking.join()
        is_told = told(shared, call)
        assert is_told or replies[0].status is None
        outcomes["released" if is_told else "not released"] += 1
        with serving(shared_url, tmp_path) as server:
            again = release(server, token, call)
        assert again.status == (409 if is_told else 201)
        assert told(shared, call)

    assert first.status == 201
    assert told(shared, whole)
    assert outcomes["not released"] > 0
    with capsys.disabled():
        sys.stdout.write(
            f"\n{shared.writer.dialect.name}: {ROUNDS} releases of {TEAMS} decisions killed "
            f"within {lasts:.2f} s, {dict(outcomes)}, none in part\n"
        )
