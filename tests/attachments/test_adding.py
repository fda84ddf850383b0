"""A team adds files to what it writes, within limits; what it removes can be put back."""

import hashlib
from datetime import timedelta

import pytest
from pydantic import JsonValue
from sqlmodel import func, select, update

from app.access.policy import Action, Actor, Role
from app.attachments.lifecycle import FileState
from app.attachments.models import Attachment, AttachmentPiece
from app.attachments.service import keeping, reading, writing
from app.attachments.service.storing import Sent
from app.core.base.clock import now
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    NotPermitted,
    TooLarge,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.storage.audit import AuditEvent
from app.programmes.models import Call
from app.questions.forms import Question
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import NewChallenge
from app.submissions.service import asking, drafts, reuse, steps, taken_back
from tests.attachments.conftest import QUESTIONS, Writer
from tests.attachments.samples import PDF, PNG, another, of_team, sent
from tests.factories import a_form, an_organisation

STAFF = Actor(None, {Role.STAFF: frozenset(), Role.LEAD: frozenset()})


def pieces_of(writer: Writer) -> int:
    return writer.session.exec(select(func.count()).select_from(AttachmentPiece)).one()


def names(writer: Writer) -> list[str]:
    return [row.name for row in reading.kept(writer.session, writer.actor, writer.draft)]


def test_a_file_is_kept_whole_with_its_hash_and_stands_in_the_record(writer: Writer) -> None:
    made = writer.adds(sent(PDF, "C:\\plan.pdf"))

    assert (made.name, made.kind, made.size, made.state) == (
        "plan.pdf",
        "pdf",
        len(PDF),
        FileState.KEPT,
    )
    piece = writer.session.get_one(AttachmentPiece, (made.id, 0))
    assert piece.content == PDF
    writer.session.commit()
    event = writer.session.exec(select(AuditEvent).where(AuditEvent.action == "attach")).one()
    assert event.facts == {"code": writer.draft.code}  # and not how it is called


def test_the_same_file_for_the_same_place_is_kept_once(writer: Writer) -> None:
    first, second = (writer.adds(sent(PDF, name)) for name in ("plan.pdf", "again.pdf"))
    elsewhere = writer.adds(sent(PDF, "plan.pdf", "plan"))

    assert second is first
    assert (elsewhere.name, pieces_of(writer)) == ("plan (2).pdf", 2)


def test_a_question_for_files_is_answered_by_their_names(writer: Writer) -> None:
    before = {error.pointer for error in missing(writer)}
    first = writer.adds(sent(PDF, "plan.pdf", "plan"))
    writer.adds(sent(PNG, "plan.exe", "plan"))

    assert before == {"/answers/plan"}
    assert missing(writer) == []
    assert writer.draft.answers == {"drawn": True, "plan": ["plan.pdf", "plan.png"]}
    writer.moves(first, "remove")
    assert writer.draft.answers["plan"] == ["plan.png"]


def missing(writer: Writer) -> list[FieldError]:
    _, offers = steps.offers(writer.session, writer.actor, Kind.CHALLENGE, writer.draft.id)
    return list(next(offer for offer in offers if offer.name == "submit").missing)


def test_saving_answers_neither_adds_a_file_nor_loses_one(writer: Writer) -> None:
    writer.adds(sent(PDF, "plan.pdf", "plan"))
    key = writer.draft.id

    def change(**answers: JsonValue) -> None:
        patch = Patch({"answers": {**answers}})
        drafts.change(writer.session, writer.actor, Kind.CHALLENGE, key, patch)

    change(drawn=True, plan=None)
    change(plan=["plan.pdf"])
    with pytest.raises(Unprocessable) as refusal:
        change(plan=["passwd"])

    assert writer.draft.answers["plan"] == ["plan.pdf"]
    assert refusal.value.errors[0].pointer == "/answers/plan"


def test_a_file_of_a_question_that_is_not_shown_waits_with_its_answer(writer: Writer) -> None:
    made = writer.adds(sent(PDF, "plan.pdf", "plan"))
    key = writer.draft.id
    patch = Patch({"answers": {"drawn": False}})
    drafts.change(writer.session, writer.actor, Kind.CHALLENGE, key, patch)

    assert "plan" not in writer.draft.answers
    with pytest.raises(Unprocessable):
        writer.adds(sent(PNG, "plan.png", "plan"))
    writer.draft.state, writer.draft.submitted_at = State.SUBMITTED, now()
    assert reading.listed(writer.session, STAFF, writer.draft) == []
    assert reading.listed(writer.session, writer.actor, writer.draft) == [made]
    patch = Patch({"answers": {"drawn": True}})
    writer.draft.state = State.RETURNED
    drafts.change(writer.session, writer.actor, Kind.CHALLENGE, key, patch)
    assert writer.draft.answers["plan"] == ["plan.pdf"]


