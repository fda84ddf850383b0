"""Faults in tables that people bring and take: what would harm them, and what is bounded."""

from typing import Final

from tests.faults.mutants.planting import Fault

READING: Final = "app/core/tables/importing/"
EXPORTS: Final = "tests/core/tables/test_exporting.py::"
TESTS: Final = "tests/core/tables/test_tables_from_people.py::"

FAULTS: Final = (
    Fault(
        "a small workbook unpacks to more than fits into memory",
        f"{READING}workbooks.py",
        "sum(part.file_size for part in parts) > most",
        "sum(part.compress_size for part in parts) > most",
        (f"{TESTS}test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked",),
    ),
    Fault(
        "a formula behind a semicolon is run by a spreadsheet",
        "app/core/tables/formulas.py",
        "(?:(?<![^;\\t\\r\\n])(?=",
        "(?:(?<![^\\t\\r\\n])(?=",
        (f"{EXPORTS}test_what_a_spreadsheet_would_run_within_a_text_is_a_text",),
    ),
    Fault(
        "a quotation mark hides a formula",
        "app/core/tables/formulas.py",
        "['\\\"\\u00ad",
        "['\\u00ad",
        (f"{EXPORTS}test_what_a_spreadsheet_would_run_within_a_text_is_a_text",),
    ),
    Fault(
        "a small workbook holds as many formats as it likes",
        "app/core/tables/importing/workbooks.py",
        " or n_rare > most // _BYTES_A_RARE_ONE:",
        ":",
        (
            "tests/core/tables/test_tables_from_people.py::"
            "test_a_small_file_with_very_many_elements_is_not_read",
        ),
    ),
    Fault(
        "tables show names of what their reader may not know of",
        "app/insights/queries.py",
        "col(Submission.id).in_(keys), readable(actor)",
        "col(Submission.id).in_(keys)",
        ("tests/insights/test_names.py::test_nobody_is_told_the_name_of_what_is_not_theirs",),
    ),
    Fault(
        "a long table ends at its first page",
        "app/core/http/lists.py",
        "cursor = None if query.is_page else found.cursor",
        "cursor = None",
        (f"{EXPORTS}test_a_long_table_holds_all_rows_and_few_at_once",),
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
        "a name that reads as another makes a twin",
        "app/organisations/service/organisations.py",
        "Organisation.name_read == comparable(draft.name),",
        "Organisation.name == draft.name,",
        (
            "tests/organisations/test_names.py::"
            "test_a_second_one_that_reads_the_same_is_refused_with_the_first",
        ),
    ),
    Fault(
        "one organisation is taken for another that reads the same",
        "app/organisations/service/organisations.py",
        "    if found.name != draft.name:\n        raise _taken(found)\n",
        "",
        (
            "tests/organisations/test_names.py::"
            "test_a_person_is_not_added_to_one_that_only_reads_the_same",
        ),
    ),
    Fault(
        "a password of before is lost with the keyboard that wrote it",
        "app/accounts/service/credentials.py",
        "dict.fromkeys((in_one_form(password), password))",
        "dict.fromkeys((in_one_form(password),))",
        (
            "tests/accounts/test_one_form.py::test_a_hash_of_before_goes_on_working_and_is_renewed",
        ),
    ),
    Fault(
        "what was changed is not found, and what it said before is",
        "app/submissions/models.py",
        '@event.listens_for(Submission, "after_update")\n',
        "",
        (
            "tests/submissions/test_words_searched.py::test_what_is_searched_follows_what_is_written",
        ),
    ),
    Fault(
        "a file changes what a team is writing",
        "app/submissions/service/importing.py",
        "_read(session, call, file, _drafts(session, call), notes, known=present.keys())",
        "_read(session, call, file, {}, notes, known=present.keys())",
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
    Fault(
        "a command reads numbers by a rule of its own",
        "app/cli/lazy.py",
        "return _with_numbers_of_digits(typer.main.get_command(alone), found)",
        "return typer.main.get_command(alone)",
        ("tests/cli/test_numbers.py::test_a_number_that_is_none_is_said_with_the_option",),
    ),
    Fault(
        "twins of organisations are let in by the database",
        "app/migrations/versions/0015_one_organisation_of_a_name.py",
        '        batch.create_unique_constraint(UNIQUE, ["name_read", "country", "twin"])\n',
        "",
        (
            "tests/test_migrations.py::"
            "test_organisations_that_read_the_same_already_stay_and_no_other_joins_them",
        ),
    ),
    Fault(
        "an organisation that was a twin stays one under another name",
        "app/organisations/models.py",
        "        organisation.twin = 0\n",
        "        pass\n",
        (
            "tests/test_migrations.py::"
            "test_organisations_that_read_the_same_already_stay_and_no_other_joins_them",
        ),
    ),
)
