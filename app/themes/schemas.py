"""What goes in and out about themes."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.text import Line
from app.core.storage.pagination import ListQuery


class Facet(StrEnum):
    """The vocabularies."""

    POLICY_DOMAIN = "policy-domain"
    PRACTICE = "practice"
    SDG = "sdg"


class ThemeDraft(BaseModel):
    """An entry of a vocabulary as its file states it."""

    model_config = ConfigDict(extra="ignore")

    code: Line
    uri: str | None = None
    labels: dict[str, Line]


class ThemeRead(BaseModel):
    """A theme as its readers see it."""

    model_config = ConfigDict(from_attributes=True)

    key: str = Field(description="What submissions name, such as `practice:open-source`.")
    facet: Facet
    code: str
    uri: str | None
    labels: dict[str, str] = Field(description="By language.")


class ThemeQuery(ListQuery):
    """Filters of the list of themes."""

    facet: list[Facet] = Field(default=[], description="Repeat for several.")
