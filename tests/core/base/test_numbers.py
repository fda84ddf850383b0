"""A number is taken where there is no doubt what was meant, in every schema that takes one."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlmodel import Session

import app.main  # noqa: F401 -- with all schemas of the interface
from app.access.policy import Role
from app.core.base.numbers import Decimal, Whole
from app.core.storage import audit
from app.core.storage.jobs import Job
from tests.conftest import SignIn
from tests.core.http.test_problems import JSON, draft
from tests.factories import a_programme, a_user


def schemas(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """All schemas that refuse what they do not know, which take input; the settings too."""
    for schema in of.__subclasses__():
        ours = schema.__module__.startswith("app.")
        if ours and schema.model_config.get("extra") == "forbid":
            yield schema
        yield from schemas(schema)


def kinds_in(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from kinds_in(part)


def holds_a_number(annotation: Any) -> bool:
    return any(kind in {int, float} for kind in kinds_in(annotation) if isinstance(kind, type))


def numbers() -> dict[str, FieldInfo]:
    return {
        f"{schema.__module__}.{schema.__name__}.{name}": field
        for schema in schemas()
        for name, field in schema.model_fields.items()
        if {int, float}
        & {kind for kind in kinds_in(field.annotation) if isinstance(kind, type)}
    }


NUMBERS = numbers()


def test_the_schemas_with_numbers_are_seen() -> None:
    names = {name.rpartition(".")[2] for name in NUMBERS}

    assert {"capacity", "limit", "days", "top", "text_weight", "providers_min", "min"} <= names
    assert {"shortlist_size", "smtp_port", "max_body_seconds"} <= names


@pytest.mark.parametrize(
    "written", ["1_0", "0_1", "\uff11", "0x1", "1e_1", " ", "", "nan", True]
)
@pytest.mark.parametrize("name", NUMBERS)
def test_no_schema_takes_what_only_a_program_reads_as_a_number(name: str, written: Any) -> None:
    field = NUMBERS[name]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]  # -- a type known only now

    with pytest.raises(ValidationError):
        adapter.validate_python(written)


@pytest.mark.parametrize(("written", "number"), [("12", 12), (" 7 ", 7), ("3.0", 3), (5, 5)])
def test_a_whole_number_may_be_written_in_digits(written: Any, number: int) -> None:
    assert TypeAdapter(Whole).validate_python(written) == number


@pytest.mark.parametrize(("written", "number"), [("0.5", 0.5), (".5", 0.5), ("1e-2", 0.01)])
def test_a_number_may_be_written_in_digits_with_a_point(written: Any, number: float) -> None:
    assert TypeAdapter(Decimal).validate_python(written) == number


def test_the_interface_says_what_is_no_number(session: Session, as_user: SignIn) -> None:
    member = as_user(a_user(session))

    answer = member.post(
        "/api/v1/solutions", content=draft(content={"capacity": "1_0"}), headers=JSON
    )

    assert answer.json()["errors"] == [
        {
            "pointer": "/content/capacity",
            "detail": "It is not a whole number; write digits alone, such as 12.",
        }
    ]


@pytest.mark.parametrize("written", ["1_0", "\uff11\uff10", "1\u0660", "x"])
def test_no_address_takes_what_only_a_program_reads_as_a_number(
    session: Session, as_user: SignIn, written: str
) -> None:
    programme = a_programme(session)
    for _ in range(10):
        audit.record(session, None, "touch", "programme", programme.id, reason="They fit.")
        session.add(Job(name="none", arguments={}))
    session.commit()
    admin, auditor = (as_user(a_user(session, role)) for role in (Role.ADMIN, Role.AUDITOR))

    def statuses(number: str) -> list[int]:
        return [
            auditor.get(f"/api/v1/jobs/{number}").status_code,
            admin.delete(f"/api/v1/audit/{number}/reason").status_code,
        ]

    assert statuses(written) == [404, 404]
    assert statuses("10") == [200, 204]
