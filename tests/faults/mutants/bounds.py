"""Faults at the bounds of signing in: what changes meanwhile, who is meant, who may read."""

from typing import Final

from tests.faults.mutants.planting import Fault

SERVICE: Final = "app/accounts/service/"
ACCOUNTS: Final = "tests/accounts/"

FAULTS: Final = (
    Fault(
        "a password that was changed while it was checked lets in",
        f"{SERVICE}sign_in_flow.py",
        "if held is None or (held.id, still) != (user.id, hashed):",
        "if held is None:",
        (f"{ACCOUNTS}test_meanwhile.py",),
    ),
    Fault(
        "a letter goes to another host than was written",
        "app/accounts/service/users.py",
        '"".join(c.lower() if len(c.lower()) == 1 else c for c in narrow.strip())',
        "narrow.strip().casefold()",
        (f"{ACCOUNTS}test_addresses.py::test_a_letter_goes_to_the_address_that_was_written",),
    ),
    Fault(
        "an address of two scripts passes for another",
        "app/core/base/text.py",
        "if len(scripts & ALIKE) > 1:",
        "if len(scripts & ALIKE) > 2:",
        (
            f"{ACCOUNTS}test_addresses.py::"
            "test_an_address_that_could_pass_for_another_is_refused",
        ),
    ),
    Fault(
        "people sign in while the service only reads",
        "app/core/storage/database.py",
        "    if database.read_only:\n",
        "    if database.read_only and not database:\n",
        (f"{ACCOUNTS}test_reading_only.py",),
    ),
    Fault(
        "who is refused goes on counting for others",
        "app/core/storage/rate_limits.py",
        "((limit, _counted(session, limit, subject)) for limit, subject in tries)",
        "[(limit, _counted(session, limit, subject)) for limit, subject in tries]",
        (
            "tests/core/storage/test_rate_limits.py::"
            "test_who_is_refused_counts_for_nobody_else_and_fills_no_table",
        ),
    ),
    Fault(
        "one place locks somebody out everywhere",
        f"{SERVICE}sign_in_flow.py",
        "(FROM_ONE, browser.place), tries, (OF_ONE, email))",
        "(FROM_ONE, browser.place), (OF_ONE, email), tries)",
        (f"{ACCOUNTS}test_places.py::test_one_place_alone_locks_nobody_out",),
    ),
    Fault(
        "each address of a subscriber is a place of its own",
        "app/accounts/dependencies.py",
        "IPv6Network((int(address), 64), strict=False)",
        "IPv6Network((int(address), 128), strict=False)",
        (f"{ACCOUNTS}test_places.py",),
    ),
    Fault(
        "signing in with a provider leaves the session before it open",
        f"{SERVICE}openid.py",
        "    browser_sessions.end(session, browser.session)\n",
        "",
        (
            f"{ACCOUNTS}test_openid.py::"
            "test_signing_in_there_ends_the_session_that_the_browser_had",
        ),
    ),
    Fault(
        "a step down makes narrow tokens wide",
        "app/migrations/versions/0005_who_signs_in.py",
        "token.update().where(token.c.scopes.is_not(None))",
        "token.update().where(token.c.scopes.is_(None))",
        (
            "tests/test_migrations.py::"
            "test_a_narrow_token_ends_on_the_way_to_a_shape_that_would_make_it_wide",
        ),
    ),
    Fault(
        "everybody on the machine reads a new database",
        "app/core/storage/sqlite.py",
        "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600",
        "os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644",
        (
            "tests/core/storage/test_sqlite.py::"
            "test_only_its_owner_can_read_a_new_database_and_what_lies_beside_it",
        ),
    ),
)
