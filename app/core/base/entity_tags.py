"""Which state of a thing somebody has seen: entity tags (RFC 9110).

A tag is the hash of the answer as its reader gets it, the row's version among it: it changes
with whatever shapes the answer, and tells nothing that the answer does not.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from app.core.base.errors import Stale


def tag_of(body: bytes) -> str:
    """Return the strong tag of an answer."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def entity_tag(seen: BaseModel) -> str:
    """Return the tag of a thing as its reader gets it."""
    return tag_of(seen.model_dump_json().encode())


def names(header: str, tag: str) -> bool:
    """Tell whether a list of tags has this one, or is `*`.

    A tag that says it is weak (`W/"..."`) names no state exactly, and so none of ours.
    """
    return header.strip() == "*" or tag in {part.strip() for part in header.split(",")}


@dataclass(frozen=True, slots=True)
class Expected:
    """The state on which a change is based.

    Attributes
    ----------
    header : str
        Tags as in `If-Match`; `*` for whatever stands there.
    """

    header: str

    def require(self, seen: BaseModel) -> None:
        """Do nothing, or refuse a change that is based on an earlier state.

        Parameters
        ----------
        seen : BaseModel
            The thing as it stands now, in the form in which this actor reads it.

        Raises
        ------
        Stale
            With the tag of what stands there now.
        """
        tag = entity_tag(seen)
        if not names(self.header, tag):
            raise Stale("Somebody has changed this since you read it.", tag=tag)


ANYTHING: Final = Expected("*")
