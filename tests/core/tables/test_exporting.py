"""Every list is also a table, of the same rows, which no spreadsheet takes for a program."""

import codecs
import csv
import io
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage import pagination
from app.core.tables.exporting import Format, table, wanted
from app.core.tables.formulas import guarded, is_formula, unguarded
from app.core.tables.importing import parse_table
from app.submissions.lifecycle import State
from tests.advice.people import an_advisor, put
from tests.conftest import SignIn
from tests.factories import (
    a_call,
    a_challenge,
    a_run,
    a_suggestion,
    a_token,
    a_user,
    organisation_of,
)
from tests.reviews.people import a_rubric, a_submission
from tests.webhooks.world import told_by_webhook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ADDRESS = "/api/v1/challenges"
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 -- the wide ones count too
"""What a spreadsheet takes for the beginning of a formula, spelt out once more by hand."""


class Part(BaseModel):
    text: str
    marks: list[tuple[int, int]] = []


class Row(BaseModel):
    code: str
    ready: bool = True
    share: float = 0.5
    themes: list[str] = []
    first: Part | None = None
    second: Part = Part(text="x")


HEADER = ["Code", "Ready", "Share", "Themes"] + [
    f"{side} {name}" for side in ("First", "Second") for name in ("text", "marks")
]


def rows_of(body: bytes) -> list[list[str]]:
    assert body.startswith(codecs.BOM_UTF8)
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))


def cells_of(body: bytes) -> list[list[Any]]:
    """The values of the sheet; one that is a formula would come as such."""
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert {c.data_type for row in sheet.rows for c in row} <= {*"snbd"}
    return [["" if c.value is None else c.value for c in row] for row in sheet.rows]


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    for title in ("Floods in small rivers", '=HYPERLINK("http://evil.example","x")'):
        a_challenge(session, title=title, state=State.SUBMITTED)
    a_challenge(session, title="A draft of somebody")
    return as_user(a_user(session, Role.STAFF))


# --- the table ---------------------------------------------------------------------------


def test_a_row_becomes_a_line_and_its_parts_become_columns() -> None:
    rows = [
        Row(code="A", themes=["a:b", "c:d"], first=Part(text="é\n;", marks=[(0, 1)])),
        Row(code="B", ready=False, share=-2.5),
    ]

    assert rows_of(table(Row, rows, Format.CSV)) == [
        HEADER,
        ["A", "true", "0.5", "a:b; c:d", "é\n;", "0, 1", "x", ""],
        ["B", "false", "-2.5", "", "", "", "x", ""],
    ]
    assert cells_of(table(Row, rows, Format.XLSX)) == [
        HEADER,
        ["A", True, 0.5, "a:b; c:d", "é\n;", "0, 1", "x", ""],
        ["B", False, -2.5, "", "", "", "x", ""],
    ]


@pytest.mark.parametrize("kind", [Format.CSV, Format.XLSX])
def test_a_table_without_rows_names_its_columns(kind: Format) -> None:
    read = rows_of if kind is Format.CSV else cells_of

    assert read(table(Row, [], kind)) == [HEADER]


@pytest.mark.parametrize("sign", SIGNS)
def test_what_a_spreadsheet_would_run_is_a_text(sign: str) -> None:
    said = f"{sign}1+1"
    rows = [Row(code=said, themes=[said, "b"], first=Part(text=f"  {said}"))]

    in_csv = rows_of(table(Row, rows, Format.CSV))[1]
    in_xlsx = cells_of(table(Row, rows, Format.XLSX))[1]

    assert [in_csv[0], in_csv[3], in_csv[4]] == [f"'{said}", f"'{said}; b", f"'  {said}"]
    assert str(in_xlsx[0]).replace("_x000D_", "\r").replace("\n", sign) == said.replace(
        "\n", sign
    )


