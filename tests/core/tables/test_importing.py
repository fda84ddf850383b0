"""What people bring as CSV or JSONL is read whole, or refused with all its faults."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from app.core.base.text import Line, Text
from app.core.tables.countries import Country, NamedCountry, _names, is_country, name_of
from app.core.tables.formulas import guarded
from app.core.tables.importing import MAX_BYTES, parse_table, read_table
from app.core.tables.importing.rows import UNSEEN
from app.core.tables.row_errors import FaultyTable


def _split(cell: Any) -> Any:
    return cell.split(";") if isinstance(cell, str) else cell


class River(BaseModel):
    """A record of these tests."""

    model_config = ConfigDict(extra="forbid")

    id: Line = Field(description="an id of its own")
    name: Annotated[Line, Field(min_length=3, max_length=40)] = Field(
        description="a name of 3 to 40 characters"
    )
    country: Annotated[list[Country], BeforeValidator(_split)] = Field(
        default=[], description="codes of countries"
    )
    length: int | None = Field(default=None, description="whole kilometres")
    story: Text = ""


def faults_of(content: str | bytes, name: str = "rivers.csv") -> list[str]:
    """Return what is said about a file that must be refused."""
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(FaultyTable) as refusal:
        parse_table(raw, name, River)
    return [str(fault) for fault in refusal.value.faults]


def rivers_in(content: str | bytes, name: str = "rivers.csv") -> list[tuple[int, River]]:
    raw = content if isinstance(content, bytes) else content.encode()
    return parse_table(raw, name, River)


# --- what is read ---


def test_a_csv_file_is_read_with_the_lines_of_its_rows() -> None:
    found = rivers_in('id,name,story\r\nr1,Rhine,"first\nsecond"\r\n\r\nr2,Rhône,"a ""b"""\r\n')

    assert found == [
        (2, River(id="r1", name="Rhine", story="first\nsecond")),
        (5, River(id="r2", name="Rhône", story='a "b"')),
    ]


def test_a_jsonl_file_is_read_with_the_lines_of_its_rows() -> None:
    found = rivers_in(
        '{"id": "r1", "name": "Rhine", "country": ["CH", "DE"], "length": 1233}\n\n'
        '{"id": "r2", "name": "Oder", "length": null, "story": ""}\r\n',
        "rivers.jsonl",
    )

    assert found == [
        (1, River(id="r1", name="Rhine", country=["CH", "DE"], length=1233)),
        (3, River(id="r2", name="Oder")),
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_byte_order_mark_and_separator_make_no_difference(mark: bytes, separator: str) -> None:
    lines = [
        separator.join(cells) for cells in (("id", "name"), ("r1", '"Rhine, Rhein; Rhin"'))
    ]

    found = rivers_in(mark + "\n".join(lines).encode())

    assert found == [(2, River(id="r1", name="Rhine, Rhein; Rhin"))]


def test_a_list_with_semicolons_is_read_from_a_file_with_semicolons() -> None:
    found = rivers_in('id;name;country\nr1;Rhine;"CH;de"\n')

    assert found == [(2, River(id="r1", name="Rhine", country=["CH", "DE"]))]


def test_a_line_separator_within_a_json_string_does_not_end_the_line() -> None:
    content = json.dumps({"id": "r1", "name": "Rhine", "story": "a\u2028b"}, ensure_ascii=False)

    assert rivers_in(content, "r.jsonl") == [
        (1, River(id="r1", name="Rhine", story="a\u2028b"))
    ]


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=3)
# Without what some programs put around a cell, and nobody sees: the reader leaves it aside.
STORIES = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs"],
        include_characters="\n\r\t",
        exclude_characters=UNSEEN,
    )
)
RIVERS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True),
            "name": NAMES.filter(lambda name: len(name) <= 40),
            "country": st.lists(st.sampled_from(["FR", "NO", "EU"]), unique=True),
            "length": st.none() | st.integers(0, 9999),
            "story": STORIES,
        }
    ),
    min_size=1,
    unique_by=lambda river: river["id"],
)


