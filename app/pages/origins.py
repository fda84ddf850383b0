"""The list from which somebody comes to a submission: it goes along in the address."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlencode

from fastapi import Depends, Request
from pydantic import ValidationError, model_validator

from app.core.http.forms import without_empty
from app.submissions.lifecycle import Kind
from app.submissions.schemas import SubmissionQuery


class Asked(SubmissionQuery):
    """What a list was asked, as a form sends it: what was left empty is not asked."""

    has_columns: ClassVar[bool] = True

    _filled_in = model_validator(mode="before")(without_empty)


_LISTS: Final = {f"{kind}s": kind for kind in Kind}
_FIELDS: Final = Asked.model_fields


@dataclass(frozen=True, slots=True)
class Origin:
    """A list, and what it was asked.

    Attributes
    ----------
    kind : Kind
    asked : Asked
        Without a cursor: neighbours are looked for in the whole list, not in one page of it.
    """

    kind: Kind
    asked: Asked

    @property
    def query(self) -> str:
        """What an address of a submission carries behind its `?`."""
        return along(self.kind, self._said)

    def path(self, programme: str) -> str:
        """Return the address of the list itself."""
        place = f"/programmes/{programme}/{self.kind}s"
        return f"{place}?{said}" if (said := urlencode(self._said, doseq=True)) else place

    @property
    def _said(self) -> dict[str, Any]:
        return self.asked.model_dump(mode="json", exclude_defaults=True)


def along(kind: Kind, asked: dict[str, Any]) -> str:
    """Return how an address of a submission names the list that leads to it."""
    return urlencode({"of": f"{kind}s", **asked}, doseq=True)


def _origin(request: Request) -> Origin | None:
    """Return the list that an address names; None where it names none that there could be."""
    given = request.query_params
    kind = _LISTS.get(given.get("of", ""))
    if kind is None:
        return None
    asked = {
        name: given.getlist(name) if isinstance(_FIELDS[name].default, list) else given[name]
        for name in set(given) & set(_FIELDS) - {"cursor"}
    }
    try:
        return Origin(kind, Asked.model_validate(asked))
    except ValidationError:
        return None


OriginDep = Annotated[Origin | None, Depends(_origin)]
