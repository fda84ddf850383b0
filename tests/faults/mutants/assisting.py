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
)
