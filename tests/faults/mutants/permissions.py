"""Faults in who may do what and see what: policy, visibility, the door, exports, origin."""

from typing import Final

from tests.faults.mutants.planting import Fault

GRANTS: Final = "app/access/grants.py"
POLICY: Final = "app/access/policy.py"
MATRIX: Final = "tests/test_authorisation.py::test_each_role_gets_what_the_table_says"
CODES: Final = "tests/test_codes.py::"
INVITATIONS: Final = "app/organisations/service/invitations.py"
TEAMS: Final = "tests/organisations/test_team_invitations.py::"

REUSE: Final = "tests/submissions/test_reuse.py::"

FAULTS: Final = (
    # --- the table of grants, and how it is read ---
    Fault(
        "a reviewer reads every run",
        GRANTS,
        "        Role.REVIEWER: {\n            **_PERSON,\n",
        "        Role.REVIEWER: {\n            **_PERSON,\n"
        "            Action.RUN_READ: Reach.ANY,\n",
        (f"{MATRIX}[list_runs]",),
    ),
    Fault(
        "a member reads the drafts of all teams",
        GRANTS,
        "Action.DRAFT_READ: Reach.OWN",
        "Action.DRAFT_READ: Reach.ANY",
        (f"{MATRIX}[read_challenge]",),
    ),
    Fault(
        "staff publish calls, and not their lead alone",
        GRANTS,
        "    Action.CALL_WRITE: Reach.ANY,\n",
        "    Action.CALL_WRITE: Reach.ANY,\n    Action.CALL_PUBLISH: Reach.ANY,\n",
        (f"{MATRIX}[take_call_step publish]",),
    ),
    Fault(
        "staff invite an administrator",
        POLICY,
        "    if role not in TEAM_ROLES:\n",
        "    if role not in Role:\n",
        (f"{TEAMS}test_staff_invite_nobody_who_may_do_more_than_a_team",),
    ),
    Fault(
        "staff write a link to anybody who cannot sign in",
        INVITATIONS,
        "    if policy.allows(actor, Action.USER_WRITE):\n",
        "    if policy.allows(actor, Action.TEAM_INVITE):\n",
        (f"{TEAMS}test_staff_write_a_link_to_nobody_who_does_not_wait_to_join_a_team",),
    ),
    Fault(
        "staff write a link to an account that was let in again",
        INVITATIONS,
        "        col(User.state) == UserState.INVITED,\n",
        "",
        (f"{TEAMS}test_staff_write_a_link_to_nobody_who_does_not_wait_to_join_a_team",),
    ),
    Fault(
        "staff invite again who was given another role meanwhile",
        INVITATIONS,
        "        ~exists(more),\n",
        "",
        (f"{TEAMS}test_who_gets_another_role_while_waiting_is_out_of_the_reach_of_staff",),
    ),
    Fault(
        "a team does not hear who is let into its drafts",
        INVITATIONS,
        "        people.tell_team(session, membership)\n",
        "        pass\n",
        (f"{TEAMS}test_the_people_of_a_team_hear_that_staff_invite_somebody_into_it",),
    ),
    Fault(
        "staff withdraw what is not theirs",
        GRANTS,
        "    Action.SUBMISSION_SCREEN: Reach.ANY,\n",
        "    Action.SUBMISSION_SCREEN: Reach.ANY,\n"
        "    Action.SUBMISSION_WITHDRAW: Reach.ANY,\n",
        ("tests/submissions/test_screening.py::test_staff_do_not_withdraw_for_a_team",),
    ),
    Fault(
        "an administrator reads content",
        GRANTS,
        "        Role.ADMIN: {\n",
        "        Role.ADMIN: {\n            Action.SUBMISSION_READ: Reach.ANY,\n",
        ("tests/submissions/test_screening.py::test_an_administrator_sees_no_content",),
    ),
    Fault(
        "a grant over one's own is taken for one over everything",
        POLICY,
        "GRANTS[role].get(action) is Reach.ANY",
        "GRANTS[role].get(action) is not None",
        (f"{MATRIX}[read_organisation]",),
    ),
    Fault(
        "one role lends its organisations to another",
        POLICY,
        "        for organisation in organisations\n",
        "        for organisation in frozenset().union(organisations, *actor.roles.values())\n",
        (
            "tests/access/test_policy.py::"
            "test_a_role_reaches_the_organisations_in_which_it_is_held_and_no_others",
        ),
    ),
    Fault(
        "what belongs to nobody belongs to everybody",
        POLICY,
        "or owner_id in own_reach(actor, action)",
        "or owner_id in {None, *own_reach(actor, action)}",
        (
            "tests/access/test_policy.py::test_nobody_reaches_what_belongs_to_nobody_by_an_own_grant",
        ),
    ),
    Fault(
        "a lead signs in without a second factor",
        GRANTS,
        "frozenset({Role.STAFF, Role.LEAD, Role.ADMIN, Role.AUDITOR})",
        "frozenset({Role.STAFF, Role.ADMIN, Role.AUDITOR})",
        (
            "tests/accounts/test_second_factor.py::"
            "test_roles_that_reach_what_belongs_to_others_need_one",
        ),
    ),
    # --- tokens, narrower than their person ---
    Fault(
        "a token of somebody who reaches everything has every scope",
        POLICY,
        "return is_in_scope(actor, action) and any(",
        "return any(",
        ("tests/access/test_policy.py::test_a_scope_takes_away_and_never_adds",),
    ),
    Fault(
        "a token of a member has every scope",
        POLICY,
        " is Reach.OWN and is_in_scope(actor, action)",
        " is Reach.OWN",
        ("tests/accounts/test_tokens.py::test_a_token_is_narrower_than_its_user_everywhere",),
    ),
    Fault(
        "a token good for nothing is good for everything",
        POLICY,
        "return actor.scopes is None or",
        "return not actor.scopes or",
        ("tests/access/test_policy.py::test_a_token_without_scopes_reaches_nothing",),
    ),
    # --- visibility ---
    Fault(
        "the condition of visibility is always true",
        "app/access/visibility.py",
        "return col(owner).in_(own_reach(actor, action))",
        "return true()",
        ("tests/test_known_leaks.py::test_hypha_no_condition_of_visibility_is_always_true",),
    ),
    Fault(
        "who sees something of a kind sees all of it",
        "app/access/visibility.py",
        "return true()\n    return col(owner).in_(own_reach(actor, action))",
        "return true()\n    return true()",
        (
            "tests/submissions/test_submit.py::"
            "test_a_stranger_cannot_tell_a_hidden_challenge_from_none",
        ),
    ),
    Fault(
        "staff see drafts",
        "app/submissions/service/queries.py",
        "and_(submitted, within_reach(actor, Action.SUBMISSION_READ, owner))",
        "within_reach(actor, Action.SUBMISSION_READ, owner)",
        ("tests/submissions/test_submit.py::test_staff_see_what_was_submitted_and_no_draft",),
    ),
    Fault(
        "a list shows what cannot be read one by one",
        "app/submissions/service/queries.py",
        "statement = statement.where(Submission.kind == kind, readable(actor))",
        "statement = statement.where(Submission.kind == kind)",
        (
            "tests/test_authorisation.py::"
            "test_what_a_list_shows_can_be_read_one_by_one_and_nothing_else[list_challenges]",
        ),
    ),
    Fault(
        "an identifier is a permission to read",
        "app/submissions/service/queries.py",
        "named(Submission, key), Submission.kind == kind, readable(actor)\n",
        "named(Submission, key), Submission.kind == kind\n",
        (
            "tests/test_known_leaks.py::test_pretix_cve_2026_9712_to_know_an_identifier_permits_nothing",
        ),
    ),
    Fault(
        "the code of a draft is a permission to preview it",
        "app/submissions/service/queries.py",
        "select(Submission).where(named(Submission, key), readable(actor))",
        "select(Submission).where(named(Submission, key))",
        (f"{CODES}test_the_code_of_what_is_hidden_looks_like_that_of_nothing[read_preview]",),
    ),
    Fault(
        "the code of a call that is a draft is a permission to read it",
        "app/programmes/service.py",
        "select(Call).where(named(Call, key), _readable(actor))",
        "select(Call).where(named(Call, key))",
        (
            "tests/programmes/test_codes.py::"
            "test_the_draft_of_a_call_is_hidden_by_its_code_as_by_its_key",
        ),
    ),
    Fault(
        "the code of a run is a permission to read its suggestions",
        "app/matchmaking/service/queries.py",
        "where(named(MatchRun, key))).first()\n"
        "    if found is None or not policy.allows(actor, Action.RUN_READ):",
        "where(named(MatchRun, key))).first()\n    if found is None:",
        (f"{CODES}test_a_code_gets_everybody_the_answer_of_the_key[list_suggestions]",),
    ),
    Fault(
        "a filter tells which organisation wrote what, to those who may not know it",
        "app/organisations/service/organisations.py",
        "    statement = select(Organisation.id).where(\n"
        "        within_reach(actor, Action.ORGANISATION_READ, Organisation.id)\n    )\n",
        "    statement = select(Organisation.id)\n",
        (
            "tests/submissions/test_codes.py::"
            "test_who_may_not_read_organisations_learns_no_name_by_filtering",
        ),
    ),
    Fault(
        "everybody reads calls that are drafts",
        "app/programmes/service.py",
        "return col(Call.state) != CallState.DRAFT",
        "return true()",
        (f"{MATRIX}[read_call]",),
    ),
    Fault(
        "a member knows of all users",
        "app/organisations/service/people.py",
        "Membership.user_id == User.id,\n"
        "            within_reach(actor, Action.USER_READ, Membership.organisation_id),",
        "Membership.user_id == User.id,",
        ("tests/organisations/test_people.py::test_a_user_out_of_reach_looks_like_none",),
    ),
    Fault(
        "staff read what was done to drafts",
        "app/insights/service.py",
        "            col(AuditEvent.subject_id).in_(seen),\n",
        "",
        (
            "tests/insights/test_audit_list.py::"
            "test_each_role_reads_what_was_done_to_what_it_may_see",
        ),
    ),
    Fault(
        "a team sees the matches of all teams",
        "app/matches/queries.py",
        "        sql.or_(col(Match.challenge_id).in_(own), col(Match.solution_id).in_(own)),\n",
        "",
        ("tests/test_authorisation.py::test_a_team_sees_its_own_matches_only",),
    ),
    # --- the door ---
    Fault(
        "nobody checks at the door what a route declares",
        "app/accounts/dependencies.py",
        "if declaration is not None and declaration.access is Access.NEEDS:",
        "if declaration is not None and declaration.access is Access.PUBLIC:",
        (f"{MATRIX}[take_call_step publish]",),
    ),
    Fault(
        "a route may say nothing about whom it lets in",
        "app/core/http/access.py",
        'return "has no declaration"',
        "return None",
        ("tests/test_declarations.py::test_a_route_that_says_nothing_is_found_however_deep",),
    ),
    Fault(
        "a route may declare what nobody checks",
        "app/core/http/access.py",
        "if declaration.access is Access.PUBLIC or checked:",
        "if said.access is not Access.WITHIN or checked:",
        ("tests/test_declarations.py::test_a_declaration_that_nobody_checks_is_found",),
    ),
    # --- other sites ---
    Fault(
        "a neighbour of our site acts in somebody's name",
        "app/core/http/csrf.py",
        'return site not in {"same-origin", "none"}',
        'return said not in {"same-origin", "same-site", "none"}',
        (
            "tests/core/http/test_csrf.py::test_a_post_is_taken_from_our_own_pages_and_from_programs",
        ),
    ),
    Fault(
        "a site whose name begins like ours acts in somebody's name",
        "app/core/http/csrf.py",
        'return urlsplit(origin).netloc != request.headers.get("host", "")',
        'return not urlsplit(origin).netloc.startswith(request.headers.get("host", ""))',
        (
            "tests/core/http/test_csrf.py::test_a_post_is_taken_from_our_own_pages_and_from_programs",
        ),
    ),
    Fault(
        "another site deletes in somebody's name",
        "app/core/http/csrf.py",
        'frozenset({"GET", "HEAD", "OPTIONS"})',
        'frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})',
        (
            "tests/core/http/test_csrf.py::test_every_changing_method_is_refused_from_another_site",
        ),
    ),
    Fault(
        "signing in leads to another site",
        "app/core/http/csrf.py",
        'or not written.startswith("/") or written.startswith("//")',
        'or not written.startswith("/")',
        (
            "tests/core/http/test_csrf.py::test_what_a_browser_would_take_for_another_site_is_not",
        ),
    ),
    # --- exports ---
    Fault(
        "a cell that begins with @ is run by a spreadsheet",
        "app/core/tables/formulas.py",
        'SIGNS: Final = "=+-@',
        'SIGNS: Final = "=+-',
        ("tests/core/tables/test_exporting.py::test_what_a_spreadsheet_would_run_is_a_text",),
    ),
    Fault(
        "a blank before a formula hides it",
        "app/core/tables/formulas.py",
        "(?={_HIDDEN}[{_ANY}]))|(?:\\A(?=",
        "(?=[{_ANY}]))|(?:\\A(?=",
        ("tests/core/tables/test_exporting.py::test_what_a_spreadsheet_would_run_is_a_text",),
    ),
    Fault(
        "a workbook takes a text for a formula",
        "app/core/tables/exporting/tables.py",
        "sheet.write_string(line, column, _fitting(cell), look)",
        "sheet.write(line, column, _fitting(cell), look)",
        ("tests/core/tables/test_exporting.py::test_what_a_spreadsheet_would_run_is_a_text",),
    ),
    Fault(
        "staff read from which drafts of a team its answers are",
        "app/submissions/service/reuse.py",
        "    policy.require(actor, Action.DRAFT_READ, submission.organisation_id)\n",
        "",
        (f"{REUSE}test_staff_read_the_answers_and_not_from_where_they_are",),
    ),
    Fault(
        "a page shows auditors from where the answers of a team are",
        "app/pages/team/submission.py",
        "if policy.allows(actor, Action.DRAFT_READ, submission.organisation_id):",
        "if policy.allows_somewhere(actor, Action.SUBMISSION_READ):",
        ("tests/pages/test_reuse_pages.py::test_staff_see_no_trace_of_it",),
    ),
    Fault(
        "a draft begins with the answers of another team",
        "app/submissions/service/reuse.py",
        "        Submission.organisation_id == owner_id,\n        queries.readable(actor),\n",
        "",
        (
            f"{REUSE}test_nothing_but_ones_own_of_the_same_kind_is_taken_and_all_else_looks_absent"
            "[of another team]",
        ),
    ),
    Fault(
        "a token that reads no drafts takes their answers over",
        "app/submissions/service/reuse.py",
        "        queries.readable(actor),\n",
        "",
        (f"{REUSE}test_a_token_that_reads_no_drafts_takes_nothing_over",),
    ),
)
