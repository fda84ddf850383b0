"""Faults in what may follow what: lifecycles, deadlines, verdicts, runs, jobs."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/access/lifecycle.py"
SUBMISSION: Final = "app/submissions/lifecycle.py"
CALL: Final = "app/programmes/lifecycle.py"
DECIDING: Final = "app/matchmaking/service/verdicts.py"
STEPPING: Final = "app/matchmaking/service/run_steps.py"
JOBS: Final = "app/core/storage/jobs.py"
STATES: Final = "tests/submissions/test_lifecycle.py::"
SUBMIT: Final = "tests/submissions/test_submit.py::"
LATE: Final = "tests/submissions/test_late_permits.py::"
SCREENING: Final = "tests/submissions/test_screening.py::"
CALLS: Final = "tests/programmes/test_calls.py::"
DECIDE: Final = "tests/matchmaking/test_decide.py::"
RUN_STEPS: Final = "tests/matchmaking/test_run_steps.py::"
QUEUE: Final = "tests/core/storage/test_jobs.py::"
TODAY: Final = "tests/matchmaking/test_pairs_today.py::"

FAULTS: Final = (
    # --- how a table of steps is read ---
    Fault(
        "a step is taken from any state",
        LIFE,
        "if state not in step.sources:",
        "if not step.sources:",
        (f"{STATES}test_a_step_leads_where_the_table_says_and_nowhere_else",),
    ),
    Fault(
        "a step that is closed is taken",
        LIFE,
        "            raise closed\n",
        "            pass\n",
        (f"{STATES}test_a_closed_call_closes_the_steps_that_need_it_open",),
    ),
    Fault(
        "of all that is missing the first is told",
        LIFE,
        "                errors=missing,\n",
        "                errors=missing[:1],\n",
        (f"{SUBMIT}test_all_that_a_draft_lacks_is_told_at_once",),
    ),
    Fault(
        "a step that lacks something is offered as open",
        LIFE,
        "is_open = reason is None and not missing",
        "is_open = reason is None",
        (f"{SUBMIT}test_all_that_a_draft_lacks_is_told_at_once",),
    ),
    Fault(
        "a step is offered to who may not take it",
        LIFE,
        "        if not is_allowed:\n",
        "        if not is_allowed and facts is None:\n",
        (f"{SCREENING}test_a_step_is_offered_as_open_to_who_may_take_it_alone",),
    ),
    # --- submissions ---
    Fault(
        "what was never screened is decided about",
        SUBMISSION,
        "(DECIDED | {State.ELIGIBLE}) - {target}",
        "(DECIDED | {State.ELIGIBLE, State.SUBMITTED}) - {target}",
        (f"{STATES}test_a_decision_moves_what_is_eligible_or_decided_and_nothing_else",),
    ),
    Fault(
        "a team is asked for more without a reason",
        SUBMISSION,
        "        closed=_barred,\n        missing=_unexplained,\n",
        "        closed=_barred,\n",
        (f"{SCREENING}test_a_return_without_a_reason_changes_nothing",),
    ),
    Fault(
        "what was submitted is rewritten",
        SUBMISSION,
        "EDITABLE: Final = frozenset({State.DRAFT, ",
        "EDITABLE: Final = frozenset({State.DRAFT, State.SUBMITTED, ",
        (f"{SUBMIT}test_a_draft_is_replaced_while_it_is_written_and_not_later",),
    ),
    Fault(
        "any number of themes will do",
        SUBMISSION,
        "if not least <= counts[facet] <= most",
        "if not least <= counts[facet]",
        (f"{STATES}test_a_submission_names_neither_too_few_nor_too_many_themes",),
    ),
    Fault(
        "anyone who sees a submission moves it along",
        "app/submissions/service/steps.py",
        "    policy.require(actor, step.action, submission.organisation_id)\n",
        "",
        (f"{SCREENING}test_a_team_does_not_judge_its_own_submission",),
    ),
    # --- deadlines ---
    Fault(
        "a draft is submitted after the deadline",
        SUBMISSION,
        "        Action.SUBMISSION_SUBMIT,\n        closed=_not_sent,\n",
        "        Action.SUBMISSION_SUBMIT,\n",
        (f"{SUBMIT}test_a_closed_call_takes_nothing_in",),
    ),
    Fault(
        "a submission is taken back after the deadline",
        SUBMISSION,
        "        Action.SUBMISSION_SUBMIT,\n        closed=_call_closed,\n    ),",
        "        Action.SUBMISSION_SUBMIT,\n    ),",
        (f"{STATES}test_a_closed_call_closes_the_steps_that_need_it_open",),
    ),
    Fault(
        "a call is still open at the instant of its deadline",
        CALL,
        "    if at < call.closes_at:\n        return Phase.OPEN",
        "    if at <= call.closes_at:\n        return Phase.OPEN",
        (f"{CALLS}test_a_published_call_is_open_from_its_first_instant_to_before_its_last",),
    ),
    Fault(
        "a call opens an instant late",
        CALL,
        "if at < call.opens_at:",
        "if at <= call.opens_at:",
        (f"{CALLS}test_a_published_call_is_open_from_its_first_instant_to_before_its_last",),
    ),
    Fault(
        "a cancelled call is open",
        CALL,
        "if call.state is not CallState.PUBLISHED:",
        "if call.state is CallState.DRAFT:",
        (f"{CALLS}test_a_call_that_is_not_published_is_never_open",),
    ),
    Fault(
        "a call takes things in before it opens",
        CALL,
        "call.opens_at <= at < ends",
        "at < ends",
        (f"{SUBMIT}test_a_call_that_has_not_opened_takes_nothing_in",),
    ),
    Fault(
        "a draft is begun in a closed call",
        "app/submissions/service/drafts.py",
        "late_permits.refusal(session, call, owner_id, at)",
        "late_permits.refusal(session, call, owner_id, call.opens_at)",
        (f"{SUBMIT}test_a_closed_call_takes_nothing_in",),
    ),
    Fault(
        "grace is for drafts that are begun in it, too",
        CALL,
        "has_grace = begun_at is not None and begun_at < call.closes_at",
        "has_grace = begun_at is not None and begun_at < call.ends_at",
        (f"{LATE}test_what_was_begun_before_is_sent_in_the_time_of_grace",),
    ),
    Fault(
        "a permit of one team lets every team in",
        "app/submissions/service/late_permits.py",
        "LatePermit.call_id == call_id, LatePermit.organisation_id == organisation_id\n",
        "LatePermit.call_id == call_id\n",
        (f"{LATE}test_a_team_that_is_let_in_begins_writes_and_sends_and_no_other_does",),
    ),
    Fault(
        "a permit opens a call that is not published",
        CALL,
        "return call.state is CallState.PUBLISHED and call.opens_at",
        "return call.opens_at",
        (f"{LATE}test_a_permit_opens_no_call_that_is_not_published",),
    ),
    Fault(
        "a team reads the permits of others",
        "app/submissions/service/late_permits.py",
        "return within_reach(actor, Action.SUBMISSION_READ, LatePermit.organisation_id)",
        "return col(LatePermit.id).is_not(None)",
        (f"{LATE}test_a_team_reads_its_own_permit_and_not_why_and_nothing_of_others",),
    ),
    # --- verdicts ---
    Fault(
        "an older verdict is taken back under a newer one",
        DECIDING,
        "if history[-1].id != verdict.id:",
        "if not history:",
        (
            f"{DECIDE}test_an_undone_verdict_gives_way_to_the_one_before_and_stays_in_the_history",
        ),
    ),
    Fault(
        "an undoing brings the first verdict back, and not the last but one",
        DECIDING,
        "return history[-2].outcome if",
        "return history[0].outcome if",
        (f"{DECIDE}test_undoing_brings_back_the_verdict_before_and_not_the_first",),
    ),
    Fault(
        "an undoing brings back what it undoes",
        DECIDING,
        "else Outcome.UNDECIDED",
        "else history[-1].outcome",
        (f"{DECIDE}test_undoing_the_only_verdict_leaves_the_pair_undecided",),
    ),
    Fault(
        "a pair that a rule bars is held in reserve",
        DECIDING,
        "if outcome in _WANTED:",
        "if outcome is Outcome.CHOSEN:",
        (f"{DECIDE}test_a_pair_that_no_list_holds_is_decided_as_well",),
    ),
    # --- runs ---
    Fault(
        "a run that is complete is cancelled",
        "app/matchmaking/lifecycle.py",
        '        "Stop and discard what was computed",\n        frozenset({',
        '        "Stop and discard what was computed",\n        frozenset({RunState.COMPLETE, ',
        (f"{RUN_STEPS}test_a_step_starts_where_the_table_says_and_nowhere_else",),
    ),
    Fault(
        "a cancelled run is computed all the same",
        STEPPING,
        "        _end_job(session, run)\n        run.finished_at",
        "        run.finished_at",
        (f"{RUN_STEPS}test_a_run_that_waits_is_cancelled_and_never_computed",),
    ),
    Fault(
        "who may not start runs cancels them",
        STEPPING,
        "    policy.require(actor, step.action)\n",
        "",
        (f"{RUN_STEPS}test_who_may_not_start_runs_takes_no_step",),
    ),
    # --- jobs and their lease ---
    Fault(
        "a job whose worker died waits for ever",
        JOBS,
        "free = or_(col(Job.leased_until).is_(None), col(Job.leased_until) < now())",
        "free = col(Job.leased_until).is_(None)",
        (f"{QUEUE}test_a_job_whose_worker_died_is_begun_again_and_done_once",),
    ),
    Fault(
        "a worker reports on a job that another one is at",
        JOBS,
        "if job.claim != self.claim or job.finished_at is not None:",
        "if job.finished_at is not None:",
        (
            f"{QUEUE}test_a_worker_that_lost_its_lease_reports_nothing_while_another_one_is_at_it",
        ),
    ),
    Fault(
        "a worker stores what was cancelled",
        JOBS,
        "if job.claim != self.claim or job.finished_at is not None:",
        "if job.claim != self.claim:",
        (f"{RUN_STEPS}test_a_run_that_is_being_computed_is_cancelled_and_its_result_dropped",),
    ),
    Fault(
        "a worker that computes for long loses its job",
        JOBS,
        "            job.leased_until = now() + self.lease\n            yield",
        "            yield",
        (f"{QUEUE}test_a_long_silence_of_a_living_worker_costs_it_nothing",),
    ),
    Fault(
        "a job that kills its workers kills all of them",
        JOBS,
        "if handler is None or job.attempts >= MAX_ATTEMPTS:",
        "if handler is None:",
        (f"{QUEUE}test_a_job_that_kills_every_worker_is_given_up",),
    ),
    # --- what has become of pairs since their run ---
    Fault(
        "a pair is chosen although a team has withdrawn",
        "app/matchmaking/service/verdicts.py",
        "        _require_there(found.withdrawn)\n",
        "        pass\n",
        (f"{TODAY}test_a_pair_of_which_a_side_takes_no_part_any_more_can_only_be_rejected",),
    ),
    Fault(
        "a verdict overrules one that its decider has not seen",
        "app/matchmaking/service/verdicts.py",
        "if len(_history(session, verdict)) != found.number:",
        "if len(_history(session, verdict)) < found.number:",
        (f"{TODAY}test_who_has_not_seen_the_newest_verdict_does_not_overrule_it",),
    ),
    Fault(
        "a verdict takes another number than the one that was checked",
        "app/matchmaking/service/verdicts.py",
        "        number=found.number + 1,\n",
        "        number=found.number + 2,\n",
        (f"{TODAY}test_who_has_not_seen_the_newest_verdict_does_not_overrule_it",),
    ),
    Fault(
        "an organisation is matched with itself",
        "app/matchmaking/engine/ranking.py",
        "return RULES if cross_border else ALWAYS",
        "return RULES if cross_border else ()",
        (
            "tests/matchmaking/test_files.py::"
            "test_two_records_of_one_organisation_are_never_matched",
        ),
    ),
)