@pytest.mark.no_cover
@settings(derandomize=True, deadline=None)
@given(rows=RIVERS, separator=st.sampled_from(",;"))
def test_rows_read_back_the_same_from_csv_and_from_jsonl(
    rows: list[dict[str, Any]], separator: str
) -> None:
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(
        {n: guarded(v) if isinstance(v, str) else v for n, v in row.items()}
        | {"country": ";".join(row["country"])}
        for row in rows
    )

    from_csv = [river for _, river in rivers_in(table.getvalue())]
    from_jsonl = rivers_in("\n".join(json.dumps(row) for row in rows), "rivers.jsonl")

    assert [river for _, river in from_jsonl] == from_csv
    assert [line for line, _ in from_jsonl] == list(range(1, len(rows) + 1))
    assert from_csv == [River.model_validate(row) for row in rows]


# --- what is refused: CSV ---


def test_all_faults_of_a_file_are_told_at_once() -> None:
    content = (
        "id,name,country,length\n"
        "r1,Ob,UK,\n"
        "r2,Rhine,France;XX,long\n"
        "r1,Elbe,,\n"
        ",Oder\n"
        ",Oder,,1.5\n"
    )

    assert faults_of(content) == [
        "rivers.csv, line 2, name: It has 2 characters; the minimum is 3. "
        "Give a name of 3 to 40 characters.",
        "rivers.csv, line 2, country, item 1: 'UK' is not a country code of ISO 3166-1. "
        "Write GB.",
        "rivers.csv, line 3, country, item 1: 'France' is not a country code of ISO 3166-1. "
        "Write FR.",
        "rivers.csv, line 3, country, item 2: 'XX' is not a country code of ISO 3166-1. "
        "Write a code such as FR, or EU for a body of the European Union.",
        "rivers.csv, line 3, length: It is not a whole number. Give whole kilometres.",
        "rivers.csv, line 4, id: 'r1' stands on line 2 already. Give each record its own id.",
        "rivers.csv, line 5: The row has 2 cells, the header has 4. "
        "Put cells that hold the separator into quotes.",
        "rivers.csv, line 6, id: It is missing. Give an id of its own.",
        "rivers.csv, line 6, length: It is not a whole number. Give whole kilometres.",
    ]


def test_faults_of_the_header_are_told_once_and_the_rows_are_still_read() -> None:
    assert faults_of("id,lenght,,story,story\nr1,5,x,a,b\nr1,,,,\n") == [
        "rivers.csv, line 1, lenght: There is no such column. Did you mean length?",
        "rivers.csv, line 1: Column 3 has no name. Name it, or delete the column.",
        "rivers.csv, line 1, story: Two columns have this name. Keep one of them.",
        "rivers.csv, line 1, name: The column is missing. Add a column named name.",
        "rivers.csv, line 3, id: 'r1' stands on line 2 already. Give each record its own id.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        ",,id,,name,\n,,,,,\n,,r1,,Rhine,\n",
        "\ufeff;;id;\u00a0;name\n;;r1;\u200b;Rhine\n",
        "id\t\tname\t\t\nr1\t\tRhine\n",
    ],
)
def test_columns_with_neither_name_nor_content_are_none(content: str) -> None:
    assert [river for _, river in rivers_in(content)] == [River(id="r1", name="Rhine")]


def test_a_column_without_a_name_is_counted_as_people_see_it() -> None:
    assert faults_of("id,,name,\nr1,,Rhine,x\n") == [
        "rivers.csv, line 1: Column 4 has no name. Name it, or delete the column."
    ]


def test_a_file_without_header_is_told_what_to_begin_with() -> None:
    assert faults_of("r1,Rhine\nr2,Oder\n") == [
        "rivers.csv, line 1: The first row does not name the columns. "
        "Begin with a row of names, at least: id,name."
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('r2,"Oder', "unexpected end of data"),
        ('r2,"Oder"x', "',' expected after '\"'"),
    ],
)
def test_a_quotation_mark_without_partner_is_named_where_its_row_begins(
    row: str, said: str
) -> None:
    assert faults_of(f"id,name\nr1,R\n{row}\nr3,Elbe\n") == [
        "rivers.csv, line 2, name: It has 1 characters; the minimum is 3. "
        "Give a name of 3 to 40 characters.",
        f"rivers.csv, line 3: The quotation marks of the row do not pair up ({said}). "
        'Close each quoted cell, and write "" for a mark within; then check again: '
        "the rows below could not be read.",
    ]


