"""Faults in who finds a submission not eligible, what tells of it, and what a team is asked."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/screening/lifecycle.py"
QUERIES: Final = "app/screening/queries.py"
SERVICE: Final = "app/screening/service/exclusions.py"
THEMES: Final = "app/screening/service/theme_proposals.py"
FINDINGS: Final = "app/screening/service/findings.py"
SUBMISSIONS: Final = "app/submissions/lifecycle.py"
STEPS: Final = "app/submissions/service/steps.py"
REVISIONS: Final = "app/submissions/service/revisions.py"
STATES: Final = "tests/screening/test_lifecycle.py::"
EXCLUDING: Final = "tests/screening/test_excluding.py::"
FOUND: Final = "tests/screening/test_findings.py::"
NAMED: Final = "tests/screening/test_themes.py::"
LIVES: Final = "tests/submissions/test_lifecycle.py::"
RETURNING: Final = "tests/submissions/test_returning.py::"

PROPOSED: Final = (
    '    audit.record(session, actor.user_id, "propose", SUBJECT, row.id, after=row.state)\n'
)

FAULTS: Final = (
    # --- two people ---
    Fault(
        "who proposes that a submission is not eligible approves it",
        LIFE,
        "    return _not_by_another(facts)\n",
        "    return None\n",
        (f"{STATES}test_who_has_proposed_it_neither_approves_nor_refuses",),
    ),
    Fault(
        "a proposal is approved about a version that nobody has looked at",
        LIFE,
        "    if not facts.is_current:\n",
        "    if False:\n",
        (f"{STATES}test_nobody_approves_it_about_another_version",),
    ),
    Fault(
        "a proposal counts for whatever the team sends",
        QUERIES,
        "    return is_screened and submission.submitted_at == row.sent_at\n",
        "    return is_screened\n",
        (
            f"{EXCLUDING}test_a_team_goes_on_as_if_nothing_was_proposed_and_its_new_version_is"
            "_not_excluded",
        ),
    ),
    Fault(
        "anybody reads what is proposed",
        QUERIES,
        "    policy.require(actor, Action.EXCLUSION_READ)\n    statement = select(Exclusion)."
        "where(named(Exclusion, key))\n",
        "    statement = select(Exclusion).where(named(Exclusion, key))\n",
        (f"{EXCLUDING}test_nobody_else_proposes_reads_or_approves",),
    ),
    Fault(
        "auditors approve",
        SERVICE,
        "    policy.require(actor, step.action)\n",
        "",
        (f"{EXCLUDING}test_an_auditor_reads_and_does_not_approve",),
    ),
    Fault(
        "an exclusion that nobody has read is approved",
        SERVICE,
        "    expected.require(ExclusionRead.model_validate(row))\n",
        "",
        (f"{EXCLUDING}test_an_approval_is_of_what_was_read",),
    ),
    # --- what tells before ---
    Fault(
        "a team is told with the proposal",
        SERVICE,
        PROPOSED,
        f"{PROPOSED}    submission.message = new.feedback\n",
        (
            f"{EXCLUDING}test_a_team_reads_why_and_until_when_it_appeals_once_a_second_person"
            "_approves",
        ),
    ),
    Fault(
        "staff pass what somebody proposes to exclude",
        SERVICE,
        "followers.bar(bar)\n",
        "",
        (f"{EXCLUDING}test_while_one_is_proposed_staff_go_on_with_nothing_else",),
    ),
    # --- one appeal ---
    Fault(
        "a team appeals again and again",
        SERVICE,
        "    until = None if submission.appeal else now() + APPEAL\n",
        "    until = now() + APPEAL\n",
        (f"{EXCLUDING}test_a_team_appeals_once_and_the_second_time_is_final",),
    ),
    Fault(
        "an appeal counts as a new version",
        STEPS,
        "    elif name in SENDING:\n",
        "    elif submission.state is State.SUBMITTED:\n",
        (f"{EXCLUDING}test_a_team_appeals_once_and_the_second_time_is_final",),
    ),
    Fault(
        "what a team can still answer is excluded",
        SERVICE,
        "    if submission.state is State.RETURNED and not submission_steps.is_overdue(\n",
        "    if submission.state is State.DRAFT and not submission_steps.is_overdue(\n",
        (f"{EXCLUDING}test_what_was_returned_is_excluded_once_its_date_is_over",),
    ),
    # --- what is asked ---
    Fault(
        "what was asked is sent after its date",
        SUBMISSIONS,
        "        closed=_overdue,\n",
        "",
        (
            f"{LIVES}test_what_is_overdue_is_not_sent_and_what_is_barred_neither_passes_nor_comes_back",
        ),
    ),
    Fault(
        "a team is asked what its form does not ask",
        "app/submissions/service/returning.py",
        "            if key not in known\n",
        "            if not key\n",
        (f"{RETURNING}test_what_is_asked_is_asked_by_the_form_and_until_a_date_to_come",),
    ),
    Fault(
        "what was sent is not kept",
        STEPS,
        "        revisions.keep(session, submission)\n",
        "        pass\n",
        (
            f"{RETURNING}test_each_version_that_is_sent_is_kept_and_its_difference_is_told_word"
            "_by_word",
        ),
    ),
    Fault(
        "versions of a submission are read by anybody who knows its key",
        REVISIONS,
        "    submission = queries.find(session, actor, key)\n    statement = select(Revision)."
        "where(Revision.submission_id == submission.id)\n",
        "    statement = select(Revision).where(Revision.submission_id == key)\n",
        (f"{RETURNING}test_who_does_not_read_a_submission_reads_no_version_of_it",),
    ),
    # --- findings and themes ---
    Fault(
        "anybody reads what was found in a call",
        FINDINGS,
        "    policy.require(actor, Action.SUBMISSION_SCREEN)\n    of = OfCall.read("
        "session, programmes.call(session, actor, key))\n",
        "    of = OfCall.read(session, programmes.call(session, actor, key))\n",
        (f"{FOUND}test_nobody_but_those_who_screen_reads_it",),
    ),
    Fault(
        "themes are added to what was found eligible",
        THEMES,
        "    if submission.state is not State.SUBMITTED:\n",
        "    if submission.state is State.DRAFT:\n",
        (f"{NAMED}test_themes_are_added_by_those_who_screen_while_they_screen",),
    ),
)
