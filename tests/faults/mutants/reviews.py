"""Faults in who reviews what, what a reviewer sees and when, and conflicts of interest."""

from typing import Final

from tests.faults.mutants.planting import Fault

GRANTS: Final = "app/access/grants.py"
POLICY: Final = "app/access/policy.py"
LIFE: Final = "app/reviews/lifecycle.py"
RULE: Final = "app/reviews/conflicts.py"
QUERIES: Final = "app/reviews/queries.py"
READING: Final = "app/reviews/service/reading.py"
WRITING: Final = "app/reviews/service/writing.py"
CONFLICTS: Final = "app/reviews/service/conflicts.py"
ASKING: Final = "app/reviews/service/assigning.py"
PLAN: Final = "app/reviews/assigning.py"
RUBRICS: Final = "app/reviews/service/rubrics.py"
RANKING: Final = "app/reviews/ranking.py"
POLICIES: Final = "tests/access/test_policy.py::"
STATES: Final = "tests/reviews/test_lifecycle.py::"
RULES: Final = "tests/reviews/test_conflicts.py::"
SEEN: Final = "tests/reviews/test_reviewing.py::"
INTERESTS: Final = "tests/reviews/test_interests.py::"
ASKED: Final = "tests/reviews/test_asking.py::"
PLANS: Final = "tests/reviews/test_assigning.py::"
RANKS: Final = "tests/reviews/test_ranking.py::"

