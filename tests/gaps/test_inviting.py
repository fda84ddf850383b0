"""Staff invite a team once, by a letter that tells nothing that is not public."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Actor, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.errors import Conflict, NotPermitted, Unprocessable
from app.core.base.translations import language
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, transaction
from app.core.storage.outbox import Letter
from app.events.kinds import EventKind
from app.events.models import Event
from app.gaps.models import CallInvitation
from app.gaps.schemas import NewCallInvitation
from app.gaps.service import inviting
from app.gaps.service.inviting import Reach
from app.notices.lifecycle import NoticeState
from app.notifications.letter_texts import LetterKind
from app.notifications.models import LetterTemplate
from app.notifications.schemas import LetterDraft
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import a_notice, a_text, a_user
from tests.gaps.people import TRAINING, a_watched_call, asks, tells, told_before


@pytest.fixture
def call(session: Session) -> Call:
    return a_watched_call(session)


@pytest.fixture
def challenge(session: Session, call: Call) -> Submission:
    return asks(session, call, title="Secret rivers")


@pytest.fixture
def earlier(session: Session) -> Submission:
    return told_before(session, TRAINING)


@pytest.fixture
def reader(session: Session, earlier: Submission) -> User:
    return a_user(session, organisation_id=earlier.organisation_id)


def new(challenge: Submission, solution: Submission, **fields: Any) -> NewCallInvitation:
    return NewCallInvitation(challenge=challenge.code, solution=solution.code, **fields)


def letters(session: Session) -> list[Letter]:
    return list(session.exec(select(Letter)).all())


def test_each_person_of_the_team_gets_a_letter_and_it_is_kept_who_asked_whom(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    staff = a_user(session, Role.STAFF)
    colleague = a_user(session, organisation_id=earlier.organisation_id)
    a_user(session, organisation_id=earlier.organisation_id, state=UserState.DEACTIVATED)
    a_user(session, Role.REVIEWER, organisation_id=earlier.organisation_id)
    actor = Actor(staff.id, {Role.STAFF: frozenset()})

    row = inviting.invite(session, actor, call.id, new(challenge, earlier))

    assert {letter.user_id for letter in letters(session)} == {reader.id, colleague.id}
    assert (row.n_letters, row.invited_by) == (2, staff.id)
    assert (row.organisation_id, row.solution_id) == (earlier.organisation_id, earlier.id)
    [event] = session.exec(select(Event)).all()
    assert (event.kind, event.subject_id) == (EventKind.CALL_INVITED, call.id)
    assert event.organisation_id == earlier.organisation_id
    assert {letter.event_id for letter in letters(session)} == {event.id}


def test_the_letter_names_their_own_experience_the_call_and_until_when(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    [letter] = letters(session)
    assert call.title in letter.subject
    assert earlier.title in letter.body
    assert language("en").moment(call.closes_at, call.zone) in letter.body


def test_nothing_of_a_challenge_is_told_that_is_not_public(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    a_notice(session, challenge=challenge, state=NoticeState.APPROVED)

    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    [letter] = letters(session)
    for secret in (challenge.title, challenge.code, "floods twice"):
        assert secret not in letter.subject + letter.body
    assert "a challenge that is not public yet" in letter.body


def test_a_published_challenge_is_named_as_its_notice_names_it_in_the_readers_language(
    session: Session, call: Call, challenge: Submission, earlier: Submission
) -> None:
    a_user(session, organisation_id=earlier.organisation_id, language="fr")
    texts = [a_text("en", title="Floods"), a_text("fr", title="Crues")]
    a_notice(session, challenge=challenge, state=NoticeState.PUBLISHED, texts=texts)

    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    [letter] = letters(session)
    assert "Crues" in letter.body
    assert challenge.code in letter.body
    assert challenge.title not in letter.body


def test_staff_write_another_text_for_one_letter(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    draft = LetterDraft(subject="About {title}", body="Dear friends, until {until}.")

    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, letter=draft))

    [letter] = letters(session)
    assert letter.subject == f"About {earlier.title}"
    assert letter.body.startswith("Dear friends, until ")


def test_without_another_text_the_letter_is_that_of_the_call(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    session.add(
        LetterTemplate(
            call_id=call.id,
            kind=LetterKind.INVITED,
            language="en",
            subject="Our call",
            body="{until}",
        )
    )

    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    assert [letter.subject for letter in letters(session)] == ["Our call"]


def test_a_text_with_unknown_fields_is_refused_and_nobody_is_told(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    draft = LetterDraft(subject="Hello {nobody}", body="{until}")

    with pytest.raises(Unprocessable) as refusal:
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, letter=draft))

    assert [error.pointer for error in refusal.value.errors] == ["/subject"]
    assert letters(session) == []
    assert session.exec(select(CallInvitation)).all() == []


def test_a_team_is_invited_to_a_call_once_whatever_it_is_for(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    other = asks(session, call)
    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    with pytest.raises(Conflict, match="invited to this call before"):
        inviting.invite(session, OPERATOR, call.id, new(other, earlier))

    assert len(letters(session)) == 1


def test_of_two_who_invite_at_once_one_is_told_that_it_was_done(
    session: Session,
    database: Database,
    call: Call,
    challenge: Submission,
    earlier: Submission,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.commit()
    with transaction(database) as first:
        inviting.invite(first, OPERATOR, call.id, new(challenge, earlier))
    monkeypatch.setattr(inviting, "_stored", lambda *_: None)  # as it looked before

    with pytest.raises(Conflict, match="invited to this call before"):
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    assert len(letters(session)) == 1


def test_to_a_team_without_people_staff_bring_the_text_themselves(
    session: Session, call: Call, challenge: Submission, earlier: Submission
) -> None:
    with pytest.raises(Conflict, match="no letter reaches"):
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    row = inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, by_hand=True))

    assert row.n_letters == 0
    assert letters(session) == []
    assert session.exec(select(Event)).all() == []


def test_whom_a_letter_reaches_nobody_invites_by_hand(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    with pytest.raises(Conflict, match="A letter reaches"):
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, by_hand=True))


@pytest.mark.parametrize("by_hand", [True, False])
def test_who_does_not_want_such_letters_is_left_alone(
    session: Session, call: Call, challenge: Submission, earlier: Submission, by_hand: bool
) -> None:
    a_user(
        session,
        organisation_id=earlier.organisation_id,
        unwanted_letters=[LetterKind.INVITED.value],
    )

    with pytest.raises(Conflict, match="have chosen not to get"):
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, by_hand=by_hand))


@pytest.mark.parametrize("over", [-0.1, 1.1])
def test_nobody_is_invited_to_a_call_that_is_not_open(session: Session, over: float) -> None:
    call = a_watched_call(session, over=over)
    challenge, earlier = asks(session, call), told_before(session, TRAINING)
    a_user(session, organisation_id=earlier.organisation_id)

    with pytest.raises(Conflict, match="not open"):
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))


def test_nobody_is_invited_who_takes_part_already(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    tells(session, call, organisation_id=earlier.organisation_id)

    with pytest.raises(Unprocessable) as refusal:
        inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))

    assert [error.pointer for error in refusal.value.errors] == ["/solution"]


def test_a_draft_of_the_team_changes_nothing(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    tells(session, call, organisation_id=earlier.organisation_id, state=State.DRAFT)

    assert inviting.invite(session, OPERATOR, call.id, new(challenge, earlier)).n_letters == 1


def test_what_is_not_there_is_refused_as_what_may_not_be_named(
    session: Session, call: Call, challenge: Submission, reader: User
) -> None:
    unselected = asks(session, call, state=State.ELIGIBLE)
    elsewhere = asks(session, a_watched_call(session))
    own = tells(session, call)
    draft = told_before(session, state=State.DRAFT)

    def refused(challenge: Any, solution: Any) -> list[str]:
        with pytest.raises(Unprocessable) as refusal:
            inviting.invitable(session, OPERATOR, call.id, challenge, solution)
        return [error.detail for error in refusal.value.errors]

    nobody = refused(uuid4(), uuid4())
    assert [refused(one, own.id) for one in (unselected.id, elsewhere.id)] == [nobody] * 2
    assert refused(unselected.id, draft.id) == nobody


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.STAFF, 201),
        (Role.LEAD, 201),
        (Role.AUDITOR, 403),
        (Role.MEMBER, 403),
        (Role.ADVISOR, 403),
        (Role.ADMIN, 403),
    ],
)
def test_staff_and_leads_invite_by_the_interface(
    session: Session,
    as_user: SignIn,
    call: Call,
    challenge: Submission,
    earlier: Submission,
    reader: User,
    role: Role,
    status: int,
) -> None:
    client = as_user(a_user(session, role))
    body = {"challenge": challenge.code, "solution": earlier.code}

    answer = client.post(f"/api/v1/calls/{call.id}/invitations", json=body)

    assert answer.status_code == status, answer.text
    if status == 201:
        made = answer.json()
        read = client.get(f"/api/v1/call-invitations/{made['id']}")
        listed = client.get(f"/api/v1/calls/{call.id}/invitations")
        assert read.json() == made
        assert listed.json()["items"] == [made]


def test_a_service_asks_who_invites_by_itself(
    session: Session, call: Call, challenge: Submission, earlier: Submission
) -> None:
    auditor = Actor(uuid4(), {Role.AUDITOR: frozenset()})

    with pytest.raises(NotPermitted):
        inviting.invitable(session, auditor, call.id, challenge.id, earlier.id)


def test_an_auditor_reads_whom_staff_have_invited(
    session: Session, as_user: SignIn, call: Call, challenge: Submission, earlier: Submission
) -> None:
    row = inviting.invite(session, OPERATOR, call.id, new(challenge, earlier, by_hand=True))
    session.commit()
    auditor = as_user(a_user(session, Role.AUDITOR))

    listed = auditor.get(f"/api/v1/calls/{call.id}/invitations").json()

    assert [one["id"] for one in listed["items"]] == [str(row.id)]
    assert auditor.get(f"/api/v1/call-invitations/{uuid4()}").status_code == 404


def test_the_record_names_what_was_done_and_nobody(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))
    session.commit()

    events = session.exec(select(AuditEvent).where(AuditEvent.action == "invite to call")).all()
    [event] = events
    assert event.subject_id == call.id
    assert event.facts == {
        "challenge": challenge.code,
        "solution": earlier.code,
        "letters": 1,
    }


def test_staff_read_the_letter_before_it_is_sent(
    session: Session, call: Call, challenge: Submission, earlier: Submission, reader: User
) -> None:
    found = inviting.invitable(session, OPERATOR, call.id, challenge.id, earlier.id)
    spoken = inviting.language_of(found, language("fr"))
    text = inviting.text(session, found, spoken)

    shown = inviting.preview(session, found, text, spoken)

    assert found.reach is Reach.PEOPLE
    inviting.invite(session, OPERATOR, call.id, new(challenge, earlier))
    [letter] = letters(session)
    assert (shown.subject, shown.body) == (letter.subject, letter.body)
