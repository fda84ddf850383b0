import io
import json
from pathlib import Path

from rich.console import Console

from benchmarks.duplicates import WORDS, long_texts
from benchmarks.near_copies import main, recall, sets
from matching import Profile, near_duplicates
from tests.benchmarks.test_lab import a_folder


def test_the_texts_of_the_comparison_hold_the_copies_that_it_counts() -> None:
    texts = list(long_texts(200))

    found = near_duplicates([Profile(str(i), (text,)) for i, text in enumerate(texts)])

    assert {len(text.split()) for text in texts} == {WORDS}
    assert sorted((pair.first, pair.second) for pair in found) == [(98, 99), (198, 199)]


def test_a_text_that_stands_twice_in_a_set_is_no_pair(tmp_path: Path) -> None:
    catalogue = [{"text": "Floods."}, {"text": "Floods."}, {"text": "Roads."}]
    lines = "\n".join(map(json.dumps, catalogue))
    (tmp_path / "catalogue_challenges.jsonl").write_text(lines, encoding="utf-8")

    assert list(sets(tmp_path)) == [("catalogue", ["Floods.", "Roads."])]


def test_every_set_is_measured_and_its_pairs_are_shown(tmp_path: Path) -> None:
    out = io.StringIO()
    a_folder(tmp_path)
    practices = {"practices": [{"text": text} for text in long_texts(200)]}
    (tmp_path / "practices.json").write_text(json.dumps(practices), encoding="utf-8")

    code = main(["--data", str(tmp_path), "--show", "1"], Console(file=out, width=200))

    assert code == 0
    lines = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in out.getvalue().splitlines()
    ]
    honest, copies = (line for line in lines if line and line[0] == "practices")
    assert honest[:5] == [*("practices", "200", "19,900", "2", "2")]
    assert copies[:4] == ["practices", "200", "100.0%", "100.0%"]
    assert out.getvalue().count("practices 0.") == 1


def test_no_copy_is_found_of_which_nothing_is_left() -> None:
    assert recall(list(long_texts(3)), changed=1.0) == 0.0


def test_nothing_is_measured_without_data(tmp_path: Path) -> None:
    out = io.StringIO()

    code = main(["--data", str(tmp_path / "none")], Console(file=out, width=200))

    assert code == 2
    assert "no part of this project" in out.getvalue()
