"""Faults in what verdicts propose, and in who takes it over."""

from typing import Final

from tests.faults.mutants.planting import Fault

LEARNING: Final = "matching/learning.py"
SERVICE: Final = "app/matchmaking/service/learning.py"
FOUND: Final = "tests/matching/test_learning.py::"
TAUGHT: Final = "tests/matchmaking/test_learning.py::"

FAULTS: Final = (
    Fault(
        "a weight is tried on the challenges by which it was found",
        LEARNING,
        "    without = np.argmax((tried.sum(axis=0) - tried) / n - away, axis=1)\n",
        "    without = np.argmax(tried - away, axis=1)\n",
        (
            f"{FOUND}test_where_people_weigh_as_the_software_does_hardly_anything_is_proposed",
            f"{FOUND}test_verdicts_that_chance_made_propose_nothing",
        ),
    ),
    Fault(
        "a gain is enough for a proposal, whatever the weight",
        LEARNING,
        "    speaks = gain.low > 0 and not weight.low <= stated <= weight.high\n",
        "    speaks = gain.low > 0\n",
        (f"{FOUND}test_verdicts_that_chance_made_propose_nothing",),
    ),
    Fault(
        "of a pair an earlier verdict counts",
        SERVICE,
        "            if known is None or known[0].created_at < verdict.created_at:\n",
        "            if known is None or known[0].created_at > verdict.created_at:\n",
        (f"{TAUGHT}test_of_a_pair_that_was_judged_twice_the_newest_verdict_counts",),
    ),
    Fault(
        "a running programme ranks otherwise from one day to the next",
        SERVICE,
        "    return and_(~published, ~ranked)\n",
        "    return ~ranked\n",
        (f"{TAUGHT}test_a_running_programme_ranks_on_as_it_did",),
    ),
    Fault(
        "what chance may have made is taken over",
        SERVICE,
        "    if proposal is None or proposal.weight is None or not proposal.speaks:\n",
        "    if proposal is None or proposal.weight is None:\n",
        (f"{TAUGHT}test_what_chance_may_have_made_is_not_taken_over",),
    ),
)