def test_a_text_is_in_quotes_so_that_no_semicolon_parts_it() -> None:
    body = table(Row, [Row(code="a;1+1", share=1)], Format.CSV)

    assert body.decode().splitlines()[1].startswith('"a;1+1","true",1.0,')


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize(
    "before", [";", "\t", "\n", "\r", "\r\n", "; ", ";'", ";\u200b", "\n\u00a0", ';"', '\n"']
)
def test_what_a_spreadsheet_would_run_within_a_text_is_a_text(before: str, sign: str) -> None:
    said = f"a{before}{sign}1"
    rows = [Row(code=said, themes=["b", said], first=Part(text=said))]

    in_csv = rows_of(table(Row, rows, Format.CSV))[1]

    start, hidden = before[:-1], before[-1]
    if hidden in ";\t\n\r":
        start, hidden = before, ""
    guarded = f"a{start}'{hidden}{sign}1"
    assert [in_csv[0], in_csv[3], in_csv[4]] == [guarded, f"b; {guarded}", guarded]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_workbook_keeps_a_text_one_when_its_cell_is_edited(sign: str) -> None:
    body = table(Row, [Row(code=f"{sign}1+1"), Row(code="1+1")], Format.XLSX)

    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert [bool(sheet[cell].quotePrefix) for cell in ("A2", "A3")] == [True, False]


TEXTS = st.text(st.sampled_from("=+-@;\t\n\r' a1\uff1d\u200b") | st.characters(codec="utf-8"))


@pytest.mark.no_cover
@given(TEXTS)
def test_what_was_made_harmless_reads_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text).replace("'", "x"))


@pytest.mark.parametrize(
    "story",
    [
        "=1+1",
        "a;=1",
        "a\n- b\n- c",
        "\ttab",
        "'=x",
        "_x000D_",
        "a\rb",
        "é",
        "x" * 5000,
        "'1",
        "007",
    ],
)
@pytest.mark.parametrize("kind", [Format.CSV, Format.XLSX])
def test_a_table_that_we_write_reads_back_the_same(story: str, kind: Format) -> None:
    class Written(BaseModel):
        id: str
        story: str

    rows = [Written(id="r1", story=story), Written(id="=r2", story="b")]

    back = parse_table(table(Written, rows, kind), f"r.{kind}", Written)

    assert [row for _, row in back] == rows


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000])
def test_a_text_too_long_for_a_cell_says_that_it_was_cut(text: str) -> None:
    cell = cells_of(table(Row, [Row(code=text)], Format.XLSX))[1][0]

    assert cell.endswith(" [...]")
    assert 32_700 < len(cell.encode("utf-16-le")) // 2 <= 32_767
    assert text.startswith(cell.removesuffix(" [...]"))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", Format.JSON),
        ("image/png", Format.JSON),
        ("text/csv", Format.CSV),
        ("TEXT/CSV; charset=utf-8", Format.CSV),
        (f"{XLSX}, */*;q=0.1", Format.XLSX),
        ("text/csv;q=0.5, application/json;q=0.9", Format.JSON),
        ("text/csv;q=0.9, application/json;q=0.5", Format.CSV),
        ("text/csv;q=0, */*;q=0", Format.JSON),
        ("text/csv;q=nan", Format.JSON),
        ("text/csv;q=1e9, application/json", Format.JSON),
        ("text/csv;q=²", Format.JSON),
        (";;q=;,,=;", Format.JSON),
    ],
)
def test_the_header_says_which_form_is_wanted(accept: str, kind: Format) -> None:
    assert wanted(accept) is kind


# --- the lists ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "headers"),
    [("format=csv", {}), ("", {"Accept": "text/csv"}), ("format=csv", {"Accept": XLSX})],
)
def test_a_list_is_answered_as_csv(
    staff: TestClient, query: str, headers: dict[str, str]
) -> None:
    listed = staff.get(ADDRESS).json()["items"]

    answer = staff.get(f"{ADDRESS}?{query}", headers=headers)

    header, *lines = rows_of(answer.content)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="challenges.csv"'
    assert answer.headers["vary"] == "Accept"
    assert [line[header.index("Code")] for line in lines] == [item["code"] for item in listed]
    assert {"State", "Problem", "Themes", "Organisation", "Country"} <= set(header)
    titles = [line[header.index("Title")] for line in lines]
    assert titles == ["Floods in small rivers", '\'=HYPERLINK("http://evil.example","x")']


