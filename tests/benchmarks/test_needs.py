import io
from pathlib import Path

from rich.console import Console

from benchmarks.needs import main
from tests.benchmarks.test_lab import a_folder


def test_right_pairs_and_others_of_every_set_are_counted_by_how_much_is_told(
    tmp_path: Path,
) -> None:
    out = io.StringIO()
    a_folder(tmp_path)

    code = main(["--data", str(tmp_path)], Console(file=out, width=110))

    lines = out.getvalue().splitlines()
    titles = [line.strip() for line in lines if "right pairs" in line]
    assert code == 0
    assert titles == [
        "cranfield: 2 right pairs, 2 others",
        "dblp_experts: 1 right pairs, 1 others",
        "opportunity: 2 right pairs, 2 others",
    ]
    assert lines[-1] == "The engine takes 33% of a point for told."


def test_without_data_nothing_is_measured_and_it_says_so(tmp_path: Path) -> None:
    out = io.StringIO()

    code = main(["--data", str(tmp_path / "none")], Console(file=out, width=300))

    assert code == 1
    assert "nothing was measured" in out.getvalue()
