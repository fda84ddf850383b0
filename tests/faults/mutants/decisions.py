"""Faults in who decides, in what is released, and in what tells before that."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/decisions/lifecycle.py"
DRAFTS: Final = "app/decisions/service/drafts.py"
STEPS: Final = "app/decisions/service/steps.py"
RELEASES: Final = "app/decisions/service/releases.py"
PLACES: Final = "app/decisions/service/places.py"
RELEASE_PAGE: Final = "app/pages/staff/releases.py"
SUBMISSION: Final = "app/submissions/service/steps.py"
STATES: Final = "tests/decisions/test_lifecycle.py::"
DECIDING: Final = "tests/decisions/test_deciding.py::"
RELEASE: Final = "tests/decisions/test_release.py::"
AFTER: Final = "tests/decisions/test_afterwards.py::"
TWICE: Final = "tests/decisions/test_places.py::"
PAGES: Final = "tests/pages/test_decision_pages.py::"
PARTS: Final = "tests/decisions/test_who_takes_part.py::"
TELLS: Final = "tests/decisions/test_nothing_tells.py::"
MATRIX: Final = "tests/test_authorisation.py::test_each_role_gets_what_the_table_says"

FAULTS: Final = (
    # --- two people, one decision ---
    Fault(
        "who wrote a decision approves it",
        LIFE,
        "    if facts.has_written:\n",
        "    if facts.has_written and facts.corrects:\n",
        (f"{STATES}test_who_wrote_a_decision_does_not_approve_it",),
    ),
    Fault(
        "who changes a decision is not its drafter",
        DRAFTS,
        "    decision.drafted_by = actor.user_id\n",
        "    decision.drafted_by = decision.drafted_by or actor.user_id\n",
        (f"{DECIDING}test_whoever_wrote_a_part_of_a_decision_does_not_approve_it",),
    ),
    Fault(
        "who saves what stands there becomes its drafter, and the author approves",
        DRAFTS,
        "    if fields != decision.model_dump(include={*fields}):\n",
        "    if fields:\n",
        (f"{DECIDING}test_who_saves_what_stands_there_has_written_nothing",),
    ),
    Fault(
        "who wrote the first part approves what a colleague has changed",
        DRAFTS,
        "sorted({*decision.writers, str(actor.user_id)})",
        "[str(actor.user_id)]",
        (f"{DECIDING}test_whoever_wrote_a_part_of_a_decision_does_not_approve_it",),
    ),
    Fault(
        "an approval outlives a change",
        STEPS,
        "    return None, None\n",
        "    return decision.approved_by, decision.approved_at\n",
        (f"{DECIDING}test_what_is_written_anew_has_lost_its_approval",),
    ),
    Fault(
        "what was approved is rewritten",
        DRAFTS,
        "if decision.state is not DecisionState.DRAFT:",
        "if decision.state is DecisionState.RELEASED:",
        (f"{DECIDING}test_what_somebody_reads_or_has_approved_is_not_rewritten",),
    ),
    Fault(
        "what nobody has read is approved",
        STEPS,
        "    expected.require(DecisionRead.model_validate(decision))\n",
        "",
        (f"{DECIDING}test_a_change_and_an_approval_are_of_what_was_read",),
    ),
    Fault(
        "a team is told nothing of its own",
        LIFE,
        "if len(facts.feedback) < SHORTEST_FEEDBACK:",
        "if not facts.feedback:",
        (f"{STATES}test_a_second_person_reads_what_is_whole",),
    ),
    Fault(
        "staff approve",
        STEPS,
        "    policy.require(actor, step.action)\n",
        "",
        (f"{DECIDING}test_nobody_else_reads_drafts_or_approves",),
    ),
    Fault(
        "anyone reads decisions",
        "app/decisions/queries.py",
        "    policy.require(actor, Action.DECISION_READ)\n    statement = select(Decision)."
        "where(named(Decision, key))\n",
        "    statement = select(Decision).where(named(Decision, key))\n",
        (f"{DECIDING}test_nobody_else_reads_drafts_or_approves",),
    ),
    Fault(
        "the route of decisions lets everybody in",
        "app/decisions/api.py",
        "@needs(Action.DECISION_READ)\ndef list_decisions",
        "@needs(Action.TOKEN_OWN)\ndef list_decisions",
        ("tests/test_declarations.py", f"{MATRIX}[list_decisions]"),
    ),
    Fault(
        "what was withdrawn is decided about",
        LIFE,
        "    if facts.place is State.ELIGIBLE:\n        return None\n",
        "    if facts.place:\n        return None\n",
        (f"{STATES}test_only_what_is_eligible_is_decided_about",),
    ),
    # --- before the release ---
    Fault(
        "a draft moves its submission",
        DRAFTS,
        "    session.add(decision)\n    session.flush()\n",
        "    session.add(decision)\n    submission.message = decision.feedback\n"
        "    session.flush()\n",
        (f"{TELLS}test_no_answer_depends_on_what_is_decided",),
    ),
    Fault(
        "the record tells what is decided",
        DRAFTS,
        "        submission=submission.code,\n    )\n    return decision",
        "        submission=submission.code,\n        outcome=decision.outcome,\n    )\n"
        "    return decision",
        (f"{DECIDING}test_deciding_leaves_its_traces_and_neither_a_letter_nor_a_word_of_it",),
    ),
    # --- the release ---
    Fault(
        "what nobody has approved is released",
        RELEASES,
        "        if decision.state is not DecisionState.APPROVED\n",
        "        if decision.state is DecisionState.DRAFT\n",
        (f"{RELEASE}test_one_fault_holds_all_of_it_back",),
    ),
    Fault(
        "a release leaves out what has no decision",
        RELEASES,
        "        *_undecided(session, call, batch),\n",
        "",
        (f"{RELEASE}test_one_fault_holds_all_of_it_back",),
    ),
    Fault(
        "two teams get the same feedback",
        RELEASES,
        "by_text[comparable(decision.feedback)].append(decision.code)",
        "by_text[decision.feedback].append(decision.code)",
        (f"{RELEASE}test_one_fault_holds_all_of_it_back",),
    ),
    Fault(
        "what is missing is told and released all the same",
        RELEASES,
        "    if found.missing:\n",
        "    if found.missing and not found.batch:\n",
        (f"{RELEASE}test_one_fault_holds_all_of_it_back",),
    ),
    Fault(
        "a release takes what was withdrawn",
        RELEASES,
        "                Submission.state == State.ELIGIBLE,\n            )",
        "            )",
        (f"{RELEASE}test_what_left_the_call_holds_nothing_back_and_is_not_released",),
    ),
    Fault(
        "what nobody has seen is released",
        RELEASES,
        "        Expected(new.expected).require(found.seen)\n",
        "        pass\n",
        (f"{RELEASE}test_what_was_changed_since_it_was_seen_is_not_released",),
    ),
    Fault(
        "feedback that nobody has seen is released",
        RELEASES,
        "(one.id, one.version, one.outcome)",
        "(one.id, 1, one.outcome)",
        (f"{RELEASE}test_what_was_changed_since_it_was_seen_is_not_released",),
    ),
    Fault(
        "a letter that nobody has seen is sent",
        RELEASES,
        "(one.kind, one.language, one.id, one.version)",
        "(one.kind, one.language, one.id, 1)",
        (f"{RELEASE}test_what_was_changed_since_it_was_seen_is_not_released",),
    ),
    Fault(
        "the page releases what it has not shown",
        RELEASE_PAGE,
        '"expected": said.expected}',
        '"expected": None}',
        (f"{PAGES}test_a_lead_releases_what_the_page_has_shown_or_sees_it_anew",),
    ),
    Fault(
        "a page that refuses a date takes changes as seen",
        RELEASE_PAGE,
        'expected or str(form.written.get("expected", ""))',
        "expected",
        (f"{PAGES}test_a_lead_releases_what_the_page_has_shown_or_sees_it_anew",),
    ),
    Fault(
        "staff release",
        RELEASES,
        "    policy.require(actor, Action.DECISION_RELEASE)\n",
        "    policy.require(actor, Action.DECISION_WRITE)\n",
        (f"{MATRIX}[create_release]", f"{RELEASE}test_a_lead_alone_releases"),
    ),
    Fault(
        "a browser that was left open releases",
        RELEASES,
        "    steps.require_confirmed(actor)\n",
        "",
        (f"{RELEASE}test_a_browser_that_was_left_open_releases_nothing",),
    ),
    Fault(
        "who is not selected is asked to accept",
        RELEASES,
        "asked = row.answer_by if decision.outcome is DecisionOutcome.SELECTED else None",
        "asked = row.answer_by",
        (
            f"{RELEASE}test_all_that_is_approved_is_released_at_once_and_each_team_gets_its_letter",
        ),
    ),
    # --- afterwards ---
    Fault(
        "a team answers at the instant of the date",
        SUBMISSION,
        "if at >= submission.answer_by:",
        "if at > submission.answer_by.replace(year=9000):",
        (f"{AFTER}test_the_date_is_the_first_instant_that_is_too_late",),
    ),
    Fault(
        "who is not asked answers",
        "app/submissions/lifecycle.py",
        "        State.ACCEPTED,\n        Action.SUBMISSION_ANSWER,\n"
        "        closed=_not_asked,\n",
        "        State.ACCEPTED,\n        Action.SUBMISSION_ANSWER,\n",
        (
            "tests/submissions/test_lifecycle.py::"
            "test_who_is_not_asked_neither_accepts_nor_declines",
        ),
    ),
    Fault(
        "staff accept in the name of a team",
        "app/access/grants.py",
        "    Action.DECISION_READ: Reach.ANY,\n    Action.DECISION_WRITE: Reach.ANY,\n",
        "    Action.DECISION_READ: Reach.ANY,\n    Action.DECISION_WRITE: Reach.ANY,\n"
        "    Action.SUBMISSION_ANSWER: Reach.ANY,\n",
        (f"{AFTER}test_nobody_answers_for_a_team",),
    ),
    Fault(
        "one place is given twice",
        PLACES,
        "    taker = _taker(session, place.id, _HOLDS, but=decision.id)\n",
        "    taker = None\n",
        (f"{AFTER}test_a_place_that_is_not_free_is_not_given",),
    ),
    Fault(
        "nobody looks at the place again once its promotion is drafted",
        STEPS,
        "no_place=obstacle.detail if obstacle else None,",
        "no_place=None,",
        (
            f"{TWICE}test_a_place_whose_team_has_answered_after_all_is_not_given",
            f"{TWICE}test_in_whatever_order_no_more_are_selected_than_places_were_released",
        ),
    ),
    Fault(
        "a step gives a place that is not free",
        LIFE,
        "        if facts.no_place is not None:\n",
        "        if facts.no_place is not None and facts.asks:\n",
        (f"{STATES}test_a_place_that_is_not_free_is_given_by_no_step",),
    ),
    Fault(
        "a correction of the words lets the place go",
        STEPS,
        "        decision.in_place_of_id = released.in_place_of_id\n",
        "        pass\n",
        (
            f"{TWICE}test_who_moved_up_keeps_the_place_when_their_words_are_corrected",
            f"{TWICE}test_in_whatever_order_no_more_are_selected_than_places_were_released",
        ),
    ),
    Fault(
        "a team whose place is taken is selected again",
        PLACES,
        "    if outcome is DecisionOutcome.SELECTED or released",
        "    if released",
        (
            f"{TWICE}test_a_team_whose_place_is_taken_is_not_selected_again",
            f"{TWICE}test_in_whatever_order_no_more_are_selected_than_places_were_released",
        ),
    ),
    Fault(
        "a place that was handed on comes back behind whom it went to",
        PLACES,
        "    if outcome is DecisionOutcome.SELECTED or released.in_place_of_id is not None:\n",
        "    if outcome is DecisionOutcome.SELECTED:\n",
        (f"{TWICE}test_a_place_that_was_handed_on_does_not_come_back_behind_whom_it_went_to",),
    ),
    Fault(
        "a silent team accepts at the instant in which its place is given",
        STEPS,
        "            submissions.lose_place(session, actor, place, zone)\n",
        "            pass\n",
        (f"{TWICE}test_an_answer_at_the_instant_in_which_a_place_is_given_is_refused",),
    ),
    Fault(
        "who has accepted is asked to accept",
        LIFE,
        "    if place is not State.ACCEPTED:\n        return []\n",
        "    if place:\n        return []\n",
        (
            f"{STATES}test_who_has_accepted_is_not_asked_again",
            f"{AFTER}test_who_has_accepted_is_not_asked_again",
        ),
    ),
    Fault(
        "a place is given that nobody gave back",
        PLACES,
        "    return place.state in GONE\n",
        "    return True\n",
        (f"{AFTER}test_a_place_that_is_not_free_is_not_given",),
    ),
    Fault(
        "a place is free before the date is over",
        PLACES,
        "place.answer_by is not None and place.answer_by <= now()",
        "place.answer_by is not None",
        (f"{AFTER}test_a_place_that_is_not_free_is_not_given",),
    ),
    Fault(
        "a first decision is released alone",
        LIFE,
        "        closed=_not_a_correction,\n",
        "        closed=_out_of_place,\n",
        (f"{STATES}test_a_first_decision_is_not_released_alone",),
    ),
    Fault(
        "a correction throws out who has accepted",
        STEPS,
        "        stays.add(State.ACCEPTED)\n",
        "        pass\n",
        (f"{AFTER}test_who_has_accepted_stays_accepted_when_the_words_alone_are_corrected",),
    ),
    Fault(
        "who has declined is matched",
        "app/submissions/lifecycle.py",
        "GONE: Final = frozenset({State.WITHDRAWN, State.DECLINED})",
        "GONE: Final = frozenset({State.WITHDRAWN})",
        (f"{PARTS}test_who_has_declined_is_matched_with_nobody",),
    ),
    Fault(
        "who accepts is no longer selected",
        "app/submissions/lifecycle.py",
        "TAKES_PART: Final = frozenset({State.SELECTED, State.ACCEPTED})",
        "TAKES_PART: Final = frozenset({State.SELECTED})",
        (f"{PARTS}test_what_is_public_stays_so_when_a_team_accepts_and_not_when_it_declines",),
    ),
)
"""All planted faults, by what they would harm."""