# --- what is refused: JSONL ---


def test_each_broken_line_of_jsonl_is_named() -> None:
    lines = [
        '{"id": "r1", "name": "Rhine"',
        '["r1", "Rhine"]',
        '{"id": "r1", "id": "r2", "name": "Rhine"}',
        '{"id": "r1", "name": "Rhine", "length": NaN}',
        '{"id": "r1", "name": "Rhine", "length": 1e999}',
        '{"id": 1, "name": "Rhine", "sea": null}',
        '{"id": "r1", "name": "Rhine", "story": "a\\u0000b"}',
        '{"id": "\\ud800", "name": "Rhine"}',
        "[" * 100_000,
        '{"id": "r1", "name": "Rhine", "length": ' + "9" * 5000 + "}",
    ]

    assert faults_of("\n".join(lines), "r.jsonl") == [
        "r.jsonl, line 1: It is not valid JSON: expecting ',' delimiter at character 29. "
        "Write one whole JSON object on each line.",
        "r.jsonl, line 2: The line is not a JSON object. "
        'Write each record in braces: {"id": "...", "title": "..."}.',
        "r.jsonl, line 3: Given more than once: id. Write each field once, and plain numbers.",
        "r.jsonl, line 4: NaN is not a number in JSON. "
        "Write each field once, and plain numbers.",
        "r.jsonl, line 5: 1e999 is too large a number. "
        "Write each field once, and plain numbers.",
        "r.jsonl, line 6, id: It is not text. Give an id of its own.",
        "r.jsonl, line 6, sea: There is no such field. "
        "Leave it out. Known are: id, name, country, length, story.",
        "r.jsonl, line 7, story: Remove the control characters; use plain text "
        "(the first is U+0000, character 2). Correct it.",
        "r.jsonl, line 8, id: It holds half a character. Give an id of its own.",
        "r.jsonl, line 9: It is nested too deeply. Give plain fields.",
        "r.jsonl, line 10: A number has 5,000 digits. "
        "Write each field once, and plain numbers.",
    ]


def test_the_name_of_a_strange_field_cannot_play_tricks_on_a_terminal() -> None:
    content = json.dumps({"id": "r1", "name": "Rhine", "\x1b[2J\u202e": "x"})

    assert faults_of(content, "r.jsonl") == [
        "r.jsonl, line 1, '\\x1b[2J\\u202e': There is no such field. "
        "Leave it out. Known are: id, name, country, length, story."
    ]


# --- what is refused: files ---


def test_lines_in_an_encoding_that_nobody_can_tell_are_named() -> None:
    content = "id,name\nr1,Rhine\nr2,Dunav\nr3,Oder\nr4,\u0412\u0430x\n".encode("cp1251")
    remedy = "Save the file again in UTF-8 (CSV UTF-8 in a spreadsheet program)."

    assert faults_of(content.replace(b"Dunav", "Дунав".encode("cp1251"))) == [
        f"rivers.csv, line 3: Byte 4 of the line is not UTF-8. {remedy}",
        f"rivers.csv, line 5: Byte 4 of the line is not UTF-8. {remedy}",
    ]


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff", "id,name\n", "id,name\n,\n"])
def test_a_file_without_a_record_is_refused(content: str) -> None:
    assert faults_of(content) == [
        "rivers.csv: The file holds no record. Write one record on each line."
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "id,name\nr1,Rhine\n".encode("utf-16"),
            "The file is in UTF-16. Save it again in UTF-8 (CSV UTF-8).",
        ),
        (
            b"PK\x03\x04\x00\xff\x00",
            "This is not a text file. Save the table as CSV or JSONL.",
        ),
        (
            b"x" * (MAX_BYTES + 1),
            "The file is larger than 64 MB. Split it, or leave out columns that are not "
            "needed.",
        ),
    ],
)
def test_what_is_no_such_text_is_refused_as_a_whole(content: bytes, said: str) -> None:
    assert faults_of(content) == [f"rivers.csv: {said}"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "rivers.json",
            "A .json file is one value, not a table. Write one record on each line, without "
            "brackets around all and commas between the records, and name the file .jsonl; or "
            "bring it as .csv.",
        ),
        (
            "rivers.ods",
            "The name does not end with .csv, .tsv, .xlsx or .jsonl. "
            "Save the table as XLSX, as CSV in UTF-8, or as JSONL, one JSON object a line.",
        ),
        ("missing.csv", "There is no such file. Check the name and the folder."),
        ("folder.csv", "This is a folder. Name a file in it."),
        (
            f"{'long' * 99}.csv",
            "The file cannot be read: File name too long. Check who may read it.",
        ),
        ("device.csv", "This is not an ordinary file. Name a file on the disk."),
    ],
)
def test_a_path_that_leads_to_no_table_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "rivers.json").write_text("[]")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "device.csv").symlink_to(os.devnull)

    with pytest.raises(FaultyTable) as refusal:
        read_table(tmp_path / name, River)

    assert [str(fault) for fault in refusal.value.faults] == [f"{tmp_path / name}: {said}"]


