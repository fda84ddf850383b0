"""Changing a part of what was written: JSON merge patches (RFC 7396)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, ValidationError

from app.core.base.errors import FieldError, Unprocessable
from app.core.base.validation_errors import field_errors, pointer_to

Draft = TypeVar("Draft", bound=BaseModel)

MOST_MEMBERS: Final = 100
"""Members that a patch may have; more than any draft has."""


class Patch(RootModel[Annotated[dict[str, JsonValue], Field(max_length=MOST_MEMBERS)]]):
    """What shall be different: members with their new values, null for the default.

    A list is replaced as a whole.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "Early warning of floods in small rivers"}]}
    )


def patched(draft: Draft, patch: Patch) -> Draft:
    """Return the draft as the patch wants it, validated as a whole.

    Raises
    ------
    Unprocessable
        If the patch names what the draft does not have, or the whole cannot be taken.
    """
    whole, unknown = _merged(draft.model_dump(mode="json"), patch.root, "")
    errors: Sequence[FieldError] = unknown
    if not errors:
        try:
            return type(draft).model_validate(whole)
        except ValidationError as error:
            errors = field_errors(error.errors())
    raise Unprocessable("The content cannot be accepted.", errors=errors)


def _merged(
    target: Mapping[str, Any], patch: Mapping[str, JsonValue], place: str
) -> tuple[dict[str, Any], list[FieldError]]:
    """Return the target with the patch applied, and the names that it does not know.

    The target goes as deep as the draft's schema, and so does the merging.
    """
    whole, unknown = dict(target), list[FieldError]()
    for name, value in patch.items():
        where = place + pointer_to([name])
        if name not in target:
            detail = "This field is not known; remove it or check its spelling."
            unknown.append(FieldError(where, detail))
        elif value is None:
            del whole[name]
        elif isinstance(value, dict) and isinstance(target[name], dict):
            whole[name], below = _merged(target[name], value, where)
            unknown += below
        else:
            whole[name] = value
    return whole, unknown
