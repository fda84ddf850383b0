"""What goes in and out about themes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.text import Line
from app.core.storage.pagination import ListQuery, Several
from app.themes.facets import Facet

Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
Label = Annotated[Line, Field(max_length=1000)]


class ThemeDraft(BaseModel):
    """An entry of a vocabulary as its file states it."""

    model_config = ConfigDict(extra="ignore")

    code: Line = Field(max_length=80)
    uri: Line | None = Field(default=None, max_length=1000)
    labels: dict[Language, Label] = Field(max_length=200)
    definitions: dict[Language, Label] = Field(default={}, max_length=200)


class ThemeRead(BaseModel):
    """A theme as its readers see it."""

    model_config = ConfigDict(from_attributes=True)

    key: str = Field(description="What submissions name, such as `practice:open-source`.")
    facet: Facet
    code: str
    uri: str | None
    labels: dict[str, str] = Field(description="By language.")
    definitions: dict[str, str] = Field(
        description="What it means, by language; empty where the name says it."
    )


class ThemeQuery(ListQuery):
    """Filters of the list of themes."""

    facet: Several[Facet] = Field(default=[], description="Repeat for several.")