def test_a_file_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "RIVERS.CSV"
    path.write_text("id,name\nr1,Rhône\n", encoding="utf-8")

    assert read_table(path, River) == [(2, River(id="r1", name="Rhône"))]


def test_a_refusal_shows_its_faults_to_the_interface_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rivers.csv").write_text("id,name\nr1,Ob\n")

    with pytest.raises(FaultyTable) as refusal:
        read_table(Path("rivers.csv"), River)

    assert refusal.value.status == 422
    assert refusal.value.detail == "rivers.csv: 1 fault."
    assert [(e.pointer, e.detail) for e in refusal.value.errors] == [
        (
            "rivers.csv, line 2, name",
            "It has 2 characters; the minimum is 3. Give a name of 3 to 40 characters.",
        )
    ]


# --- countries ---


@pytest.mark.parametrize(
    ("code", "known"),
    [("FR", True), ("EU", True), ("GB", True), ("UK", False), ("fr", False), ("", False)],
)
def test_a_country_is_a_code_of_iso_3166_or_the_union(code: str, known: bool) -> None:
    assert is_country(code) is known


@pytest.mark.parametrize(
    ("written", "meant"),
    [("UK", "GB"), ("el", "GR"), ("FRA", "FR"), ("norway", "NO"), ("European Union", "EU")],
)
def test_who_writes_a_country_another_way_is_told_its_code(written: str, meant: str) -> None:
    assert faults_of(
        json.dumps({"id": "r", "name": "Rhine", "country": [written]}), "r.jsonl"
    ) == [
        f"r.jsonl, line 1, country, item 1: {written!r} is not a country code of ISO 3166-1. "
        f"Write {meant}."
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("norway", "NO"), ("European Union", "EU"), ("EUROPE", "EU"), ("France", "FR")),
        *(("ΓΑΛΛΊΑ", "FR"), ("Pays-Bas", "NL"), ("Pays\u2010Bas", "NL"), ("Holland", "NL")),
        *(("O\u0308sterreich", "AT"), ("  deutschland ", "DE"), ("Czech Republic", "CZ")),
        *(("Osterreich", "AT"), ("Cote d'Ivoire", "CI"), ("Ivory Coast", "CI")),
        *(("Republic of Korea", "KR"), ("the United States", "US"), ("U.S.A.", "US")),
        *(("Bosnia & Herzegovina", "BA"), ("Turkiye", "TR"), ("Palestine", "PS")),
        *(("Congo", "CG"), ("\uff26\uff32", "FR"), ("f\u200br", "FR"), ("UAE", "AE")),
    ],
)
def test_a_country_may_be_named_in_the_languages_of_europe(written: str, meant: str) -> None:
    assert TypeAdapter(NamedCountry).validate_python(written) == meant


@pytest.mark.parametrize(
    ("code", "name"),
    [("FR", "France"), ("GB", "United Kingdom"), ("EU", "European Union"), ("XX", "XX")],
)
def test_people_read_the_name_of_a_country(code: str, name: str) -> None:
    assert name_of(code) == name


def test_no_name_of_a_country_could_be_taken_for_a_code() -> None:
    assert min(map(len, _names())) > 2
