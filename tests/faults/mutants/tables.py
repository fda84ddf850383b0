"""Faults in tables that people bring and take: what would harm them, and what is bounded."""

from typing import Final

from tests.faults.mutants.planting import Fault

READING: Final = "app/core/tables/importing/"
TESTS: Final = "tests/core/tables/test_tables_from_people.py::"

FAULTS: Final = (
    Fault(
        "a small workbook unpacks to more than fits into memory",
        f"{READING}workbooks.py",
        "sum(part.file_size for part in parts) > MAX_UNPACKED",
        "sum(part.compress_size for part in parts) > MAX_UNPACKED",
        (f"{TESTS}test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked",),
    ),
    Fault(
        "two sheets hold records, and one is lost without a word",
        f"{READING}workbooks.py",
        "if len(holding) > 1:",
        "if len(holding) > 2:",
        (f"{TESTS}test_a_workbook_with_two_sheets_of_records_is_refused",),
    ),
    Fault(
        "a slip between two digits makes ten of one",
        "app/core/base/numbers.py",
        "isinstance(given, str) and not _WHOLE.fullmatch(given.strip())",
        "isinstance(given, str) and not _WHOLE.match(given.strip())",
        (f"{TESTS}test_a_whole_number_is_digits_alone",),
    ),
    Fault(
        "ids that read alike are two",
        f"{READING}records.py",
        "first.setdefault(comparable(written), (line, written))",
        "first.setdefault(written, (line, written))",
        (f"{TESTS}test_ids_that_read_alike_are_the_same_id",),
    ),
    Fault(
        "a file changes what a team is writing",
        "app/submissions/service/importing.py",
        "_read(session, call, file, _drafts(session, call), notes)",
        "_read(session, call, file, {}, notes)",
        (
            "tests/submissions/test_import_from_people.py::"
            "test_what_a_team_is_writing_is_not_changed_by_a_file",
        ),
    ),
    Fault(
        "a file changes what belongs to another organisation",
        "app/submissions/service/importing.py",
        "    if faults:\n        raise FaultyTable(faults)\n    taken_in",
        "    taken_in",
        (
            "tests/submissions/test_import_from_people.py::"
            "test_a_row_of_another_organisation_changes_nothing",
        ),
    ),
)
