"""A form that is filled in without a connection, and what comes of it when it comes back."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.core.base.errors import NotPermitted, Stale
from app.core.base.merge_patch import Patch
from app.core.base.translations import language
from app.core.tables.row_errors import FaultyTable
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.questions import service as questions
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeDraft
from app.submissions.service import drafts, form_files, form_workbooks
from app.submissions.service.form_files import Taken
from app.themes.models import Theme
from tests.factories import (
    a_call,
    a_challenge,
    a_form,
    a_solution,
    a_user,
    organisation_of,
    themes,
)

EN, FR = language("en"), language("fr")
ASKED: list[dict[str, Any]] = [
    {"key": "problem", "required": True},
    {"key": "scale", "type": "choice", "title": "For whom?", "options": ["City", "Country"]},
    {"key": "means", "type": "choices", "title": "By what?", "options": ["Law", "Money", "IT"]},
    {"key": "cities", "type": "number", "title": "How many cities?"},
    {"key": "since", "type": "date", "title": "Since when?"},
    {"key": "open", "type": "yes_no", "title": "Is it open source?"},
    {"key": "where", "type": "country", "title": "Where else?"},
    {"key": "note", "type": "short_text", "title": "Anything else?", "most_words": 20},
]
ODD = b'{"call": "5f0c2c1e-6f0a-4a9e-8f2f-0b1f0a4d7c11", "rows": [], %s}'
FILLED: dict[str, str] = {
    "title": "Early warning of floods",
    "language": "French",
    "content.problem": "Our river floods “twice” a year.",
    "answers.scale": "city",
    "answers.means": "Money; Law",
    "answers.cities": "12",
    "answers.since": "2027-02-15",
    "answers.open": "yes",
    "answers.where": "Brazil",
    "answers.note": "2027",
    "themes": "Environment; practice:data-sharing",
}


def a_member(session: Session) -> Actor:
    user = a_user(session)
    return Actor(user.id, {Role.MEMBER: frozenset({organisation_of(session, user)})})


def asking(session: Session) -> Call:
    """A call with questions of its own, of most types."""
    themes(session)
    environment = session.exec(select(Theme).where(Theme.key == "policy-domain:ENVI")).one()
    environment.labels = {"en": "Environment", "fr": "Environnement"}
    call = a_call(session)
    a_form(session, call, questions=ASKED)
    return call


def of_team(session: Session, actor: Actor, call: Call, **fields: Any) -> Submission:
    (team,) = actor.roles[Role.MEMBER]
    fields.setdefault("content", {"problem": "Our river floods twice a year."})
    fields.setdefault("form_id", questions.answered(session, call.id))
    return a_challenge(session, call_id=call.id, organisation_id=team, **fields)


def workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def filled(
    content: bytes, answers: dict[str, Any], change: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook with some answers written into it, as another program would save it."""
    book = workbook(content)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        if row[0].value in answers:
            row[2].value = answers[row[0].value]
    if change is not None:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def handed_out(session: Session, call: Call, into: Any = EN) -> bytes:
    return form_files.hand_out(session, call, into, as_json=False)[1]


def taken(
    session: Session, actor: Actor, content: bytes, name: str = "form.xlsx", **more: Any
) -> Taken:
    filled = form_workbooks.read(content, name)
    return form_files.take_in(session, actor, name, filled, EN, most=9, **more)


def test_a_form_that_was_filled_in_becomes_a_draft_with_every_answer(session: Session) -> None:
    call, actor = asking(session), a_member(session)

    found = taken(session, actor, filled(handed_out(session, call), FILLED))

    made = found.submission
    assert made is not None
    assert (made.state, made.title, made.language) == (
        State.DRAFT,
        "Early warning of floods",
        "fr",
    )
    assert made.content["problem"] == "Our river floods “twice” a year."
    assert made.answers == {
        "scale": "City",
        "means": ["Law", "Money"],
        "cities": 12,
        "since": "2027-02-15",
        "open": True,
        "where": "BR",
        "note": "2027",
    }
    assert made.themes == ["policy-domain:ENVI", "practice:data-sharing"]
    assert {one.name for one in found.changes} == {*FILLED}


