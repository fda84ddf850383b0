"""Where themes are stored."""

from datetime import datetime

from sqlmodel import JSON, Column, Field, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime


class Theme(Record, table=True):
    """An entry of a controlled vocabulary; its key is `facet:code`."""

    __table_args__ = (UniqueConstraint("facet", "code"),)

    key: str = Field(unique=True)
    facet: str = Field(index=True)
    code: str
    uri: str | None = None
    labels: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    definitions: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
