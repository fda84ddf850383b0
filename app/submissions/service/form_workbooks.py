"""A form as a file: a workbook with drop-downs, or JSON; written here, and read back.

A workbook that was filled in elsewhere is not as it was written: rows were put between, a
heading was merged, a sheet was added, the other program writes dates as numbers and truth
values in words of its own. So a row is known by its key, wherever it stands, and the answer
stands two columns right of it. A formula counts with its result; without one it is a fault.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.core.base.messages import Message
from app.core.base.text import printable, unstorable
from app.core.base.translations import Language
from app.core.tables.importing.workbooks import Sheet, letters, sheets_of
from app.core.tables.row_errors import Fault, FaultyTable, refuse
from app.submissions.service.form_rows import Asked, needed, seen_of

CALL, VERSION, SUBMISSION = "#call", "#version", "#submission"
"""The keys of the rows that say which form this is."""
ANSWER, SEEN = 2, 4
"""How far to the right of the key the answer and its fingerprint stand."""
MOST_BYTES: Final = 4 * 2**20
"""Bytes that a form may have; a workbook also unpacked: it is a page, not a table."""
_LONGEST_LIST: Final = 30
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Which:
    """Which form a file holds: of what call, in what version, and of which submission."""

    call_id: UUID
    number: int
    code: str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that came back.

    Attributes
    ----------
    which : Which
    answers : mapping
        By name, as they were written; a row that is missing has none.
    places : mapping
        Where each stands in the file, such as Form!C7.
    seen : mapping
        The fingerprint of each as it stood when the form was handed out.
    """

    which: Which
    answers: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)


def as_json(which: Which, rows: Sequence[Asked], answers: Mapping[str, Any]) -> bytes:
    """Return a form as JSON, in which `answer` of each row is filled in."""
    content = {
        "call": str(which.call_id),
        "version": which.number,
        "submission": which.code,
        "rows": [
            {
                "key": row.name,
                "title": row.title,
                "wanted": row.wanted,
                "choices": [_plain(kept) for kept in row.choices.values()],
                "answer": answers.get(row.name),
                "seen": seen_of(answers.get(row.name)),
            }
            for row in rows
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _plain(kept: Any) -> Any:
    return kept if isinstance(kept, bool | int | float) else str(kept)


def as_workbook(
    which: Which,
    rows: Sequence[Asked],
    answers: Mapping[str, Any],
    heading: str,
    into: Language,
) -> bytes:
    """Return a form as a workbook, with drop-downs and what is known filled in.

    Parameters
    ----------
    heading : str
        What the call is called.
    """
    import xlsxwriter  # noqa: PLC0415 -- loads slowly, and few ask for it
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 -- as above

    say = into.say
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})  # the same form is the same file
        names = (say(Message("Form")), say(Message("How to fill it in")), "Lists")
        sheet, advice, lists = (book.add_worksheet(name[:31]) for name in names)
        lists.hide()
        head = book.add_format({"bold": True, "font_size": 14})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#505a5f"})
        small = book.add_format({"font_size": 8, "font_color": "#505a5f", "valign": "top"})
        cell = book.add_format(
            {
                "text_wrap": True,
                "valign": "top",
                "border": 1,
                "num_format": "@",
                "locked": False,
            }
        )
        for column, width in enumerate((14, 34, 70, 50, 2)):
            sheet.set_column(column, column, width, None, {"hidden": column == SEEN})
        sheet.write_string(0, 1, printable(heading), head)
        titles = (
            Message("Key"),
            Message("Question"),
            Message("Your answer"),
            Message("Wanted"),
        )
        for column, title in enumerate(titles):
            sheet.write_string(1, column, say(title), bold)
        sheet.freeze_panes(2, 0)
        star = needed(rows)
        for line, row in enumerate(rows, 2):
            sheet.write_string(line, 0, row.name, small)
            sheet.write_string(line, 1, f"{row.title}{' *' if row.name in star else ''}", bold)
            sheet.write_string(line, ANSWER, row.said(answers.get(row.name)), cell)
            sheet.write_string(line, 3, "\n".join(row.wanted), plain)
            sheet.write_string(line, SEEN, seen_of(answers.get(row.name)))
            if row.wanted:
                sheet.write_comment(line, ANSWER, "\n".join(row.wanted))
            if row.choices:
                lists.write_column(0, line, [*row.choices])
                letter = xl_col_to_name(line)
                source = f"=Lists!${letter}$1:${letter}${len(row.choices)}"
                _offer(sheet, line, source, row, say)
        told = ((CALL, str(which.call_id)), (VERSION, str(which.number)))
        foot = len(rows) + 3
        for line, (key, value) in enumerate((*told, (SUBMISSION, which.code or "")), foot):
            sheet.write_string(line, 0, key, small)
            sheet.write_string(line, ANSWER, value, small)
        sheet.write_string(foot, 1, say(Message("Leave these lines as they are.")), small)
        sheet.protect("", {"format_rows": True, "format_columns": True})
        for line, sentence in enumerate(ADVICE):
            advice.write_string(line, 0, say(sentence))
        advice.set_column(0, 0, 100)
    return file.getvalue()


