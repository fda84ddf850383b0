"""Faults by which one request takes what many need: memory, time, sessions, quotas."""

from typing import Final

from tests.faults.mutants.planting import Fault

BOUNDS: Final = "tests/test_bounds.py::"

FAULTS: Final = (
    Fault(
        "a body of any number of things is read",
        "app/core/http/routing.py",
        "                require_small_json(await request.body())\n",
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
        "a long password is judged letter by letter",
        "app/accounts/service/credentials.py",
        "zxcvbn(password[:LONGEST_MEASURED]",
        "zxcvbn(password",
        (f"{BOUNDS}test_a_password_of_odd_signs_is_judged_by_its_beginning",),
    ),
)
