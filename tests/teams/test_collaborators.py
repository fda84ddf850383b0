"""People from elsewhere work on one submission, as far as its team has said, and no further."""

from uuid import uuid4

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access import policy
from app.access.policy import Action, Actor, May, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Collaborator, OneTimeLink, User
from app.attachments.service import reading
from app.core.base.clock import now
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.base.translations import language
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.enquiries import service as enquiries
from app.insights.tasks import tasks_of
from app.organisations.schemas import UserStep
from app.organisations.service import offboarding, personal_data
from app.programmes.models import Call
from app.reviews.service import conflicts
from app.submissions.lifecycle import LIFE, Kind, State
from app.submissions.schemas import StepTaken, SubmissionQuery
from app.submissions.service import drafts, form_files, queries, reuse, steps
from app.teams.service import collaborators
from tests.attachments.samples import an_attachment
from tests.factories import a_token, a_user
from tests.reviews.people import a_reviewer
from tests.teams.people import WAYS, Team, acting, collaborates


def letters_to(session: Session, email: str) -> list[str]:
    statement = select(Letter.subject).where(Letter.recipient == email)
    return list(session.exec(statement.order_by(col(Letter.created_at))))


def erased(session: Session, user: User) -> None:
    admin = acting(session, a_user(session, Role.ADMIN))
    for step in ("deactivate", "erase"):
        given = UserStep(leave_empty=True)
        offboarding.take_step(session, admin, user.id, step, given)


def titles(session: Session, actor: Actor) -> list[str]:
    return [row.code for row in queries.own(session, actor)]


@pytest.mark.parametrize("may", WAYS)
def test_a_collaborator_reads_one_submission_and_no_other_of_the_team(
    session: Session, team: Team, may: May
) -> None:
    actor = acting(session, team.with_a(may))

    found = queries.search(session, actor, Kind.CHALLENGE, SubmissionQuery())

    assert [row.code for row in found.rows] == titles(session, actor) == [team.draft.code]
    assert queries.find(session, actor, team.draft.code) == team.draft
    with pytest.raises(NotFound):
        queries.find(session, actor, team.other.code)


@pytest.mark.parametrize(
    ("may", "writes"), [(May.READ, False), (May.COMMENT, False), (May.WRITE, True)]
)
def test_only_who_may_write_changes_an_answer_and_is_asked_to(
    session: Session, team: Team, may: May, *, writes: bool
) -> None:
    actor = acting(session, team.with_a(may))
    patch = Patch({"title": "Floods that come by night"})

    if writes:
        drafts.change(session, actor, Kind.CHALLENGE, team.draft.id, patch)
    else:
        with pytest.raises(NotPermitted, match="draft:write"):
            drafts.change(session, actor, Kind.CHALLENGE, team.draft.id, patch)

    assert (team.draft.title == "Floods that come by night") is writes
    told = [(task.what, task.code) for task in tasks_of(session, actor)]
    assert told == [("help", team.draft.code)] * writes


@pytest.mark.parametrize("step", LIFE.steps)
@pytest.mark.parametrize("may", WAYS)
def test_no_collaborator_takes_a_step(
    session: Session, team: Team, may: May, step: str
) -> None:
    actor = acting(session, team.with_a(may))
    team.draft.submitted_at, team.draft.state = team.draft.created_at, State.SELECTED

    with pytest.raises(NotPermitted):
        steps.take(session, actor, Kind.CHALLENGE, team.draft.id, step, StepTaken(reason="No"))


def test_a_collaborator_reads_files_and_puts_one_back_only_who_may_write(
    session: Session, team: Team
) -> None:
    file = an_attachment(session, team.draft)
    reader, writer = (acting(session, team.with_a(may)) for may in ("read", "write"))
    elsewhere = acting(session, a_user(session))

    assert reading.get(session, reader, file.id) == file
    assert Action.DRAFT_WRITE not in open_to(reader, team)
    assert Action.DRAFT_WRITE in open_to(writer, team)
    with pytest.raises(NotFound):
        reading.get(session, elsewhere, file.id)


