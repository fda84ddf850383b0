"""Faults in forms that come back from where there was no connection."""

from typing import Final

from tests.faults.mutants.planting import Fault

FILES: Final = "app/submissions/service/form_files.py"
BOOKS: Final = "app/submissions/service/form_workbooks.py"
SAID: Final = "tests/submissions/test_form_files.py::"

FAULTS: Final = (
    Fault(
        "a file undoes what a colleague wrote in an answer that it left alone",
        FILES,
        "in {seen_of(there), seen if submission else None}:",
        "in {seen_of(there)}:",
        (f"{SAID}test_a_draft_is_changed_only_where_the_file_was",),
    ),
    Fault(
        "a file counts where a colleague was quicker",
        FILES,
        "    if found.overtaken and not is_mine:\n",
        "    if False:\n",
        (
            f"{SAID}test_where_both_have_changed_an_answer_nothing_is_written_before_somebody_says",
        ),
    ),
    Fault(
        "a file of another version of the form is taken in",
        FILES,
        "    if form.number != filled.which.number:\n",
        "    if False:\n",
        (f"{SAID}test_a_form_of_another_version_is_refused_with_what_to_do",),
    ),
    Fault(
        "who is not of the team gets the form of a submission",
        FILES,
        "    policy.require(\n        actor, Action.DRAFT_READ, submission.organisation_id, "
        "shared_id=submission.id\n    )\n",
        "",
        (f"{SAID}test_the_form_of_another_team_changes_nothing",),
    ),
    Fault(
        "of two rows of one key the first one counts in silence",
        BOOKS,
        "        if key in answers:\n",
        "        if False:\n",
        (f"{SAID}test_a_workbook_without_keys_and_one_with_a_key_twice_are_refused",),
    ),
)
