import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.gaming import main
from benchmarks.gaming_sets import Pool, common_themes, common_words, rarest_words
from matching import Profile
from tests.benchmarks.test_lab import TEXTS, a_folder

THEME = {"practice": ["open-source"], "sdg": [11]}


def a_pool() -> Pool:
    return Pool(
        "pool",
        (Profile("q", ("Flood warnings for every school",)),),
        (
            Profile("a", ("Flood warnings by phone",), frozenset({"sdg:11"})),
            Profile("b", ("Budgets for every school",), frozenset({"sdg:11", "sdg:4"})),
        ),
    )


def test_the_rarest_and_the_most_common_words_of_a_pool_are_told() -> None:
    pool = a_pool()

    rarest = rarest_words(pool, pool.challenges[0], 1)
    common = common_words(pool, 4)

    assert rarest == ["every"]
    assert common == ["every", "flood", "school", "warnings"]
    assert common_themes(pool, 1) == {"sdg:11"}


@pytest.mark.slow
def test_every_attempt_is_tried_on_every_pool_beside_plain_baselines(tmp_path: Path) -> None:
    out = io.StringIO()
    a_folder(tmp_path)
    with_themes(tmp_path)

    code = main(["--data", str(tmp_path)], Console(file=out, width=200))

    assert code == 0
    lines = [line.split("│")[1:4] for line in out.getvalue().splitlines() if "│" in line]
    pools = {pool.strip() for _, pool, _ in lines}
    attempts = {attempt.split(",")[0].strip() for attempt, _, _ in lines}
    assert pools == {"practices", "cranfield", "dblp_experts", "gold", "opportunity"}
    assert {"two near-copies as passages", "five times in a passage"} < attempts


def test_nothing_is_tried_without_data(tmp_path: Path) -> None:
    out = io.StringIO()

    code = main(["--data", str(tmp_path / "none")], Console(file=out, width=200))

    assert code == 2
    assert "no part of this project" in out.getvalue()


def with_themes(data: Path) -> None:
    """Put challenges with themes and practices with themes to a folder of data."""
    challenge = {"id": "C1", "title": "T", "summary": TEXTS[0], "context": "", "needs": ["n"]}
    (data / "first_edition.json").write_text(
        json.dumps({"challenges": [{**challenge, "themes": THEME}]})
    )
    practices = [{"id": f"p{i}", "text": text, "themes": THEME} for i, text in enumerate(TEXTS)]
    (data / "practices.json").write_text(json.dumps({"practices": practices}))
