"""Tables come from other people's computers: what can be understood is, the rest is named."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

import openpyxl
import pytest
from pydantic import BaseModel, ConfigDict, Field

from app.core.base.numbers import Decimal, Whole
from app.core.base.text import Line, Text
from app.core.tables.importing import parse_table, workbooks
from app.core.tables.row_errors import FaultyTable


class Lake(BaseModel):
    """What is brought here by mistake."""

    id: Line
    name: Line
    depth: Whole = 0


class River(BaseModel):
    """A record of these tests."""

    model_config = ConfigDict(extra="forbid")
    headings: ClassVar = {"name": ("Titel", "name of the river"), "length": ("km",)}
    unread: ClassVar = ("state",)
    mistaken_for: ClassVar = {"lakes": Lake}

    id: Line
    name: Annotated[Line, Field(max_length=20_000)]
    length: Whole | None = Field(default=None, description="whole kilometres")
    slope: Decimal | None = None
    story: Text = ""
    mouth_of: Text = ""


def read(content: bytes, name: str = "rivers.csv") -> tuple[list[River], list[str]]:
    notes: list[str] = []
    rows = parse_table(content, name, River, notes=notes)
    return [river for _, river in rows], notes


def faults_of(content: bytes, name: str = "rivers.csv") -> list[str]:
    with pytest.raises(FaultyTable) as refusal:
        parse_table(content, name, River)
    return [str(fault) for fault in refusal.value.faults]


def workbook(*rows: list[Any], change: Callable[[Any], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


RHINE = River(id="r1", name="Rhine", length=1233)
NO_WORKBOOK = "This is not an XLSX workbook."

# --- separators and encodings ---


@pytest.mark.parametrize("suffix", ["csv", "tsv", "tab", "txt"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_cells_are_separated_by_whatever_the_first_line_shows(
    separator: str, suffix: str
) -> None:
    lines = ["id,name,length", "r1,Rhine,1233"]

    found, notes = read("\n".join(lines).replace(",", separator).encode(), f"r.{suffix}")

    assert (found, notes) == ([RHINE], [])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", ":", "~"])
@pytest.mark.parametrize("hint", ["sep={}", "SEP={}", '"sep={}"', "\ufeffsep={}", "sep={},,"])
def test_the_hint_of_a_spreadsheet_names_the_separator(separator: str, hint: str) -> None:
    lines = [hint.format(separator), f"id{separator}name", f"r1{separator}R, h; i"]
    content = "\r\n".join(lines).replace("R, h; i", '"R, h; i"').encode()

    found, _ = read(content)

    assert found == [River(id="r1", name="R, h; i")]
    assert faults_of(content + b"\r\nr2\r\n")[0].startswith("rivers.csv, line 4: The row has 1")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("text", ["id,name\nr1,Rhine\n", "id,name\nr1,Ρήνος\n"])
def test_wide_encodings_are_called_by_their_names(codec: str, text: str) -> None:
    [fault] = faults_of(text.encode(codec))

    assert fault == (
        f"rivers.csv: The file is in {codec[:6].upper()}. Save it again in UTF-8 (CSV UTF-8)."
    )


@pytest.mark.parametrize(
    "name",
    ["Rhône", "Saône d\u2019été", "Düna", "Guadiana «río»", "Tejo \u2013 Água", "100 € le m³"],
)
def test_what_a_spreadsheet_of_western_europe_writes_is_read_and_said(name: str) -> None:
    found, notes = read(f"id;name\nr1;{name}\n".encode("cp1252"))

    assert found == [River(id="r1", name=name)]
    [note] = notes
    assert note.startswith("rivers.csv is in Windows-1252 (cp1252), not in UTF-8. Check the")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("Wrocław", "cp1250"),
        ("Łódź", "cp1250"),
        ("Дунав", "cp1251"),
        ("Ρήνος", "cp1253"),
        ("עברית", "cp1255"),
    ],
)
def test_another_code_page_is_not_taken_for_it_where_it_shows(name: str, codec: str) -> None:
    assert "is not UTF-8" in faults_of(f"id,name\nr1,{name}\n".encode(codec))[0]


def test_one_broken_byte_does_not_turn_a_file_into_another_encoding() -> None:
    content = "id,name\nr1,Rhône\nr2,Saône\n".encode() + b"r3,Is\xe8re\n"

    assert faults_of(content) == [
        "rivers.csv, line 4: Byte 6 of the line is not UTF-8. "
        "Save the file again in UTF-8 (CSV UTF-8 in a spreadsheet program)."
    ]


@pytest.mark.parametrize("lead", ["\ufeff", "\ufeff\ufeff"])
def test_marks_that_nobody_sees_make_no_difference(lead: str) -> None:
    found, _ = read(f'{lead}"id","name"\n\ufeffr1,"Rhine\u200b"\n'.encode())

    assert found == [River(id="r1", name="Rhine")]


# --- names of columns ---


@pytest.mark.parametrize(
    "header",
    [
        "ID,NAME,LENGTH",
        "Id,Titel,km",
        " id , Name_of the-River* ,KM",
        "\uff49\uff44,n\u200bame,Length:",
    ],
)
def test_names_of_columns_are_understood_as_people_write_them(header: str) -> None:
    found, notes = read(f"{header}\nr1,Rhine,1233\n".encode())

    assert (found, notes) == ([RHINE], [])


def test_two_columns_of_one_meaning_are_refused() -> None:
    assert faults_of(b"id,name,Titel\nr1,Rhine,Rhein\n") == [
        "rivers.csv, line 1, Titel: The columns name and Titel both mean name. "
        "Keep one of them."
    ]


def test_columns_of_our_own_tables_are_left_aside() -> None:
    assert read(b"id,name,State\nr1,Rhine,submitted\n")[0] == [River(id="r1", name="Rhine")]


def test_blank_columns_at_the_end_are_left_aside() -> None:
    assert read(b"id,name,length,,\nr1,Rhine,1233,,\nr2,Oder,,\n")[0] == [
        RHINE,
        River(id="r2", name="Oder"),
    ]


def test_a_title_above_the_names_of_the_columns_is_left_aside_and_said() -> None:
    content = b"Rivers of Europe,,\n,,\nid,name,length\nr1,Rhine,1233\n"

    assert read(content) == (
        [RHINE],
        ["rivers.csv: the names of the columns stand on line 3; what is above was not read."],
    )


def test_names_that_stand_in_the_middle_once_more_are_no_record() -> None:
    assert faults_of(b"id,name\nr1,Rhine\nid,name\nr2,Oder\n") == [
        "rivers.csv, line 3: The names of the columns stand here once more. Delete the row."
    ]


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_a_file_of_something_else_is_called_what_it_is(name: str) -> None:
    rows = [["id", "name", "depth"], ["l1", "Léman", "310"]]
    text = "\n".join(map(",".join, rows)).encode()

    assert faults_of(workbook(*rows) if name == "r.xlsx" else text, name) == [
        f"{name}, line 1: This is a file of lakes. "
        "Bring it where these are wanted, or choose another file."
    ]


# --- cells ---


@pytest.mark.parametrize(
    "written",
    ["1_0", "1_2.0", "\uff11\uff12", "0x10", "1e1", "1,000", "1 000", "--1", "true", "1.5"],
)
def test_a_whole_number_is_digits_alone(written: str) -> None:
    assert faults_of(f'id,name,length\nr1,Rhine,"{written}"\n'.encode()) == [
        "rivers.csv, line 2, length: It is not a whole number. Give whole kilometres."
    ]


@pytest.mark.parametrize("written", ["1_0.5", "nan", "inf", "0,5", "½"])
def test_a_number_is_digits_and_a_point(written: str) -> None:
    assert faults_of(f'id,name,slope\nr1,Rhine,"{written}"\n'.encode()) == [
        "rivers.csv, line 2, slope: It is not a number. Correct it."
    ]


@pytest.mark.parametrize("written", ["1233", " 1233 ", "+1233", "1233.0"])
def test_digits_are_a_number(written: str) -> None:
    assert read(f"id,name,length\nr1,Rhine,{written}\n".encode())[0] == [RHINE]


def test_a_cell_that_is_too_long_does_not_hide_the_rows_below() -> None:
    content = f"id,name,length\nr1,{'x' * 140_000},\nr2,Oder,long\n".encode()

    assert faults_of(content) == [
        "rivers.csv, line 2, name: It has 140,000 characters; the maximum is 20,000. "
        "Correct it.",
        "rivers.csv, line 3, length: It is not a whole number. Give whole kilometres.",
    ]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_line_ends_of_other_programs_are_line_ends(mark: str) -> None:
    found, _ = read(f'id,name,story\nr1,Rhine,"first{mark}second"\n'.encode())

    assert found[0].story == "first\nsecond"
    assert "Write it on one line" in faults_of(f'id,name\nr1,"a{mark}b"\n'.encode())[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("id\u00e9-1", "ide\u0301-1"),
        ("R1", "r1"),
        ("\uff321", "R1"),
        ("r 1", "r\u00a0 1"),
        ("O'r", "O\u2019r"),
    ],
)
def test_ids_that_read_alike_are_the_same_id(first: str, second: str) -> None:
    [fault] = faults_of(f"id,name\n{first},Rhine\n{second},Oder\n".encode())

    assert fault.endswith("on line 2. Give each record its own id.") or fault.endswith(
        "stands on line 2 already. Give each record its own id."
    )


def test_text_comes_out_composed() -> None:
    assert read("id,name\nr1,Rho\u0302ne\n".encode())[0][0].name == "Rh\u00f4ne"


# --- workbooks ---


def test_a_workbook_is_read_with_its_kinds_of_cells() -> None:
    content = workbook(
        ["id", "name", "length", "slope", "story", "mouth of"],
        [7, "Rhine", 1233.0, 0.5, datetime(2026, 11, 28), True],  # noqa: DTZ001 -- Excel has no zones
        [None, None, None],
        ["r2", "Oder", "840", None, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4)],  # noqa: DTZ001 -- as above
    )

    assert [
        (line, *vars(river).values()) for line, river in parse_table(content, "r.xlsx", River)
    ] == [
        (2, "7", "Rhine", 1233, 0.5, "2026-11-28", "true"),
        (4, "r2", "Oder", 840, None, "2026-01-02", "2026-01-02T03:04:00"),
    ]


def test_faults_of_a_workbook_name_the_cell() -> None:
    content = workbook(["id", "km", "Titel"], ["r1", "long", "Rhine"], ["r2", None, None])

    assert faults_of(content, "r.xlsx") == [
        "r.xlsx, line 2, cell B2, length: It is not a whole number. Give whole kilometres.",
        "r.xlsx, line 3, cell C3, name: It is missing. Correct it.",
    ]


def test_a_workbook_of_somebody_else_is_read_where_its_records_are() -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet.merge_cells("A1:C1")
        sheet.insert_cols(5)
        sheet["E9"] = "   "
        book.create_sheet("Lists").append(["central", "local"])
        lakes = book.create_sheet("Lakes")
        lakes.append(["id", "name", "depth"])
        lakes.append(["l1", "Léman", 310])
        hidden = book.create_sheet("Old")
        hidden.append(["id", "name"])
        hidden.append(["r0", "Old Rhine"])
        hidden.sheet_state = "hidden"

    content = workbook(
        ["Rivers 2026"], [], ["id", "name", "length"], [], ["r1", "Rhine", 1233], change=change
    )

    assert read(content, "r.xlsx") == (
        [RHINE],
        [
            "r.xlsx: the sheet Sheet was read, and no other.",
            "r.xlsx: the names of the columns stand on line 3; what is above was not read.",
        ],
    )


def test_a_workbook_with_two_sheets_of_records_is_refused() -> None:
    def change(book: Any) -> None:
        for row in (["id", "name"], ["r2", "Oder"]):
            (book["More"] if "More" in book else book.create_sheet("More")).append(row)

    content = workbook(["id", "name"], ["r1", "Rhine"], change=change)

    assert faults_of(content, "r.xlsx") == [
        "r.xlsx: The sheets Sheet and More hold records. "
        "Keep one of them, or bring each as a file of its own."
    ]


def test_an_error_and_a_formula_without_a_result_are_told_by_their_cells() -> None:
    content = workbook(["id", "name", "story"], ["r1", "=A1", "x"], ["r2", "Oder", "#N/A"])

    assert faults_of(content, "r.xlsx") == [
        "r.xlsx, line 2, cell B2: The cell holds a formula without its result. "
        "Open the file in a spreadsheet program, save it, and try it again.",
        "r.xlsx, line 3, cell C3: The cell holds the error #N/A. "
        "Correct the formula, or clear it.",
    ]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (
            b"id,name\n",
            "r.xlsx",
            "This is not an XLSX workbook. Save the table as XLSX or CSV.",
        ),
        (
            b"PK\x03\x04nothing",
            "r.xlsx",
            "This is not an XLSX workbook. Save the table as XLSX or CSV.",
        ),
        (workbook(["id"]), "r.csv", "This is an XLSX workbook. Name the file .xlsx."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "r.xlsx",
            "This is a workbook in the old format, or one with a password. "
            "Save it as XLSX, without a password.",
        ),
        (workbook([]), "r.xlsx", "The file holds no record. Write one record on each line."),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(content: bytes, name: str, said: str) -> None:
    assert faults_of(content, name) == [f"{name}: {said}"]


def with_part(content: bytes, part: str, body: bytes) -> bytes:
    """Return a workbook with another body for one of its parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize(
    ("part", "behind", "element"),
    [
        ("xl/styles.xml", b'<cellXfs count="1">', b"<xf/>"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b'<mergeCell ref="A1:B2"/>'),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<a:xf/>"),
        ("xl/workbook.xml", b"</sheets>", b'<definedName name="a"/>'),
    ],
)
def test_a_small_file_with_very_many_elements_is_not_read(
    part: str, behind: bytes, element: bytes
) -> None:
    whole = workbook(["id", "name"], ["r1", "Rhine"])

    with pytest.raises(FaultyTable) as refusal:
        parse_table(grown(whole, part, behind, element * 150_000), "r.xlsx", River)

    assert list(map(str, refusal.value.faults)) == [
        "r.xlsx: The workbook has too many cells or too many formats. "
        "Copy the cells that are needed into a new workbook, or bring the table as CSV."
    ]


