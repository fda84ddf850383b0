"""Challenges with a similar problem are proposed to each other, also without a provider."""

from typing import Any

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.core.base.errors import Conflict, NotPermitted
from app.matches.lifecycle import MatchState
from app.programmes.models import Call
from app.settings import Settings
from app.statistics.schemas.peers import PeersRead
from app.statistics.service import peers
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.decisions.people import actor
from tests.factories import a_call, a_challenge, a_match, an_organisation

FLOODS = "Small rivers flood villages within an hour and nobody is warned in time."
WARNED = "Villages are not warned before small rivers flood their houses at night."
QUEUES = "Citizens queue all day at the passport desk of the registry office."


@pytest.fixture
def call(session: Session) -> Call:
    return a_call(session)


def told(session: Session, call: Call, problem: str, **fields: Any) -> Submission:
    if "organisation_id" not in fields:
        fields["organisation_id"] = an_organisation(session).id
    fields = {"state": State.SUBMITTED, "themes": [], "title": problem[:20], **fields}
    row = a_challenge(session, call_id=call.id, **fields)
    row.content = {"problem": problem}
    session.flush()
    return row


def found(session: Session, call: Call) -> PeersRead:
    return peers.peers(session, OPERATOR, call.programme_id, Settings())()


def codes(read: PeersRead) -> dict[str, list[str]]:
    return {
        one.challenge.code: [peer.challenge.code for peer in one.peers]
        for one in read.challenges
    }


def test_two_with_a_similar_problem_are_peers_with_the_reasons(
    session: Session, call: Call
) -> None:
    one, other = told(session, call, FLOODS), told(session, call, WARNED)
    alone = told(session, call, QUEUES)

    read = found(session, call)

    assert codes(read) == {one.code: [other.code], other.code: [one.code], alone.code: []}
    (peer,) = read.challenges[0].peers
    assert "warned" in peer.words
    assert peer.passages.challenge is not None
    assert peer.passages.solution is not None
    assert "nobody is warned" in peer.passages.challenge.text
    assert "not warned" in peer.passages.solution.text


def test_of_a_near_copy_each_phrase_is_cut_to_some_words(session: Session, call: Call) -> None:
    for _ in range(2):
        told(session, call, FLOODS, title="Floods")

    first, _ = found(session, call).challenges

    phrases = [phrase for peer in first.peers for phrase in peer.words]
    assert "Small rivers flood villages within an ..." in phrases


def test_two_of_which_no_reason_can_be_named_are_no_peers(session: Session, call: Call) -> None:
    for problem in (
        "They work with many people in a good way.",
        "A good way is needed for many people at work.",
    ):
        told(session, call, problem)
    for problem in (QUEUES, FLOODS):
        told(session, call, problem)

    assert set(map(tuple, codes(found(session, call)).values())) == {()}


def test_two_of_one_team_are_no_peers(session: Session, call: Call) -> None:
    team = an_organisation(session).id
    for problem in (FLOODS, WARNED):
        told(session, call, problem, organisation_id=team)

    assert set(map(tuple, codes(found(session, call)).values())) == {()}


def test_what_has_no_provider_stands_first(session: Session, call: Call) -> None:
    served = told(session, call, FLOODS, state=State.SELECTED)
    lapsed = told(session, call, WARNED, state=State.SELECTED)
    a_match(session, challenge_id=served.id, state=MatchState.OFFERED)
    a_match(session, challenge_id=lapsed.id, state=MatchState.LAPSED)

    read = found(session, call)

    assert [(one.challenge.code, one.has_provider) for one in read.challenges] == [
        (lapsed.code, False),
        (served.code, True),
    ]


@pytest.mark.parametrize("state", list(State))
def test_whoever_sent_one_and_stays_is_compared(
    session: Session, call: Call, state: State
) -> None:
    answered = {"answer_by": call.closes_at}
    told(session, call, FLOODS, state=state, **answered)

    expected = state not in {
        *(State.DRAFT, State.RETURNED, State.INELIGIBLE, State.WITHDRAWN, State.DECLINED)
    }
    assert bool(found(session, call).challenges) is expected


def test_nobody_but_who_reads_all_submissions_is_told(session: Session, call: Call) -> None:
    for role in (Role.MEMBER, Role.REVIEWER, Role.ADVISOR, Role.ADMIN):
        with pytest.raises(NotPermitted):
            peers.peers(session, actor(session, role), call.programme_id, Settings())


def test_too_many_are_not_compared_while_somebody_waits(
    session: Session, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MOST_CHALLENGES", 1)
    for problem in (FLOODS, WARNED):
        told(session, call, problem)

    with pytest.raises(Conflict) as refused:
        peers.peers(session, OPERATOR, call.programme_id, Settings())

    assert "These are 2 challenges" in str(refused.value)
