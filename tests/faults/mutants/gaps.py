"""Faults in what is learned of a call that is open, and in whom staff write to."""

from typing import Final

from tests.faults.mutants.planting import Fault

QUERIES: Final = "app/gaps/queries.py"
WATCHING: Final = "app/gaps/service/watching.py"
INVITING: Final = "app/gaps/service/inviting.py"
SEEN: Final = "tests/gaps/test_watching.py::"
INVITED: Final = "tests/gaps/test_inviting.py::"

FAULTS: Final = (
    Fault(
        "drafts and what a team completes are counted as good",
        QUERIES,
        "        col(Submission.kind) == kind,\n"
        "        col(Submission.state).in_(TAKEN[basis]),\n",
        "        col(Submission.kind) == kind,\n",
        (f"{SEEN}test_what_does_not_count_is_neither_counted_nor_read",),
    ),
    Fault(
        "what a team has taken back meanwhile is read",
        QUERIES,
        ".where(col(Submission.id).in_(keys), col(Submission.state).in_(READ))",
        ".where(col(Submission.id).in_(keys))",
        (f"{SEEN}test_what_a_team_takes_back_while_it_is_computed_is_not_read",),
    ),
    Fault(
        "who has begun a draft is missing among those to invite",
        QUERIES,
        "        col(Submission.kind) == Kind.SOLUTION,\n"
        "        col(Submission.submitted_at).is_not(None),\n    )\n",
        "        col(Submission.kind) == Kind.SOLUTION,\n    )\n",
        (
            f"{SEEN}test_a_team_with_a_draft_is_named_as_if_it_had_none",
            f"{INVITED}test_a_draft_of_the_team_changes_nothing",
        ),
    ),
    Fault(
        "a team is named for what it has withdrawn or nobody found eligible",
        QUERIES,
        "        col(Submission.state).in_(FOUND_ELIGIBLE - OUT),\n",
        "",
        (f"{SEEN}test_nobody_is_named_for_what_they_withdrew_or_nobody_found_eligible",),
    ),
    Fault(
        "everybody reads what a call lacks",
        WATCHING,
        "    policy.require(actor, Action.GAP_READ)\n",
        "",
        (f"{SEEN}test_a_service_asks_who_reads_it_by_itself",),
    ),
    Fault(
        "whoever reads what a call lacks invites teams to it",
        INVITING,
        "    policy.require(actor, Action.GAP_INVITE)\n",
        "    policy.require(actor, Action.GAP_READ)\n",
        (f"{INVITED}test_a_service_asks_who_invites_by_itself",),
    ),
    Fault(
        "a letter names a challenge that is not public",
        INVITING,
        "PublicNotice.challenge_id == found.challenge.id, is_public()",
        "PublicNotice.challenge_id == found.challenge.id",
        (f"{INVITED}test_nothing_of_a_challenge_is_told_that_is_not_public",),
    ),
    Fault(
        "who does not want such letters gets one",
        INVITING,
        "readers = [one for one in team if KIND not in one.unwanted_letters]",
        "readers = list(team)",
        (f"{INVITED}test_who_does_not_want_such_letters_is_left_alone",),
    ),
    Fault(
        "who does not want such letters is written to by hand",
        INVITING,
        "    if found.reach is Reach.UNWANTED:\n",
        "    if found.reach is Reach.UNWANTED and not by_hand:\n",
        (f"{INVITED}test_who_does_not_want_such_letters_is_left_alone",),
    ),
    Fault(
        "two who invite at once send two letters",
        INVITING,
        "    if row is None:\n        raise _told_before(found)\n",
        "    if row is None:\n        row = session.exec(select(CallInvitation)).one()\n",
        (f"{INVITED}test_of_two_who_invite_at_once_one_is_told_that_it_was_done",),
    ),
    Fault(
        "a number is told of few that have arrived",
        "app/gaps/forecasting.py",
        "    if arrived < LEAST_ARRIVED:\n        return Silence.TOO_FEW\n",
        "",
        (
            f"{SEEN}test_of_few_that_have_arrived_nothing_is_expected_aloud",
            "tests/gaps/test_forecasting.py::test_nothing_is_said_of_few_or_early_in_a_call",
        ),
    ),
    Fault(
        "a number is told however early it is in a call",
        "app/gaps/forecasting.py",
        "    return Silence.TOO_EARLY if come.share < least else None\n",
        "    return None\n",
        ("tests/gaps/test_forecasting.py::test_nothing_is_said_of_few_or_early_in_a_call",),
    ),
)