def test_a_picture_is_not_counted_whatever_its_bytes_look_like() -> None:
    made = io.BytesIO(workbook(["id", "name"], ["r1", "Rhine"]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + b"<" * 150_000)

    rows = parse_table(made.getvalue(), "r.xlsx", River)

    assert [river.name for _, river in rows] == ["Rhine"]


def grown(whole: bytes, part: str, behind: bytes, more: bytes) -> bytes:
    """Return a workbook with more behind a place in one of its parts."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert behind in content
                content = content.replace(behind, behind + more, 1)
            target.writestr(name, content)
    return made.getvalue()


def test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked() -> None:
    content = with_part(workbook(["id"]), SHEET, b" " * (workbooks.MAX_UNPACKED + 1))

    assert len(content) < 100_000
    assert faults_of(content, "r.xlsx") == [
        "r.xlsx: The workbook unpacks to more than 64 MB. "
        "Take out pictures and sheets that are not needed, or bring the table as CSV."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="999999999999"><c r="A999999999999" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="1"><c r="ZZZ1" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="none"><c r="A1"/></row>',
        b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>',
        b"<row",
    ],
)
def test_a_sheet_made_to_harm_is_refused(rows: bytes) -> None:
    sheet = b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"

    [fault] = faults_of(with_part(workbook(["id"]), SHEET, sheet), "r.xlsx")

    assert "workbook is damaged" in fault or "holds no record" in fault


@pytest.mark.slow
def test_rows_that_a_file_holds_and_says_nothing_in_are_refused_before_they_take_long() -> None:
    blank = b"".join(b'<row r="%d"/>' % line for line in range(1, workbooks.MAX_HELD + 2))
    sheet = b"<worksheet " + MAIN + b"><sheetData>" + blank + b"</sheetData></worksheet>"

    faults = faults_of(with_part(workbook(["id"]), SHEET, sheet), "r.xlsx")

    assert faults == ["r.xlsx: The sheets have too many rows. Delete rows that are blank."]


def test_entities_that_grow_are_refused() -> None:
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "x" * 100}">' for n in range(10)
    )
    sheet = (
        f"<!DOCTYPE worksheet [{levels}]>".encode()
        + b"<worksheet "
        + MAIN
        + b'><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
        + b"</sheetData></worksheet>"
    )

    assert (
        "The workbook is damaged"
        in faults_of(with_part(workbook(["id"]), SHEET, sheet), "r.xlsx")[0]
    )


def test_a_sheet_with_too_many_columns_is_refused() -> None:
    wide = workbook(["id", "name", *(f"c{n}" for n in range(300))], ["r1", "Rhine"])

    assert faults_of(wide, "r.xlsx") == [
        "r.xlsx: A sheet has more than 256 columns. Delete the columns that are not needed."
    ]


def test_an_apostrophe_before_a_digit_or_a_letter_is_a_part_of_the_text() -> None:
    assert read(b"id,name\nr1,'1\nr2,'Oder\nr3,'=1\n")[0] == [
        River(id="r1", name="'1"),
        River(id="r2", name="'Oder"),
        River(id="r3", name="=1"),
    ]
