"""What people should look at in the submissions of a call: computed from what is stored."""

from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Role
from app.core.base.clock import now
from app.core.base.errors import NotPermitted
from app.core.storage.database import Database, reading
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.screening.schemas import FindingKind, QueueQuery
from app.screening.service import findings
from app.screening.service.findings import Finding, Queue
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from app.teams.lifecycle import EntryState
from tests.conftest import statements_of
from tests.decisions.people import actor
from tests.factories import (
    a_call,
    a_challenge,
    a_form,
    a_solution,
    an_exclusion,
    an_organisation,
)
from tests.teams.people import entered

LONG = (
    "Every spring the small rivers of our valleys rise within one hour, and households below "
    "the bridges learn of the water when it already stands in their cellars and stables."
)
OTHER = (
    "Clerks of our registry copy certificates by hand from paper volumes, which delays each "
    "marriage and each birth by weeks and fills the corridors of the town hall with people."
)
FRENCH = (
    "Chaque printemps les petites rivières de nos vallées montent en une heure, et les "
    "habitants apprennent la crue quand l'eau est déjà dans leurs caves et leurs étables."
)
ICELANDIC = "Árnar í dölunum okkar flæða á hverju vori og enginn fær viðvörun í tæka tíð."
WORDS = "data, cloud, sensors, platform, portal, map, app, code, model, network, grid, " * 4


def content(problem: str) -> dict[str, str]:
    return ChallengeContent(problem=problem, outcome="Everybody is warned.").model_dump()


def looked(
    session: Session,
    database: Database,
    call: Call,
    *asked: FindingKind,
    after: str | None = None,
) -> Queue:
    session.commit()
    query = QueueQuery(finding=list(asked), after=after)
    return findings.queue(session, OPERATOR, call.id, query, partial(reading, database))()


def found(queue: Queue) -> dict[str, list[Finding]]:
    return {line.code: list(line.findings) for line in queue.lines}


@pytest.fixture
def call(session: Session) -> Call:
    return a_call(session)


def sent(session: Session, call: Call, **fields: object) -> Submission:
    fields.setdefault("state", State.SUBMITTED)
    return a_challenge(session, call_id=call.id, **fields)


def test_what_waits_is_listed_with_what_was_found_in_it(
    session: Session, database: Database, call: Call
) -> None:
    plain = sent(session, call, content=content(LONG))
    empty = sent(session, call, content=content(""), themes=["practice:data-sharing"])
    french = sent(session, call, content=content(FRENCH), language=None)
    told = sent(session, call, content=content(FRENCH), language="fr", summary="Floods.")
    unread = sent(session, call, content=content(ICELANDIC), language="is")
    listed = sent(session, call, content=content(WORDS))
    for state in (State.DRAFT, State.ELIGIBLE, State.WITHDRAWN, State.RETURNED):
        sent(session, call, state=state)

    queue = looked(session, database, call)

    assert found(queue)[plain.code] == []
    assert found(queue)[empty.code][0].kind is FindingKind.INCOMPLETE
    assert len(found(queue)[empty.code][0].details) == 2
    assert FindingKind.SUMMARY in {one.kind for one in found(queue)[french.code]}
    assert FindingKind.SUMMARY not in {one.kind for one in found(queue)[told.code]}
    assert FindingKind.LANGUAGE in {one.kind for one in found(queue)[unread.code]}
    assert FindingKind.LIST in {one.kind for one in found(queue)[listed.code]}
    assert queue.n == len(queue.lines) == 6
    assert queue.counts[FindingKind.NOTHING] == 1


def test_copies_and_near_duplicates_name_the_others(
    session: Session, database: Database, call: Call
) -> None:
    earlier = now() - timedelta(days=1)
    first = sent(session, call, content=content(f"{LONG} {OTHER}"), submitted_at=earlier)
    copy = sent(session, call, content=content(f"{OTHER} {LONG}"))
    solutions = a_call(session, CallKind.SOLUTIONS, programme_id=call.programme_id)
    answer = SolutionContent(experience=f"We solved this: {LONG}").model_dump()
    solution = a_solution(session, call_id=solutions.id, content=answer, state=State.SUBMITTED)

    queue, others = (looked(session, database, one) for one in (call, solutions))

    near = Finding(FindingKind.NEAR_DUPLICATE, (), [copy.code, solution.code])
    assert near in found(queue)[first.code]
    assert Finding(FindingKind.COPIED, (), [first.code]) in found(queue)[copy.code]
    assert FindingKind.COPIED not in {one.kind for one in found(queue)[first.code]}
    (copied,) = [one for one in found(others)[solution.code] if one.kind is FindingKind.COPIED]
    assert set(copied.others) <= {first.code, copy.code}


