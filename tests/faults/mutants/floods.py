"""Faults by which one request takes what many need: memory, time, sessions, quotas."""

from typing import Final

from tests.faults.mutants.planting import Fault

BOUNDS: Final = "tests/test_bounds.py::"
COOKIES: Final = (
    "tests/core/http/test_cookies.py::test_where_people_come_over_https_every_cookie_is_secure"
)
QUOTAS: Final = "tests/test_quotas.py::"
COMPUTING: Final = "tests/core/http/test_computing.py::"
EIGHT: Final = f"{COMPUTING}test_while_eight_ask_two_compute_without_a_session_and_others_read"

FAULTS: Final = (
    Fault(
        "a body of any number of things is read",
        "app/core/http/bodies.py",
        "    require_small_json(body)\n",
        "",
        (f"{BOUNDS}test_what_says_too_much_is_refused_before_anybody_reads_it",),
    ),
    Fault(
        "an answer lists any number of errors",
        "app/core/http/problems.py",
        "for e in error.errors[:MOST_ERRORS]",
        "for e in error.errors",
        (f"{BOUNDS}test_of_many_errors_the_first_are_listed_and_the_others_counted",),
    ),
    Fault(
        "a form of any number of fields is read",
        "app/core/http/content_limits.py",
        'if body.count(b"&") >= FIELDS:',
        'if body.count(b"&") >= FIELDS * FIELDS:',
        (f"{BOUNDS}test_a_form_of_many_fields_or_of_another_kind_is_refused_unread",),
    ),
    Fault(
        "a filter takes any number of values",
        "app/core/storage/pagination.py",
        "Several = Annotated[list[T], Field(max_length=MOST_VALUES)]",
        "Several = Annotated[list[T], Field()]",
        (f"{BOUNDS}test_every_parameter_that_is_a_list_has_an_end",),
    ),
    Fault(
        "a regret is computed while its session is held",
        "app/matchmaking/api.py",
        "Computed(assignment_queries.regret(session, actor, run_id, query, settings))",
        "Computed(\n        lambda: assignment_queries.regret("
        "session, actor, run_id, query, settings)()\n    )",
        (EIGHT,),
    ),
    Fault(
        "any number of answers is computed at once",
        "app/core/http/computing.py",
        "_COMPUTING.limiter(settings.computing_places)",
        "_COMPUTING.limiter(64 * settings.computing_places)",
        (EIGHT,),
    ),
    Fault(
        "any number of questions waits in memory",
        "app/core/http/computing.py",
        "if limiter.statistics().tasks_waiting >= QUEUE:",
        "if limiter.statistics().tasks_waiting >= QUEUE * QUEUE:",
        (f"{COMPUTING}test_beyond_those_who_wait_the_next_ones_are_told_when_to_come_again",),
    ),
    Fault(
        "an answer is computed though its asker has gone",
        "app/core/http/computing.py",
        "        is_gone = True\n        tasks.cancel_scope.cancel()\n",
        "        is_gone = False\n",
        (f"{COMPUTING}test_an_answer_that_nobody_waits_for_is_not_computed",),
    ),
    Fault(
        "a verdict stands on what no longer holds",
        "app/matchmaking/service/verdicts.py",
        "(digest, *codes) != (found.digest, found.challenge, found.solution)",
        "digest is None",
        (f"{COMPUTING}test_a_verdict_whose_ground_changed_meanwhile_is_refused",),
    ),
    Fault(
        "a page has any number of bytes",
        "app/core/storage/pagination.py",
        "(rows and size > most_bytes)",
        "(rows and size > most_bytes > most_bytes)",
        (f"{QUOTAS}test_a_page_ends_at_so_many_bytes_and_the_next_one_goes_on",),
    ),
    Fault(
        "all rows of a list come into memory at once",
        "app/core/storage/pagination.py",
        'execution_options={"yield_per": _AT_ONCE},',
        "execution_options={},",
        (f"{QUOTAS}test_what_is_beyond_a_page_never_comes_into_memory",),
    ),
    Fault(
        "a team begins any number of drafts",
        "app/submissions/service/drafts.py",
        "    _require_few(session, owner_id, call, most)\n",
        "",
        (f"{QUOTAS}test_a_team_begins_as_many_drafts_in_a_call_as_it_may",),
    ),
    Fault(
        "a person sends any number of requests",
        "app/accounts/dependencies.py",
        "    quota.count(request.app.state.database, str(actor.user_id))\n",
        "",
        (f"{QUOTAS}test_a_person_who_asks_too_often_is_told_when_to_go_on",),
    ),
    Fault(
        "each process counts the requests of a person for itself",
        "app/core/storage/rate_limits.py",
        "added = seen.unwritten if seen.unwritten >= self._step else 0",
        "added = 0",
        (f"{QUOTAS}test_all_processes_count_together",),
    ),
    Fault(
        "NUL in a name or in a text of any field reaches the database",
        "app/core/http/bodies.py",
        "    require_storable_json(body)\n",
        "",
        (
            "tests/test_unstorable.py::test_no_text_that_a_database_cannot_keep_gets_past_the_body",
        ),
    ),
    Fault(
        "NUL in a form reaches the database",
        "app/core/http/forms.py",
        "if refused := _unstorable_in(fields):",
        "if refused := _unstorable_in({}):",
        ("tests/core/http/test_forms.py::test_a_text_that_no_database_keeps_is_refused",),
    ),
    Fault(
        "nobody learns who was not permitted",
        "app/core/http/problems.py",
        "    note_denial(request, error)\n    return respond",
        "    return respond",
        ("tests/core/base/test_logging.py::test_who_is_not_permitted_is_logged_by_key",),
    ),
    Fault(
        "a browser comes back over plain http",
        "app/core/http/security_headers.py",
        'or public.startswith("https:")',
        'or public.startswith("https:///")',
        (
            "tests/core/http/test_security_headers.py::"
            "test_where_the_public_address_is_https_browsers_come_back_over_https",
        ),
    ),
    Fault(
        "figures are for whoever comes through a proxy that says nothing",
        "app/operations/health.py",
        "if public not in OWN_MACHINE or any(",
        "if any(",
        (
            "tests/operations/test_health.py::"
            "test_without_a_token_figures_are_for_nobody_where_people_come_by_another_address",
        ),
    ),
    Fault(
        "a cookie without Secure behind a proxy",
        "app/core/http/cookies.py",
        "        secure=is_secure(request),\n        httponly=True,\n",
        '        secure=request.url.scheme == "https",\n        httponly=True,\n',
        (COOKIES,),
    ),
    Fault(
        "a cookie is bound to no host behind a proxy",
        "app/core/http/cookies.py",
        'return request.url.scheme == "https" or public.startswith("https:")',
        'return request.url.scheme == "https" or public == "https:"',
        (COOKIES,),
    ),
    Fault(
        "a long password is judged letter by letter",
        "app/accounts/service/credentials.py",
        "in_one_form(password)[:LONGEST_MEASURED]",
        "in_one_form(password)",
        (f"{BOUNDS}test_a_password_of_odd_signs_is_judged_by_its_beginning",),
    ),
)