@pytest.mark.parametrize(
    ("question", "pointer"), [("problem", "/question"), ("nothing", "/question")]
)
def test_only_a_question_for_files_takes_one(
    writer: Writer, question: str, pointer: str
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        writer.adds(sent(PDF, "plan.pdf", question))

    assert refusal.value.errors[0].pointer == pointer
    assert pieces_of(writer) == 0


def test_what_is_no_file_that_we_take_leaves_nothing(writer: Writer) -> None:
    for wrong in (sent(b"<svg/>", "a.png"), sent(b"", "a.pdf"), Sent("", None, 0)):
        with pytest.raises(Unprocessable):
            writer.adds(wrong)
    with pytest.raises(TooLarge):
        writer.adds(sent(PDF + b" " * 20_000))

    assert pieces_of(writer) == 0


def test_files_are_limited_by_number_by_bytes_and_by_question(writer: Writer) -> None:
    for number in range(2):
        writer.adds(sent(another(number), question="plan"))
    with pytest.raises(Conflict, match="2 files"):
        writer.adds(sent(another(2), question="plan"))
    with pytest.raises(Conflict, match="would have more"):
        writer.adds(sent(PDF + b" " * 10_000 + b"%%EOF"))
    for number in range(3, 5):
        writer.adds(sent(another(number)))
    with pytest.raises(Conflict, match="4 files"):
        writer.adds(sent(another(5)))

    assert len(names(writer)) == 4


def test_what_was_removed_can_be_put_back_and_finds_its_name_again(writer: Writer) -> None:
    made = writer.adds(sent(PDF, "plan.pdf"))
    writer.moves(made, "remove")
    writer.adds(sent(PNG, "plan.png"))
    writer.adds(sent(another(1), "plan.pdf"))

    writer.moves(made, "put-back")

    assert sorted(names(writer)) == ["plan (2).pdf", "plan.pdf", "plan.png"]
    _, offers = writing.offers(writer.session, writer.actor, made.id, writer.settings)
    assert [(offer.name, offer.open) for offer in offers] == [("remove", True)]


def test_there_must_be_room_for_what_is_put_back(writer: Writer) -> None:
    first = writer.adds(sent(another(0), question="costs"))
    writer.moves(first, "remove")
    writer.adds(sent(another(1), question="costs"))

    with pytest.raises(Conflict, match="1 files, the maximum"):
        writer.moves(first, "put-back")


def test_removed_files_are_forgotten_after_a_time_and_beyond_a_number(writer: Writer) -> None:
    made = [writer.adds(sent(another(number))) for number in range(2)]
    for row in made:
        writer.moves(row, "remove")
    made[0].removed_at = now() - keeping.KEPT_FOR - timedelta(seconds=1)
    writer.session.flush()

    assert keeping.purge(writer.session, now()) == 1
    for number in range(2, 7):
        writer.moves(writer.adds(sent(another(number))), "remove")
    left = writer.session.exec(select(func.count()).select_from(Attachment)).one()
    assert (left, pieces_of(writer)) == (4, 4)


@pytest.mark.parametrize("state", [one for one in State if one not in {"draft", "returned"}])
def test_only_what_is_written_gets_or_loses_files(writer: Writer, state: State) -> None:
    made = writer.adds(sent())
    writer.draft.submitted_at = writer.draft.answer_by = now()
    writer.draft.state = state

    with pytest.raises(TransitionNotAllowed):
        writer.adds(sent(PNG, "a.png"))
    with pytest.raises(TransitionNotAllowed):
        writer.moves(made, "remove")

    assert names(writer) == ["plan.pdf"]


def test_removed_files_are_forgotten_beyond_the_bytes_of_a_submission(writer: Writer) -> None:
    for number in range(3):
        writer.moves(writer.adds(sent(another(number) + b" " * 4_000)), "remove")

    left = reading.every(writer.session, writer.draft)

    assert [row.sha256 for row in left] == [
        hashlib.sha256(another(number) + b" " * 4_000).hexdigest() for number in (1, 2)
    ]


def test_what_was_sent_while_a_file_arrived_gets_none(writer: Writer) -> None:
    behind = update(Submission).values(state=State.SUBMITTED, submitted_at=now())
    writer.session.execute(behind, execution_options={"synchronize_session": False})
    assert writer.draft.state is State.DRAFT

    with pytest.raises(TransitionNotAllowed):
        writer.adds(sent())

    assert names(writer) == []


def test_nobody_but_its_team_adds_or_removes_files(writer: Writer) -> None:
    made = writer.adds(sent())
    writer.draft.state, writer.draft.submitted_at = State.RETURNED, now()
    stranger = of_team(an_organisation(writer.session).id)
    narrow = Actor(writer.user.id, writer.actor.roles, frozenset(Action) - {Action.DRAFT_WRITE})
    session, settings = writer.session, writer.settings

    for actor in (stranger, STAFF, narrow):
        with pytest.raises(NotPermitted):
            writing.add(session, actor, writer.draft, sent(PNG, "a.png"), settings)
        with pytest.raises((NotPermitted, NotFound)):
            writing.move(session, actor, made.id, "remove", settings)

    assert names(writer) == ["plan.pdf"]


def test_what_was_taken_back_counts_with_the_files_that_it_had(writer: Writer) -> None:
    first = writer.adds(sent(PDF, "plan.pdf", "plan"))
    beside = writer.adds(sent(another(1), "beside.pdf"))
    writer.takes("submit")
    writer.takes("reopen")
    writer.moves(first, "remove")
    writer.moves(beside, "remove")
    writer.adds(sent(PNG, "new.png", "plan"))
    first.removed_at = beside.removed_at = now() - timedelta(days=90)
    call = asking_call(writer)
    call.closes_at = call.ends_at = now() - timedelta(minutes=1)
    writer.session.flush()

    purged = keeping.purge(writer.session, now())
    restored = taken_back.restore(writer.session)

    assert (purged, restored) == (0, 1)
    assert sorted(names(writer)) == ["beside.pdf", "plan.pdf"]
    assert writer.draft.answers["plan"] == ["plan.pdf"]
    listed = reading.listed(writer.session, writer.actor, writer.draft)
    assert [row.name for row in listed if row.state is FileState.REMOVED] == ["new.png"]


def test_what_was_put_back_under_another_name_counts_under_that(writer: Writer) -> None:
    first = writer.adds(sent(PDF, "plan.pdf", "plan"))
    writer.takes("submit")
    writer.takes("reopen")
    writer.moves(first, "remove")
    writer.adds(sent(another(1), "plan.pdf", "plan"))
    writer.moves(first, "put-back")
    call = asking_call(writer)
    call.closes_at = call.ends_at = now() - timedelta(minutes=1)
    writer.session.flush()

    taken_back.restore(writer.session)

    assert names(writer) == writer.draft.answers["plan"] == ["plan (2).pdf"]


def asking_call(writer: Writer) -> Call:
    return writer.session.get_one(Call, writer.draft.call_id)


def test_what_is_sent_again_has_the_files_of_now(writer: Writer) -> None:
    first = writer.adds(sent(PDF, "plan.pdf", "plan"))
    writer.takes("submit")
    writer.takes("reopen")
    writer.moves(first, "remove")
    writer.adds(sent(PNG, "new.png", "plan"))

    writer.takes("submit")

    assert names(writer) == ["new.png"]
    assert not first.handed_in


def test_files_go_along_to_a_new_version_of_the_form_or_wait_for_the_team(
    writer: Writer,
) -> None:
    writer.adds(sent(PDF, "plan.pdf", "plan"))
    costs = writer.adds(sent(another(1), "costs.pdf", "costs"))
    call = asking_call(writer)
    a_form(writer.session, call, number=2, questions=QUESTIONS[:-1])

    asking.renew(writer.session, writer.actor, writer.draft)

    assert writer.draft.answers == {"drawn": True, "plan": ["plan.pdf"]}
    assert [
        one.value for one in asking.earlier(writer.session, writer.actor, writer.draft)
    ] == [["costs.pdf"]]
    assert costs in reading.listed(writer.session, writer.actor, writer.draft)
    assert writer.moves(costs, "remove").state is FileState.REMOVED
    with pytest.raises(Conflict):
        writer.moves(costs, "put-back")


def test_a_new_submission_takes_no_file_of_an_earlier_one_and_says_so(writer: Writer) -> None:
    writer.adds(sent(PDF, "plan.pdf", "plan"))
    new = NewChallenge.model_validate(
        {
            "call_id": writer.draft.call_id,
            "title": "Early flood warnings",
            "content": {},
            "like": writer.draft.code,
        }
    )

    made = drafts.create(writer.session, writer.actor, Kind.CHALLENGE, new, most=9)

    assert made.answers == {"drawn": True}
    left = reuse.reused(writer.session, writer.actor, made).left_out
    assert [one.answer for one in left] == ["answers.plan"]


def test_files_are_for_staff_and_reviewers_alone_and_named_by_no_condition() -> None:
    for audience in ("public", "parties"):
        with pytest.raises(ValueError, match="files are for staff"):
            Question.model_validate(
                {"key": "plan", "type": "file", "title": "The plan", "audience": audience}
            )
    with pytest.raises(ValueError, match="a number of files"):
        Question.model_validate({"key": "plan", "title": "The plan", "most_files": 2})
    with pytest.raises(ValueError, match="only text has a part"):
        Question.model_validate(
            {"key": "plan", "type": "file", "title": "The plan", "part": "problem"}
        )
