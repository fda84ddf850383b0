"""Files are read by the team, by staff, and by reviewers after their declaration."""

import hashlib
from uuid import uuid4

import pytest
from sqlmodel import Session, col, delete, select, update

from app.access.policy import Action, Actor, Role
from app.accounts.models import User
from app.attachments.models import Attachment, AttachmentPiece
from app.attachments.service import reading
from app.attachments.service.storing import pieces
from app.core.base.errors import Failure, NotFound
from app.core.storage.database import Database
from app.reviews.lifecycle import ReviewState
from app.reviews.service import reading as reviewing
from app.submissions.lifecycle import State
from tests.attachments.conftest import QUESTIONS, Writer
from tests.attachments.samples import PDF, PNG, an_attachment, another, of_team, sent
from tests.conftest import SignIn
from tests.factories import a_call, a_challenge, a_form, a_user, an_organisation
from tests.reviews.people import a_reviewer, a_rubric, a_submission, asked

STAFF = Actor(None, {Role.STAFF: frozenset()})
AUDITOR = Actor(None, {Role.AUDITOR: frozenset()})


def readers(writer: Writer, attachment: Attachment) -> set[str]:
    """Who of all may read a file."""
    stranger = of_team(an_organisation(writer.session).id)
    actors = {
        "team": writer.actor,
        "staff": STAFF,
        "auditor": AUDITOR,
        "stranger": stranger,
        "admin": Actor(None, {Role.ADMIN: frozenset()}),
        "advisor": Actor(None, {Role.ADVISOR: frozenset()}),
        "reviewer": Actor(uuid4(), {Role.REVIEWER: frozenset()}),
        "team by a token without the scope": Actor(
            writer.user.id, writer.actor.roles, frozenset({Action.MATCH_READ})
        ),
    }

    def may(actor: Actor) -> bool:
        try:
            return reading.get(writer.session, actor, attachment.id) is attachment
        except NotFound:
            return False

    return {name for name, actor in actors.items() if may(actor)}


def test_a_file_is_read_by_the_team_and_once_submitted_by_staff(writer: Writer) -> None:
    made = writer.adds(sent())
    while_written = readers(writer, made)
    writer.adds(sent(PDF, question="plan"))
    writer.takes("submit")

    assert while_written == {"team"}
    assert readers(writer, made) == {"team", "staff", "auditor"}
    writer.takes("reopen")
    assert readers(writer, made) == {"team"}


def test_a_removed_file_is_there_for_its_team_alone(writer: Writer) -> None:
    made = writer.adds(sent())
    writer.draft.state, writer.draft.submitted_at = State.RETURNED, writer.draft.created_at

    writer.moves(made, "remove")

    assert readers(writer, made) == {"team"}
    assert reading.listed(writer.session, STAFF, writer.draft) == []


def test_a_stranger_cannot_tell_a_file_of_others_from_none(
    writer: Writer, as_user: SignIn
) -> None:
    made = writer.adds(sent())
    client = as_user(a_user(writer.session))
    writer.session.commit()

    def told(key: object) -> list[tuple[int, str]]:
        found = []
        for path in (f"/api/v1/attachments/{key}", f"/api/v1/attachments/{key}/content"):
            answer = client.get(path)
            body = answer.text.replace(str(key), "KEY")
            found.append((answer.status_code, body))
        return found

    assert told(made.id) == told(uuid4())
    assert [status for status, _ in told(made.id)] == [404, 404]


def test_what_is_handed_out_is_kept_and_not_shown(writer: Writer, as_user: SignIn) -> None:
    content = PDF + b"x" * 1_200_000 + b"%%EOF"  # of several pieces
    writer.settings = writer.settings.model_copy(
        update={"max_file_bytes": 5_000_000, "max_files_bytes": 5_000_000}
    )
    made = writer.adds(sent(content, 'Étude; "1".pdf'))
    client = as_user(writer.user)
    writer.session.commit()

    answer = client.get(f"/api/v1/attachments/{made.id}/content")

    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == made.sha256
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(content))
    assert (
        answer.headers["content-disposition"]
        == "attachment; filename*=UTF-8''%C3%89tude%201.pdf"
    )
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


