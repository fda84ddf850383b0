"""Faults in the rooms of matches: who reads what two teams say, and what tells of it."""

from typing import Final

from tests.faults.mutants.planting import Fault

ROOMS: Final = "app/conversations/queries.py"
LIVES: Final = "app/conversations/lifecycle.py"
SAYING: Final = "app/conversations/service/messages.py"
HELD: Final = "app/conversations/service/rooms.py"
MEETING: Final = "app/conversations/service/meetings.py"
WAITING: Final = "app/conversations/service/waiting.py"
KEEPING: Final = "app/conversations/service/keeping.py"
FILES: Final = "app/conversations/service/files.py"
GIVEN: Final = "tests/conversations/test_files.py::"
STAFF: Final = "tests/conversations/test_staff_access.py::"
SAID: Final = "tests/conversations/test_messages.py::"
MET: Final = "tests/conversations/test_meetings.py::"
TOLD: Final = "tests/conversations/test_waiting.py::"
KEPT: Final = "tests/conversations/test_keeping.py::"
FAIR: Final = "tests/conversations/test_fair_times.py::"

FAULTS: Final = (
    Fault(
        "one side lets the staff read for both",
        ROOMS,
        "all(row.staff_access(s) is StaffAccess.LET for s in Side)",
        "any(row.staff_access(s) is StaffAccess.LET for s in Side)",
        (f"{STAFF}test_staff_read_while_both_sides_let_them_and_not_a_moment_longer",),
    ),
    Fault(
        "staff read rooms without being let",
        ROOMS,
        "    if not room.staff_may_read:\n",
        "    if False:\n",
        (f"{STAFF}test_staff_read_while_both_sides_let_them_and_not_a_moment_longer",),
    ),
    Fault(
        "whoever reads matches reads what is said",
        ROOMS,
        "    policy.require(actor, Action.CONVERSATION_VISIT)\n",
        "",
        (f"{STAFF}test_auditors_never_read_it",),
    ),
    Fault(
        "a token that reads matches reads conversations",
        ROOMS,
        "    own = matches.sides_of(session, actor, match, Action.CONVERSATION_READ)\n",
        "    own = matches.sides_of(session, actor, match, Action.MATCH_READ)\n",
        (f"{STAFF}test_a_token_of_a_team_that_reads_matches_reads_no_conversation",),
    ),
    Fault(
        "staff write in a room that they read",
        ROOMS,
        '    if not own:\n        raise NotPermitted(\n            "Only the two teams',
        "    if not own and not room.staff_may_read:\n        raise NotPermitted(\n"
        '            "Only the two teams',
        (f"{STAFF}test_staff_who_may_read_write_nothing",),
    ),
    Fault(
        "an offer has a room before both have said yes",
        ROOMS,
        "    return match.state in READABLE and both == {*Side}\n",
        "    return bool(both)\n",
        (f"{SAID}test_an_offer_has_no_room_until_both_have_said_yes",),
    ),
    Fault(
        "a message of another room is read in one's own",
        SAYING,
        "    if found is None or room.row is None or found.conversation_id != room.row.id:\n",
        "    if found is None:\n",
        (f"{SAID}test_a_line_of_another_room_is_not_there",),
    ),
    Fault(
        "a colleague changes what somebody wrote",
        SAYING,
        "    if message.user_id != actor.user_id:\n",
        "    if message.side not in room.sides:\n",
        (f"{SAID}test_a_message_is_changed_by_its_author_within_an_hour",),
    ),
    Fault(
        "a message is changed for ever",
        SAYING,
        "        and now() < message.created_at + CHANGED_FOR\n",
        "",
        (f"{SAID}test_a_message_is_changed_by_its_author_within_an_hour",),
    ),
    Fault(
        "what was taken back is kept",
        SAYING,
        '    message.body = ""\n    message.taken_back_at = row.lived_at = now()\n',
        "    message.edited_at = row.lived_at = now()\n",
        (f"{SAID}test_what_was_taken_back_leaves_its_line_and_no_word",),
    ),
    Fault(
        "a room is written in after the end",
        HELD,
        "    if room.closed is not None:\n",
        "    if False:\n",
        (f"{SAID}test_what_is_over_is_read_and_not_written",),
    ),
    Fault(
        "the record holds what was said",
        SAYING,
        'audit.record(session, actor.user_id, "say", SUBJECT, row.id, code=room.match.code)',
        'audit.record(session, actor.user_id, "say", SUBJECT, row.id, code=new.body)',
        (f"{SAID}test_no_word_stands_in_the_record",),
    ),
    Fault(
        "who lets the staff read is not told in the room",
        "app/conversations/service/staff_access.py",
        "    messages.add(session, actor, row, side, _LINES[after])\n",
        "",
        (f"{STAFF}test_each_change_is_a_line_of_the_room_and_an_event_of_the_record",),
    ),
    Fault(
        "who proposed a meeting takes a time of it",
        LIVES,
        "    if facts.closed is None and not facts.answers:\n",
        "    if False:\n",
        (f"{MET}test_who_proposed_takes_none_of_the_times",),
    ),
    Fault(
        "a time is taken that nobody proposed",
        MEETING,
        "taken.time is None or taken.time not in _times(session, [meeting.id])[meeting.id]",
        "taken.time is None",
        (f"{MET}test_only_a_time_that_is_proposed_is_taken",),
    ),
    Fault(
        "letters about moved meetings have no end",
        MEETING,
        "        is_full=meeting.sequence >= MOST_MOVES,\n",
        "        is_full=False,\n",
        (f"{MET}test_letters_about_moves_are_bounded",),
    ),
    Fault(
        "each message that waits gets a letter of its own",
        WAITING,
        "                row.tell(side, row.said)\n",
        "",
        (f"{TOLD}test_after_a_day_one_letter_tells_of_all_that_waits",),
    ),
    Fault(
        "what somebody has read is told by letter",
        WAITING,
        "    return max(marked or 0, answered or 0)\n",
        "    return answered or 0\n",
        (f"{TOLD}test_what_somebody_of_the_side_has_read_does_not_wait",),
    ),
    Fault(
        "what an erased person wrote is kept",
        KEEPING,
        "delete(RoomMessage).where(col(RoomMessage.user_id).in_(erased))",
        "delete(RoomMessage).where(col(RoomMessage.number) < 0)",
        (f"{KEPT}test_what_an_erased_person_wrote_is_gone_and_the_rest_stays",),
    ),
    Fault(
        "what a team has removed is read by the other one",
        FILES,
        "        if row.state is FileState.KEPT or row.side in room.sides\n",
        "",
        (f"{GIVEN}test_what_a_team_removed_it_alone_sees_and_puts_back",),
    ),
    Fault(
        "a team removes what the other one has added",
        FILES,
        "    if closed is None and file.side not in room.sides:\n",
        "    if False:\n",
        (f"{GIVEN}test_nobody_removes_what_the_other_team_has_added_or_what_has_changed",),
    ),
    Fault(
        "one team fills the room of both",
        FILES,
        "    own = [one.size for one in kept if one.side is side]\n",
        "    own = [one.size for one in kept]\n",
        (f"{GIVEN}test_each_team_has_room_of_its_own",),
    ),
    Fault(
        "files that were removed are kept without a bound",
        FILES,
        "    _forget_oldest(session, room, file.side, settings)\n",
        "",
        (f"{GIVEN}test_what_waits_to_be_put_back_has_a_bound_too",),
    ),
    Fault(
        "a file that nobody has seen waits without a letter",
        WAITING,
        "frozenset({MessageKind.SAID, MessageKind.FILE})",
        "frozenset({MessageKind.SAID})",
        (f"{GIVEN}test_a_file_that_waits_for_a_day_is_told_by_letter_as_a_message_is",),
    ),
    Fault(
        "somebody is woken at night although there is another time",
        "app/conversations/fair_times.py",
        "sum(one[0] for one in sides), sum(one[1] for one in sides), max(beyond)",
        "0, sum(one[1] for one in sides), max(beyond)",
        (f"{FAIR}test_nobody_is_asked_at_night_or_on_a_weekend_if_a_better_time_exists",),
    ),
    Fault(
        "a weekend counts as any other day",
        "app/conversations/fair_times.py",
        "        weekends += weekday >= _SATURDAY\n",
        "",
        (f"{FAIR}test_nothing_is_on_a_weekend_of_either",),
    ),
    Fault(
        "a time that is over is taken",
        MEETING,
        "    if taken.time <= now():\n",
        "    if False:\n",
        (f"{MET}test_a_time_that_is_over_is_not_taken",),
    ),
    Fault(
        "rooms of matches that go on are removed when nobody has written for long",
        KEEPING,
        "            col(Match.state).not_in(WRITABLE),\n",
        "",
        (f"{KEPT}test_old_rooms_of_what_is_over_go_as_a_whole_and_others_stay",),
    ),
    Fault(
        "files of a room stay when the room goes",
        KEEPING,
        "    for table in (RoomMessage, RoomFile, ReadMark, Meeting, AgreedTask):\n",
        "    for table in (RoomMessage, ReadMark, Meeting, AgreedTask):\n",
        (f"{KEPT}test_old_rooms_of_what_is_over_go_as_a_whole_and_others_stay",),
    ),
)