def open_to(actor: Actor, team: Team) -> set[Action]:
    owner, key = team.draft.organisation_id, team.draft.id
    return {action for action in Action if policy.allows(actor, action, owner, shared_id=key)}


def test_a_collaborator_hears_nothing_of_earlier_submissions_of_the_team(
    session: Session, team: Team
) -> None:
    actor = acting(session, team.with_a("write"))

    with pytest.raises(NotPermitted):
        reuse.of_kind(session, actor, Kind.CHALLENGE, team.draft.id)


def test_who_was_taken_off_reaches_it_no_more_at_the_next_request(
    session: Session, client: TestClient, team: Team
) -> None:
    user = team.with_a("write")
    headers = {"Authorization": f"Bearer {a_token(session, user)}"}
    session.commit()
    place = f"/api/v1/challenges/{team.draft.code}"
    before = client.get(place, headers=headers).status_code

    (one,) = collaborators.listed(session, team.actor, team.draft.id)
    collaborators.take_off(session, team.actor, team.draft.id, one.id)
    session.commit()

    assert (before, client.get(place, headers=headers).status_code) == (200, 404)
    assert collaborators.listed(session, team.actor, team.draft.id) == []
    with pytest.raises(NotFound, match="no collaborator"):
        collaborators.take_off(session, team.actor, team.draft.id, one.id)


@pytest.mark.parametrize("may", WAYS)
def test_no_collaborator_names_another_one_or_learns_who_they_are(
    session: Session, team: Team, may: May
) -> None:
    actor = acting(session, team.with_a(may))

    with pytest.raises(NotPermitted, match="draft:share"):
        collaborators.listed(session, actor, team.draft.id)
    with pytest.raises(NotPermitted, match="draft:share"):
        collaborators.take_off(session, actor, team.draft.id, uuid4())


def test_somebody_without_an_account_is_invited_and_holds_no_role(
    session: Session, team: Team
) -> None:
    team.names("Ann@Example.org", "comment")

    user = session.exec(select(User).where(User.email == "ann@example.org")).one()
    assert (user.state, user.name) == (UserState.INVITED, "Ann")
    assert acting(session, user).roles == {}
    assert acting(session, user).shared == {May.COMMENT: frozenset({team.draft.id})}
    assert letters_to(session, "ann@example.org") == ["Your invitation to Counterpart"]


def test_who_has_an_account_gets_a_letter_and_the_team_is_answered_alike(
    session: Session, team: Team
) -> None:
    known = a_user(session)

    rows = [team.names(known.email), team.names("new@example.org")]

    assert letters_to(session, known.email) == ["You can work on a submission in Counterpart"]
    assert len(letters_to(session, "new@example.org")) == 1
    told = [row.model_dump(include={"may", "ended_at", "version"}) for row in rows]
    assert told[0] == told[1]


@pytest.mark.parametrize("state", [UserState.ACTIVE, UserState.INVITED])
@pytest.mark.parametrize("role", sorted(policy.GUARDED))
def test_who_works_for_the_incubator_gets_no_letter_and_the_team_is_answered_alike(
    session: Session, team: Team, role: Role, state: UserState
) -> None:
    staff = a_user(session, role, state=state)

    rows = [team.names(staff.email), team.names("new@example.org")]

    told = [row.model_dump(include={"may", "ended_at", "version"}) for row in rows]
    assert letters_to(session, staff.email) == []
    assert told[0] == told[1]


def test_naming_again_changes_what_somebody_may_do_and_writes_no_second_letter(
    session: Session, team: Team
) -> None:
    known = a_user(session)
    first = team.names(known.email, "write")

    second = team.names(known.email, "read")

    assert (second.id, second.may) == (first.id, May.READ)
    assert len(letters_to(session, known.email)) == 1