ADVICE: Final = (
    Message("Write your answers into the column “Your answer” of the first sheet."),
    Message("A star stands where an answer is needed before the form can be sent."),
    Message("You need no connection. Save the file as XLSX, with the name that it has."),
    Message("Bring it back on “My submissions”, “Fill it in without a connection”."),
    Message("You see what is wrong, and what would be written, before anything is written."),
    Message("What comes back is a draft. Your team sends it when it is ready."),
    Message("Leave the column of keys and the last lines as they are: they say what is what."),
)


def _offer(sheet: Any, line: int, source: str, row: Asked, say: Any) -> None:
    sheet.data_validation(
        *(line, ANSWER, line, ANSWER),
        {
            "validate": "list",
            "source": source,
            "show_error": not row.is_several,
            "error_title": say(Message("Not in the list"))[:_LONGEST_LIST],
            "error_message": say(Message("Choose one of the list.")),
        },
    )


def read(content: bytes, name: str) -> Filled:
    """Return a form that came back as a workbook or as JSON.

    It may take seconds, and asks no database: whoever calls holds no session meanwhile.

    Raises
    ------
    FaultyTable
        If it is no form of ours, or a row of it cannot be read; each with its cell.
    """
    if len(content) > MOST_BYTES:
        refuse(name, "The file is larger than 4 MB.", "Bring the form as it was handed out.")
    if name.lower().endswith(".json"):
        return _from_json(content, name)
    return _from_workbook(sheets_of(content, name, MOST_BYTES), name)


def _no_form(name: str) -> FaultyTable:
    return FaultyTable(
        [
            Fault(
                name,
                0,
                "",
                "This is no form of this service.",
                "Bring the file that you have downloaded here, as XLSX or JSON.",
            )
        ]
    )


def _from_json(content: bytes, name: str) -> Filled:
    try:
        told = json.loads(content.decode("utf-8-sig"))
        if any(unstorable(told)):
            raise _no_form(name)
        which = Which(UUID(told["call"]), int(told["version"]), told["submission"] or None)
        rows = [(str(row["key"]), row["answer"], row.get("seen")) for row in told["rows"]]
        if which.code is not None and not isinstance(which.code, str):
            raise TypeError
    except (ArithmeticError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _no_form(name) from None
    places, faults = dict[str, str](), list[Fault]()
    for at, (key, _, _) in enumerate(rows):
        place = f"/rows/{at}/answer"
        if key in places:
            faults.append(_twice(name, at, key, place, places[key]))
        places.setdefault(key, place)
    if faults:
        raise FaultyTable(faults)
    return Filled(
        which,
        {key: answer for key, answer, _ in rows},
        places,
        {key: str(seen) for key, _, seen in rows if seen},
    )


def _from_workbook(sheets: Sequence[Sheet], name: str) -> Filled:
    found = max(
        ((*_keys(sheet), sheet) for sheet in sheets), key=lambda one: one[1], default=None
    )
    if found is None or not found[1]:
        raise _no_form(name)
    column, _, sheet = found
    answers, places, seen = dict[str, str](), dict[str, str](), dict[str, str]()
    faults = [
        Fault(name, line, "", problem, remedy, _place(sheet, line, at))
        for line, at, problem, remedy in sheet.broken
        if at == column + ANSWER
    ]
    for line, cells in sheet.rows:
        key = _at(cells, column).strip()
        if not _is_key(key):
            continue
        place = _place(sheet, line, column + ANSWER)
        if key in answers:
            faults.append(_twice(name, line, key, place, places[key]))
            continue
        try:
            text = printable(_at(cells, column + ANSWER))
        except ValueError as wrong:
            problem, remedy = (
                wrong.args[0],
                Message("Correct it in the file, and bring it again."),
            )
            faults.append(Fault(name, line, key, problem, remedy, place))
            continue
        answers[key] = text.replace("\r\n", "\n").replace("\r", "\n")
        places[key] = place
        seen[key] = _at(cells, column + SEEN).strip()
    if faults:
        raise FaultyTable(faults)
    try:
        which = Which(
            UUID(answers.pop(CALL).strip()),
            int(answers.pop(VERSION)),
            answers.pop(SUBMISSION).strip() or None,
        )
    except (ValueError, KeyError):
        raise _no_form(name) from None
    return Filled(which, answers, places, {key: one for key, one in seen.items() if one})


def _twice(name: str, line: int, key: str, place: str, first: str) -> Fault:
    problem = Message("The key {key} stands here once more.", key=key)
    remedy = Message("Keep one of the rows; the other one is {cell}.", cell=first)
    return Fault(name, line, key, problem, remedy, place)


def _keys(sheet: Sheet) -> tuple[int, int]:
    """Return in which column of a sheet keys stand, and how many."""
    counts: dict[int, int] = {}
    for _, cells in sheet.rows:
        for column, text in enumerate(cells):
            if _is_key(text.strip()):
                counts[column] = counts.get(column, 0) + 1
    column = max(counts, key=lambda at: counts[at], default=0)
    return column, counts.get(column, 0)


def _is_key(text: str) -> bool:
    return text in {CALL, VERSION, SUBMISSION, "title", "language", "summary", "themes"} or (
        text.startswith(("content.", "answers."))
        and text.replace("_", "").isascii()
        and " " not in text
    )


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _place(sheet: Sheet, line: int, column: int) -> str:
    return f"{sheet.title}!{letters(column)}{line}"