def test_the_form_speaks_the_language_of_its_reader_and_any_language_comes_back(
    session: Session,
) -> None:
    call, actor = asking(session), a_member(session)
    content = handed_out(session, call, FR)
    said = {"answers.open": "oui", "answers.where": "Brésil", "language": "français"}

    found = taken(session, actor, filled(content, FILLED | said | {"themes": "Environnement"}))

    sheet = workbook(content).worksheets[0]
    cells = [row[1].value for row in sheet.iter_rows() if row[0].value == "content.problem"]
    assert cells == ["Le problème *"]
    assert found.submission is not None
    assert found.submission.answers["open"] is True
    assert found.submission.answers["where"] == "BR"
    assert found.submission.language == "fr"


def test_lists_countries_languages_and_themes_are_drop_downs(session: Session) -> None:
    book = workbook(handed_out(session, asking(session)))

    sheet = book.worksheets[0]
    keys = {row[0].row: row[0].value for row in sheet.iter_rows()}
    offered = {
        keys[int(str(one.sqref).removeprefix("C"))]
        for one in sheet.data_validations.dataValidation
    }
    assert offered == {
        *("language", "themes"),
        *(f"answers.{key}" for key in ("scale", "means", "open", "where")),
    }
    assert book["Lists"].sheet_state == "hidden"
    note = next(
        row[2].comment.text for row in sheet.iter_rows() if row[0].value == "answers.note"
    )
    assert "At most 20 words." in note


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("answers.since", datetime.fromisoformat("2027-02-15"), "2027-02-15"),
        ("answers.since", 46433, "2027-02-15"),
        ("answers.since", "46433", "2027-02-15"),
        ("answers.open", True, True),
        ("answers.open", "VRAI", None),
        ("answers.cities", "7", 7),
        ("answers.cities", 7.0, 7),
        ("answers.cities", 7.5, 7.5),
        ("answers.note", 2027, "2027"),
        ("answers.note", "=1+1", None),
        ("answers.means", "IT;", ["IT"]),
    ],
)
def test_what_other_programs_make_of_an_answer_is_read_as_it_was_meant_or_refused(
    session: Session, name: str, value: object, kept: object
) -> None:
    call, actor = asking(session), a_member(session)
    content = filled(handed_out(session, call), FILLED | {name: value})

    if kept is None:
        with pytest.raises(FaultyTable) as refusal:
            taken(session, actor, content)
        (fault,) = refusal.value.faults
        assert fault.cell.startswith("Form!C")
        return
    made = taken(session, actor, content).submission

    assert made is not None
    assert made.answers[name.removeprefix("answers.")] == kept


def moved(book: Any) -> None:
    """A merged heading, a row put between, a column put before, and a sheet of notes."""
    sheet = book.worksheets[0]
    sheet.insert_rows(1)
    sheet.insert_cols(1)
    sheet["A1"] = "Draft of Ana, not final"
    sheet.merge_cells("A1:C1")
    notes = book.create_sheet("Notes", 0)
    notes["A1"], notes["B2"] = "title", "Ask Joana"
    book.move_sheet(notes, offset=0)


def in_lines(book: Any) -> None:
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        if row[0].value == "content.problem":
            row[2].value = "First line.\r\nSecond line."


def test_rows_are_found_wherever_they_stand(session: Session) -> None:
    call, actor = asking(session), a_member(session)

    found = taken(session, actor, filled(handed_out(session, call), FILLED, moved))

    assert found.submission is not None
    assert found.submission.title == FILLED["title"]
    assert found.submission.answers["cities"] == 12


def test_lines_of_a_cell_stay_lines(session: Session) -> None:
    call, actor = asking(session), a_member(session)

    made = taken(session, actor, filled(handed_out(session, call), FILLED, in_lines)).submission

    assert made is not None
    assert made.content["problem"] == "First line.\nSecond line."


