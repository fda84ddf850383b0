"""Faults in what is kept and compared: idempotency, tags, dry runs, the audit chain."""

from typing import Final

from tests.faults.mutants.planting import Fault

REQUESTS: Final = "app/core/http/idempotency.py"
KEYS: Final = "app/core/storage/idempotency_keys.py"
TAGS: Final = "app/core/base/entity_tags.py"
ROUTING: Final = "app/core/http/routing.py"
AUDIT: Final = "app/core/storage/audit.py"
CHECK: Final = "app/core/storage/audit_verification.py"
ONCE: Final = "tests/core/http/test_idempotency.py::"
CHANGES: Final = "tests/core/http/test_changes.py::"
CHAIN: Final = "tests/core/storage/test_audit.py::"

FAULTS: Final = (
    # --- idempotency keys ---
    Fault(
        "another body with the same key gets the first answer",
        REQUESTS,
        "hashlib.sha256(line + await request.body())",
        "hashlib.sha256(line)",
        (f"{ONCE}test_another_request_with_that_key_is_refused",),
    ),
    Fault(
        "another address with the same key gets the first answer",
        REQUESTS,
        "{request.method} {request.url.path}?",
        "{request.method} ?",
        (f"{ONCE}test_another_request_with_that_key_is_refused",),
    ),
    Fault(
        "what was asked with a key is not compared",
        KEYS,
        "if stored.fingerprint != request_hash:",
        "if not stored.fingerprint:",
        (f"{ONCE}test_another_request_with_that_key_is_refused",),
    ),
    Fault(
        "a key holds for no time",
        KEYS,
        'row | {"expired": began - KEPT}',
        'row | {"expired": began}',
        (f"{ONCE}test_the_same_request_gets_its_first_answer_again",),
    ),
    Fault(
        "a key is never free again",
        KEYS,
        'row | {"expired": began - KEPT}',
        'row | {"expired": began - 2 * KEPT}',
        (f"{ONCE}test_a_key_is_kept_for_a_day_and_then_free",),
    ),
    Fault(
        "keys are forgotten while they hold",
        KEYS,
        "col(IdempotencyKey.created_at) < now() - KEPT",
        "col(IdempotencyKey.created_at) < now() - KEPT / 2",
        (f"{ONCE}test_keys_are_forgotten_when_their_time_is_over",),
    ),
    Fault(
        "the answer is not kept beside its key",
        ROUTING,
        "        await run_in_threadpool(claim.keep, response)\n",
        "        pass\n",
        (f"{ONCE}test_the_same_request_gets_its_first_answer_again",),
    ),
    Fault(
        "what must be done once is done without a key",
        REQUESTS,
        '{"*", request.path_params.get("step")}',
        '{request.path_params.get("step")}',
        (f"{ONCE}test_what_must_not_be_done_twice_by_mistake_wants_a_key",),
    ),
    # --- dry runs ---
    Fault(
        "a dry run changes what it tries",
        ROUTING,
        "raise Answered(_tried(response))",
        "return _tried(response)",
        (f"{ONCE}test_a_dry_run_says_what_would_be_and_changes_nothing",),
    ),
    Fault(
        "an address that knows no dry run does it in earnest",
        ROUTING,
        "not known.issuperset(request.query_params)",
        'not {*known, "dry_run"}.issuperset(request.query_params)',
        (f"{ONCE}test_a_dry_run_is_refused_where_it_would_be_a_real_one",),
    ),
    # --- tags ---
    Fault(
        "a change needs to name no state",
        "app/core/http/etags.py",
        'raise PreconditionRequired("A change must name the state that it is based on.")',
        "return ANYTHING",
        (f"{CHANGES}test_a_change_needs_the_tag_of_what_was_read",),
    ),
    Fault(
        "a change overwrites what somebody else has changed",
        TAGS,
        "if not names(self.header, tag):",
        "if not self.header:",
        (f"{CHANGES}test_a_change_needs_the_tag_of_what_was_read",),
    ),
    Fault(
        "a weak tag names a state exactly",
        TAGS,
        "part.strip() for part in",
        'part.strip().removeprefix("W/") for part in',
        (f"{CHANGES}test_a_tag_names_a_state_exactly_and_a_weak_one_does_not",),
    ),
    # --- what the chain is made of ---
    Fault(
        "an event is not bound to the one before",
        AUDIT,
        '"previous": previous,\n        "at"',
        '"previous": GENESIS,\n        "at"',
        (
            "tests/insights/test_audit_list.py::"
            "test_an_event_is_shown_whole_so_that_its_hash_can_be_checked",
        ),
    ),
    Fault(
        "who did it can be changed unnoticed",
        AUDIT,
        '"actor_id": event["actor_id"] and str(event["actor_id"])',
        '"actor_id": None',
        (f"{CHAIN}test_any_edit_of_one_row_is_found",),
    ),
    Fault(
        "the facts of an event can be changed unnoticed",
        AUDIT,
        '"facts": event["facts"],\n    }\n    return',
        '"facts": {},\n    }\n    return',
        (f"{CHAIN}test_any_edit_of_one_row_is_found",),
    ),
    Fault(
        "the end of the chain stays where it was",
        AUDIT,
        '    connection.execute(_MOVE, {"last": last + len(waiting), "digest": digest})\n',
        "",
        (f"{CHAIN}test_each_event_carries_the_hash_of_the_one_before",),
    ),
    Fault(
        "an event stays when what it tells of is taken back",
        AUDIT,
        "    if transaction.parent is None:\n",
        "    if transaction.parent is not None:\n",
        (f"{CHAIN}test_what_was_taken_back_waits_for_no_later_transaction",),
    ),
    Fault(
        "an event is written within a savepoint",
        AUDIT,
        "    if session.in_nested_transaction():\n",
        "    if False:\n",
        (f"{CHAIN}test_a_savepoint_takes_no_event",),
    ),
    Fault(
        "a step leaves no event",
        "app/submissions/service/steps.py",
        "    audit.record(\n",
        "    (lambda *_, **__: None)(\n",
        ("tests/submissions/test_submit.py::test_the_owner_submits_a_draft",),
    ),
    # --- how the chain is checked ---
    Fault(
        "the hash of an event is taken on trust",
        CHECK,
        "return digest_of(vars(event), event.previous) == event.digest",
        "return bool(digest_of(vars(event), event.previous))",
        (f"{CHAIN}test_any_edit_of_one_row_is_found",),
    ),
    Fault(
        "events in another order are not noticed",
        CHECK,
        "if event.previous != before.digest:",
        "if event.previous != before.digest and before.number == 0:",
        (f"{CHAIN}test_rows_in_another_order_are_named",),
    ),
    Fault(
        "a chain whose end was cut off is whole",
        CHECK,
        "    _require_end(head(session), before)\n",
        "",
        (f"{CHAIN}test_a_cut_end_is_named_by_the_stored_head",),
    ),
    Fault(
        "a chain that was written again is whole",
        CHECK,
        "known = published in {None, GENESIS}",
        "known = published is None or len(published) == len(GENESIS)",
        (f"{CHAIN}test_a_chain_written_anew_is_told_by_a_published_hash_alone",),
    ),
)
