"""Faults in offers: what tells too early, what is given twice, and what is lost."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/matches/lifecycle.py"
QUERIES: Final = "app/matches/queries.py"
PAIRS: Final = "app/matches/service/pairs.py"
OFFERS: Final = "app/matches/service/offers.py"
OUTLOOKS: Final = "app/matches/service/outlooks.py"
STEPS: Final = "app/matches/service/steps.py"
READING: Final = "app/matches/service/reading.py"
CLOCK: Final = "app/matches/service/deadlines.py"
WITHDRAWALS: Final = "app/matches/service/withdrawals.py"
REPLACEMENTS: Final = "app/matches/service/replacements.py"
WRITING: Final = "app/matches/service/writing.py"
SUBMISSION: Final = "app/submissions/service/steps.py"
STATES: Final = "tests/matches/test_lifecycle.py::"
SENT: Final = "tests/matches/test_offers.py::"
ANSWERS: Final = "tests/matches/test_answers.py::"
DUE: Final = "tests/matches/test_deadlines.py::"
GONE: Final = "tests/matches/test_withdrawals.py::"
INSTEAD: Final = "tests/matches/test_replacements.py::"
TELLS: Final = "tests/matches/test_nothing_tells.py::"

FAULTS: Final = (
    # --- before the offer nothing tells ---
    Fault(
        "a team reads a match that is only prepared",
        QUERIES,
        "        col(Match.state).not_in(HIDDEN),\n",
        "",
        (f"{TELLS}test_no_answer_to_a_team_depends_on_what_is_prepared",),
    ),
    Fault(
        "preparing an offer writes its letters",
        OFFERS,
        "    session.add(match)\n    session.flush()\n",
        "    session.add(match)\n    session.flush()\n"
        "    writing.tell_both(session, match, MatchLetterKind.OFFER)\n",
        (f"{SENT}test_each_chosen_pair_is_prepared_once_and_nobody_is_told",),
    ),
    # --- who may, and what they have looked at ---
    Fault(
        "staff send offers",
        OFFERS,
        "    policy.require(actor, Action.MATCH_OFFER)\n",
        "    policy.require(actor, Action.MATCH_WRITE)\n",
        (f"{SENT}test_a_lead_alone_sends",),
    ),
    Fault(
        "a browser that was left open sends offers",
        OFFERS,
        "    require_confirmed(actor)\n",
        "",
        (f"{SENT}test_a_browser_that_was_left_open_sends_nothing",),
    ),
    Fault(
        "what was changed since it was looked at is sent",
        OFFERS,
        "        Expected(new.expected).require(look.seen)\n",
        "        pass\n",
        (f"{SENT}test_what_was_changed_since_it_was_seen_is_not_sent",),
    ),
    Fault(
        "what is in the way holds nothing back",
        OFFERS,
        "    if look.missing:\n",
        "    if len(look.missing) > len(look.batch):\n",
        (f"{SENT}test_one_pair_in_the_way_holds_all_back",),
    ),
    Fault(
        "a pair that is not chosen any more is offered",
        OUTLOOKS,
        "        if verdict is None or verdict.outcome is not Outcome.CHOSEN:\n",
        "        if verdict is None:\n",
        (f"{SENT}test_one_pair_in_the_way_holds_all_back",),
    ),
    Fault(
        "staff answer an offer for a team",
        STEPS,
        "    if not own or (named is not None and named not in own):\n",
        "    if named is not None and named not in own:\n",
        (f"{ANSWERS}test_a_stranger_finds_no_match_and_staff_do_not_answer_for_a_team",),
    ),
    Fault(
        "one team answers for the other one",
        STEPS,
        "    if not own or (named is not None and named not in own):\n",
        "    if not own:\n",
        (f"{ANSWERS}test_a_stranger_finds_no_match_and_staff_do_not_answer_for_a_team",),
    ),
    # --- both say yes, and contacts then ---
    Fault(
        "one yes confirms",
        STEPS,
        "    elif len(match.answers) == len(Side) and not tried:\n",
        "    elif match.answers and not tried:\n",
        (f"{ANSWERS}test_contacts_are_read_when_both_have_said_yes_and_not_before",),
    ),
    Fault(
        "who only tries to accept reads how to reach the other team",
        STEPS,
        "    elif len(match.answers) == len(Side) and not tried:\n",
        "    elif len(match.answers) == len(Side):\n",
        (f"{ANSWERS}test_trying_to_accept_tells_neither_the_other_answer_nor_an_address",),
    ),
    Fault(
        "the rule of the table does not ask for both",
        LIFE,
        "if said is Consent.YES} != {*Side}:\n",
        "if said is Consent.YES} == set():\n",
        (f"{STATES}test_one_yes_confirms_nothing",),
    ),
    Fault(
        "contacts are read before both have accepted",
        READING,
        "    if match.state not in KNOWN_TO_EACH_OTHER or not both:\n",
        "    if not match.answers:\n",
        (f"{ANSWERS}test_contacts_are_read_when_both_have_said_yes_and_not_before",),
    ),
    Fault(
        "an offer is answered after its date",
        LIFE,
        "    if facts.is_late:\n",
        "    if facts.is_late and facts.side is None:\n",
        (f"{ANSWERS}test_after_the_date_nobody_answers",),
    ),
    Fault(
        "the reason of a decline stands in the record",
        STEPS,
        '        reason=taken.reason if name in {"decline", "end"} else "",\n',
        '        said=taken.reason if name in {"decline", "end"} else "",\n',
        (f"{ANSWERS}test_a_decline_is_told_to_the_other_side_without_its_reason",),
    ),
    Fault(
        "who declines is told that they did, and the other side is not",
        STEPS,
        "writing.tell(session, match, side.other, MatchLetterKind.OTHER_DECLINED)",
        "writing.tell(session, match, side, MatchLetterKind.OTHER_DECLINED)",
        (f"{ANSWERS}test_a_decline_is_told_to_the_other_side_without_its_reason",),
    ),
    # --- who takes no part, and what is given twice ---
    Fault(
        "a side that has withdrawn is offered and confirmed",
        PAIRS,
        "        if side.state not in TAKES_PART:\n",
        "        if side.submitted_at is None:\n",
        (
            f"{ANSWERS}test_nobody_confirms_a_pair_of_which_a_side_takes_no_part_any_more",
            f"{SENT}test_one_pair_in_the_way_holds_all_back",
        ),
    ),
    Fault(
        "two of one organisation are offered to each other",
        PAIRS,
        "    if challenge.organisation_id == solution.organisation_id:\n",
        "    if challenge.id == solution.id:\n",
        (f"{SENT}test_what_cannot_be_offered_is_left_out_with_the_reason",),
    ),
    Fault(
        "a provider gets more challenges than it takes on",
        PAIRS,
        "    if taken(session, Side.SOLUTION, solution.id, but, states) >= capacity:\n",
        "    if taken(session, Side.SOLUTION, solution.id, but, states) > capacity:\n",
        (f"{SENT}test_what_cannot_be_offered_is_left_out_with_the_reason",),
    ),
    Fault(
        "a challenge gets more providers than it shall have",
        PAIRS,
        "    if taken(session, Side.CHALLENGE, challenge.id, but, states) >= wanted:\n",
        "    if taken(session, Side.CHALLENGE, challenge.id, but, states) > wanted:\n",
        (f"{SENT}test_what_cannot_be_offered_is_left_out_with_the_reason",),
    ),
    Fault(
        "a lowered capacity is not looked at when both have accepted",
        LIFE,
        "    return _late(facts) or facts.in_the_way\n",
        "    return _late(facts)\n",
        (f"{ANSWERS}test_a_lowered_capacity_confirms_no_more_than_it_holds",),
    ),
    Fault(
        "a withdrawal leaves offers open",
        SUBMISSION,
        "    followers.tell(session, actor, submission)\n    return submission\n",
        "    return submission\n",
        (f"{GONE}test_a_withdrawal_ends_all_of_it_and_each_other_side_hears_once",),
    ),
    Fault(
        "who has withdrawn gets the letter, and who stays does not",
        WITHDRAWALS,
        "            if side not in gone and before is not MatchState.PREPARED:\n",
        "            if side in gone and before is not MatchState.PREPARED:\n",
        (f"{GONE}test_a_withdrawal_ends_all_of_it_and_each_other_side_hears_once",),
    ),
    Fault(
        "the other side hears that something was prepared",
        WITHDRAWALS,
        "            if side not in gone and before is not MatchState.PREPARED:\n",
        "            if side not in gone:\n",
        (f"{GONE}test_a_withdrawal_ends_all_of_it_and_each_other_side_hears_once",),
    ),
    # --- the clock, and each letter once ---
    Fault(
        "an offer lapses before its date",
        CLOCK,
        "    for match in _offered(session, col(Match.answer_by) <= at):\n",
        "    for match in _offered(session, col(Match.answer_by).is_not(None)):\n",
        (f"{DUE}test_an_offer_lapses_at_its_date_and_both_sides_are_told_once",),
    ),
    Fault(
        "a letter is written again",
        WRITING,
        "    if session.exec(told).first() is not None:\n        return 0\n",
        "",
        (
            f"{DUE}test_who_is_silent_is_reminded_in_the_last_three_days",
            "tests/matches/test_letters.py::test_each_letter_is_written_once",
        ),
    ),
    Fault(
        "who has answered is reminded",
        CLOCK,
        "            if side not in match.answers:\n",
        "            if side in Side:\n",
        (f"{DUE}test_who_is_silent_is_reminded_in_the_last_three_days",),
    ),
    # --- replacements ---
    Fault(
        "what is confirmed is replaced",
        LIFE,
        "        REPLACEABLE,\n        MatchState.REPLACED,\n",
        "        REPLACEABLE | HOLDS,\n        MatchState.REPLACED,\n",
        (f"{INSTEAD}test_only_what_came_to_nothing_is_replaced",),
    ),
    Fault(
        "what was rejected is offered in place of another one",
        REPLACEMENTS,
        "    if shut is not None:\n",
        "    if shut is not None and key is None:\n",
        (f"{INSTEAD}test_what_is_in_the_way_of_a_replacement_is_told_and_nothing_changes",),
    ),
    Fault(
        "staff offer a replacement",
        REPLACEMENTS,
        "    policy.require(actor, Action.MATCH_OFFER)\n",
        "    policy.require(actor, Action.MATCH_WRITE)\n",
        (f"{INSTEAD}test_a_lead_alone_replaces_and_from_a_browser_that_was_just_confirmed",),
    ),
)
