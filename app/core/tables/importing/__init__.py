"""Tables that people bring, as CSV, XLSX or JSONL: read as a whole, or refused with all faults.

A table holds one record a row. Anyone who brings it is told everything that is wrong at
once, with file, line and field, because nobody wants to correct a file error by error.
A blank cell, an empty string and null all say "not given", in every format.

A schema helps with good messages: what a field says that it wants (`Wanted` in its type, or
its `description`) completes the sentence "Give ...", and its validators may raise
`app.core.base.validation_errors.mendable`. It may say more in `ClassVar`s, see `headings`.
"""

from app.core.tables.importing.files import MAX_BYTES, parse_table, read_table
from app.core.tables.importing.records import Record

__all__ = ["MAX_BYTES", "Record", "parse_table", "read_table"]
