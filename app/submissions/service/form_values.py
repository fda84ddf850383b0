"""The answers of a form that came back, as a submission keeps them; or all that is wrong."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError
from sqlmodel import Session

from app.core.base.errors import FieldError
from app.core.base.messages import Message
from app.core.base.text import comparable
from app.core.base.translations import LANGUAGES, language
from app.core.base.validation_errors import field_errors
from app.core.tables.languages import language_of
from app.core.tables.row_errors import Fault, FaultyTable
from app.programmes.models import Call
from app.questions.answering import is_blank, taken
from app.questions.forms import Form, QuestionType
from app.submissions.lifecycle import KINDS, Kind
from app.submissions.schemas import DRAFTS
from app.submissions.service.answered import ANSWERS
from app.submissions.service.form_rows import Asked, rows_of
from app.submissions.service.form_workbooks import Filled
from app.themes import service as themes

_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of the days that spreadsheets count."""
_LAST_DAY: Final = 2_958_465


def labels_of(session: Session, tag: str) -> dict[str, str]:
    """Return what the themes that are offered are called in one language."""
    known = themes.keys(session)
    labels = themes.labels(session, tag)
    return {key: label for key, label in labels.items() if key in known}


class _Faults:
    """All that is wrong with a file, each with its cell."""

    def __init__(self, name: str, filled: Filled, rows: list[Asked]) -> None:
        self.name = name
        self.filled = filled
        self.asked = {row.name: row for row in rows}
        self.found: list[Fault] = []

    def add(self, key: str, problem: str) -> None:
        """Note what is wrong with an answer."""
        heading = self.asked[key].title if key in self.asked else ""
        place = self.filled.places.get(key, "")
        remedy = "Correct it in the file, and bring it again."
        self.found.append(Fault(self.name, 0, key, problem, remedy, place, heading))


def values_of(
    session: Session,
    call: Call,
    form: Form,
    filled: Filled,
    rows: list[Asked],
    name: str,
) -> dict[str, Any]:
    """Return the answers of a file as they are kept, or refuse with all that is wrong."""
    faults = _Faults(name, filled, rows)
    tongues = [rows_of(call.kind, form, language(t), labels_of(session, t)) for t in LANGUAGES]
    everywhere = [row for one in tongues for row in one]
    values = _read(filled, faults, {row.name: _words(everywhere, row) for row in rows})
    if is_blank(values.get("title")) and not any(one.field == "title" for one in faults.found):
        faults.add("title", "Give it a title.")
    for unfit in _unfit(KINDS[call.kind], values):
        faults.add(_name_at(unfit.pointer), unfit.detail)
    if faults.found:
        raise FaultyTable(faults.found)
    return values


def _read(
    filled: Filled, faults: _Faults, words: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, given in filled.answers.items():
        if key not in faults.asked:
            if not is_blank(given):
                faults.add(key, "The form of this call does not ask for it. Leave it out.")
            continue
        try:
            values[key] = _kept(faults.asked[key], given, words[key])
        except ValueError as wrong:
            faults.add(key, wrong.args[0])
    return values


def _name_at(pointer: str) -> str:
    """Return the name of the answer at a pointer, such as `content.problem` or `themes`."""
    head, *rest = pointer.removeprefix("/").split("/")
    return f"{head}.{rest[0]}" if head == "content" and rest else head


def _words(rows: list[Asked], row: Asked) -> dict[str, Any]:
    """Return what may be chosen in a row, by its words in every language."""
    return {
        comparable(text): kept
        for one in rows
        if one.name == row.name
        for text, kept in one.choices.items()
    }


def _kept(row: Asked, given: Any, words: Mapping[str, Any]) -> Any:
    """Return an answer of a file as a submission keeps it; None if it is blank."""
    if isinstance(given, str):
        given = given.strip()
        if row.choices and not row.is_several:
            given = words.get(comparable(given), given)
    if is_blank(given):
        return None
    if row.name == "themes":
        return _themes(row, given, words)
    if row.name == "language":
        return _language(given)
    if row.question is not None and row.name.startswith(ANSWERS):
        return taken(row.question, _as_typed(row, given))
    return given


def _themes(row: Asked, given: Any, words: Mapping[str, Any]) -> list[Any]:
    several = given.split(";") if isinstance(given, str) else given
    if not isinstance(several, list):
        raise ValueError(Message("Send a list here, even of one item."))
    named = [str(one).strip() for one in several if str(one).strip()]
    keys = {*words.values()}
    found = [words.get(comparable(one), one) for one in named]
    for one in found:
        if one not in keys:
            options = "; ".join([*row.choices][:20])
            raise ValueError(
                Message(
                    "{given!r} is not in the list. Choose one of: {options}.",
                    given=one[:60],
                    options=options,
                )
            )
    return [*dict.fromkeys(found)]


def _language(given: Any) -> str:
    if (code := language_of(str(given)[:100])) is None:
        raise ValueError(
            Message(
                "{given!r} is not a language code. Write one such as fr.", given=str(given)[:60]
            )
        )
    return code


def _as_typed(row: Asked, given: Any) -> Any:
    """Return what a spreadsheet has made of an answer as it was meant.

    A day may have become the number of days since 1899, or an instant at midnight.
    """
    if row.question is None or row.question.type is not QuestionType.DATE:
        return given
    text = str(given)
    if text.isdecimal() and 0 < int(text[:8]) <= _LAST_DAY and len(text) <= 7:
        return (_EPOCH + timedelta(days=int(text))).isoformat()
    return text[:10] if text[10:].startswith("T") else given


def _unfit(kind: Kind, values: Mapping[str, Any]) -> list[FieldError]:
    """Return what a draft cannot hold of these answers."""
    whole = nested({key: value for key, value in values.items() if value is not None})
    whole.pop("answers", None)
    try:
        DRAFTS[kind].model_validate({"title": "-----", "content": {}} | whole)
    except ValidationError as error:
        return field_errors(error.errors())
    return []


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers by name as a draft has them, one within another."""
    whole: dict[str, Any] = {}
    for name, value in values.items():
        head, _, key = name.partition(".")
        if key:
            whole.setdefault(head, {})[key] = value
        else:
            whole[head] = value
    return whole