def test_all_that_is_wrong_is_named_by_cell_at_once(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    wrong = {
        "title": "",
        "language": "Klingonese",
        "answers.scale": "Village",
        "answers.cities": "many",
        "answers.since": "15/02/2027",
        "themes": "Dragons",
        "content.problem": "x" * 20_001,
    }

    with pytest.raises(FaultyTable) as refusal:
        taken(session, actor, filled(handed_out(session, call), FILLED | wrong))

    assert {one.field for one in refusal.value.faults} == {*wrong}
    sheet = workbook(handed_out(session, call)).worksheets[0]
    rows = {row[0].value: f"Form!C{row[0].row}" for row in sheet.iter_rows()}
    assert {one.field: one.cell for one in refusal.value.faults} == {
        name: rows[name] for name in wrong
    }
    assert session.exec(select(Submission)).all() == []


def test_a_draft_is_changed_only_where_the_file_was(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    draft = of_team(session, actor, call, answers={"cities": 3, "open": False})
    _, content = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, draft.code, EN, as_json=False
    )
    elsewhere = ChallengeDraft.model_validate(
        {
            "title": "A title of a colleague",
            "answers": {"cities": 3, "open": False},
            "content": draft.content,
        }
    )
    drafts.replace(session, actor, Kind.CHALLENGE, draft.id, elsewhere)

    found = taken(
        session, actor, filled(content, {"answers.cities": "5", "answers.open": None})
    )

    assert [(one.name, one.before, one.after) for one in found.changes] == [
        ("answers.cities", "3", "5"),
        ("answers.open", "no", ""),
    ]
    session.refresh(draft)
    assert (draft.title, draft.answers) == ("A title of a colleague", {"cities": 5})


def test_where_both_have_changed_an_answer_nothing_is_written_before_somebody_says(
    session: Session,
) -> None:
    call, actor = asking(session), a_member(session)
    draft = of_team(session, actor, call)
    _, content = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, draft.code, EN, as_json=False
    )
    change = Patch({"title": "A title of a colleague"})
    drafts.change(session, actor, Kind.CHALLENGE, draft.id, change)
    mine = filled(content, {"title": "My own title", "answers.note": "New"})

    with pytest.raises(Stale) as refusal:
        taken(session, actor, mine)
    session.refresh(draft)
    kept = (draft.title, draft.answers)
    taken(session, actor, mine, is_mine=True)

    (error,) = refusal.value.errors
    assert error.pointer == "/title"
    assert error.detail == (
        "It says “A title of a colleague” now, and “My own title” in the file."
    )
    assert kept == ("A title of a colleague", {})
    assert (draft.title, draft.answers) == ("My own title", {"note": "New"})


def test_a_form_of_another_version_is_refused_with_what_to_do(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    content = handed_out(session, call)
    a_form(session, call, number=2, questions=ASKED[:2])

    with pytest.raises(FaultyTable) as refusal:
        taken(session, actor, filled(content, FILLED))

    (fault,) = refusal.value.faults
    assert "version 1 of the form; version 2" in str(fault.problem)


def test_the_form_of_another_team_changes_nothing(session: Session) -> None:
    call, actor, other = asking(session), a_member(session), a_member(session)
    draft = of_team(session, actor, call)
    _, content = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, draft.code, EN, as_json=False
    )

    with pytest.raises(FaultyTable, match="1 fault"):
        taken(session, other, filled(content, {"title": "A title of others"}))
    auditor = Actor(other.user_id, {Role.AUDITOR: frozenset()})
    draft.state, draft.submitted_at = State.ELIGIBLE, draft.created_at
    with pytest.raises(NotPermitted):
        form_files.hand_out_filled(
            session, auditor, Kind.CHALLENGE, draft.code, EN, as_json=False
        )


