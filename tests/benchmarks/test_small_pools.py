import io
from pathlib import Path

from rich.console import Console

from benchmarks.small_pools import main
from tests.benchmarks.test_lab import a_folder


def test_each_size_has_a_table_with_a_difference_for_each_background(tmp_path: Path) -> None:
    out = io.StringIO()
    a_folder(tmp_path)

    code = main(["--data", str(tmp_path), "--draws", "1"], Console(file=out, width=110))

    lines = out.getvalue().splitlines()
    assert code == 0
    titles = [line.strip() for line in lines if "Pools of" in line]
    assert titles == [
        f"Pools of {n}: nDCG@10, and differences to the default" for n in (10, 26, 60)
    ]
    assert sum("all problems" in line for line in lines) == 3


def test_without_data_nothing_is_measured_and_it_says_so(tmp_path: Path) -> None:
    out = io.StringIO()

    code = main(["--data", str(tmp_path / "none")], Console(file=out, width=300))

    assert code == 1
    assert "nothing was measured" in out.getvalue()
