"""Faults in interests: who learns what a side says of the other one, and what it does."""

from typing import Final

from tests.faults.mutants.planting import Fault

GRANTS: Final = "app/access/grants.py"
READING: Final = "app/interests/queries.py"
TELLING: Final = "app/interests/service.py"
KEPT: Final = "app/matchmaking/service/heeding.py"
ASKED: Final = "app/matchmaking/service/assignment_queries.py"
FROZEN: Final = "app/matchmaking/service/inputs.py"
ENGINE: Final = "app/matchmaking/engine/heeding.py"
RUN: Final = "app/matchmaking/engine/run.py"
PAIRS: Final = "app/matches/service/pairs.py"
DOSSIER: Final = "app/matchmaking/service/dossiers.py"
NOBODY: Final = "tests/interests/test_nobody_else_learns.py::"
TOLD: Final = "tests/interests/test_telling.py::"
IN_RUNS: Final = "tests/interests/test_in_runs.py::"
HEEDED: Final = "tests/matchmaking/test_heeding.py::"
OFFERED: Final = "tests/matches/test_interests.py::"
ADVISOR: Final = f"{NOBODY}test_an_advisor_is_answered_as_though_nobody_had_said_anything"

FAULTS: Final = (
    Fault(
        "advisors read interests",
        GRANTS,
        "            Action.ADVICE_WRITE: Reach.ASSIGNED,\n",
        "            Action.ADVICE_WRITE: Reach.ASSIGNED,\n"
        "            Action.INTEREST_READ: Reach.ANY,\n",
        (ADVISOR,),
    ),
    Fault(
        "a run tells everybody who reads it what sides have said",
        KEPT,
        "    if not interests.reads_all(actor):\n        return NOTHING\n",
        "",
        (ADVISOR,),
    ),
    Fault(
        "the assignment that heeds interests is told to everybody",
        KEPT,
        "run.heeding is None or not interests.reads_all(actor):\n        return run.assignment",
        "run.heeding is None:\n        return run.assignment",
        (ADVISOR,),
    ),
    Fault(
        "other conditions and costs are asked with interests by who may not read them",
        ASKED,
        "    return reader is not None and interests.reads_all(reader)\n",
        "    return reader is not None\n",
        (ADVISOR,),
    ),
    Fault(
        "inputs hold interests unless somebody leaves them out",
        FROZEN,
        "interests=said_in(run.interests) if heeding else (),",
        "interests=said_in(run.interests),",
        (ADVISOR,),
    ),
    Fault(
        "the plain assignment heeds interests",
        RUN,
        "    terms = terms_of(heeding.without(inputs), engine)\n",
        "    terms = terms_of(inputs, engine)\n",
        (
            ADVISOR,
            f"{HEEDED}test_what_is_heeded_is_told_with_ranks_and_scores_as_they_are",
        ),
    ),
    Fault(
        "the dossier for the board is the one that heeds interests",
        DOSSIER,
        "keys, BEST, plainly=True)",
        "keys, BEST)",
        (f"{IN_RUNS}test_the_dossier_for_the_board_is_as_though_nobody_had_said_anything",),
    ),
    Fault(
        "a team lists the interests of all",
        READING,
        "        within_reach(actor, Action.INTEREST_READ, Interest.organisation_id)\n",
        "        col(Interest.id).is_not(None)\n",
        (f"{NOBODY}test_the_other_side_and_all_others_read_the_same_before_and_after",),
    ),
    Fault(
        "a team reads what the other side says of it",
        READING,
        "(own == submission.id, Interest.side == submission.kind)",
        "(own == submission.id)",
        (f"{NOBODY}test_the_other_side_and_all_others_read_the_same_before_and_after",),
    ),
    Fault(
        "what staff decide about a solution is told to who was shown it",
        READING,
        "col(Submission.state).not_in(GONE),\n        )\n        .limit(",
        "col(Submission.state) == 'selected',\n        )\n        .limit(",
        (
            f"{TOLD}test_a_solution_that_left_is_not_shown_any_more_and_what_staff_decide_"
            "changes_nothing",
        ),
    ),
    Fault(
        "whoever sees a submission says its interests",
        TELLING,
        "    policy.require(actor, Action.INTEREST_WRITE, submission.organisation_id)\n",
        "",
        ("tests/test_authorisation.py::test_each_role_gets_what_the_table_says",),
    ),
    Fault(
        "solutions that nobody has looked at are shown to owners",
        TELLING,
        "        col(Submission.state).in_(TAKEN[Basis.ELIGIBLE]),\n",
        "",
        (f"{TOLD}test_staff_show_what_was_found_eligible_of_another_team_alone",),
    ),
    Fault(
        "a reason stays when its writer is erased",
        TELLING,
        "        .where(col(Interest.told_by).in_(erased))\n",
        "        .where(col(Interest.told_by).in_(erased), col(Interest.reason) == '')\n",
        (f"{TOLD}test_a_reason_goes_with_who_wrote_it_and_has_its_time",),
    ),
    Fault(
        "a pair is assigned of which a side cannot",
        ENGINE,
        "if one[3] is InterestWord.CANNOT},",
        "if one[3] is InterestWord.VERY},",
        (f"{HEEDED}test_no_pair_is_assigned_of_which_a_side_cannot",),
    ),
    Fault(
        "a pair is offered of which a side cannot",
        PAIRS,
        "    ) or heeding.refusal(session, actor, challenge, solution)\n",
        "    )\n",
        (f"{OFFERED}test_what_a_side_cannot_is_not_prepared_and_staff_read_who_says_so",),
    ),
    Fault(
        "a token that may not read interests is told who says what",
        KEPT,
        "    if not interests.reads_all(actor):\n        return Conflict(",
        "    if False:\n        return Conflict(",
        (
            f"{OFFERED}test_whose_token_may_not_read_interests_is_told_neither_who_says_it_nor_"
            "that_one_does",
        ),
    ),
)
