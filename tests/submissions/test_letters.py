"""What a team is told of its submission by letter: at each step that tells it something."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Action, Actor, Role
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.translations import LANGUAGES, language
from app.core.storage.database import Database, transaction
from app.core.storage.outbox import Letter
from app.notifications.letter_texts import TEXTS, LetterKind, Template, default
from app.notifications.models import LetterTemplate
from app.notifications.schemas import LetterDraft
from app.notifications.service import templates
from app.notifications.service.telling import Teller
from app.programmes.lifecycle import CallState
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import letters, reminders, steps
from tests.factories import a_call, a_challenge, a_late_permit, a_user, organisation_of, themes

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def written(session: Session) -> list[tuple[str, str]]:
    """To whom letters were written, and about what."""
    session.flush()
    rows = session.exec(select(Letter).order_by(col(Letter.created_at), col(Letter.id)))
    return [(letter.recipient, letter.subject) for letter in rows]


def a_team(session: Session, people: int = 1, **fields: object) -> list[User]:
    themes(session)
    first = a_user(session, Role.MEMBER, **fields)
    of = organisation_of(session, first)
    return [
        first,
        *(a_user(session, Role.MEMBER, organisation_id=of) for _ in range(people - 1)),
    ]


def of_team(session: Session, member: User, **fields: object) -> Submission:
    organisation = organisation_of(session, member)
    return a_challenge(session, organisation_id=organisation, **fields)


def take(session: Session, submission: Submission, step: str, reason: str = "") -> None:
    steps.take(session, OPERATOR, Kind.CHALLENGE, submission.id, step, StepTaken(reason=reason))


def test_each_person_of_a_team_hears_that_its_submission_has_arrived(session: Session) -> None:
    one, other = a_team(session, 2)
    challenge = of_team(session, one)
    team = {Role.MEMBER: frozenset({challenge.organisation_id})}

    steps.take(
        session, Actor(one.id, team), Kind.CHALLENGE, challenge.id, "submit", StepTaken()
    )

    subject = f'We have received {challenge.code}, "{challenge.title}"'
    assert sorted(written(session)) == sorted([(one.email, subject), (other.email, subject)])


def test_a_team_reads_what_staff_ask_for_and_a_submission_that_passes_writes_nothing(
    session: Session,
) -> None:
    (member,) = a_team(session)
    returned, passed = (of_team(session, member, state=State.SUBMITTED) for _ in range(2))

    take(session, returned, "return", "Say since when.\n\n{code} {feedback}")
    take(session, passed, "pass")

    (letter,) = session.exec(select(Letter)).all()
    about = f'{returned.code}, "{returned.title}"'
    assert letter.subject == f"We need more information about {about}"
    assert letter.body == (
        f"Hello,\n\nbefore we can go on with your submission {about}, we need more from your "
        "team:\n\nSay since when.\n\n{code} {feedback}\n\n"
        "Sign in, open the submission, complete it, and send it again.\n"
    )


def test_a_letter_reads_as_staff_have_written_it_for_the_call_in_the_readers_language(
    session: Session,
) -> None:
    (member,) = a_team(session, language="fr")
    challenge = of_team(session, member, state=State.SUBMITTED)
    for tag in ("fr", "en"):
        draft = LetterDraft(subject=f"{tag}: {{code}}", body="{organisation} / {reason}")
        templates.write(
            session, OPERATOR, challenge.call_id, LetterKind.RETURNED, language(tag), draft
        )

    take(session, challenge, "return", "Depuis quand ?")

    (letter,) = session.exec(select(Letter)).all()
    assert letter.subject == f"fr: {challenge.code}"
    assert letter.body.endswith(" / Depuis quand ?\n")


@pytest.mark.parametrize("optional", [True, False])
def test_who_does_not_want_a_letter_gets_only_what_they_cannot_do_without(
    session: Session, *, optional: bool
) -> None:
    (member,) = a_team(session, unwanted_letters=["received", "returned"])
    challenge = of_team(session, member, state=State.SUBMITTED)
    kind = LetterKind.RECEIVED if optional else LetterKind.RETURNED

    told = letters.tell(session, kind, challenge, reason="Say since when.")

    assert told == (0 if optional else 1)


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize(
    "kind", [kind for kind, text in TEXTS.items() if text.written_by is Action.CALL_WRITE]
)
def test_a_text_can_be_looked_at_for_a_submission_before_it_is_kept(
    session: Session, kind: LetterKind, tag: str
) -> None:
    challenge = a_challenge(session, state=State.SUBMITTED)

    letter = letters.preview(session, challenge, default(kind, language(tag)), language(tag))

    assert "{" not in letter.subject + letter.body
    assert session.exec(select(LetterTemplate)).all() == []
    assert letter != Template("", "")


# --- reminders ---

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDS = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun", "at", "expected"),
    [
        (BEGUN, ENDS - 7 * DAY - HOUR, None),
        (BEGUN, ENDS - 7 * DAY, ENDS - 7 * DAY),
        (BEGUN, ENDS - 2 * DAY, ENDS - 7 * DAY),
        (BEGUN, ENDS - DAY, ENDS - DAY),
        (BEGUN, ENDS - HOUR, ENDS - DAY),
        (BEGUN, ENDS, None),
        (ENDS - 6 * DAY, ENDS - 5 * DAY, None),
        (ENDS - 6 * DAY, ENDS - HOUR, ENDS - DAY),
        (ENDS - HOUR, ENDS - HOUR, None),
    ],
)
def test_a_reminder_is_due_a_week_and_a_day_before_for_what_was_there_then(
    begun: datetime, at: datetime, expected: datetime | None
) -> None:
    assert reminders.due_at(begun, ENDS, at) == expected


def test_who_has_a_draft_is_reminded_once_for_each_date_and_nobody_else(
    session: Session,
) -> None:
    (member,) = a_team(session)
    at = now()
    soon = a_call(session, closes_at=at + 2 * DAY)
    late = a_call(session, closes_at=at - DAY)
    draft = of_team(session, member, call_id=soon.id, created_at=at - 20 * DAY)
    permitted = of_team(session, member, call_id=late.id, created_at=at - 20 * DAY)
    a_late_permit(session, late, organisation_id=permitted.organisation_id, until=at + HOUR)
    over = a_call(session, closes_at=at - DAY)
    far = a_call(session, closes_at=at + 9 * DAY)
    cancelled = a_call(session, closes_at=at + DAY, state=CallState.CANCELLED)
    for call in (over, far, cancelled):
        of_team(session, member, call_id=call.id, created_at=at - 20 * DAY)
    for fields in (
        {"created_at": at - DAY},
        {"state": State.SUBMITTED},
        {"state": State.WITHDRAWN},
        {"handed_in": {"title": "As it was"}},
    ):
        of_team(session, member, call_id=soon.id, **{"created_at": at - 20 * DAY} | fields)
    session.commit()

    assert [reminders.remind(session) for _ in range(3)] == [2, 0, 0]

    assert sorted(subject for _, subject in written(session)) == sorted(
        f'{row.code}, "{row.title}", is not sent yet' for row in (draft, permitted)
    )
    bodies = " ".join(session.exec(select(Letter.body)))
    for until, call in ((soon.closes_at, soon), (at + HOUR, late)):
        assert f"takes it until {language('en').moment(until, call.zone)}" in bodies


def test_an_extended_call_reminds_again(session: Session) -> None:
    (member,) = a_team(session)
    at = now()
    call = a_call(session, closes_at=at + DAY)
    of_team(session, member, call_id=call.id, created_at=at - 20 * DAY)
    session.commit()
    reminders.remind(session)

    call.closes_at = call.ends_at = at + 3 * DAY
    session.add(call)
    session.commit()
    again = reminders.remind(session)

    assert (again, len(written(session))) == (1, 2)


def test_a_selected_team_is_reminded_of_its_answer_until_it_gives_one(session: Session) -> None:
    (member,) = a_team(session)
    at = now()
    asked = of_team(
        session,
        member,
        state=State.SELECTED,
        answer_by=at + 2 * DAY,
        updated_at=at - 20 * DAY,
    )
    of_team(session, member, state=State.ACCEPTED, answer_by=at + 2 * DAY)
    of_team(session, member, state=State.SELECTED, answer_by=at - HOUR)
    of_team(session, member, state=State.SELECTED)
    session.commit()

    assert [reminders.remind(session) for _ in range(2)] == [1, 0]

    assert [subject for _, subject in written(session)] == [
        f'Does your team take part with {asked.code}, "{asked.title}"?'
    ]


def test_many_are_reminded_some_at_a_time(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST", 2)
    (member,) = a_team(session)
    at = now()
    call = a_call(session, closes_at=at + 2 * DAY)
    for _ in range(5):
        of_team(session, member, call_id=call.id, created_at=at - 20 * DAY)
    session.commit()

    assert [reminders.remind(session) for _ in range(4)] == [2, 2, 1, 0]
    assert len(written(session)) == 5


def test_of_two_workers_that_remind_at_once_one_does(
    session: Session, database: Database
) -> None:
    (member,) = a_team(session)
    at = now()
    call = a_call(session, closes_at=at + 2 * DAY)
    of_team(session, member, call_id=call.id, created_at=at - 20 * DAY)
    session.commit()

    both_have_looked = list(reminders.due(session, at))
    session.commit()
    for _ in range(2):
        with transaction(database) as worker:
            reminders.write(worker, Teller(worker), both_have_looked[0])

    assert len(written(session)) == 1
