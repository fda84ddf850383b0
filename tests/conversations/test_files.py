"""Two teams give each other files: each side its own, within limits, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from app.accounts.lifecycle import UserState
from app.attachments.lifecycle import FileState
from app.conversations.models import RoomFile, RoomFilePiece, RoomMessage
from app.conversations.service import files, keeping, messages, waiting
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TooLarge,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.matches.lifecycle import MatchState
from app.settings import Settings
from tests.attachments.samples import PDF, PNG, another, sent
from tests.conftest import SignIn
from tests.conversations.people import ADDRESS, Pair, letters, staff

SETTINGS = Settings(max_room_files=2)


def adds(
    pair: Pair, side: str = "challenge", content: bytes = PDF, name: str = "plan.pdf"
) -> RoomFile:
    file = sent(content, name)
    return files.add(pair.session, pair.actor(side), pair.match.id, file, SETTINGS)


def moves(pair: Pair, file: RoomFile, step: str, side: str = "challenge", **more: Any) -> None:
    actor = pair.actor(side)
    files.move(pair.session, actor, pair.match.id, file.id, step, SETTINGS, **more)


def names(pair: Pair, side: str) -> list[tuple[str, FileState]]:
    found = files.listed(pair.session, pair.actor(side), pair.match.id).files
    return [(one.name, one.state) for one in found]


def pieces(pair: Pair) -> int:
    return pair.session.exec(select(func.count()).select_from(RoomFilePiece)).one()


def test_both_teams_read_whose_file_it_is_and_a_line_of_the_room_tells_of_it(
    pair: Pair,
) -> None:
    pair.says("solution")
    made = adds(pair)

    (found,) = files.listed(pair.session, pair.actor("solution"), pair.match.id).files
    lines = messages.listed(pair.session, pair.actor("solution"), pair.match.id).messages

    assert (found.name, found.side, found.by, found.size, found.number) == (
        "plan.pdf",
        "challenge",
        pair.user("challenge").name,
        len(PDF),
        2,
    )
    assert [(one.kind, one.body, one.file_id) for one in lines[1:]] == [("file", "", made.id)]
    assert not lines[1].changeable


def test_the_same_file_of_the_same_team_is_kept_once_and_another_one_is_called_otherwise(
    pair: Pair,
) -> None:
    first = adds(pair)

    assert adds(pair, name="again.pdf") is first
    assert adds(pair, content=another(2)).name == "plan (2).pdf"
    assert adds(pair, "solution").name == "plan (3).pdf"
    assert pieces(pair) == 3


def test_a_file_that_waits_for_a_day_is_told_by_letter_as_a_message_is(pair: Pair) -> None:
    before = len(letters(pair.session))
    made = adds(pair)

    def remind(after: timedelta) -> int:
        return waiting.remind(pair.session, ADDRESS, now() + after).sides

    told = [remind(timedelta(hours=23)), remind(timedelta(hours=25)), remind(timedelta(days=3))]
    (letter,) = letters(pair.session)[before:]

    assert told == [0, 1, 0]
    assert (letter[0], made.name in letter[1]) == (pair.user("solution").email, False)


def test_what_a_team_removed_it_alone_sees_and_puts_back(pair: Pair) -> None:
    made = adds(pair)
    moves(pair, made, "remove")

    assert names(pair, "challenge") == [("plan.pdf", FileState.REMOVED)]
    assert names(pair, "solution") == []
    with pytest.raises(NotFound):
        files.get(pair.session, pair.actor("solution"), pair.match.id, made.id)
    lines = messages.listed(pair.session, pair.actor("solution"), pair.match.id).messages
    assert [(one.file_id, one.taken_back_at is None) for one in lines] == [(None, False)]

    moves(pair, made, "put-back")

    assert names(pair, "solution") == [("plan.pdf", FileState.KEPT)]
    lines = messages.listed(pair.session, pair.actor("solution"), pair.match.id).messages
    assert [(one.file_id, one.taken_back_at) for one in lines] == [(made.id, None)]
    with pytest.raises(TransitionNotAllowed):
        moves(pair, made, "put-back")


def test_what_comes_back_takes_no_name_that_another_one_has_got(pair: Pair) -> None:
    made = adds(pair)
    moves(pair, made, "remove")
    adds(pair, "solution", another(2))

    moves(pair, made, "put-back")

    assert {name for name, _ in names(pair, "solution")} == {"plan.pdf", "plan (2).pdf"}


def test_nobody_removes_what_the_other_team_has_added_or_what_has_changed(pair: Pair) -> None:
    made = adds(pair)

    with pytest.raises(Conflict, match="The other team has added this file"):
        moves(pair, made, "remove", "solution")
    with pytest.raises(Stale):
        moves(pair, made, "remove", expected=Expected('"another state"'))


def test_strangers_see_no_file_and_staff_while_both_teams_let_them(pair: Pair) -> None:
    made = adds(pair)
    removed = adds(pair, content=another(2))
    moves(pair, removed, "remove")
    reader = staff(pair.session)
    stranger = pair.of.actor(pair.of.solutions[1])

    def get(actor: Any, file: RoomFile = made) -> RoomFile:
        return files.get(pair.session, actor, pair.match.id, file.id)

    with pytest.raises(NotFound):
        get(stranger)
    with pytest.raises(NotPermitted):
        get(reader)
    pair.lets_staff("challenge", "solution")
    assert get(reader) is made
    with pytest.raises(NotFound):
        get(reader, removed)
    with pytest.raises(NotPermitted):
        files.add(pair.session, reader, pair.match.id, sent(), SETTINGS)
    with pytest.raises(NotPermitted):
        files.move(pair.session, reader, pair.match.id, made.id, "remove", SETTINGS)


def test_each_team_has_room_of_its_own(pair: Pair) -> None:
    for number in (1, 2):
        adds(pair, content=another(number))

    with pytest.raises(Conflict, match="2 files here, the maximum"):
        adds(pair, content=another(3))
    adds(pair, "solution", another(3))

    narrow = Settings(max_room_files_bytes=10_000)
    large = sent(PNG + b"\0" * 9_000, "large.png")
    actor = pair.actor("solution")
    files.add(pair.session, actor, pair.match.id, large, narrow)
    with pytest.raises(Conflict, match="together"):
        files.add(pair.session, actor, pair.match.id, sent(PNG + b"\1" * 9_000), narrow)


def test_what_waits_to_be_put_back_has_a_bound_too(pair: Pair) -> None:
    for number in range(4):
        moves(pair, adds(pair, content=another(number)), "remove")

    assert len(names(pair, "challenge")) == SETTINGS.max_room_files
    assert pieces(pair) == SETTINGS.max_room_files


@pytest.mark.parametrize("content", [b"", b"MZ a program", b"<svg/>"])
def test_what_is_no_file_that_we_take_is_refused_and_leaves_no_line(
    pair: Pair, content: bytes
) -> None:
    with pytest.raises(Unprocessable):
        adds(pair, content=content)

    assert pair.session.exec(select(RoomMessage)).all() == []


def test_a_file_beyond_the_limit_is_refused(pair: Pair) -> None:
    narrow = Settings(max_file_bytes=10_000)

    with pytest.raises(TooLarge):
        files.add(
            pair.session, pair.actor("challenge"), pair.match.id, sent(b"a" * 10_001), narrow
        )


def test_a_room_that_is_over_hands_out_files_and_takes_none(pair: Pair) -> None:
    made = adds(pair)
    pair.match.state = MatchState.ENDED
    pair.session.flush()

    assert names(pair, "solution") == [("plan.pdf", FileState.KEPT)]
    with pytest.raises(Conflict, match="any more"):
        adds(pair, content=another(2))
    with pytest.raises(Conflict, match="any more"):
        moves(pair, made, "remove")


def test_a_file_stays_with_its_team_when_who_added_it_is_erased(pair: Pair) -> None:
    made = adds(pair)
    pair.user("challenge").state = UserState.ERASED
    pair.session.flush()

    keeping.forget(pair.session, now() - timedelta(days=1))
    pair.session.expire_all()

    (found,) = files.listed(pair.session, pair.actor("solution"), pair.match.id).files
    assert (found.id, found.by) == (made.id, None)


def test_what_was_removed_goes_for_good_after_a_while_and_old_rooms_with_all_they_keep(
    pair: Pair,
) -> None:
    made = adds(pair)
    adds(pair, "solution")
    moves(pair, made, "remove")

    early = keeping.purge_files(pair.session, now() + timedelta(days=29))
    late = keeping.purge_files(pair.session, now() + timedelta(days=31))
    assert (early, late, pieces(pair)) == (0, 1, 1)

    pair.match.state = MatchState.COMPLETED
    pair.session.flush()
    keeping.forget(pair.session, now() + timedelta(days=1))
    assert (pair.session.exec(select(RoomFile)).all(), pieces(pair)) == ([], 0)


def test_no_name_of_a_file_stands_in_the_record(pair: Pair) -> None:
    moves(pair, adds(pair, name="canary.pdf"), "remove")

    pair.session.commit()
    statement = select(AuditEvent).where(AuditEvent.subject_kind == files.SUBJECT)
    events = pair.session.exec(statement.order_by(col(AuditEvent.id))).all()

    assert [(event.action, event.facts) for event in events] == [
        (action, {"code": pair.match.code}) for action in ("attach", "remove")
    ]


def test_a_file_is_sent_and_handed_out_by_the_interface(pair: Pair, as_user: SignIn) -> None:
    writer, reader = (pair.user(side) for side in ("challenge", "solution"))
    pair.session.commit()
    address = f"/api/v1/conversations/{pair.match.code}/attachments"

    made = as_user(writer).post(address, files={"file": ("plan.pdf", PDF)})
    place = f"{address}/{made.json()['id']}"
    got = as_user(reader).get(f"{place}/content")

    assert (made.status_code, got.status_code) == (201, 200)
    assert (got.content, got.headers["content-type"]) == (PDF, "application/pdf")
    assert got.headers["content-disposition"].startswith("attachment;")
