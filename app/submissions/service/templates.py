"""A workbook to fill in: the columns of the exchange format, with what may be chosen."""

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from app.core.base.text import comparable
from app.core.base.validation_errors import Wanted
from app.core.tables.countries import country_names
from app.core.tables.languages import language_names
from app.programmes.lifecycle import CallKind
from app.questions.builtin import built_in_form, by_key
from app.questions.forms import Form, Question, QuestionType
from app.submissions.content import MOST_CHALLENGES
from app.submissions.records import named
from app.submissions.service.own_columns import heading_for, own_questions, record_for

ROWS: Final = 1_000
"""Below how many rows the drop-downs stand."""
LEVELS: Final = ("Central", "Regional", "Local", "Other")
_LEFT_OUT: Final = frozenset({"notes", "sources", "text"})
_ADVICE: Final = (
    "Fill in the columns with a star. Leave blank what you do not know.",
    "Write several themes into one cell with semicolons between them.",
    "Write your own ids, such as 1, 2 and 3: by them you can change a row later.",
)
_WIDE: Final = 40


def template(
    kind: CallKind, themes: Iterable[tuple[str, Sequence[str]]], form: Form | None = None
) -> bytes:
    """Return a workbook whose rows can be imported into a call of this kind.

    Parameters
    ----------
    form : Form, optional
        What the call asks; the built-in form without it.
    themes : iterable of (key, names)
        What the rows may be about; the first name of each is shown.
    """
    import xlsxwriter  # noqa: PLC0415 -- loads slowly, and few ask for it
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 -- as above

    form = form or built_in_form(kind)
    schema = record_for(kind, form)
    every = own_questions(kind, form)
    own = [one for one in every if one.type is not QuestionType.FILE]
    unasked = by_key(kind).keys() - {one.key for one in form.questions}
    unasked |= {one.key for one in every if one.type is QuestionType.FILE}
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, advice, lists = (
            book.add_worksheet(name) for name in (kind.capitalize(), "How to fill in", "Lists")
        )
        lists.hide()
        fields = {
            name: field
            for name, field in schema.model_fields.items()
            if name not in _LEFT_OUT and name not in unasked
        }
        called = {one.key: heading_for(schema, one) for one in own}
        required = {one.key for one in form.questions if one.required}
        _write_names(book, sheet, fields, called, required & called.keys())
        _write_advice(book, advice, fields, called)
        choices = {
            "country": country_names(),
            "level": LEVELS,
            "language": language_names(),
            "themes": _labels([*themes]),
            **{one.key: offered for one in own if (offered := _offered(one))},
        }
        several = {one.key for one in own if one.type is QuestionType.CHOICES}
        for column, (name, values) in enumerate(choices.items()):
            lists.write_column(0, column, values)
            letter = xl_col_to_name(column)
            source = f"=Lists!${letter}$1:${letter}${max(len(values), 1)}"
            _offer(sheet, [*fields].index(name), source, is_open=name in several | {"themes"})
        if "capacity" in fields:
            _bound(sheet, [*fields].index("capacity"))
    return file.getvalue()


def _offered(question: Question) -> Sequence[str]:
    """Return what a drop-down offers for a question; nothing where there is no list."""
    match question.type:
        case QuestionType.YES_NO:
            return ("yes", "no")
        case QuestionType.COUNTRY:
            return country_names()
        case QuestionType.LANGUAGE:
            return language_names()
    return question.options


def _write_names(
    book: Any,
    sheet: Any,
    fields: dict[str, Any],
    called: Mapping[str, str],
    needed: Collection[str],
) -> None:
    bold = book.add_format({"bold": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    for column, (name, field) in enumerate(fields.items()):
        is_needed = field.is_required() or name in {"organisation", "country", *needed}
        heading = called.get(name) or _heading(name)
        sheet.write_string(0, column, f"{heading}{'*' if is_needed else ''}", bold)
        sheet.set_column(column, column, _WIDE if _is_passage(field) else 20, plain)


def _write_advice(
    book: Any, sheet: Any, fields: dict[str, Any], called: Mapping[str, str]
) -> None:
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, ["Name of the column", "What to write there"], bold)
    for line, (name, field) in enumerate(fields.items(), 1):
        wanted = next((m.text for m in field.metadata if isinstance(m, Wanted)), "")
        heading = called.get(name) or _heading(name)
        sheet.write_row(line, 0, [heading, _sentences(field.description, wanted)])
    line = len(fields) + 2
    sheet.write_string(
        line, 0, "Columns with * have to be filled in. Write several themes with"
    )
    sheet.write_string(
        line + 1, 0, "semicolons between them. Leave blank what you do not know."
    )
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 80)


def _sentences(*parts: str | None) -> str:
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _is_passage(field: Any) -> bool:
    return field.annotation is str and any(isinstance(m, Wanted) for m in field.metadata)


def _labels(themes: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return the name of each theme, or its key where others have the name as well."""
    known = named(themes)
    return [
        name if len(known[comparable(name)]) == 1 else key
        for key, names in themes
        for name in (next(iter(names), key),)
    ]


def _offer(sheet: Any, column: int, source: str, *, is_open: bool) -> None:
    """Let people choose in a column; an open one takes what is not in the list as well."""
    sheet.data_validation(
        *(1, column, ROWS, column),
        {
            "validate": "list",
            "source": source,
            "show_error": not is_open,
            "error_title": "Not in the list",
            "error_message": "Choose one of the list.",
        },
    )


def _bound(sheet: Any, column: int) -> None:
    sheet.data_validation(
        *(1, column, ROWS, column),
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": MOST_CHALLENGES,
            "error_title": "Not a number of challenges",
            "error_message": f"Write a whole number from 0 to {MOST_CHALLENGES}.",
        },
    )
