"""One thing that waits for a person."""

from dataclasses import dataclass
from datetime import datetime

from app.insights.schemas import TaskKind
from app.submissions.lifecycle import Kind


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits.

    Attributes
    ----------
    what : TaskKind
    title : str
        Of the submission or of the programme that it is about.
    code : str
        Of the same.
    kind : Kind
        Of the submissions.
    count : int
        How many of them.
    due : datetime or None
        Until when, in UTC.
    zone : str
        In whose time that was announced.
    """

    what: TaskKind
    title: str
    code: str
    kind: Kind
    count: int
    due: datetime | None
    zone: str
