"""Staff enter a submission for a team that cannot do it itself, and the team confirms it."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Actor, Role
from app.accounts.models import Collaborator, User
from app.core.base.clock import now
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import (
    AppError,
    CallNotOpen,
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.insights.tasks import tasks_of
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import READS, StepTaken
from app.submissions.service import answers, queries, steps, taken_back
from app.submissions.service.answered import fingerprint
from app.teams.lifecycle import EntryState
from app.teams.schemas import EntryListed, NewCollaborator, NewEntry, NewSupport
from app.teams.service import collaborators, comments, entries, support
from tests.conftest import SignIn
from tests.factories import THEMES, a_call, a_challenge, a_form, a_user, organisation_of, themes
from tests.teams.people import ADDRESS, acting

ASKED = [{"key": "problem", "required": True}, {"key": "outcome"}]
PAPER = "They have sent it on paper."
TOLD = {
    "content.problem": "Our river floods twice a year.",
    "content.outcome": "People are warned in time.",
    "themes": [*THEMES],
}


class Desk:
    """Somebody of the staff, a team, and an open call."""

    def __init__(self, session: Session) -> None:
        themes(session)
        self.session = session
        self.staff = a_user(session, Role.STAFF)
        self.member = a_user(session)
        self.team_id = organisation_of(session, self.member)
        self.call = a_call(session)

    def begin(self, **said: Any) -> EntryListed:
        new = {"organisation_id": self.team_id, "title": "Floods", "reason": PAPER} | said
        actor = acting(self.session, self.staff)
        return entries.begin(
            self.session, actor, self.call.id, NewEntry.model_validate(new), most=10
        )

    def begun(self) -> Submission:
        """What staff have begun, with all that the call asks for."""
        code = self.begin().submission
        row = self.session.exec(select(Submission).where(Submission.code == code)).one()
        self.writes(row, TOLD)
        return row

    def writes(self, row: Submission, told: dict[str, Any], who: User | None = None) -> None:
        actor = acting(self.session, who or self.staff)
        seen = fingerprint(row, told)
        answers.answer(self.session, actor, row.kind, row.id, told, seen=seen)

    def takes(self, row: Submission, step: str, who: User, **said: Any) -> Submission:
        taken = StepTaken.model_validate(said)
        actor = acting(self.session, who)
        return steps.take(self.session, actor, row.kind, row.id, step, taken)

    def state(self, row: Submission) -> EntryState:
        found = entries.of_submission(self.session, row)
        assert found is not None
        return found.state


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_staff_begin_write_and_send_what_the_team_then_confirms(desk: Desk) -> None:
    row = desk.begun()
    assert desk.state(row) is EntryState.WRITING

    desk.takes(row, "enter", desk.staff)
    waiting = desk.state(row)
    done = entries.move(desk.session, acting(desk.session, desk.member), row.id, "confirm")

    assert (row.state, row.organisation_id) == (State.SUBMITTED, desk.team_id)
    assert waiting is EntryState.WAITING
    assert (done.state, done.reason) == (EntryState.CONFIRMED, PAPER)
    assert done.confirmed_at is not None
    desk.session.commit()
    recorded = select(AuditEvent.action).where(AuditEvent.subject_kind == "assisted entry")
    assert desk.session.exec(recorded.order_by(col(AuditEvent.id))).all() == [
        "begin",
        "confirm",
    ]


def test_once_it_is_confirmed_the_team_is_told_that_it_has_arrived(desk: Desk) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)
    before = _letters(desk)

    entries.move(desk.session, acting(desk.session, desk.member), row.id, "confirm")

    assert len(_letters(desk)) == len(before) + 1


def _letters(desk: Desk) -> list[str]:
    statement = select(Letter.subject).where(Letter.user_id == desk.member.id)
    return list(desk.session.exec(statement))


def test_whoever_enters_it_asks_the_superior_in_the_team_s_place(desk: Desk) -> None:
    form = a_form(desk.session, desk.call, questions=ASKED, support=True)
    row = desk.begun()
    row.form_id = form.id
    desk.session.flush()
    new = NewSupport.model_validate(
        {"name": "Ann Berg", "office": "Director", "email": "ann@example.org"}
    )
    stranger = acting(desk.session, a_user(desk.session, Role.STAFF))

    asked = support.ask(
        desk.session, acting(desk.session, desk.staff), row.id, new, public_url=ADDRESS
    )

    assert asked.submission_id == row.id
    with pytest.raises(NotFound):
        support.ask(desk.session, stranger, row.id, new, public_url=ADDRESS)


def test_nothing_passes_before_its_team_has_confirmed_it(desk: Desk) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)
    screener = a_user(desk.session, Role.STAFF)

    with pytest.raises(Conflict, match="has not confirmed it"):
        desk.takes(row, "pass", screener)
    entries.move(desk.session, acting(desk.session, desk.member), row.id, "confirm")

    assert desk.takes(row, "pass", screener).state is State.ELIGIBLE


def test_the_team_is_told_by_letter_and_has_a_task(desk: Desk) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)

    letters = desk.session.exec(
        select(Letter.subject).where(Letter.user_id == desk.member.id)
    ).all()
    tasks = tasks_of(desk.session, acting(desk.session, desk.member))

    assert letters == [f"{row.code}: please confirm what was sent for your team"]
    assert [(task.what, task.code) for task in tasks] == [("confirm", row.code)]


@pytest.mark.parametrize("step", ["submit", "reopen", "withdraw", "accept"])
def test_staff_take_no_step_that_is_the_team_s(desk: Desk, step: str) -> None:
    row = desk.begun()
    if step == "reopen":
        desk.takes(row, "enter", desk.staff)

    with pytest.raises(NotPermitted):
        desk.takes(row, step, desk.staff)


def test_a_member_who_sends_it_confirms_it(desk: Desk) -> None:
    row = desk.begun()

    desk.takes(row, "submit", desk.member)

    assert desk.state(row) is EntryState.CONFIRMED


def test_what_the_team_takes_back_is_written_again_and_sent_anew(desk: Desk) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)
    desk.takes(row, "reopen", desk.member)
    writing = desk.state(row)

    desk.writes(row, {"content.problem": "It floods three times a year."})
    desk.takes(row, "submit", desk.member)

    assert writing is EntryState.WRITING
    assert desk.state(row) is EntryState.CONFIRMED
    assert row.content["problem"] == "It floods three times a year."


def test_what_the_team_took_back_and_did_not_send_waits_for_its_word_again(
    desk: Desk,
) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)
    desk.takes(row, "reopen", desk.member)
    desk.writes(row, {"content.problem": "No. We never said this."}, desk.member)
    call = desk.session.get_one(Call, desk.call.id)
    call.closes_at = call.ends_at = now() - timedelta(minutes=1)
    desk.session.flush()

    assert taken_back.restore(desk.session) == 1

    assert (row.state, desk.state(row)) == (State.SUBMITTED, EntryState.WAITING)
    with pytest.raises(Conflict, match="has not confirmed it"):
        desk.takes(row, "pass", a_user(desk.session, Role.STAFF))


def test_nobody_confirms_what_has_changed_since_they_read_it(desk: Desk) -> None:
    row = desk.begun()
    desk.takes(row, "enter", desk.staff)
    read = Expected(entity_tag(READS[row.kind].model_validate(row)))
    desk.takes(row, "reopen", desk.member)
    desk.writes(row, {"content.problem": "Something else."})
    desk.takes(row, "enter", desk.staff)

    with pytest.raises(Stale):
        entries.move(desk.session, acting(desk.session, desk.member), row.id, "confirm", read)
    assert desk.state(row) is EntryState.WAITING


def test_whoever_still_works_on_what_the_team_took_over_sends_nothing(desk: Desk) -> None:
    row = desk.begun()
    entries.move(desk.session, acting(desk.session, desk.member), row.id, "take-over")
    late = desk.session.exec(
        select(Collaborator).where(Collaborator.submission_id == row.id)
    ).one()
    late.ended_at = None
    desk.session.flush()

    with pytest.raises(Conflict, match="goes on by itself"):
        desk.takes(row, "enter", desk.staff)


@pytest.mark.parametrize("how", ["take-over", "submit", "withdraw"])
def test_where_the_team_goes_on_by_itself_staff_write_and_read_no_more(
    desk: Desk, how: str
) -> None:
    row = desk.begun()
    if how == "take-over":
        entries.move(desk.session, acting(desk.session, desk.member), row.id, how)
    else:
        desk.takes(row, how, desk.member)
    if how == "submit":
        desk.takes(row, "reopen", desk.member)

    actor = acting(desk.session, desk.staff)
    assert actor.shared == {}
    with pytest.raises(AppError):
        desk.writes(row, {"content.problem": "Something else."})
    if row.state is State.DRAFT:
        with pytest.raises(NotFound):
            queries.get(desk.session, actor, row.kind, row.id)


def test_a_colleague_sees_no_draft_before_joining_and_writes_it_then(desk: Desk) -> None:
    row, colleague = desk.begun(), a_user(desk.session, Role.STAFF)
    (before,) = entries.listed(desk.session, acting(desk.session, colleague), desk.call.id)
    with pytest.raises(NotFound):
        queries.get(desk.session, acting(desk.session, colleague), row.kind, row.id)

    after = entries.join(desk.session, acting(desk.session, colleague), before.id)
    desk.writes(row, {"content.problem": "It floods."}, colleague)

    assert (before.is_yours, after.is_yours) == (False, True)
    assert row.content["problem"] == "It floods."


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.AUDITOR, Role.ADMIN])
def test_others_enter_nothing_for_teams(desk: Desk, role: Role) -> None:
    desk.begun()
    (found,) = entries.listed(desk.session, acting(desk.session, desk.staff), desk.call.id)
    actor = acting(desk.session, a_user(desk.session, role))

    new = NewEntry(organisation_id=desk.team_id, title="Floods", reason=PAPER)
    for attempt in (
        lambda: entries.begin(desk.session, actor, desk.call.id, new, most=10),
        lambda: entries.join(desk.session, actor, found.id),
        lambda: entries.entry(desk.session, actor, found.id),
        lambda: entries.listed(desk.session, actor, desk.call.id),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_the_operator_is_nobody_in_particular_and_enters_nothing(desk: Desk) -> None:
    (entry,) = [desk.begin()]
    new = NewEntry(organisation_id=desk.team_id, title="Floods", reason=PAPER)

    with pytest.raises(NotPermitted, match="Nobody is signed in"):
        entries.begin(desk.session, OPERATOR, desk.call.id, new, most=10)
    with pytest.raises(NotPermitted, match="Nobody is signed in"):
        entries.join(desk.session, OPERATOR, entry.id)


def test_somebody_else_s_team_neither_confirms_nor_takes_over(desk: Desk) -> None:
    row, stranger = desk.begun(), acting(desk.session, a_user(desk.session))

    for step in ("confirm", "take-over"):
        with pytest.raises(NotFound):
            entries.move(desk.session, stranger, row.id, step)
        with pytest.raises(NotPermitted):
            entries.move(desk.session, acting(desk.session, desk.staff), row.id, step)


def test_a_step_that_does_not_start_from_here_is_refused(desk: Desk) -> None:
    row, member = desk.begun(), acting(desk.session, desk.member)

    with pytest.raises(TransitionNotAllowed):
        entries.move(desk.session, member, row.id, "confirm")
    desk.takes(row, "enter", desk.staff)
    with pytest.raises(TransitionNotAllowed):
        entries.move(desk.session, member, row.id, "take-over")
    state, offers = entries.offers(desk.session, member, row.id)

    assert state is EntryState.WAITING
    assert [(one.name, one.open) for one in offers] == [("confirm", True)]


def test_a_colleague_who_comes_too_late_is_told_so(desk: Desk) -> None:
    row = desk.begun()
    (entry,) = entries.listed(desk.session, acting(desk.session, desk.staff), desk.call.id)
    desk.takes(row, "submit", desk.member)

    with pytest.raises(Conflict, match="goes on by itself"):
        entries.join(desk.session, acting(desk.session, desk.staff), entry.id)
    with pytest.raises(NotFound):
        entries.join(desk.session, acting(desk.session, desk.staff), uuid4())


def test_the_rules_of_the_call_hold_for_staff_too(desk: Desk) -> None:
    row = desk.begin()
    unfinished = desk.session.exec(
        select(Submission).where(Submission.code == row.submission)
    ).one()
    with pytest.raises(Unprocessable):
        desk.takes(unfinished, "enter", desk.staff)
    with pytest.raises(Unprocessable, match="not known"):
        desk.begin(organisation_id=uuid4())

    call = desk.session.get_one(Call, desk.call.id)
    call.closes_at = call.ends_at = call.opens_at.replace(year=2021)
    desk.session.flush()
    with pytest.raises(CallNotOpen):
        desk.begin()


def test_staff_read_no_comments_of_the_team_and_are_none_of_its_collaborators(
    desk: Desk,
) -> None:
    row = desk.begun()
    staff, member = acting(desk.session, desk.staff), acting(desk.session, desk.member)

    with pytest.raises(NotPermitted):
        comments.offers(desk.session, staff, row.id, uuid4())
    assert collaborators.listed(desk.session, member, row.id) == []
    new = NewCollaborator.model_validate(
        {"email": desk.staff.email, "name": "Ann", "may": "write"}
    )
    with pytest.raises(Unprocessable, match="Nobody works on it twice"):
        collaborators.name(desk.session, member, row.id, new, public_url=ADDRESS)
    held = select(Collaborator).where(Collaborator.submission_id == row.id)
    assert desk.session.exec(held).one().email == ""


def test_a_team_gives_nobody_the_right_of_the_staff(desk: Desk, as_user: SignIn) -> None:
    row = desk.begun()
    desk.session.commit()

    answer = as_user(desk.member).post(
        f"/api/v1/submissions/{row.code}/collaborators",
        json={"email": "ann@example.org", "name": "Ann", "may": "enter"},
    )

    assert answer.status_code == 422


def test_what_a_team_writes_alone_has_no_entry(desk: Desk) -> None:
    row = a_challenge(desk.session, organisation_id=desk.team_id)

    with pytest.raises(NotFound, match="Staff do not enter"):
        entries.read(desk.session, acting(desk.session, desk.member), row.id)


# --- pages -------------------------------------------------------------------------------


def place_of(desk: Desk) -> str:
    programme = desk.session.get_one(Call, desk.call.id).programme_id
    return f"/programmes/{programme}/calls/{desk.call.code}/entries"


def read_on(page: str, step: str) -> str:
    """Return what a page says of how the submission was read."""
    tag = re.search(rf'entry/{step}"><input[^>]*value="([^"]*)"', page)
    assert tag is not None
    return unescape(tag[1])


def begun_on_page(client: TestClient, desk: Desk, **said: Any) -> Any:
    data = {"organisation_id": str(desk.team_id), "title": "Floods", "reason": PAPER} | said
    return client.post(place_of(desk), data=data, follow_redirects=True)


def test_on_pages_staff_begin_and_the_team_reads_takes_over_or_confirms(
    desk: Desk, as_user: SignIn
) -> None:
    colleague = a_user(desk.session, Role.STAFF)
    desk.session.commit()
    staff, member = as_user(desk.staff), as_user(desk.member)

    begun = begun_on_page(staff, desk, language="fr")
    code = desk.session.exec(select(Submission.code)).one()
    seen = member.get(f"/submissions/{code}")
    taken = member.post(
        f"/submissions/{code}/entry/take-over",
        data={"expected": read_on(seen.text, "take-over")},
        follow_redirects=True,
    )
    again = begun_on_page(staff, desk)
    other = [one for one in desk.session.exec(select(Submission.code)).all() if one != code]
    entry = entries.of_submission(
        desk.session,
        desk.session.exec(select(Submission).where(Submission.code == other[0])).one(),
    )
    assert entry is not None
    joined = as_user(colleague).post(
        f"{place_of(desk)}/{entry.id}/join", data={}, follow_redirects=True
    )

    assert "You enter this for the team." in begun.text
    assert "The staff enter this for your team." in seen.text
    assert PAPER in seen.text
    assert "goes on by itself" in taken.text
    assert again.status_code == 200
    assert "You enter this for the team." in joined.text
    listed = staff.get(place_of(desk)).text
    assert code in listed
    assert other[0] in listed


def test_on_pages_what_staff_send_is_marked_until_it_is_confirmed(
    desk: Desk, as_user: SignIn
) -> None:
    row = desk.begun()
    desk.session.commit()
    staff, member = as_user(desk.staff), as_user(desk.member)
    check = staff.get(f"/submissions/{row.code}/check").text
    sent = staff.post(
        f"/submissions/{row.code}/steps/enter",
        data={"expected": '"x"'},
        follow_redirects=True,
    )
    assert f'action="/submissions/{row.code}/steps/enter"' in check
    assert sent.status_code in (200, 409, 412)

    desk.session.refresh(row)
    if row.state is not State.SUBMITTED:
        desk.takes(row, "enter", desk.staff)
        desk.session.commit()
    for_staff = staff.get(f"/submissions/{row.code}").text
    for_team = member.get(f"/submissions/{row.code}").text
    confirm = f"/submissions/{row.code}/entry/confirm"
    stale = member.post(confirm, data={"expected": '"x"'}, follow_redirects=True).text
    read = {"expected": read_on(for_team, "confirm")}
    confirmed = member.post(confirm, data=read, follow_redirects=True).text
    after = staff.get(f"/submissions/{row.code}").text

    assert "the team has not confirmed it yet" in for_staff
    assert "All of it is right: confirm" in for_team
    assert "All of it is right: confirm" not in for_staff
    assert "It has changed since you opened it." in stale
    assert "Confirmed. The staff go on with it." in confirmed
    assert "Entered by the staff, and confirmed by the team" in after


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"title": ""}, 422),
        ({"reason": ""}, 422),
        ({"organisation_id": ""}, 422),
        ({"organisation_id": str(UUID(int=1))}, 422),
    ],
)
def test_what_cannot_be_begun_is_said_on_the_page(
    desk: Desk, as_user: SignIn, said: dict[str, str], status: int
) -> None:
    desk.session.commit()

    answer = begun_on_page(as_user(desk.staff), desk, **said)

    assert answer.status_code == status
    assert desk.session.exec(select(Submission.id)).all() == []


def test_the_list_is_read_and_joined_over_the_interface(desk: Desk, as_user: SignIn) -> None:
    desk.session.commit()
    staff = as_user(desk.staff)
    body = {"organisation_id": str(desk.team_id), "title": "Floods", "reason": PAPER}

    made = staff.post(f"/api/v1/calls/{desk.call.id}/entries", json=body)
    listed = staff.get(f"/api/v1/calls/{desk.call.id}/entries").json()
    one = staff.get(f"/api/v1/entries/{made.json()['id']}").json()
    read = (
        as_user(desk.member)
        .get(f"/api/v1/submissions/{made.json()['submission']}/entry")
        .json()
    )

    assert made.status_code == 201
    assert listed == {"entries": [made.json()]}
    assert one == made.json()
    assert read == {
        name: made.json()[name] for name in ("state", "reason", "created_at", "confirmed_at")
    }


def test_an_actor_of_the_staff_has_no_reach_of_collaborators(session: Session) -> None:
    staff = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})})

    assert staff.shared == {}
