"""Faults in what statistics tell, and to whom."""

from typing import Final

from tests.faults.mutants.planting import Fault

RULE: Final = "app/statistics/service/disclosure.py"
OPEN: Final = "app/statistics/service/open_data.py"
TABLES: Final = "tests/statistics/test_disclosure.py::"
DATA: Final = "tests/statistics/test_open_data.py::"
REPORT: Final = "tests/statistics/test_coverage.py::"
PEERS: Final = "tests/statistics/test_peers.py::"
SMALL: Final = f"{TABLES}test_every_small_figure_can_have_more_values_than_the_limit"
WITHHELD: Final = f"{TABLES}test_what_is_small_is_withheld_with_what_it_could_be_computed_from"

FAULTS: Final = (
    Fault(
        "a small figure is told",
        RULE,
        "    return not 0 < count < limit\n",
        "    return count >= 0\n",
        (WITHHELD,),
    ),
    Fault(
        "a small figure is withheld by itself, and computed from the total",
        RULE,
        "    for at in range(len(stages)):\n        _withhold(rows, at, limit)\n",
        "",
        (WITHHELD, SMALL),
    ),
    Fault(
        "an assignment tells that few have a provider",
        "app/statistics/service/coverage.py",
        "pairs=n if is_told else None,\n        challenges=served if is_told else None,",
        "pairs=n,\n        challenges=served,",
        (
            f"{REPORT}test_how_many_have_a_provider_is_withheld_if_few_have_one_or_few_have_none",
        ),
    ),
    Fault(
        "a small difference of two stages is told",
        RULE,
        "at == 0 or may_be_told(hidden[at - 1] - hidden[at], limit)",
        "at >= 0",
        (WITHHELD,),
    ),
    Fault(
        "what few of the rest lost is computed from two stages",
        RULE,
        "min(here, before - here, others) >= limit",
        "min(here, others) >= limit",
        (SMALL,),
    ),
    Fault(
        "a group that outweighs the others of the rest is computed from it",
        RULE,
        "min(here, before - here, others) >= limit",
        "min(here, before - here) >= limit",
        (SMALL,),
    ),
    Fault(
        "a country is told further than its region",
        RULE,
        "_shown(row.group, stages[: row.told], limit)",
        "_shown(row.group, stages, limit)",
        (f"{TABLES}test_the_parts_of_a_part_are_told_no_further_than_it",),
    ),
    Fault(
        "who is in the catalogue hides who is not",
        RULE,
        "(self.known[stage] if self.known else 0)",
        "0",
        (
            f"{TABLES}test_what_everybody_knows_protects_nobody",
            f"{DATA}test_who_is_in_the_catalogue_protects_nobody",
        ),
    ),
    Fault(
        "a share tells a figure that is withheld",
        "app/statistics/service/coverage.py",
        "if stage is FunnelStage.SUBMITTED or count is None or submitted is None:",
        "count = count or 0\n    if stage is FunnelStage.SUBMITTED or submitted is None:",
        (f"{REPORT}test_what_is_withheld_has_no_share",),
    ),
    Fault(
        "what is selected is told before it is released",
        OPEN,
        "    return RELEASED if released >= set(keys) else 1\n",
        "    return RELEASED if released else 1\n",
        (f"{DATA}test_what_was_decided_is_told_once_all_of_it_is_released",),
    ),
    Fault(
        "a call is counted while it is open",
        OPEN,
        "if not calls or any(phase(call, at) is not Phase.CLOSED for call in calls):",
        "if not calls:",
        (f"{DATA}test_what_was_submitted_is_told_once_the_call_is_closed",),
    ),
    Fault(
        "a call is counted while one team may still send",
        OPEN,
        "    if session.exec(select(permitted)).one():\n        return 0\n",
        "",
        (f"{DATA}test_nothing_is_told_while_somebody_may_still_send",),
    ),
    Fault(
        "a team reads the report",
        "app/statistics/service/coverage.py",
        "    policy.require(actor, Action.SUBMISSION_READ)\n",
        "",
        (f"{REPORT}test_a_team_does_not_read_it",),
    ),
    Fault(
        "a team reads what other teams ask for",
        "app/statistics/service/peers.py",
        "    policy.require(actor, Action.SUBMISSION_READ)\n",
        "",
        (f"{PEERS}test_nobody_but_who_reads_all_submissions_is_told",),
    ),
)