def test_a_list_is_answered_as_a_workbook(staff: TestClient) -> None:
    answer = staff.get(f"{ADDRESS}?format=xlsx")

    header, *lines = cells_of(answer.content)
    assert answer.headers["content-type"] == XLSX
    titles = [line[header.index("Title")] for line in lines]
    assert titles == ["Floods in small rivers", '=HYPERLINK("http://evil.example","x")']


def test_a_table_holds_what_was_filtered_and_what_may_be_read(
    session: Session, staff: TestClient, as_user: SignIn
) -> None:
    member = a_user(session)
    own = a_challenge(
        session, title="Mine alone", organisation_id=organisation_of(session, member)
    )
    session.commit()

    filtered = rows_of(staff.get(f"{ADDRESS}?q=rivers&format=csv").content)
    mine = rows_of(as_user(member).get(f"{ADDRESS}?format=csv").content)

    assert [line[filtered[0].index("Title")] for line in filtered[1:]] == [
        "Floods in small rivers"
    ]
    assert [line[0] for line in mine[1:]] == [own.code]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_table_holds_all_rows_and_few_at_once(
    staff: TestClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(pagination, "ROWS_AT_ONCE", 1)
    read = rows_of if form == "csv" else cells_of

    answer = staff.get(f"{ADDRESS}?format={form}")

    header, *lines = read(answer.content)
    assert [line[header.index("Title")] for line in lines] == [
        "Floods in small rivers",
        f'{chr(39) if form == "csv" else ""}=HYPERLINK("http://evil.example","x")',
    ]
    assert "link" not in answer.headers
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_table_with_a_limit_is_a_page_and_names_the_next(staff: TestClient) -> None:
    first = staff.get(f"{ADDRESS}?format=csv&limit=1")
    following = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    second = staff.get(following)

    assert [len(rows_of(answer.content)) for answer in (first, second)] == [2, 2]
    assert first.content != second.content
    assert "link" not in second.headers


@pytest.mark.parametrize("said", ["pdf", "", "CSV", "csv,xlsx"])
def test_a_form_that_is_not_known_is_refused(staff: TestClient, said: str) -> None:
    answer = staff.get(f"{ADDRESS}?format={said}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")


def test_every_list_of_the_interface_has_its_tables(
    app: FastAPI, session: Session, as_user: SignIn
) -> None:
    run_id, call = a_suggestion(session, a_run(session)).run_id, a_call(session)
    call_id = call.id
    a_rubric(session, call)
    a_submission(session, call)
    an_advisor(session, call.programme_id)
    consultation = put(session, call_id=str(call_id))
    admin = a_user(session, Role.ADMIN)
    person = a_user(session, Role.LEAD)
    webhook_id = told_by_webhook(session, person, a_token(session, person))["webhook_id"]
    lead, office = as_user(person), as_user(admin)
    lists = [
        path
        for path, methods in app.openapi()["paths"].items()
        if "/ListOf_" in str(methods.get("get", {}).get("responses", {}).get("200"))
    ]

    assert len(lists) >= 9
    for path in lists:
        address = path.format(
            run_id=run_id,
            user_id=admin.id,
            call_id=call_id,
            consultation_id=consultation.id,
            webhook_id=webhook_id,
        )
        reader = office if "{user_id}" in path else lead
        described = app.openapi()["paths"][path]["get"]["responses"]["200"]["content"]
        assert list(described) == ["application/json", "text/csv", XLSX]
        count = len(reader.get(address).json()["items"])
        for kind, read in (("csv", rows_of), ("xlsx", cells_of)):
            answer = reader.get(f"{address}?format={kind}")
            assert answer.status_code == 200, address
            assert len(read(answer.content)) == 1 + count, (address, kind)