def test_conditions_that_are_not_met_stand_there_with_their_reason(
    session: Session, database: Database, call: Call
) -> None:
    rule = {"subject": "country", "one_of": ["NO"], "reason": "Norway alone takes part."}
    form = a_form(session, call, rules=[rule])
    ours = an_organisation(session, country="NO")
    abroad = sent(session, call, form_id=form.id, content=content(LONG))
    met = sent(session, call, form_id=form.id, content=content(OTHER), organisation_id=ours.id)

    queue = looked(session, database, call)

    assert found(queue)[abroad.code][0] == Finding(
        FindingKind.CONDITION, ["Norway alone takes part."]
    )
    assert FindingKind.CONDITION not in {one.kind for one in found(queue)[met.code]}


def test_what_was_proposed_appealed_answered_or_not_answered_in_time_says_so(
    session: Session, database: Database, call: Call
) -> None:
    over = now() - timedelta(hours=1)
    proposed, taken_back = (sent(session, call, content=content(LONG)) for _ in range(2))
    an_exclusion(session, submission=proposed)
    an_exclusion(session, submission=taken_back)
    taken_back.submitted_at = now() + timedelta(minutes=1)
    appealed = sent(session, call, appeal="It is signed.")
    answered = sent(session, call, asked={"problem": "Since when?"})
    overdue = sent(session, call, state=State.RETURNED, answer_by=over)
    typed = sent(session, call, content=content(OTHER))
    entered(session, typed, state=EntryState.WAITING)

    queue = looked(session, database, call)

    kinds = {code: [one.kind for one in some] for code, some in found(queue).items()}
    assert FindingKind.PROPOSED in kinds[proposed.code]
    assert FindingKind.PROPOSED not in kinds[taken_back.code]
    assert kinds[appealed.code][0] is FindingKind.APPEAL
    assert kinds[answered.code][0] is FindingKind.ANSWERED
    assert kinds[overdue.code][0] is FindingKind.OVERDUE
    assert kinds[typed.code][0] is FindingKind.UNCONFIRMED
    assert sum(FindingKind.UNCONFIRMED in some for some in kinds.values()) == 1


def test_a_queue_is_filtered_by_what_was_found_and_goes_on_behind_a_code(
    session: Session, database: Database, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_LINES", 2)
    appealed = [sent(session, call, appeal="It is signed.") for _ in range(3)]
    plain = sent(session, call, content=content(OTHER))

    first = looked(session, database, call, FindingKind.APPEAL)
    second = looked(session, database, call, FindingKind.APPEAL, after=first.following)
    rest = looked(session, database, call, FindingKind.NOTHING)

    assert [line.code for line in first.lines] == [row.code for row in appealed[:2]]
    assert [line.code for line in second.lines] == [appealed[2].code]
    assert (first.following, second.following) == (appealed[1].code, None)
    assert [line.code for line in rest.lines] == [plain.code]


def test_a_queue_that_is_read_again_reads_no_text_of_what_is_not_in_it(
    session: Session, database: Database, call: Call
) -> None:
    sent(session, call, content=content(LONG))
    sent(session, call, content=content(OTHER), state=State.ELIGIBLE)
    looked(session, database, call)
    statements = statements_of(database)

    statements.clear()
    looked(session, database, call)

    reads = [one for one in statements if "submission.content" in one]
    assert len(reads) == 1


def test_nobody_but_those_who_screen_reads_it(
    session: Session, database: Database, call: Call
) -> None:
    for role in set(Role) - {Role.STAFF, Role.LEAD}:
        with pytest.raises(NotPermitted):
            findings.queue(
                session,
                actor(session, role),
                call.id,
                QueueQuery(),
                partial(reading, database),
            )


def test_of_one_the_places_are_told_that_the_engine_means(
    session: Session, database: Database, call: Call
) -> None:
    row = sent(session, call, content=content(WORDS))
    session.commit()

    line, seen = findings.of_one(session, OPERATOR, row, partial(reading, database))()

    assert line is not None
    assert seen is not None
    assert [(one.field, one.start, one.stop) for one in seen.spots] == [
        ("problem", 0, len(content(WORDS)["problem"]))
    ]
