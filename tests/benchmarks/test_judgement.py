"""Sheets by which people judge reasons without seeing how they were made."""

import csv
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.judgement import JUDGED, main


def console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=200), out


def test_each_pair_stands_on_the_sheet_twice_and_the_key_alone_tells_which_is_which(
    tmp_path: Path,
) -> None:
    screen, out = console()
    folder = tmp_path / "sheet"

    code = main(["sheet", "--data", str(tmp_path), "--output", str(folder)], screen)

    with (folder / "sheet.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    assert code == 0
    assert "no set opportunity" in out.getvalue()
    assert list(rows[0]) == ["item", "asks", "tells", "reason", "useful (y/n)"]
    assert [row["item"] for row in rows] == list(key) == [str(i) for i in range(1, 41)]
    ways = [(one["pair"], one["way"]) for one in key.values()]
    pairs = {pair for pair, _ in ways}
    assert sorted(ways) == sorted((pair, way) for pair in pairs for way in ("before", "now"))
    assert len(pairs) == 20
    assert {row["useful (y/n)"] for row in rows} == {""}


def test_what_people_have_filled_in_is_counted_by_way(tmp_path: Path) -> None:
    screen, out = console()
    key = {"1": {"pair": "a", "way": "before"}, "2": {"pair": "a", "way": "now"}}
    (tmp_path / "key.json").write_text(json.dumps({**key, "3": key["2"]}), encoding="utf-8")
    sheet = "item,useful (y/n)\n1,n\n2,Y\n3,\n"
    (tmp_path / "one.csv").write_text(sheet, encoding="utf-8")

    main(["tally", str(tmp_path / "key.json"), str(tmp_path / "one.csv")], screen)

    assert out.getvalue().splitlines() == [
        "one.csv, before: 0 useful, 1 not, 0 not judged",
        "one.csv, now: 1 useful, 0 not, 1 not judged",
    ]


def test_every_word_of_the_first_pairs_was_judged(capsys: pytest.CaptureFixture[str]) -> None:
    main(["words"])

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = list(csv.DictReader(file))
    named = ("challenge", "provider", "word", "phrase")
    assert [[row[name] for name in named] for row in rows] == [
        [row[name] for name in named] for row in judged
    ]
    assert {row["judged"] for row in judged} == set("efgt")


def test_of_what_is_named_at_most_a_tenth_is_empty_or_a_false_friend() -> None:
    screen, out = console()

    main(["words", "--judged", str(JUDGED)], screen)

    *_, named = out.getvalue().splitlines()
    parts = dict(
        part.rsplit(" ", 1) for part in named.partition(": phrases ")[2][9:].split(", ")
    )
    assert float(parts["empty"].rstrip("%")) + float(parts["false friend"].rstrip("%")) <= 10