def test_the_same_works_as_json(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    name, content = form_files.hand_out(session, call, EN, as_json=True)
    told = json.loads(content)
    typed = {"title": "Early warning of floods", "answers.cities": 12, "answers.means": ["IT"]}
    for row in told["rows"]:
        row["answer"] = typed.get(row["key"], row["answer"])

    found = taken(session, actor, json.dumps(told).encode(), name)

    assert name == f"{call.code}-version-1.json"
    assert found.submission is not None
    assert found.submission.answers == {"means": ["IT"], "cities": 12}
    told["rows"][0]["answer"] = 5
    with pytest.raises(FaultyTable) as refusal:
        taken(session, actor, json.dumps(told).encode(), name)
    assert [one.cell for one in refusal.value.faults] == ["/rows/0/answer"]


def test_of_two_answers_to_one_question_in_json_none_counts(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    name, content = form_files.hand_out(session, call, EN, as_json=True)
    told = json.loads(content)
    told["rows"].append({**told["rows"][1], "answer": "Another one"})

    with pytest.raises(FaultyTable) as refusal:
        taken(session, actor, json.dumps(told).encode(), name)

    (fault,) = refusal.value.faults
    assert (fault.cell, str(fault.remedy)) == (
        f"/rows/{len(told['rows']) - 1}/answer",
        "Keep one of the rows; the other one is /rows/1/answer.",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.json", b"[]"),
        ("form.json", b'{"call": "x"}'),
        ("form.json", b"\xff"),
        ("form.json", ODD % b'"version": 1e999, "submission": null'),
        ("form.json", ODD % b'"version": 1, "submission": "\\u0000"'),
        ("form.json", ODD % b'"version": 1, "submission": "\\ud800"'),
        ("form.xlsx", b"PK"),
        ("form.txt", b"title"),
    ],
)
def test_what_is_no_form_is_refused(session: Session, name: str, content: bytes) -> None:
    with pytest.raises(FaultyTable):
        taken(session, a_member(session), content, name)


def test_a_workbook_without_keys_and_one_with_a_key_twice_are_refused(session: Session) -> None:
    call, actor = asking(session), a_member(session)
    content = handed_out(session, call)

    def wiped(book: Any) -> None:
        for row in book.worksheets[0].iter_rows():
            row[0].value = None

    def twice(book: Any) -> None:
        sheet = book.worksheets[0]
        sheet.cell(40, 1, "title")
        sheet.cell(40, 3, "Another title")

    for change, problem in ((wiped, "no form"), (twice, "once more")):
        with pytest.raises(FaultyTable) as refusal:
            taken(session, actor, filled(content, FILLED, change))
        assert problem in str(refusal.value.faults[0].problem)


@pytest.mark.parametrize("odd", ["_x0000_", "_xD800_"])
def test_what_no_database_keeps_is_named_by_its_cell(session: Session, odd: str) -> None:
    call, actor = asking(session), a_member(session)
    content = handed_out(session, call)

    for key in ("answers.note", "#submission"):
        with pytest.raises(FaultyTable) as refusal:
            taken(session, actor, filled(content, FILLED | {key: odd}))
        assert [one.field for one in refusal.value.faults] == [key]


def test_a_workbook_that_unpacks_to_much_more_than_a_form_is_not_read(session: Session) -> None:
    def larger(book: Any) -> None:
        for row in range(1, 3_000):
            for column in range(1, 40):
                book.worksheets[1].cell(row, column, "content.problem")

    content = filled(handed_out(session, asking(session)), FILLED, larger)

    assert len(content) < 1_000_000
    with pytest.raises(FaultyTable) as refusal:
        form_workbooks.read(content, "form.xlsx")
    assert "unpacks to more than 4 MB" in str(refusal.value.faults[0].problem)


def test_a_number_that_is_no_day_is_refused_in_words_of_ours(session: Session) -> None:
    content = filled(handed_out(session, asking(session)), FILLED | {"answers.since": "²"})

    with pytest.raises(FaultyTable) as refusal:
        taken(session, a_member(session), content)

    assert "invalid literal" not in str(refusal.value.faults[0].problem)


def test_the_capacity_of_a_solution_is_asked_too(session: Session) -> None:
    themes(session)
    call, actor = a_call(session, CallKind.SOLUTIONS), a_member(session)
    (team,) = actor.roles[Role.MEMBER]
    draft = a_solution(session, call_id=call.id, organisation_id=team)
    _, content = form_files.hand_out_filled(
        session, actor, Kind.SOLUTION, draft.code, EN, as_json=False
    )

    with pytest.raises(FaultyTable):
        taken(session, actor, filled(content, {"content.capacity": "99"}))
    found = taken(session, actor, filled(content, {"content.capacity": "3"}))

    assert [(one.name, one.after) for one in found.changes] == [("content.capacity", "3")]
    assert found.submission is not None
    assert found.submission.content["capacity"] == 3
    unchanged = taken(
        session,
        actor,
        form_files.hand_out_filled(
            session, actor, Kind.SOLUTION, draft.code, EN, as_json=False
        )[1],
    )
    assert unchanged.changes == []
