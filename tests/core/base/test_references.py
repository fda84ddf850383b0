"""A reference is a key, or a code however people write it."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.base.references import LONGEST, Reference
from app.core.base.validation_errors import field_errors

KEY = "0c9e3e5e-3a43-4f07-a3b9-0f7d5a3f0d11"
READ: TypeAdapter[UUID | str] = TypeAdapter(Reference)


@pytest.mark.parametrize(
    "written",
    [
        *("CH-2026-001", "ch-2026-001", "Ch-2026-001", " CH-2026-001\t"),
        "\uff23\uff28-2026-\uff10\uff10\uff11",
        *("CH\u20112026\u2011001", "CH\u20132026\u2013001", "CH\u22122026\u2212001"),
        *("CH-2026-001\u200b", "\ufeffCH-2026-001"),
    ],
)
def test_a_code_is_read_however_people_write_it(written: str) -> None:
    assert READ.validate_python(written) == "CH-2026-001"


def test_a_code_that_people_chose_is_in_small_letters() -> None:
    assert READ.validate_python("Gov2Gov-2027") == "gov2gov-2027"


@pytest.mark.parametrize("written", [KEY, KEY.upper(), KEY.replace("-", ""), UUID(KEY)])
def test_a_key_is_read_as_a_key(written: Any) -> None:
    assert READ.validate_python(written) == UUID(KEY)


@pytest.mark.parametrize(
    "written",
    [
        *(None, 7, True, 1.5, [], {}, ["CH-2026-001"], {"code": "CH-2026-001"}),
        *("", "-", "a", "-ab", "CH 2026 001", "CH-2026-001;", "../x", "CH_2026_001", "a%"),
        *("x" * (LONGEST + 1), "C\u0301H-2026-001", "9" * 10**6),
    ],
)
def test_what_is_neither_is_refused_with_an_example(written: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        READ.validate_python(written)

    (error,) = field_errors(refused.value.errors())
    assert error.detail == "Write an identifier or a code, such as CH-2026-001."


@pytest.mark.parametrize("written", ["CH-2026-001\0", "CH-2026\x7f-001", "\ud800"])
def test_a_code_with_what_no_keyboard_writes_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="remove the control characters"):
        READ.validate_python(written)


def test_the_schema_is_bounded_and_says_both() -> None:
    schema = READ.json_schema()

    assert [kind.get("format") or kind["maxLength"] for kind in schema["anyOf"]] == [
        "uuid",
        LONGEST,
    ]