def test_who_has_not_accepted_is_invited_again_and_the_link_before_ends(
    session: Session, team: Team
) -> None:
    team.names("ann@example.org")
    (before,) = session.exec(select(OneTimeLink.digest)).all()

    team.names("ann@example.org")

    (after,) = session.exec(select(OneTimeLink.digest)).all()
    assert after != before
    assert len(letters_to(session, "ann@example.org")) == 2


def test_somebody_of_the_team_is_no_collaborator(session: Session, team: Team) -> None:
    with pytest.raises(Unprocessable) as refusal:
        team.names(team.user.email)

    assert [error.pointer for error in refusal.value.errors] == ["/email"]


def test_nobody_is_named_for_what_is_not_being_written(session: Session, team: Team) -> None:
    team.draft.submitted_at, team.draft.state = team.draft.created_at, State.SUBMITTED

    with pytest.raises(TransitionNotAllowed):
        team.names("ann@example.org")


def test_there_are_as_many_collaborators_as_there_may_be_and_so_many_letters(
    session: Session, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collaborators, "MOST_COLLABORATORS", 1)
    monkeypatch.setattr(collaborators, "MOST_NAMED", 3)
    one = team.names("ann@example.org")

    with pytest.raises(Conflict, match="the maximum"):
        team.names("bob@example.org")
    team.names("ann@example.org", "read")
    collaborators.take_off(session, team.actor, team.draft.id, one.id)
    again = team.names("ann@example.org")
    with pytest.raises(Conflict, match="named people 3 times"):
        team.names("ann@example.org")

    assert (again.id, again.ended_at) == (one.id, None)


def test_the_record_tells_who_was_named_and_taken_off_without_an_address(
    session: Session, team: Team
) -> None:
    one = team.names("ann@example.org", "read")
    collaborators.take_off(session, team.actor, team.draft.id, one.id)

    session.commit()

    statement = select(AuditEvent).where(AuditEvent.subject_id == one.id)
    events = session.exec(statement.order_by(col(AuditEvent.id))).all()

    facts = {"code": team.draft.code, "may": "read"}
    assert [(e.action, e.actor_id, e.facts) for e in events] == [
        ("share", team.user.id, facts),
        ("unshare", team.user.id, facts),
    ]


def test_a_conflict_of_interest_stands_between_a_team_and_who_has_worked_for_it(
    session: Session, team: Team
) -> None:
    reviewer = a_reviewer(session, session.get_one(Call, team.draft.call_id))
    user = session.get_one(User, reviewer.user_id)
    before = conflicts.is_barred(session, user.id, team.other)

    collaborates(session, team.draft, user, ended_at=team.draft.created_at)

    near = conflicts.interests(session, [user.id])
    barred = conflicts.barred(session, near, [team.other])
    assert not before
    assert barred == {(team.other.id, user.id): ("collaboration",)}


def test_a_person_gets_what_they_work_on_told_and_it_goes_with_them(
    session: Session, team: Team
) -> None:
    user = team.with_a("comment")
    since = session.exec(select(Collaborator.created_at)).one()
    address, me = user.email, Actor(user.id, confirmed_at=now())

    told = personal_data.export(session, me, enquiries.export)
    erased(session, user)

    assert told.collaborations == [
        {
            "submission_id": team.draft.id,
            "email": address,
            "may": May.COMMENT,
            "since": since,
            "ended_at": None,
        }
    ]
    assert session.exec(select(Collaborator)).all() == []


@pytest.mark.parametrize("may", WAYS)
def test_a_form_is_handed_out_filled_to_who_reads_the_draft(
    session: Session, team: Team, may: May
) -> None:
    actor = acting(session, team.with_a(may))

    name, content = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, team.draft.id, language("en"), as_json=True
    )

    assert team.draft.code in name
    assert team.draft.title.encode() in content