FAULTS: Final = (
    # --- what is assigned to one ---
    Fault(
        "a reviewer reads what a call asks for its staff",
        READING,
        "readable(form, asking.whole(submission), Audience.REVIEWERS)",
        "readable(form, asking.whole(submission), Audience.STAFF)",
        (
            f"{SEEN}test_answers_to_questions_of_the_call_are_read_by_reviewers_as_far_as_it_says",
        ),
    ),
    Fault(
        "what is assigned to anybody is everybody's",
        POLICY,
        "assignee_id == assigned_reach(actor, action))",
        "assigned_reach(actor, action) is not None)",
        (f"{POLICIES}test_what_is_assigned_to_somebody_is_theirs_alone_by_an_assigned_grant",),
    ),
    Fault(
        "a token without the scope reads what is assigned",
        POLICY,
        "    if not is_in_scope(actor, action):\n        return None\n    held",
        "    held",
        (f"{POLICIES}test_what_is_assigned_to_somebody_is_theirs_alone_by_an_assigned_grant",),
    ),
    Fault(
        "staff write the reviews of others",
        GRANTS,
        "    Action.REVIEW_ASSIGN: Reach.ANY,\n",
        "    Action.REVIEW_ASSIGN: Reach.ANY,\n    Action.REVIEW_WRITE: Reach.ANY,\n",
        (f"{SEEN}test_staff_write_no_review_of_others",),
    ),
    Fault(
        "staff read the other reviews of what they review themselves",
        QUERIES,
        "or_(col(Review.user_id) == actor.user_id, ~writing)",
        "or_(col(Review.user_id) == actor.user_id, ~writing, writing)",
        (f"{SEEN}test_staff_who_review_as_well_see_no_other_review_before_theirs_is_closed",),
    ),
    # --- what a reviewer sees, and when ---
    Fault(
        "the text is read before the declaration",
        LIFE,
        "READING: Final = LIVE - {ReviewState.ASSIGNED}",
        "READING: Final = LIVE",
        (f"{SEEN}test_the_text_comes_with_the_declaration",),
    ),
    Fault(
        "a blind call names the team once the review is accepted",
        READING,
        "    if not is_blind:\n",
        "    if may_read or not is_blind:\n",
        (f"{SEEN}test_in_a_blind_call_a_reviewer_never_sees_who_the_team_is",),
    ),
    Fault(
        "a blind call shows the title before the declaration",
        READING,
        "    if may_read or not is_blind:\n",
        "    if may_read or is_blind or not is_blind:\n",
        (f"{SEEN}test_in_a_blind_call_a_reviewer_never_sees_who_the_team_is",),
    ),
    Fault(
        "who has left a review goes on reading",
        READING,
        "    if review.state not in LIVE or is_barred:\n",
        "    if is_barred:\n",
        (f"{SEEN}test_who_has_left_a_review_knows_its_code_alone",),
    ),
    Fault(
        "a conflict that appears later leaves the text open",
        READING,
        "    if review.state not in LIVE or is_barred:\n",
        "    if review.state not in LIVE:\n",
        (f"{SEEN}test_a_conflict_that_appears_later_takes_the_text_away",),
    ),
    Fault(
        "the others are read as soon as one has handed in",
        READING,
        "        or own.state is not ReviewState.LOCKED\n",
        "        or own.state not in DONE\n",
        (f"{SEEN}test_what_others_have_written_is_read_when_one_s_own_is_closed",),
    ),
    Fault(
        "reviewers read what is for the staff",
        READING,
        "                comment_team=one.comment_team,\n",
        "                comment_team=one.comment_team + one.comment_staff,\n",
        (f"{SEEN}test_reviewers_discuss_without_names_and_without_words_for_the_staff",),
    ),
    # --- writing ---
    Fault(
        "of two windows the last one wins",
        WRITING,
        "    if fingerprint(review) != seen:\n",
        "    if not seen:\n",
        (f"{SEEN}test_of_two_windows_the_second_is_told_and_nothing_is_lost",),
    ),
    Fault(
        "a review is written in a conflict",
        LIFE,
        "    if facts.is_barred:\n",
        "    if facts.is_barred and facts.reason:\n",
        (f"{SEEN}test_a_conflict_that_appears_later_takes_the_text_away",),
    ),
    Fault(
        "a score is greater than the points of the rubric",
        WRITING,
        "        if score > points.get(key, 0)\n",
        "        if key not in points\n",
        (f"{SEEN}test_only_criteria_are_scored_and_by_the_points_of_the_rubric",),
    ),
    Fault(
        "what is scored changes under those who score",
        RUBRICS,
        "    if scored and rubric.frozen_at is not None:\n",
        "    if scored and rubric.frozen_at is not None and rubric.number > 9:\n",
        (f"{ASKED}test_the_first_review_freezes_what_is_scored_and_nothing_else",),
    ),
    # --- conflicts of interest ---
    Fault(
        "a colleague of the same ministry reviews",
        RULE,
        "any(body.id == team.id for body in reviewer.bodies)",
        "any(body is team for body in reviewer.bodies)",
        (f"{RULES}test_all_that_stands_between_two_is_named",),
    ),
    Fault(
        "an organisation of no known level is of no government",
        RULE,
        "    if ANY_LEVEL in levels:\n        return True\n",
        "    if ANY_LEVEL in levels:\n        return False\n",
        (f"{RULES}test_one_government_is_one_country_and_one_level",),
    ),
    Fault(
        "what is possible does not bar",
        RULE,
        "    if state in BARRING:\n        return True\n",
        "    if state in BARRING - {ConflictState.POSSIBLE}:\n        return True\n",
        (f"{RULES}test_a_conflict_bars_until_somebody_has_looked_at_all_of_it",),
    ),
    Fault(
        "a waiver covers what appears later",
        RULE,
        "bool({*found} - ({*covered} if state is not None else set()))",
        "bool(found) and state is None",
        (f"{INTERESTS}test_a_waiver_covers_nothing_that_appears_later",),
    ),
    Fault(
        "somebody dismisses their own conflict",
        CONFLICTS,
        "    facts = Resolution(taken.reason, is_own=one.user_id == actor.user_id)\n",
        "    facts = Resolution(taken.reason)\n",
        (f"{INTERESTS}test_nobody_resolves_their_own_conflict_or_one_that_has_changed",),
    ),
    Fault(
        "a conflict is passed over by hand",
        ASKING,
        "    if conflicts.is_barred(session, new.user_id, submission):\n",
        "    if new.user_id == actor.user_id:\n",
        (f"{INTERESTS}test_a_possible_conflict_bars_whether_it_was_looked_for_or_not",),
    ),
    # --- who is asked for what ---
    Fault(
        "a plan is stored although something has changed",
        ASKING,
        "    inputs(session, actor, call).require(planned.inputs.tag)\n",
        "",
        (f"{ASKED}test_what_has_changed_since_somebody_looked_is_looked_at_again",),
    ),
    Fault(
        "conflicts are proposed",
        PLAN,
        "        (Obstacle.CONFLICT, inputs.barred),\n",
        "        (Obstacle.CONFLICT, frozenset[tuple[str, str]]()),\n",
        (f"{PLANS}test_what_is_barred_is_never_proposed_and_the_lack_says_why",),
    ),
    Fault(
        "the same country is proposed",
        PLAN,
        "np.isin(countries, sorted(one.countries))",
        "np.isin(countries, [])",
        (f"{PLANS}test_what_is_barred_is_never_proposed_and_the_lack_says_why",),
    ),
    Fault(
        "the corrected score leaves severity in",
        RANKING,
        '    corrected = figures["mean"] if effects is None else effects.mean + effects.rows\n',
        '    corrected = figures["mean"]\n',
        (f"{RANKS}test_without_severity_the_order_is_nearer_to_the_truth_than_the_raw_one",),
    ),
)
