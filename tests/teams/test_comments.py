"""Those who work on a submission talk beside its questions; nobody else hears of it."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import OPERATOR, Actor, May, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.insights.tasks import tasks_of
from app.submissions.lifecycle import State
from app.teams import queries
from app.teams.lifecycle import LIFE, ThreadState
from app.teams.models import TeamComment, TeamThread
from app.teams.schemas import ChangedTeamComment, NewTeamComment, NewThread
from app.teams.service import collaborators, comments
from tests.factories import a_user
from tests.teams.people import Team, acting

CHANGED = ChangedTeamComment(body="Do we have figures of 2025?")


def begun(team: Team, actor: Actor | None = None, **said: object) -> TeamThread:
    new = {"question": "problem", "body": "Do we have newer figures?"} | said
    actor = actor or team.actor
    return comments.begin(team.session, actor, team.draft.id, NewThread.model_validate(new))


def replied(team: Team, actor: Actor, thread: TeamThread, **said: object) -> TeamComment:
    new = NewTeamComment.model_validate({"body": "Not yet."} | said)
    return comments.reply(team.session, actor, team.draft.id, thread.id, new)


def only(session: Session) -> TeamComment:
    return session.exec(select(TeamComment)).one()


def test_a_thread_is_read_by_those_who_comment_with_names_and_in_its_order(
    session: Session, team: Team
) -> None:
    helper = team.with_a("comment")
    thread = begun(team)
    replied(team, acting(session, helper), thread)

    (read,) = queries.threads(session, acting(session, helper), team.draft)

    told = [(one.author, one.by_you, one.body) for one in read.comments]
    assert (read.question, read.state) == ("problem", "open")
    assert told == [
        (team.user.name, False, "Do we have newer figures?"),
        (helper.name, True, "Not yet."),
    ]
    assert queries.open_by_question([read]) == {"problem": 1}


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.AUDITOR])
def test_who_reads_what_was_submitted_reads_no_comment(
    session: Session, team: Team, role: Role
) -> None:
    thread = begun(team)
    team.draft.submitted_at, team.draft.state = now(), State.SUBMITTED
    actor = acting(session, a_user(session, role))

    with pytest.raises(NotPermitted, match="draft:comment"):
        queries.of_team(session, actor, team.draft.id)
    with pytest.raises(NotPermitted, match="draft:comment"):
        queries.thread_read(session, actor, team.draft.id, thread.id)


def test_who_may_only_read_neither_comments_nor_reads_comments(
    session: Session, team: Team
) -> None:
    begun(team)
    actor = acting(session, team.with_a("read"))

    with pytest.raises(NotPermitted, match="draft:comment"):
        queries.of_team(session, actor, team.draft.id)
    with pytest.raises(NotPermitted, match="draft:comment"):
        begun(team, actor)


def test_a_thread_is_none_of_another_submission(session: Session, team: Team) -> None:
    thread = begun(team)

    for key in (thread.id, uuid4()):
        with pytest.raises(NotFound, match="no thread"):
            queries.thread_read(session, team.actor, team.other.id, key)
        with pytest.raises(NotFound, match="no comment"):
            queries.comment_read(session, team.actor, team.other.id, only(session).id)


def test_a_comment_is_about_a_question_of_the_call(session: Session, team: Team) -> None:
    with pytest.raises(Unprocessable) as refusal:
        begun(team, question="weather")

    assert [error.pointer for error in refusal.value.errors] == ["/question"]


@pytest.mark.parametrize(
    "state", [State.SUBMITTED, State.ELIGIBLE, State.NOT_SELECTED, State.WITHDRAWN]
)
def test_nothing_is_said_about_what_is_not_being_written(
    session: Session, team: Team, state: State
) -> None:
    thread = begun(team)
    team.draft.submitted_at, team.draft.state = now(), state

    with pytest.raises(TransitionNotAllowed):
        begun(team)
    with pytest.raises(TransitionNotAllowed):
        replied(team, team.actor, thread)
    with pytest.raises(TransitionNotAllowed):
        comments.move(session, team.actor, team.draft.id, thread.id, "resolve")
    (read,) = queries.threads(session, team.actor, team.draft)
    assert [one.changeable for one in read.comments] == [False]


@pytest.mark.parametrize(("state", "step"), list(product(ThreadState, LIFE.steps)))
def test_a_thread_is_resolved_and_opened_again(
    session: Session, team: Team, state: ThreadState, step: str
) -> None:
    after = {("open", "resolve"): "resolved", ("resolved", "reopen"): "open"}
    thread = begun(team)
    thread.state = state

    if (state, step) not in after:
        with pytest.raises(TransitionNotAllowed):
            comments.move(session, team.actor, team.draft.id, thread.id, step)
    else:
        comments.move(session, team.actor, team.draft.id, thread.id, step)

    assert thread.state == after.get((state, step), state)
    here, offers = comments.offers(session, team.actor, team.draft.id, thread.id)
    assert (here, [one.open for one in offers]) == (thread.state, [True])


def test_a_reply_opens_a_resolved_thread_again(session: Session, team: Team) -> None:
    thread = begun(team)
    comments.move(session, team.actor, team.draft.id, thread.id, "resolve")

    replied(team, team.actor, thread)

    assert thread.state is ThreadState.OPEN


def test_ones_own_comment_is_changed_and_removed_for_an_hour(
    session: Session, team: Team
) -> None:
    begun(team)
    one = only(session)

    comments.change(session, team.actor, team.draft.id, one.id, CHANGED)

    read = queries.comment_read(session, team.actor, team.draft.id, one.id)
    assert (read.body, read.edited_at is not None, read.changeable) == (
        CHANGED.body,
        True,
        True,
    )
    one.created_at = now() - timedelta(hours=1)
    with pytest.raises(Conflict, match="time to change"):
        comments.change(session, team.actor, team.draft.id, one.id, CHANGED)
    with pytest.raises(Conflict, match="time to change"):
        comments.remove(session, team.actor, team.draft.id, one.id)


def test_nobody_changes_or_removes_the_comment_of_somebody_else(
    session: Session, team: Team
) -> None:
    begun(team)
    one, helper = only(session), acting(session, team.with_a("write"))

    with pytest.raises(NotPermitted, match="Somebody else"):
        comments.change(session, helper, team.draft.id, one.id, CHANGED)
    with pytest.raises(NotPermitted, match="Somebody else"):
        comments.remove(session, helper, team.draft.id, one.id)


def test_a_thread_goes_with_its_last_comment_and_not_before(
    session: Session, team: Team
) -> None:
    thread, other = begun(team), begun(team)
    reply = replied(team, team.actor, thread)
    first = session.exec(
        select(TeamComment.id).where(
            TeamComment.thread_id == thread.id, TeamComment.id != reply.id
        )
    ).one()

    comments.remove(session, team.actor, team.draft.id, first)
    kept = {one.id for one in queries.threads(session, team.actor, team.draft)}
    comments.remove(session, team.actor, team.draft.id, reply.id)

    assert kept == {thread.id, other.id}
    assert [one.id for one in queries.threads(session, team.actor, team.draft)] == [other.id]


def test_who_is_asked_has_a_task_until_they_answer_and_gets_no_letter(
    session: Session, team: Team
) -> None:
    helper = team.with_a("comment")
    thread = begun(team, asks=helper.id)

    def waits() -> list[tuple[str, str, int]]:
        found = tasks_of(session, acting(session, helper))
        return [(one.what, one.code, one.count) for one in found]

    asked = waits()
    (read,) = queries.threads(session, acting(session, helper), team.draft)
    comments.move(session, team.actor, team.draft.id, thread.id, "resolve")
    resolved = waits()
    comments.move(session, team.actor, team.draft.id, thread.id, "reopen")
    again = waits()
    replied(team, acting(session, helper), thread)

    assert asked == again == [("discuss", team.draft.code, 1)]
    assert [one.asks_you for one in read.comments] == [True]
    assert resolved == waits() == []
    assert session.exec(select(Letter)).all() == []


def test_who_was_taken_off_is_asked_nothing_any_more(session: Session, team: Team) -> None:
    helper = team.with_a("write")
    begun(team, asks=helper.id)
    (row,) = collaborators.listed(session, team.actor, team.draft.id)
    row.ended_at = now()

    assert tasks_of(session, acting(session, helper)) == []
    assert helper.id not in queries.askable(session, team.actor, team.draft)


def test_only_those_are_asked_who_can_answer(session: Session, team: Team) -> None:
    stranger, reader = a_user(session), team.with_a("read")

    for user in (stranger, reader, team.user):
        with pytest.raises(Unprocessable) as refusal:
            begun(team, asks=user.id)
        assert [error.pointer for error in refusal.value.errors] == ["/asks"]


def test_who_works_for_the_incubator_is_not_asked(session: Session, team: Team) -> None:
    staff = [team.with_a("write", a_user(session, role)) for role in policy.GUARDED]

    found = queries.askable(session, team.actor, team.draft)

    assert found.keys().isdisjoint(one.id for one in staff)


def test_members_see_addresses_and_others_only_names_of_who_has_spoken(
    session: Session, team: Team
) -> None:
    silent, spoken, asking = (team.with_a("comment") for _ in range(3))
    begun(team, acting(session, spoken))

    to_member = queries.askable(session, team.actor, team.draft)
    to_helper = queries.askable(session, acting(session, asking), team.draft)

    assert to_member == {one.id: one.email for one in (silent, spoken, asking)}
    assert to_helper == {team.user.id: team.user.name, spoken.id: spoken.name}


def test_there_are_as_many_threads_and_comments_as_there_may_be(
    session: Session, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "MOST_THREADS", 1)
    monkeypatch.setattr(comments, "MOST_COMMENTS", 2)
    thread = begun(team)

    with pytest.raises(Conflict, match="1 threads"):
        begun(team)
    replied(team, team.actor, thread)
    with pytest.raises(Conflict, match="2 comments"):
        replied(team, team.actor, thread)


def test_only_a_person_comments(session: Session, team: Team) -> None:
    nobody = Actor(None, team.actor.roles)

    with pytest.raises(NotPermitted, match="Only a person"):
        begun(team, nobody)
    with pytest.raises(NotFound):
        begun(team, OPERATOR)


def test_the_record_tells_that_something_was_said_and_no_word_of_it(
    session: Session, team: Team
) -> None:
    thread = begun(team)
    comments.change(session, team.actor, team.draft.id, only(session).id, CHANGED)
    comments.remove(session, team.actor, team.draft.id, only(session).id)
    session.commit()

    statement = select(AuditEvent).where(AuditEvent.subject_id == thread.id)
    events = session.exec(statement.order_by(col(AuditEvent.id))).all()

    facts = {"code": team.draft.code}
    assert [(e.action, e.facts) for e in events] == [
        ("comment", facts),
        ("edit", facts),
        ("remove", facts),
    ]


def test_what_an_erased_person_said_goes_and_so_do_threads_in_their_time(
    session: Session, team: Team
) -> None:
    helper = team.with_a("comment")
    begun(team, acting(session, helper))
    kept, old = begun(team, asks=helper.id), now() + timedelta(days=1)
    session.get_one(User, helper.id).state = UserState.ERASED

    written = comments.forget(session, old)
    (read,) = queries.threads(session, team.actor, team.draft)
    asked = only(session).asked_id
    team.draft.submitted_at, team.draft.state = now(), State.SUBMITTED
    recent = comments.forget(session, now() - timedelta(days=1))
    gone = comments.forget(session, old)

    assert (read.id, asked) == (kept.id, None)
    assert (written, recent, gone) == (0, 0, 1)
    assert queries.threads(session, team.actor, team.draft) == []
    assert May.COMMENT in acting(session, helper).shared
