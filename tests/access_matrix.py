"""The authorisation matrix: each feature holds its rows beside its tests, by role."""

from collections.abc import Mapping

from app.access.policy import Role

Row = Mapping[Role, int]
"""The status that each role is answered with."""

Matrix = Mapping[str, Mapping[str, Row]]
"""By operation (and step): a row for each kind of thing that the address names.

`any` stands where it names nothing. `own` belongs to the organisation of the person who asks,
`other` to another one; `hidden` is there and out of everybody's reach. What is absent has no
row: it must look like what is hidden.
"""


def answers(status: int, **but: int) -> Row:
    """Return a row: what everybody is answered, but for the roles that are named."""
    row = dict.fromkeys(Role, status)
    return row | {Role(name): other for name, other in but.items()}
