"""Lists as tables for people's own tools: CSV and XLSX, in words, and harmless to open."""

from app.core.tables.exporting.cells import Cell, cell_of, identifiers_in, in_words
from app.core.tables.exporting.columns import (
    Aside,
    Column,
    InWords,
    Named,
    Names,
    Only,
    chosen_columns,
    columns_of,
)
from app.core.tables.exporting.formats import MEDIA, Format, wanted
from app.core.tables.exporting.tables import Look, Workbook, table, table_in_parts

__all__ = [
    "MEDIA",
    "Aside",
    "Cell",
    "Column",
    "Format",
    "InWords",
    "Look",
    "Named",
    "Names",
    "Only",
    "Workbook",
    "cell_of",
    "chosen_columns",
    "columns_of",
    "identifiers_in",
    "in_words",
    "table",
    "table_in_parts",
    "wanted",
]
