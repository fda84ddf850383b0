"""Faults in what a call asks, in who reads the answers, and in what is locked."""

from typing import Final

from tests.faults.mutants.planting import Fault

RULES: Final = "app/questions/answering.py"
SERVICE: Final = "app/questions/service.py"
FORMS: Final = "app/questions/forms.py"
CHECKING: Final = "app/questions/checking.py"
EDITIONS: Final = "app/questions/editions.py"
ASKING: Final = "app/submissions/service/asking.py"
COLUMNS: Final = "app/submissions/service/own_columns.py"
ANSWERING: Final = "tests/questions/test_answering.py::"
CALLS: Final = "tests/questions/test_forms_of_calls.py::"
ASKED: Final = "tests/questions/test_asking.py::"
CHECKED: Final = "tests/questions/test_checking.py::"
FILES: Final = "tests/questions/test_files.py::"
LATER: Final = "tests/questions/test_editions.py::"

FAULTS: Final = (
    # --- what is hidden ---
    Fault(
        "a question is shown by the answer to one that is hidden itself",
        RULES,
        "    if other is None or not is_shown(other):\n",
        "    if other is None:\n",
        (f"{ANSWERING}test_a_question_is_shown_if_what_it_depends_on_is_shown_and_says_so",),
    ),
    Fault(
        "a hidden question has to be answered",
        RULES,
        "        (question, _lack(kind, question, answers.get(question.key)))\n"
        "        for question in shown(form, answers)\n",
        "        (question, _lack(kind, question, answers.get(question.key)))\n"
        "        for question in form.questions\n",
        (f"{ANSWERING}test_an_answer_that_is_hidden_is_never_required_and_never_read",),
    ),
    Fault(
        "the matching reads what is hidden",
        RULES,
        "        for one in shown(form, answers)\n        if one.part is not",
        "        for one in form.questions\n        if one.part is not",
        (f"{ANSWERING}test_the_matching_reads_texts_with_a_part_in_it_that_are_shown",),
    ),
    Fault(
        "the matching reads what has no part in it",
        RULES,
        "        if one.part is not Part.NONE and answers.get(one.key)\n",
        "        if answers.get(one.key)\n",
        (f"{ANSWERING}test_the_matching_reads_texts_with_a_part_in_it_that_are_shown",),
    ),
    Fault(
        "everybody gets the answers that wait",
        ASKING,
        "{key: answers[key] for key in own if key in answers}",
        "{key: value for key, value in kept.items() if key in own}",
        (
            f"{ASKED}test_an_answer_waits_aside_while_its_question_is_hidden_and_nobody_reads_it",
        ),
    ),
    Fault(
        "an answer that is hidden is lost",
        ASKING,
        "    _keep(submission, HIDDEN, {key: waiting[key] for key in own if key in waiting})\n",
        "    _keep(submission, HIDDEN, None)\n",
        (
            f"{ASKED}test_an_answer_waits_aside_while_its_question_is_hidden_and_nobody_reads_it",
        ),
    ),
    # --- who reads ---
    Fault(
        "an answer for the staff is read by reviewers",
        RULES,
        "closeness.index(known[key]) <= closeness.index(reader)",
        "closeness.index(known[key]) <= closeness.index(reader) + 1",
        (f"{ANSWERING}test_an_answer_is_read_by_its_audience_and_by_those_who_are_closer",),
    ),
    Fault(
        "the matching quotes what is for the staff alone",
        FORMS,
        "self.part is not Part.NONE and self.audience not in TOLD_TO_PARTIES",
        "False",
        (f"{CHECKED}test_a_question_says_nothing_that_its_type_does_not_know",),
    ),
    Fault(
        "staff read what stands aside",
        ASKING,
        "    policy.require(\n        actor, Action.DRAFT_READ, submission.organisation_id, "
        "shared_id=submission.id\n    )\n    kept = ",
        "    kept = ",
        (f"{ASKED}test_what_stands_aside_is_for_the_team_alone",),
    ),
    Fault(
        "staff move the draft of a team",
        ASKING,
        "    policy.require(\n        actor, Action.DRAFT_WRITE, submission.organisation_id, "
        "shared_id=submission.id\n    )\n",
        "",
        (f"{ASKED}test_what_stands_aside_is_for_the_team_alone",),
    ),
    Fault(
        "everybody reads what is prepared",
        SERVICE,
        "    is_writer = policy.allows(actor, Action.CALL_WRITE)\n",
        "    is_writer = True\n",
        (f"{CALLS}test_what_is_answered_stays_and_the_change_is_the_next_version",),
    ),
    Fault(
        "everybody lists what is prepared",
        SERVICE,
        "    if not policy.allows(actor, Action.CALL_WRITE):\n",
        "    if False:\n",
        (f"{CALLS}test_who_does_not_write_calls_reads_nothing_of_what_is_prepared",),
    ),
    # --- what is locked ---
    Fault(
        "a draft does not lock what it answers",
        SERVICE,
        "        found.answered_since = now()\n",
        "        pass\n",
        (f"{ASKED}test_a_draft_answers_the_version_in_use_which_is_locked_from_then_on",),
    ),
    Fault(
        "what teams answer changes under them",
        SERVICE,
        "    if row is not None and row.answered_since is None:\n",
        "    if row is not None:\n",
        (f"{CALLS}test_what_is_answered_stays_and_the_change_is_the_next_version",),
    ),
    Fault(
        "staff change what a published call asks",
        SERVICE,
        "Action.CALL_PUBLISH if published else Action.CALL_WRITE",
        "Action.CALL_WRITE",
        (
            f"{CALLS}test_once_a_call_is_published_only_who_publishes_calls_changes_what_it_asks",
        ),
    ),
    Fault(
        "the second of two overwrites what the first has asked",
        SERVICE,
        "    row = _shown_to(session, actor, call)\n"
        "    expected.require(described(session, call, row))\n",
        "    row = _shown_to(session, actor, call)\n",
        (f"{CALLS}test_of_two_who_change_a_form_the_second_is_told",),
    ),
    Fault(
        "a draft is sent with the answers to other questions",
        ASKING,
        "    if newer(session, submission) is None:\n        return None\n    return Conflict(",
        "    if submission:\n        return None\n    return Conflict(",
        (f"{ASKED}test_a_draft_moves_to_newer_questions_on_purpose_and_loses_nothing",),
    ),
    Fault(
        "what a newer version does not ask is lost",
        ASKING,
        "    _keep(submission, EARLIER, held[-MOST_EARLIER:])\n",
        "",
        (f"{ASKED}test_a_draft_moves_to_newer_questions_on_purpose_and_loses_nothing",),
    ),
    # --- who takes part, and what is taken ---
    Fault(
        "who does not meet a condition sends all the same",
        ASKING,
        "        if found.is_met is False\n",
        "        if found.is_met is None\n",
        (f"{ASKED}test_who_may_not_take_part_is_told_why_and_what_to_do",),
    ),
    Fault(
        "a condition about what is not asked keeps a team out",
        RULES,
        "if (said := says(rule)) else None)",
        "if (said := says(rule)) else False)",
        (f"{ANSWERING}test_a_condition_about_what_is_not_asked_is_neither_met_nor_broken",),
    ),
    Fault(
        "a link runs a script",
        RULES,
        'parts.scheme in {"http", "https"} and bool(parts.hostname)',
        "bool(parts.scheme)",
        (f"{ANSWERING}test_an_answer_of_another_type_is_refused_with_a_remedy",),
    ),
    Fault(
        "questions that depend on one another are taken",
        CHECKING,
        "    if here.key in seen:\n",
        "    if False:\n",
        (f"{CHECKED}test_questions_that_depend_on_one_another_are_refused",),
    ),
    Fault(
        "a call does without what every submission needs",
        CHECKING,
        "        if ours.request is not None and key not in by_name\n",
        "        if ours.request is None and key not in by_name\n",
        (f"{CHECKED}test_what_every_submission_of_a_kind_needs_stays_in_its_form",),
    ),
    Fault(
        "a table calls a column by a name that means another one",
        COLUMNS,
        "    if understood.field(question.title) == question.key:\n",
        "    if question.title:\n",
        (f"{FILES}test_an_exported_table_is_taken_in_again_with_the_same_answers",),
    ),
    Fault(
        "another edition opens at once",
        EDITIONS,
        "        zone=call.zone,\n",
        "        zone=call.zone,\n        state=call.state,\n",
        (f"{LATER}test_the_next_edition_takes_along_what_its_calls_say_and_ask",),
    ),
)
