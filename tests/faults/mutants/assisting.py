"""Faults in what staff enter for a team, and in what the team confirms."""

from typing import Final

from tests.faults.mutants.planting import Fault

POLICY: Final = "app/access/policy.py"
LIFE: Final = "app/submissions/lifecycle.py"
SERVICE: Final = "app/teams/service/entries.py"
SCHEMAS: Final = "app/teams/schemas.py"
ENTERED: Final = "tests/teams/test_entries.py::"
TABLE: Final = "tests/access/test_policy.py::"

FAULTS: Final = (
    Fault(
        "what staff have entered passes unread by its team",
        LIFE,
        "    return facts.barred or facts.unconfirmed\n",
        "    return facts.barred\n",
        (f"{ENTERED}test_nothing_passes_before_its_team_has_confirmed_it",),
    ),
    Fault(
        "staff reach whatever a team has shared with them",
        POLICY,
        "        if action in SHARED[may] and (may is May.ENTER) is works_here\n",
        "        if action in SHARED[may]\n",
        (f"{TABLE}test_staff_reach_of_what_is_shared_only_what_they_enter_for_a_team",),
    ),
    Fault(
        "staff write on although the team goes on by itself",
        SERVICE,
        "            row.ended_at = now()\n",
        "            pass\n",
        (f"{ENTERED}test_where_the_team_goes_on_by_itself_staff_write_and_read_no_more",),
    ),
    Fault(
        "a team names somebody with the right of the staff",
        SCHEMAS,
        "    may: Literal[May.WRITE, May.COMMENT, May.READ] = Field(\n",
        "    may: May = Field(\n",
        (f"{ENTERED}test_a_team_gives_nobody_the_right_of_the_staff",),
    ),
    Fault(
        "staff confirm what they have sent themselves",
        SERVICE,
        "    elif submission.state is State.SUBMITTED and by_team:\n",
        "    elif submission.state is State.SUBMITTED:\n",
        (f"{ENTERED}test_staff_begin_write_and_send_what_the_team_then_confirms",),
    ),
    Fault(
        "what the team took back counts again without its word",
        SERVICE,
        "followers.restore_with(_restore)\n",
        "",
        (f"{ENTERED}test_what_the_team_took_back_and_did_not_send_waits_for_its_word_again",),
    ),
    Fault(
        "a member confirms what they have not read",
        SERVICE,
        "    expected.require(READS[submission.kind].model_validate(submission))\n",
        "",
        (f"{ENTERED}test_nobody_confirms_what_has_changed_since_they_read_it",),
    ),
    Fault(
        "a superior supports what they have not read",
        "app/teams/service/support.py",
        "    if read is not None and read != seen(submission):\n",
        "    if False:\n",
        (
            "tests/teams/test_support.py::"
            "test_what_the_team_has_changed_since_it_was_read_is_read_again_first",
        ),
    ),
)
