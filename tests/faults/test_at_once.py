"""Many at once against two worker processes: all served, nothing decided twice, nobody late."""

import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from select import select as select_ready
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.access.policy import Role
from app.accounts.models import Token
from app.accounts.service import digest_of
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, reading, transaction
from app.core.storage.jobs import Job, JobState, state_of
from app.decisions.lifecycle import DecisionState
from app.decisions.models import Decision
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import a_call, a_challenge, a_decision, a_programme, a_solution
from tests.faults.crowd import (
    Ask,
    Reply,
    Server,
    a_lead,
    a_team,
    acknowledged,
    ask_all,
    ask_one,
    drafts,
    require_stored_once,
)
from tests.faults.scale import times
from tests.processes import get, until

pytestmark = pytest.mark.server

Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Report a figure whatever pytest does with what is printed."""

    def report(sentence: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{sentence}\n")

    return report


def p99(replies: Sequence[Reply]) -> float:
    return sorted(reply.seconds for reply in replies)[len(replies) * 99 // 100]


def kind_of(database: Database) -> str:
    return database.writer.dialect.name


def test_a_burst_from_64_connections_is_served_without_an_error(
    shared: Database, two_workers: Server, say: Say
) -> None:
    team = a_team(shared)
    count = times(2000, quick=200)

    began = time.monotonic()
    replies = ask_all(
        two_workers, team.token, drafts(team, [f"Burst {n}" for n in range(count)])
    )
    spent = time.monotonic() - began

    assert Counter(reply.status for reply in replies) == {201: count}
    assert len(acknowledged(replies)) == count
    require_stored_once(shared, replies, "Burst ")
    say(
        f"{kind_of(shared)}: {count} drafts of 3 kB from 64 connections, {count / spent:.0f} "
        f"a second, p99 {p99(replies):.2f} s"
    )


def test_of_two_people_who_decide_at_once_exactly_one_wins(
    shared: Database, two_workers: Server, say: Say
) -> None:
    count = times(1000, quick=50)
    with transaction(shared) as session:
        programme = a_programme(session)
        call = a_call(session, programme_id=programme.id)
        keys = [
            a_challenge(session, call_id=call.id, state=State.SUBMITTED).id
            for _ in range(count)
        ]
    people = [a_lead(shared, Role.STAFF), a_lead(shared)]

    def race(key: UUID) -> list[Reply]:
        def decide(token: str, step: str) -> Reply:
            connection = HTTPConnection("127.0.0.1", two_workers.port, timeout=60)
            path = f"/api/v1/challenges/{key}/steps/{step}"
            reply = ask_one(connection, token, Ask(step, path, {"reason": "It fits."}))
            connection.close()
            return reply

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(decide, people, ("pass", "return")))

    with ThreadPoolExecutor(8) as threads:
        races = list(threads.map(race, keys))

    assert Counter(tuple(sorted(r.status or 0 for r in replies)) for replies in races) == {
        (200, 409): count
    }
    with reading(shared) as session:
        ours = select(Submission.id, Submission.state).where(Submission.call_id == call.id)
        states = dict(session.exec(ours).all())
        events = session.exec(
            select(AuditEvent.subject_id).where(col(AuditEvent.subject_id).in_(keys))
        ).all()
    told = {
        UUID(r.answer["id"]): r.answer["state"]
        for both in races
        for r in both
        if r.status == 200
    }
    assert told == states
    assert Counter(events) == Counter(keys)
    say(f"{kind_of(shared)}: {count} races of two who decide at once, one winner each")


def test_of_two_who_decide_or_release_at_once_one_does(
    shared: Database, two_workers: Server
) -> None:
    count = times(200, quick=15)
    with transaction(shared) as session:
        programme = a_programme(session)
        call = a_call(session, programme_id=programme.id)
        eligible = [
            a_challenge(session, call_id=call.id, state=State.ELIGIBLE).code
            for _ in range(count)
        ]
        ready = [
            str(a_decision(session, call_id=call.id, state=DecisionState.READY).id)
            for _ in range(count)
        ]
        calls = [
            a_decision(
                session,
                call_id=a_call(session, programme_id=programme.id).id,
                state=DecisionState.APPROVED,
            ).call_id
            for _ in range(count)
        ]
    leads = [a_lead(shared), a_lead(shared)]

    def race(one: Ask, other: Ask) -> tuple[int, ...]:
        def ask(token: str, ask: Ask) -> Reply:
            connection = HTTPConnection("127.0.0.1", two_workers.port, timeout=60)
            reply = ask_one(connection, token, ask)
            connection.close()
            return reply

        with ThreadPoolExecutor(2) as threads:
            return tuple(sorted(r.status or 0 for r in threads.map(ask, leads, (one, other))))

    def drafting(code: str, outcome: str) -> Ask:
        return Ask(outcome, "/api/v1/decisions", {"submission_id": code, "outcome": outcome})

    def step(key: str, name: str) -> Ask:
        return Ask(name, f"/api/v1/decisions/{key}/steps/{name}", {"reason": "Too short."})

    def release(key: UUID) -> Ask:
        return Ask("release", "/api/v1/releases", {"call_id": str(key)})

    pairs = {
        "draft": [(drafting(c, "selected"), drafting(c, "reserve")) for c in eligible],
        "step": [(step(key, "approve"), step(key, "send-back")) for key in ready],
        "release": [(release(key), release(key)) for key in calls],
    }
    with ThreadPoolExecutor(4) as threads:
        found = {
            name: Counter(threads.map(lambda both: race(*both), asks))
            for name, asks in pairs.items()
        }

    assert found["draft"] == {(201, 409): count}
    assert found["release"] == {(201, 409): count}
    # A lead may send back what another one has just approved; both were done in turn then.
    assert set(found["step"]) <= {(200, 409), (200, 200)}
    with reading(shared) as session:
        events = Counter(
            session.exec(
                select(AuditEvent.action).where(
                    col(AuditEvent.subject_id).in_([UUID(key) for key in ready])
                )
            )
        )
        made = session.exec(select(Decision.code).where(col(Decision.code).in_(eligible))).all()
    assert sorted(made) == sorted(eligible)
    assert events.total() == sum(
        statuses.count(200) * n for statuses, n in found["step"].items()
    )


def test_submissions_around_a_deadline_are_all_judged_by_the_same_instant(
    shared: Database, two_workers: Server, say: Say
) -> None:
    waves, size = times(20, quick=1), times(500, quick=200)
    verdicts: Counter[str] = Counter()

    for _ in range(waves):
        team = a_team(shared)
        with transaction(shared) as session:
            ours = {"call_id": team.call_id, "organisation_id": team.organisation_id}
            keys = [a_challenge(session, **ours).id for _ in range(size)]
        asks = [Ask(str(key), f"/api/v1/challenges/{key}/steps/submit", {}) for key in keys]
        replies = ask_all(two_workers, team.token, asks[: size // 4], connections=8)
        # The rest as fast as it goes, with the end of the call in its middle.
        closes = now() + timedelta(seconds=size * 0.002)
        with transaction(shared) as session:
            call = session.get_one(Call, team.call_id)
            call.closes_at = call.ends_at = closes
        replies += ask_all(two_workers, team.token, asks[size // 4 :], connections=32)

        end = closes.timestamp()
        for reply in replies:
            verdicts[verdict_on(reply, end)] += 1
        with reading(shared) as session:
            stored = dict(
                session.exec(
                    select(Submission.id, Submission.submitted_at).where(
                        Submission.call_id == team.call_id,
                        col(Submission.submitted_at).is_not(None),
                    )
                ).all()
            )
        assert set(stored) == {UUID(r.name) for r in replies if r.status == 200}
        assert all(at is not None and at < closes for at in stored.values())

    assert set(verdicts) == {"in time", "too late"}
    assert verdicts.total() == waves * size
    say(
        f"{kind_of(shared)}: {verdicts.total()} around a deadline, {dict(verdicts)}, none wrong"
    )


def verdict_on(reply: Reply, end: float) -> str:
    """What was said, or that it cannot be true: it lies between sending and answer."""
    if reply.status == 200 and reply.sent < end:
        return "in time"
    if (
        reply.status == 409
        and reply.answer["code"] == "call-not-open"
        and reply.answered >= end
    ):
        return "too late"
    return f"wrong: {reply.status}, {reply.sent - end:+.3f} s, {reply.answered - end:+.3f} s"


def test_bodies_that_drip_keep_nobody_waiting_and_are_ended(
    shared: Database, two_workers: Server
) -> None:
    team = a_team(shared)
    drips = [half_a_request(two_workers, team.token) for _ in range(100)]

    replies = ask_all(two_workers, team.token, drafts(team, ["Swift 1", "Swift 2"]))
    ended_before, _, _ = select_ready(drips, [], [], 0)
    answers = [drip.recv(4096) for drip in drips]
    for drip in drips:
        drip.close()

    assert [reply.status for reply in replies] == [201] * 2
    assert ended_before == []
    assert {answer.partition(b"\r\n")[0] for answer in answers} == {
        b"HTTP/1.1 408 Request Timeout"
    }
    with reading(shared) as session:
        titled = select(Submission.title).where(Submission.call_id == team.call_id)
        assert sorted(session.exec(titled)) == ["Swift 1", "Swift 2"]


def half_a_request(server: Server, token: str) -> socket.socket:
    """A connection that has announced a body and sent its first byte."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    head = (
        "POST /api/v1/challenges HTTP/1.1",
        "Host: service",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Content-Length: 1000",
    )
    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n{")
    return connection


def test_a_worker_process_that_is_killed_is_replaced_and_loses_nothing(
    shared: Database, two_workers: Server
) -> None:
    team = a_team(shared)
    before = two_workers.workers()
    asks = drafts(team, [f"Killed {n}" for n in range(times(600, quick=100))])

    with ThreadPoolExecutor(1) as threads:
        burst = threads.submit(ask_all, two_workers, team.token, asks, connections=16)
        time.sleep(0.3)
        os.kill(before[0], signal.SIGKILL)
        replies = burst.result()
    until(lambda: len(two_workers.workers()) == 2 and before[0] not in two_workers.workers())

    told = acknowledged(replies)
    assert {reply.status for reply in replies} <= {201, None}
    assert len(told) > 0
    require_stored_once(shared, replies, "Killed ")


def test_two_processes_with_a_worker_each_carry_a_run_out_once(
    shared: Database, two_workers: Server
) -> None:
    with transaction(shared) as session:
        programme = a_programme(session)
        for make in (a_challenge, a_solution):
            make(session, programme_id=programme.id, state=State.SELECTED)
        programme_id, count = str(programme.id), times(20, quick=1)
    asks = [
        Ask(str(n), "/api/v1/match-runs", {"programme_id": programme_id}) for n in range(count)
    ]

    replies = ask_all(two_workers, a_lead(shared), asks, connections=4)

    def jobs() -> list[Job]:
        keys = [reply.answer["job_id"] for reply in replies]
        with reading(shared) as session:
            return list(session.exec(select(Job).where(col(Job.id).in_(keys))))

    assert [reply.status for reply in replies] == [202] * count
    until(lambda: {state_of(job) for job in jobs()} == {JobState.DONE})
    assert [job.attempts for job in jobs()] == [1] * count


def test_a_token_that_was_taken_away_is_refused_by_every_worker_at_the_next_request(
    shared: Database, two_workers: Server
) -> None:
    secret = a_lead(shared)

    def statuses() -> set[int]:
        """Each request comes on a connection of its own, to whichever worker takes it."""
        headers = {"Authorization": f"Bearer {secret}"}
        address = f"{two_workers.base}/api/v1/match-runs"
        return {get(address, headers=headers).status_code for _ in range(20)}

    before = statuses()
    with transaction(shared) as session:
        held = session.exec(select(Token).where(Token.digest == digest_of(secret))).one()
        held.revoked_at = now()

    assert (before, statuses()) == ({200}, {401})


def test_forwarded_headers_that_anybody_sends_are_not_believed(two_workers: Server) -> None:
    """Nor does the server's own variable, which is set here, open what the setting shuts."""
    forged = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}

    answer = get(f"{two_workers.base}/api/v1/calls/", headers=forged)

    assert answer.headers["location"] == f"{two_workers.base}/api/v1/calls"
