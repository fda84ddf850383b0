"""Faults in writing together: what people from elsewhere reach, and who may let them in."""

from typing import Final

from tests.faults.mutants.planting import Fault

POLICY: Final = "app/access/policy.py"
WHO: Final = "app/accounts/service/authentication.py"
NAMING: Final = "app/teams/service/collaborators.py"
CONFLICTS: Final = "app/reviews/conflicts.py"
COMMENTS: Final = "app/teams/queries.py"
SAYING: Final = "app/teams/service/comments.py"
SUPPORT: Final = "app/teams/service/support.py"
TABLE: Final = "tests/access/test_policy.py::"
NAMED: Final = "tests/teams/test_collaborators.py::"
SAID: Final = "tests/teams/test_comments.py::"
BACKED: Final = "tests/teams/test_support.py::"

FAULTS: Final = (
    Fault(
        "who works for the incubator writes with a team",
        POLICY,
        "    works_here = not GUARDED.isdisjoint(actor.roles)\n",
        "    works_here = False\n",
        (f"{TABLE}test_who_works_for_the_incubator_is_no_collaborator",),
    ),
    Fault(
        "a token for something else writes with a team",
        POLICY,
        "        return frozenset()\n    works_here",
        "        pass\n    works_here",
        (f"{TABLE}test_a_collaborator_may_do_what_the_table_says_with_one_submission",),
    ),
    Fault(
        "who may read writes as well",
        POLICY,
        "        if action in SHARED[may] and (may is May.ENTER) is works_here\n",
        "        if (may is May.ENTER) is works_here\n",
        (f"{TABLE}test_a_collaborator_may_do_what_the_table_says_with_one_submission",),
    ),
    Fault(
        "who shares one submission shares all",
        POLICY,
        "(shared_id is not None and shared_id in shared_reach(actor, action))",
        "bool(shared_reach(actor, action))",
        (f"{TABLE}test_a_collaborator_may_do_what_the_table_says_with_one_submission",),
    ),
    Fault(
        "a repetition is answered after somebody was taken off",
        POLICY,
        "all_held = (*self.roles.items(), *self.shared.items())",
        "all_held = (*self.roles.items(),)",
        (f"{TABLE}test_what_is_shared_counts_among_what_decides_about_permission",),
    ),
    Fault(
        "who was taken off works on",
        WHO,
        'bindparam("user_id"), col(Collaborator.ended_at).is_(None)',
        'bindparam("user_id")',
        (f"{NAMED}test_who_was_taken_off_reaches_it_no_more_at_the_next_request",),
    ),
    Fault(
        "who may only comment names others",
        NAMING,
        "    policy.require(actor, Action.DRAFT_SHARE, submission.organisation_id)\n",
        "",
        (f"{NAMED}test_no_collaborator_names_another_one_or_learns_who_they_are",),
    ),
    Fault(
        "people are named for what is sent",
        NAMING,
        "    if (problem := drafts.not_written(submission)) is not None:\n",
        "    if (problem := drafts.not_written(submission)) and not submission:\n",
        (f"{NAMED}test_nobody_is_named_for_what_is_not_being_written",),
    ),
    Fault(
        "a team sends any number of letters",
        NAMING,
        '    if next_number(session, f"collaborators {submission.id}") > MOST_NAMED:\n',
        "    if not submission:\n",
        (f"{NAMED}test_there_are_as_many_collaborators_as_there_may_be_and_so_many_letters",),
    ),
    Fault(
        "who has written with a team reviews it",
        CONFLICTS,
        "team.id in reviewer.helped",
        "False",
        (
            f"{NAMED}test_a_conflict_of_interest_stands_between_a_team_and_who_has_worked_for_it",
        ),
    ),
    Fault(
        "who writes with a team hears of its earlier submissions",
        "app/submissions/service/reuse.py",
        "    policy.require(actor, Action.DRAFT_READ, submission.organisation_id)\n",
        "    policy.require(\n        actor, Action.DRAFT_READ, submission.organisation_id, "
        "shared_id=submission.id\n    )\n",
        (f"{NAMED}test_a_collaborator_hears_nothing_of_earlier_submissions_of_the_team",),
    ),
    Fault(
        "what a person works on is kept when they are erased",
        "app/organisations/service/offboarding.py",
        "OneTimeLink, Membership, Collaborator, Letter",
        "OneTimeLink, Membership, Letter",
        (f"{NAMED}test_a_person_gets_what_they_work_on_told_and_it_goes_with_them",),
    ),
    Fault(
        "staff read what a team says among itself",
        COMMENTS,
        "    policy.require(\n        actor, Action.DRAFT_COMMENT, submission.organisation_id, "
        "shared_id=submission.id\n    )\n",
        "",
        (f"{SAID}test_who_reads_what_was_submitted_reads_no_comment",),
    ),
    Fault(
        "a thread is read as one of any submission",
        COMMENTS,
        "    if found is None or found.submission_id != submission.id:\n",
        "    if found is None:\n",
        (f"{SAID}test_a_thread_is_none_of_another_submission",),
    ),
    Fault(
        "a comment is read as one of any submission",
        COMMENTS,
        "TeamComment.id == key, TeamThread.submission_id == submission.id",
        "TeamComment.id == key",
        (f"{SAID}test_a_thread_is_none_of_another_submission",),
    ),
    Fault(
        "everybody who works on it changes every comment",
        SAYING,
        "    if comment.user_id != actor.user_id:\n",
        "    if comment.user_id is None:\n",
        (f"{SAID}test_nobody_changes_or_removes_the_comment_of_somebody_else",),
    ),
    Fault(
        "a comment is changed for ever",
        COMMENTS,
        "        and now() < comment.created_at + CHANGED_FOR\n",
        "",
        (f"{SAID}test_ones_own_comment_is_changed_and_removed_for_an_hour",),
    ),
    Fault(
        "anybody is asked who has an account",
        SAYING,
        "if new.asks is not None and new.asks not in queries.askable(",
        "if new.asks is None and new.asks in queries.askable(",
        (f"{SAID}test_only_those_are_asked_who_can_answer",),
    ),
    Fault(
        "a team asks who works for the incubator",
        COMMENTS,
        "        col(Collaborator.user_id).not_in(people.at_work()),\n",
        "",
        (f"{SAID}test_who_works_for_the_incubator_is_not_asked",),
    ),
    Fault(
        "a letter tells who works for the incubator of what they do not reach",
        NAMING,
        "people.at_work().where(Membership.user_id == user.id)",
        "people.at_work().where(Membership.id == user.id)",
        (
            f"{NAMED}test_who_works_for_the_incubator_gets_no_letter_and_the_team_is_answered_alike",
        ),
    ),
    Fault(
        "who works on it from elsewhere learns the addresses of others",
        COMMENTS,
        "    if is_member:\n",
        "    if is_member or members:\n",
        (f"{SAID}test_members_see_addresses_and_others_only_names_of_who_has_spoken",),
    ),
    Fault(
        "who was taken off has tasks about it",
        COMMENTS,
        "shared(actor, Action.DRAFT_COMMENT, Submission.id),",
        "TeamComment.asked_id == actor.user_id,",
        (f"{SAID}test_who_was_taken_off_is_asked_nothing_any_more",),
    ),
    Fault(
        "what an erased person said stays",
        SAYING,
        "where(col(TeamComment.user_id).in_(erased))",
        "where(col(TeamComment.asked_id).in_(erased))",
        (f"{SAID}test_what_an_erased_person_said_goes_and_so_do_threads_in_their_time",),
    ),
    Fault(
        "a submission is sent without the support that its call asks for",
        "app/submissions/lifecycle.py",
        "[*own, *facts.excluded, *facts.unsupported]",
        "[*own, *facts.excluded]",
        (f"{BACKED}test_the_step_names_the_support_among_all_that_is_missing",),
    ),
    Fault(
        "a superior who does not support it lets it be sent",
        SUPPORT,
        "    elif not one.supports:\n",
        "    elif one.supports is None:\n",
        (f"{BACKED}test_nothing_is_sent_without_the_support_that_the_call_asks_for",),
    ),
    Fault(
        "the link of a superior works for ever",
        SUPPORT,
        "            col(SupportStatement.ends_at) > now(),\n",
        "",
        (f"{BACKED}test_a_link_works_once_and_for_a_time_and_while_it_is_being_written",),
    ),
    Fault(
        "a superior answers about what was sent",
        SUPPORT,
        "            col(Submission.state).in_(EDITABLE),\n",
        "",
        (f"{BACKED}test_a_link_works_once_and_for_a_time_and_while_it_is_being_written",),
    ),
    Fault(
        "the link of a superior is stored as it is",
        SUPPORT,
        "        digest=digest_of(secret),\n",
        "        digest=digest_of(secret),\n        seen=secret,\n",
        (f"{BACKED}test_only_the_newest_letter_counts_and_its_code_is_stored_nowhere",),
    ),
    Fault(
        "who is asked no more still answers",
        SUPPORT,
        "        before.ended_at, before.digest = now(), None\n",
        "        before.ended_at = now()\n",
        (f"{BACKED}test_only_the_newest_letter_counts_and_its_code_is_stored_nowhere",),
    ),
    Fault(
        "who helps a team names its superior",
        SUPPORT,
        "    if not enters(actor, submission):\n",
        "    if False:\n",
        (f"{BACKED}test_nobody_but_the_team_names_a_superior",),
    ),
    Fault(
        "what was changed since is not told",
        SUPPORT,
        "answered and one.seen != fingerprint(submission, WHOLE)",
        "False",
        (f"{BACKED}test_what_was_said_before_the_last_change_is_kept_and_told",),
    ),
    Fault(
        "reviewers of blind calls read who supports it",
        "app/reviews/service/reading.py",
        '        if is_blind:\n            known["withheld_files"]',
        '        known["support"] = _support(session, submission)\n'
        '        if is_blind:\n            known["withheld_files"]',
        (
            f"{BACKED}test_reviewers_read_who_supports_it_after_the_declaration_and_never_of_"
            "blind_calls",
        ),
    ),
    Fault(
        "the address of a superior is kept for ever",
        SUPPORT,
        "    session.execute(delete(SupportStatement).where(old, unanswered | replaced))\n",
        "",
        (f"{BACKED}test_old_requests_go_and_old_addresses_of_statements",),
    ),
)
