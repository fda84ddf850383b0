"""Faults in what happens to secrets, tokens and sessions after they were given out."""

from typing import Final

from tests.faults.mutants.planting import Fault

SETTINGS: Final = "tests/test_settings.py::"
TOKENS: Final = "tests/accounts/test_tokens.py::"
LINKS: Final = "tests/organisations/test_invitations.py::"
LEAVING: Final = "tests/organisations/test_offboarding.py::"
KNOWN: Final = "tests/accounts/test_known_browsers.py::"
CHANGE: Final = "tests/accounts/test_password_change.py::"
REASONS: Final = "tests/insights/test_erase_reason.py::"
ONCE: Final = "tests/core/http/test_idempotency.py::"

FAULTS: Final = (
    Fault(
        "a setting that is refused stands in the traceback",
        "app/settings.py",
        "        hide_input_in_errors=True,\n",
        "",
        (
            f"{SETTINGS}test_no_secret_stands_in_a_traceback_or_in_the_settings_as_they_are_shown",
        ),
    ),
    Fault(
        "somebody who was erased is still known by language and place",
        "app/organisations/service/offboarding.py",
        "    user.consented_at = user.language = user.zone = None\n",
        "    user.consented_at = None\n",
        (f"{LEAVING}test_erasure_removes_who_somebody_was_and_keeps_what_others_need",),
    ),
    Fault(
        "a program chooses the language of a person",
        "app/accounts/service/preferences.py",
        "    browser_sessions.require_browser(actor)\n    me = ",
        "    me = ",
        ("tests/pages/test_page_access.py",),
    ),
    Fault(
        "the choice of a language leads to another site",
        "app/pages/account/language.py",
        'local_path(form.value.next, "/")',
        'form.value.next or "/"',
        ("tests/pages/test_language.py::test_a_choice_leads_to_no_other_site",),
    ),
    # --- what ends with what ---
    Fault(
        "a token outlives the revocation of the one that made it",
        "app/accounts/service/tokens.py",
        "family.union(select(Token.id).where(col(Token.made_by_id) == family.c.id))",
        "family.union(select(Token.id).where(col(Token.id) == family.c.id))",
        (
            f"{TOKENS}test_a_token_ends_with_the_one_that_made_it_however_deep_and_the_answer_names_all",
        ),
    ),
    Fault(
        "a token that has just ended still makes another",
        "app/accounts/service/tokens.py",
        "        _require_holding(session, maker)\n",
        "        pass\n",
        (f"{TOKENS}test_a_token_that_ends_while_it_makes_another_makes_none",),
    ),
    Fault(
        "tokens outlive a reset of the password",
        "app/accounts/service/one_time_links.py",
        "            ended = end_access(session, user.id, user.id)\n",
        "            ended = Ended(tokens=[], sessions=0)\n",
        (f"{LINKS}test_a_reset_ends_every_token_and_names_them",),
    ),
    Fault(
        "tokens and sessions outlive a deactivation",
        "app/organisations/service/offboarding.py",
        "            ended = end_access(session, actor.user_id, user.id)\n",
        "            ended = None\n",
        (f"{LEAVING}test_who_is_deactivated_is_out_at_once_everywhere",),
    ),
    # --- browsers that are known ---
    Fault(
        "tries from elsewhere lock the right person out of their own browser",
        "app/accounts/service/sign_in_flow.py",
        "    if known_id is not None:\n",
        "    if known_id is not None and not browser.place:\n",
        (f"{KNOWN}test_wrong_passwords_from_elsewhere_keep_nobody_out_of_their_own_browser",),
    ),
    Fault(
        "a browser that is known to one person is known to all",
        "app/accounts/service/known_browsers.py",
        "            User.email == email,\n",
        "",
        (f"{KNOWN}test_the_cookie_of_one_person_helps_with_no_other_address",),
    ),
    Fault(
        "a known browser may guess for ever",
        "app/accounts/service/sign_in_flow.py",
        "        rate_limits.count(database, tries)\n",
        "",
        (f"{KNOWN}test_a_known_browser_has_a_limit_of_its_own",),
    ),
    Fault(
        "a proxy that nobody has named goes unnoticed",
        "app/core/http/forwarding.py",
        "return not said or client in",
        "return client is not None or client in",
        ("tests/core/http/test_forwarding.py",),
    ),
    # --- what a person changes ---
    Fault(
        "the old password is not asked for",
        "app/accounts/service/password_change.py",
        "    if not credentials.is_password(hashed, current):\n        raise _wrong()\n",
        "",
        (f"{CHANGE}test_what_is_wrong_changes_nothing_and_stands_at_its_field",),
    ),
    Fault(
        "a change of password leaves the other browsers signed in",
        "app/accounts/service/password_change.py",
        "browser_sessions.end_all(session, user.id, but=row.id)",
        "0",
        (f"{CHANGE}test_the_old_password_is_asked_and_every_other_browser_is_signed_out",),
    ),
    Fault(
        "nobody hears that the password was changed",
        "app/accounts/service/password_change.py",
        "        notices.tell(session, user, Notice.PASSWORD)\n",
        "",
        ("tests/accounts/test_notices.py::test_a_password_that_was_changed",),
    ),
    Fault(
        "a password that was stolen somewhere is taken",
        "app/accounts/service/credentials.py",
        "    _require_unknown(password, name)\n",
        "",
        (
            f"{CHANGE}test_a_password_that_was_stolen_somewhere_is_refused_though_it_looks_strong",
        ),
    ),
    Fault(
        "the sessions of others are signed out",
        "app/accounts/service/session_list.py",
        "BrowserSession.id == session_id, BrowserSession.user_id == user_id",
        "BrowserSession.id == session_id",
        (
            "tests/accounts/test_session_list.py::"
            "test_the_session_of_somebody_else_looks_like_none",
        ),
    ),
    # --- what belongs to whom ---
    Fault(
        "a narrow token reads the jobs of its person",
        "app/operations/service.py",
        "        actor.scopes is None or not scopes.isdisjoint(actor.scopes)\n",
        "        actor.scopes is None or bool(scopes)\n",
        ("tests/operations/test_jobs.py",),
    ),
    Fault(
        "a clock that was ahead locks authenticators out",
        "app/accounts/service/second_factor.py",
        "before = None if ahead else held.last_step",
        "before = held.last_step",
        (
            "tests/accounts/test_second_factor.py::"
            "test_a_clock_that_was_a_day_ahead_locks_no_authenticator_out",
        ),
    ),
    Fault(
        "a reason stands in the immutable record",
        "app/core/storage/audit.py",
        "audit_reasons.keep(session, actor_id, reason)",
        "reason",
        (f"{REASONS}test_a_reason_that_staff_give_stands_beside_the_record",),
    ),
    Fault(
        "a reason that was changed is not found",
        "app/core/storage/audit_reasons.py",
        'return row is None or _hash_of(row) == facts[NAME]["sha256"]',
        'return row is None or len(_hash_of(row)) == len(facts[NAME]["sha256"])',
        ("tests/core/storage/test_audit.py::test_a_reason_that_was_changed_is_found",),
    ),
    Fault(
        "a broken promise of a table is called a conflict",
        "app/core/storage/database.py",
        "        if _is_duplicate(error):\n",
        "        if error.orig is not None:\n",
        (
            "tests/core/storage/test_database.py::"
            "test_a_row_that_breaks_a_promise_is_a_failure_of_ours_and_is_logged_without_the_row",
        ),
    ),
    Fault(
        "tables are changed under a service that runs",
        "app/operations/migrating.py",
        "    _require_unused(database, revision)\n",
        "",
        ("tests/test_migrations.py::test_a_service_that_runs_is_not_changed_under_its_feet",),
    ),
    Fault(
        "staff get the link of an administrator",
        "app/notifications/service/outbox.py",
        "        if not roles <= policy.TEAM_ROLES:\n",
        "        if roles == {policy.Role.STAFF}:\n",
        (f"{LINKS}test_staff_hand_over_no_link_of_somebody_who_may_do_more_than_a_member",),
    ),
    # --- what is asked again ---
    Fault(
        "a repetition is answered to whoever may not do it any more",
        "app/core/http/idempotency.py",
        "        if isinstance(refusal, NotSignedIn | NotPermitted | NotFound):\n"
        "            raise refusal\n",
        "",
        (f"{ONCE}test_a_repetition_is_refused_to_whoever_may_not_do_it_today",),
    ),
    Fault(
        "a repetition shows what another role was answered",
        "app/core/http/idempotency.py",
        "        if not self.same_permissions:\n",
        "        if self.same_permissions is None:\n",
        (f"{ONCE}test_a_repetition_by_somebody_with_other_permissions_says_that_it_was_done",),
    ),
    Fault(
        "a key is shared between the tokens of a person",
        "app/core/storage/idempotency_keys.py",
        "if stored.credential_id not in {asker.credential_id, None}:",
        "if stored.credential_id == asker.user_id:",
        (f"{ONCE}test_a_key_belongs_to_the_credential_that_has_used_it",),
    ),
)