def test_whether_one_may_is_asked_at_each_download(writer: Writer, as_user: SignIn) -> None:
    made = writer.adds(sent())
    client = as_user(writer.user)
    writer.session.commit()
    path = f"/api/v1/attachments/{made.id}/content"

    before = client.get(path).status_code
    writer.draft.organisation_id = an_organisation(writer.session).id
    writer.session.commit()

    assert (before, client.get(path).status_code) == (200, 404)


def test_bytes_that_are_not_those_that_were_sent_are_not_handed_out(
    writer: Writer, database: Database
) -> None:
    made = writer.adds(sent())
    writer.session.execute(update(AttachmentPiece).values(content=PNG))
    writer.session.commit()

    with pytest.raises(Failure):
        b"".join(pieces(database, AttachmentPiece, made.id, made.size, made.sha256))


def test_a_file_that_goes_meanwhile_is_told_as_gone(writer: Writer, database: Database) -> None:
    made = writer.adds(sent())
    writer.session.execute(delete(AttachmentPiece))
    writer.session.commit()

    with pytest.raises(NotFound):
        b"".join(pieces(database, AttachmentPiece, made.id, made.size, made.sha256))


def test_what_a_file_holds_goes_with_it(writer: Writer) -> None:
    made = writer.adds(sent())

    writer.session.execute(delete(Attachment).where(col(Attachment.id) == made.id))

    assert writer.session.exec(select(AttachmentPiece.number)).all() == []


# --- reviewers ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_blind", [False, True])
def test_reviewers_get_files_after_the_declaration_and_none_of_blind_calls(
    session: Session, is_blind: bool
) -> None:
    call = a_call(session)
    a_rubric(session, call, is_blind=is_blind)
    form = a_form(session, call, questions=QUESTIONS)
    submission = a_submission(session, call, form_id=form.id, answers={"drawn": True})
    plan = an_attachment(session, submission, question="plan")
    costs = an_attachment(session, submission, another(1), name="c.pdf", question="costs")
    elsewhere = an_attachment(session, a_challenge(session), another(2))
    review = asked(session, submission, a_reviewer(session, call))

    before = reviewing.subject(session, review)
    review.state = ReviewState.ACCEPTED
    after = reviewing.subject(session, review)

    assert (before.files, before.withheld_files, before.answers) == (None, None, None)
    assert [one.question for one in after.answers or ()] == ["Is there a plan?"]
    if is_blind:
        assert (after.files, after.withheld_files) == (None, 1)
    else:
        assert [(one.id, one.name) for one in after.files or ()] == [(plan.id, "plan.pdf")]
        assert reviewing.file(session, review, plan.id) is plan
    for other in (costs, elsewhere, *([plan] if is_blind else [])):
        with pytest.raises(NotFound):
            reviewing.file(session, review, other.id)
    review.state = ReviewState.CONFLICT
    with pytest.raises(NotFound):
        reviewing.file(session, review, plan.id)


def test_a_reviewer_downloads_through_the_review_and_nowhere_else(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session)
    a_rubric(session, call, is_blind=False)
    submission = a_submission(session, call)
    made = an_attachment(session, submission)
    reviewer = a_reviewer(session, call)
    review = asked(session, submission, reviewer)
    review.state = ReviewState.ACCEPTED
    client = as_user(session.get_one(User, reviewer.user_id))
    session.commit()

    through = client.get(f"/api/v1/reviews/{review.id}/attachments/{made.id}/content")
    page = client.get(f"/reviews/{review.id}/attachments/{made.id}")
    beside = client.get(f"/api/v1/attachments/{made.id}/content")

    assert (through.status_code, through.content) == (200, PDF)
    assert (page.status_code, page.content) == (200, PDF)
    assert beside.status_code == 404
