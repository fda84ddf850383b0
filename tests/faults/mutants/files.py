"""Faults in files: who reads them, what is taken, and what is lost."""

from typing import Final

from tests.faults.mutants.planting import Fault

READING: Final = "app/attachments/service/reading.py"
WRITING: Final = "app/attachments/service/writing.py"
KEEPING: Final = "app/attachments/service/keeping.py"
CONTENT: Final = "app/attachments/content.py"
NAMES: Final = "app/attachments/names.py"
UPLOADS: Final = "app/core/http/uploads.py"
LIMITS: Final = "app/core/http/request_limits.py"
ASKING: Final = "app/submissions/service/asking.py"
REVIEWS: Final = "app/reviews/service/reading.py"
READ: Final = "tests/attachments/test_reading.py::"
ADDED: Final = "tests/attachments/test_adding.py::"
KNOWN: Final = "tests/attachments/test_content.py::"
SENT: Final = "tests/attachments/test_uploads.py::"

FAULTS: Final = (
    Fault(
        "what was sent while a file arrived gets it",
        WRITING,
        "    _require_written(submission)  # somebody may have sent it meanwhile\n",
        "",
        (f"{ADDED}test_what_was_sent_while_a_file_arrived_gets_none",),
    ),
    Fault(
        "an archive that calls itself a picture is taken for one",
        CONTENT,
        "            return _NAMED.get(text.read(100))\n",
        "            said = text.read(100).decode()\n"
        "            return {name: k for k, name in MEDIA_TYPES.items()}.get(said)\n",
        (f"{KNOWN}test_what_is_not_taken_is_refused_with_a_reason",),
    ),
    Fault(
        "files of drafts of others are read by their key",
        READING,
        ".where(Attachment.id == key, queries.readable(actor))",
        ".where(Attachment.id == key)",
        (f"{READ}test_a_stranger_cannot_tell_a_file_of_others_from_none",),
    ),
    Fault(
        "staff read what a team has removed",
        READING,
        "if row.state is FileState.KEPT and (row.question is None or row.question in told)",
        "if row.question is None or row.question in told",
        (f"{READ}test_a_removed_file_is_there_for_its_team_alone",),
    ),
    Fault(
        "reviewers get files that are for staff",
        READING,
        "_readable(session, submission, every(session, submission), Audience.REVIEWERS)",
        "_readable(session, submission, every(session, submission), Audience.STAFF)",
        (f"{READ}test_reviewers_get_files_after_the_declaration_and_none_of_blind_calls",),
    ),
    Fault(
        "reviewers of blind calls get files",
        REVIEWS,
        '        if is_blind:\n            known["withheld_files"]',
        '        if not is_blind:\n            known["withheld_files"]',
        (f"{READ}test_reviewers_get_files_after_the_declaration_and_none_of_blind_calls",),
    ),
    Fault(
        "a review hands out any file",
        REVIEWS,
        "    if key not in {one.id for one in known}:",
        "    if not known:",
        (f"{READ}test_reviewers_get_files_after_the_declaration_and_none_of_blind_calls",),
    ),
    Fault(
        "anybody who may read it adds files",
        WRITING,
        "    policy.require(\n        actor, Action.DRAFT_WRITE, submission.organisation_id, "
        "shared_id=submission.id\n    )\n",
        "",
        (f"{ADDED}test_nobody_but_its_team_adds_or_removes_files",),
    ),
    Fault(
        "what was sent gets further files",
        WRITING,
        "    if (problem := drafts.not_written(submission)) is not None:\n        raise",
        "    if (problem := drafts.not_written(submission)) and not submission:\n        raise",
        (f"{ADDED}test_only_what_is_written_gets_or_loses_files",),
    ),
    Fault(
        "files that arrive at once do not count one another",
        WRITING,
        "    others = reading.kept_of(session, submission)\n    sha256",
        "    others: list[Attachment] = []\n    sha256",
        (f"{SENT}test_of_files_that_arrive_at_once_no_more_are_kept_than_fit",),
    ),
    Fault(
        "an answer that is saved makes up files",
        ASKING,
        "            elif answer is not None and answer != kept.get(key):\n"
        "                raise ValueError(_FILES_BY_THEMSELVES)",
        "            elif answer is not None:\n                kept[key] = answer",
        (f"{ADDED}test_saving_answers_neither_adds_a_file_nor_loses_one",),
    ),
    Fault(
        "what a submission was handed in with is deleted while it may count again",
        KEEPING,
        "        col(Attachment.handed_in).is_(False),\n",
        "",
        (f"{ADDED}test_what_was_taken_back_counts_with_the_files_that_it_had",),
    ),
    Fault(
        "macros are taken",
        CONTENT,
        "    if any(running in name for name in names for running in _RUNNING):",
        "    if any(running in name for name in names for running in ()):",
        (f"{KNOWN}test_a_macro_is_found_whichever_letters_its_name_has",),
    ),
    Fault(
        "what an archive says of itself is unpacked without a bound",
        CONTENT,
        "text.read(_DECLARED + 1)",
        "text.read()",
        (f"{KNOWN}test_a_bomb_is_told_without_being_unpacked",),
    ),
    Fault(
        "a program in front of an office file is taken along",
        CONTENT,
        "    if place + listed + _END.size != size:",
        "    if place + listed + _END.size > size:",
        (f"{KNOWN}test_what_is_not_taken_is_refused_with_a_reason",),
    ),
    Fault(
        "a name keeps its path",
        NAMES,
        'in_one_form(re.split(r"[/\\\\]", said)[-1])',
        "in_one_form(said)",
        (f"{KNOWN}test_a_name_keeps_what_people_read_and_nothing_that_could_do_harm",),
    ),
    Fault(
        "a browser shows files as pages of ours",
        UPLOADS,
        'f"attachment; filename*',
        'f"inline; filename*',
        (f"{READ}test_what_is_handed_out_is_kept_and_not_shown",),
    ),
    Fault(
        "a file is as large as its sender likes",
        LIMITS,
        "        if self._size > self._limit:",
        "        if self._size < 0:",
        (f"{SENT}test_a_file_beyond_the_limit_is_refused_as_it_goes_by",),
    ),
)
