"""What goes out about background work."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.core.storage.jobs import JobState


class JobRead(BaseModel):
    """How far a piece of background work is."""

    id: int
    name: str
    state: JobState
    attempts: int
    done: int = Field(description="Progress: so many of `total`.")
    total: int
    result: str | None = Field(description="Where to read on; null for work of other kinds.")
    created_at: datetime
    finished_at: datetime | None
