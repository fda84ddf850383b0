"""Faults in the order of refusals, in who reads which field, and in what a step goes by."""

from typing import Final

from tests.faults.mutants.planting import Fault

ROUTING: Final = "app/core/http/routing.py"
DOOR: Final = "tests/test_door.py::"
READS: Final = (
    "tests/test_audiences.py::test_a_field_is_read_by_those_for_whom_it_is_and_by_nobody_else"
)
STEPS: Final = "tests/core/http/test_steps_expect.py::"
EARLIER: Final = (
    f"{STEPS}test_a_step_that_names_an_earlier_state_is_refused_with_the_current_one"
)
LIVES: Final = (
    "tests/matchmaking/test_life_machine.py::"
    "test_runs_and_verdicts_in_any_order_lead_where_the_tables_say",
)

FAULTS: Final = (
    # --- who asks comes before what was asked ---
    Fault(
        "what was sent is looked at before it is known who sent it",
        ROUTING,
        "    await guard.enter(request)\n",
        "",
        (f"{DOOR}test_whoever_is_not_signed_in_is_told_so_whatever_they_send[no JSON]",),
    ),
    Fault(
        "a stranger to a thing is told what was wrong with a body about it",
        ROUTING,
        "        await require_readable(request)\n",
        "        pass\n",
        (f"{DOOR}test_who_may_not_is_told_that_and_not_what_was_wrong[no JSON]",),
    ),
    Fault(
        "who may take no step is told what was wrong with its body",
        ROUTING,
        "            guard.require_any(request)\n",
        "            pass\n",
        (f"{DOOR}test_who_may_not_is_told_that_and_not_what_was_wrong[no JSON]",),
    ),
    # --- one form for each audience ---
    Fault(
        "teams read what staff note on a match",
        "app/matches/queries.py",
        "return MatchStaffRead if policy.allows(actor, Action.NOTES_READ) else MatchRead",
        "return MatchStaffRead if policy.allows_somewhere(actor, Action.MATCH_READ) "
        "else MatchRead",
        (f"{READS}[notes on a match]",),
    ),
    Fault(
        "everybody reads what staff note on a call",
        "app/programmes/service.py",
        "return CallStaffRead if policy.allows(actor, Action.NOTES_READ) else CallRead",
        "return CallStaffRead",
        (f"{READS}[notes on a call]",),
    ),
    Fault(
        "colleagues read who reviews elsewhere",
        "app/organisations/service/people.py",
        "            col(Membership.user_id).in_([user.id for user in found]),\n"
        "            within_reach(actor, by, Membership.organisation_id),\n",
        "            col(Membership.user_id).in_([user.id for user in found]),\n",
        (f"{READS}[what a colleague is elsewhere]",),
    ),
    Fault(
        "colleagues filter by who reviews elsewhere",
        "app/organisations/service/people.py",
        "            col(Membership.organisation_id).in_(query.organisation),\n"
        "            within_reach(actor, Action.USER_READ, Membership.organisation_id),\n",
        "            col(Membership.organisation_id).in_(query.organisation),\n",
        (
            "tests/test_audiences.py::"
            "test_a_member_filters_by_nothing_that_members_may_not_read",
        ),
    ),
    Fault(
        "what an erased person was answered is kept",
        "app/organisations/service/offboarding.py",
        "    idempotency_keys.forget(session, user.id)\n",
        "",
        (
            "tests/organisations/test_offboarding.py::"
            "test_erasure_removes_who_somebody_was_and_keeps_what_others_need",
        ),
    ),
    # --- what a step is based on ---
    Fault(
        "a step is taken whatever state it names",
        "app/core/http/etags.py",
        "return ANYTHING if if_match is None else Expected(if_match)",
        "return ANYTHING",
        (f"{EARLIER}[take_call_step cancel]",),
    ),
    Fault(
        "a run is cancelled whatever state the step names",
        "app/matchmaking/service/run_steps.py",
        "    expected.require(queries.describe(run, actor))\n",
        "",
        (f"{EARLIER}[take_run_step cancel]",),
    ),
    # --- lives of runs and verdicts ---
    Fault(
        "undoing a verdict leaves it as it was",
        "app/matchmaking/service/verdicts.py",
        "return history[-2].outcome if len(history) > 1",
        "return history[-1].outcome if len(history) > 1",
        LIVES,
    ),
    Fault(
        "the first verdict on a pair counts for ever",
        "app/matchmaking/service/pairs_today.py",
        "order_by(col(Verdict.number))\n    newest",
        "order_by(col(Verdict.number).desc())\n    newest",
        LIVES,
    ),
    Fault(
        "a run that somebody has cancelled is computed all the same",
        "app/core/storage/jobs.py",
        "    job.finished_at, job.cancelled = now(), True\n",
        "    job.cancelled = True\n",
        LIVES,
    ),
)
