"""Faults in how people and programs come in: sign-in, second factor, links, tokens, leaving."""

from typing import Final

from tests.faults.mutants.planting import Fault

SERVICE: Final = "app/accounts/service/"
WHO: Final = "tests/accounts/test_who_is_asking.py::"
SIGN_IN: Final = "tests/accounts/test_sign_in.py::"
SECOND: Final = "tests/accounts/test_second_factor.py::"
LINKS: Final = "tests/organisations/test_invitations.py::"
TOKENS: Final = "tests/accounts/test_tokens.py::"
USERS: Final = "tests/organisations/test_people.py::"

FAULTS: Final = (
    # --- credentials that no longer hold ---
    Fault(
        "a token works after its time",
        f"{SERVICE}authentication.py",
        '        col(Token.expires_at) > bindparam("at"),\n',
        "",
        (f"{WHO}test_a_token_that_has_ended_is_like_one_that_never_was",),
    ),
    Fault(
        "a revoked token works",
        f"{SERVICE}authentication.py",
        "        col(Token.revoked_at).is_(None),\n",
        "",
        (f"{WHO}test_a_token_that_has_ended_is_like_one_that_never_was",),
    ),
    Fault(
        "the token of somebody who has left works",
        f"{SERVICE}authentication.py",
        "        col(User.state).in_(PRESENT),\n",
        "",
        (f"{WHO}test_a_token_of_somebody_who_has_left_is_like_one_that_never_was",),
    ),
    Fault(
        "the session of somebody who has left works",
        f"{SERVICE}authentication.py",
        "        col(User.state) == UserState.ACTIVE,\n",
        "",
        (f"{SIGN_IN}test_a_deactivated_user_is_out_at_the_next_request",),
    ),
    Fault(
        "a password alone is enough where a second factor is asked",
        f"{SERVICE}authentication.py",
        "        col(BrowserSession.stage) == Stage.COMPLETE,\n",
        "",
        (f"{SIGN_IN}test_a_session_that_waits_for_something_permits_nothing",),
    ),
    Fault(
        "a session never ends",
        f"{SERVICE}authentication.py",
        '        col(BrowserSession.ends_at) > bindparam("at"),\n',
        "",
        (f"{SIGN_IN}test_a_session_ends_after_a_silence_and_after_its_time",),
    ),
    Fault(
        "a silent session never ends",
        f"{SERVICE}authentication.py",
        '        col(BrowserSession.seen_at) > bindparam("heard"),\n',
        "",
        (f"{SIGN_IN}test_a_session_ends_after_a_silence_and_after_its_time",),
    ),
    Fault(
        "signing in keeps the session that the browser had",
        f"{SERVICE}sign_in_flow.py",
        "        browser_sessions.end(session, browser.session)\n",
        "",
        (f"{SIGN_IN}test_signing_in_ends_the_session_that_the_browser_had",),
    ),
    Fault(
        "a new role leaves the sessions from before it",
        "app/organisations/service/people.py",
        "role=role))\n    browser_sessions.end_all(session, user_id)\n",
        "role=role))\n",
        (f"{SIGN_IN}test_a_new_role_ends_the_sessions_so_that_sign_in_can_ask_for_more",),
    ),
    # --- guessing ---
    Fault(
        "passwords of one person are guessed for long",
        f"{SERVICE}sign_in_flow.py",
        "rate_limits.count(database, (FROM_ONE, browser.place), tries, (OF_ONE, email))",
        "rate_limits.count(database, (FROM_ONE, browser.place), (OF_ONE, email))",
        (f"{SIGN_IN}test_guessing_stops_after_ten_tries_and_the_right_password_waits_too",),
    ),
    Fault(
        "codes of the second factor are guessed for long",
        f"{SERVICE}sign_in_flow.py",
        "stage, settings, to_change=False)\n"
        "    rate_limits.count(database, (CODES, str(user.id)))\n",
        "stage, settings, to_change=False)\n",
        (f"{SECOND}test_codes_cannot_be_guessed_for_long",),
    ),
    Fault(
        "one try more than the limit is allowed",
        "app/core/storage/rate_limits.py",
        "if tries > limit.most else",
        "if tries > limit.most + 1 else",
        ("tests/core/storage/test_rate_limits.py::test_of_many_at_once_as_many_pass_as_may",),
    ),
    # --- what works once ---
    Fault(
        "a code of the authenticator works twice",
        f"{SERVICE}second_factor.py",
        "step > before)",
        "step >= before)",
        (f"{SECOND}test_a_code_works_once",),
    ),
    Fault(
        "a code of a minute ago is taken",
        f"{SERVICE}second_factor.py",
        "DRIFT: Final = 1\n",
        "DRIFT: Final = 2\n",
        (f"{SECOND}test_a_clock_may_be_wrong_by_half_a_minute",),
    ),
    Fault(
        "a recovery code works twice",
        f"{SERVICE}second_factor.py",
        "    spare.used_at = now()\n",
        "    spare.used_at = None\n",
        (f"{SECOND}test_a_recovery_code_works_once_too",),
    ),
    Fault(
        "a link works twice",
        f"{SERVICE}one_time_links.py",
        "            col(OneTimeLink.used_at).is_(None),\n            col(OneTimeLink.ends_at)",
        "            col(OneTimeLink.ends_at)",
        (f"{LINKS}test_a_new_password_ends_every_session_and_is_the_one_that_counts",),
    ),
    Fault(
        "a link works after its time",
        f"{SERVICE}one_time_links.py",
        "            col(OneTimeLink.ends_at) > now(),\n",
        "",
        (f"{LINKS}test_a_link_that_has_ended_is_like_one_that_never_was",),
    ),
    # --- tokens that people make ---
    Fault(
        "a token does more than who made it",
        f"{SERVICE}tokens.py",
        "for scope in draft.scopes if not policy.allows_somewhere(actor, scope)]",
        "for scope in draft.scopes if actor.scopes and scope not in actor.scopes]",
        (f"{TOKENS}test_no_scope_gives_more_than_the_roles_do",),
    ),
    Fault(
        "a token outlives the one that made it",
        f"{SERVICE}tokens.py",
        "expires_at=min(ends, actor.ends_at or ends)",
        "expires_at=ends",
        (f"{TOKENS}test_a_token_that_makes_another_gives_no_more_than_it_has_and_no_longer",),
    ),
    Fault(
        "a browser left open makes tokens",
        f"{SERVICE}tokens.py",
        "    if maker is None:\n        require_recently_confirmed(actor)\n    else:\n",
        "    if maker is not None:\n",
        (f"{TOKENS}test_the_page_of_tokens_asks_first_who_it_is",),
    ),
    Fault(
        "a person ends the tokens of others",
        f"{SERVICE}tokens.py",
        "select(Token).where(Token.id == token_id, Token.user_id == actor.user_id)",
        "select(Token).where(Token.id == token_id)",
        (f"{TOKENS}test_a_token_ends_when_its_owner_says_so",),
    ),
    # --- the last administrator ---
    Fault(
        "an administrator who has left counts as another one",
        "app/organisations/service/people.py",
        "any(u.id != user_id and u.state is UserState.ACTIVE for u, _ in rows)",
        "any(u.id != user_id for u, _ in rows)",
        (f"{USERS}test_the_only_administrator_cannot_be_demoted_or_deactivated",),
    ),
    Fault(
        "the last administrator gives the role away",
        "app/organisations/service/people.py",
        "if held.role is Role.ADMIN and last and",
        "if held.role is Role.LEAD and last and",
        (f"{USERS}test_the_only_administrator_cannot_be_demoted_or_deactivated",),
    ),
    Fault(
        "the last administrator is deactivated",
        "app/accounts/lifecycle.py",
        "    if refusal := _somebody_administers(facts):\n        return refusal\n",
        "",
        (f"{USERS}test_the_only_administrator_cannot_be_demoted_or_deactivated",),
    ),
)
