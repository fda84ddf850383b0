import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Matcher, MatchingError, Profile, Rule
from matching.search.pool import Chained, StoredProfiles
from matching.text.reading import Reader
from tests.matching.strategies import pools, profiles, promise

APART = Rule("country", shared=False, reason="Both are in the same country.")

POOL = [
    Profile("a", ("Flood warnings by phone.", "Rivers"), frozenset({"sdg:6"}), language="en"),
    Profile("b", ("Open budgets, \ud800 rivières",), attributes={"country": frozenset({"NO"})}),
    Profile("c", ()),
]
ASKED = [Profile("q", ("Warn of floods early by phone",), frozenset({"sdg:6"}))]


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_loaded_matcher_answers_as_the_saved_one(
    tmp_path: Path, mmap: bool, compiled: bool
) -> None:
    matcher = Matcher(compiled=compiled, text_weight=0.7).fit(POOL, background=ASKED)

    matcher.save(tmp_path / "model")
    loaded = Matcher.load(tmp_path / "model", mmap=mmap)

    assert loaded.get_params() == matcher.get_params()
    assert loaded.version_ == matcher.version_
    assert list(loaded.pool_) == POOL
    assert (loaded.score_pairs(ASKED) == matcher.score_pairs(ASKED)).all()
    assert loaded.rank(ASKED, 2).indices.tolist() == matcher.rank(ASKED, 2).indices.tolist()
    assert loaded.explain(ASKED[0], 0) == matcher.explain(ASKED[0], 0)


@pytest.mark.slow
@promise
@given(pools, pools, st.lists(profiles, min_size=1, max_size=2))
def test_an_extended_matcher_is_the_same_after_a_journey(
    tmp_path_factory: pytest.TempPathFactory,
    pool: list[Profile],
    arrived: list[Profile],
    queries: list[Profile],
) -> None:
    folder = tmp_path_factory.mktemp("saved")
    matcher = Matcher().fit(pool).extend(arrived)

    matcher.save(folder / "model")
    loaded = Matcher.load(folder / "model")

    assert list(loaded.pool_) == [*pool, *arrived]
    assert loaded.needs_refit_ == matcher.needs_refit_
    assert (loaded.score_pairs(queries) == matcher.score_pairs(queries)).all()
    loaded.extend(queries)
    matcher.extend(queries)
    assert (loaded.score_pairs(queries) == matcher.score_pairs(queries)).all()
    assert loaded.version_ == matcher.version_


def test_saving_again_replaces_the_model_and_leaves_nothing_else(tmp_path: Path) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    Matcher().fit(POOL[:1]).save(tmp_path / "model")

    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert list(Matcher.load(tmp_path / "model").pool_) == POOL[:1]


def test_a_save_that_fails_leaves_the_model_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")

    def disk_full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(np, "save", disk_full)
    with pytest.raises(OSError, match="no space left"):
        Matcher().fit(POOL[:1]).save(tmp_path / "model")

    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert list(Matcher.load(tmp_path / "model").pool_) == POOL


def test_what_is_no_saved_matcher_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MatchingError, match="there is no saved matcher in"):
        Matcher.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "cut", "said"),
    [
        ("idf.npy", None, "No such file"),
        ("idf.npy", 0, "No data left in file"),
        ("idf.npy", -9, "greater than file size"),
        ("part0_passages_data.npy", -9, "greater than file size"),
        ("profiles.jsonl", -9, r"profiles.jsonl holds \d+ bytes instead of \d+"),
        ("profiles.jsonl", 0, "empty file"),
    ],
)
def test_a_damaged_model_is_refused_before_it_answers_anything(
    tmp_path: Path, name: str, cut: int | None, said: str
) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    file = tmp_path / "model" / name
    whole = file.read_bytes()
    file.unlink()
    if cut is not None:
        file.write_bytes(whole[:cut])

    with pytest.raises(MatchingError, match=rf"is damaged: .*{said}.*; fit and save it again"):
        Matcher.load(tmp_path / "model")


def test_a_page_without_what_it_should_say_is_refused(tmp_path: Path) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    page = tmp_path / "model" / "model.json"
    told = json.loads(page.read_text())
    del told["names"]
    page.write_text(json.dumps(told))

    with pytest.raises(MatchingError, match="is damaged: 'names'"):
        Matcher.load(tmp_path / "model")


def test_a_model_that_is_replaced_while_it_is_read_is_no_mixture_of_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    Matcher().fit(POOL).save(folder)
    read = np.load

    def replacing(*path: Any, **how: Any) -> Any:
        monkeypatch.setattr(np, "load", read)
        Matcher().fit(POOL[::-1]).save(folder)
        return read(*path, **how)

    monkeypatch.setattr(np, "load", replacing)

    with pytest.raises(MatchingError, match="was replaced while it was read"):
        Matcher.load(folder)
    assert list(Matcher.load(folder).pool_) == POOL[::-1]


def test_a_model_that_other_versions_wrote_is_refused(tmp_path: Path) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    page = tmp_path / "model" / "model.json"
    page.write_text(json.dumps(json.loads(page.read_text()) | {"format": 0}))

    with pytest.raises(MatchingError, match=r"was saved in format 0 .*; fit and save it again"):
        Matcher.load(tmp_path / "model")


def test_fitting_a_loaded_matcher_again_reads_only_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    loaded = Matcher.load(tmp_path / "model")
    read: list[str] = []
    numbered = Reader._numbered

    def watched(self: Reader, text: str, language: str) -> bytes:
        read.append(text)
        return numbered(self, text, language)

    monkeypatch.setattr(Reader, "_numbered", watched)
    again = loaded.fit([*POOL, Profile("d", ("Something new",))])

    assert read == ["Something new"]
    plain = Matcher().fit([*POOL, Profile("d", ("Something new",))])
    assert again.version_ == plain.version_


def test_the_version_names_the_model() -> None:
    version = Matcher().fit(POOL).version_

    assert Matcher().fit(list(POOL)).version_ == version
    assert Matcher(compiled=True, reader=Reader()).fit(POOL).version_ == version
    others = [
        Matcher(text_weight=0.5).fit(POOL),
        Matcher().fit(POOL, background=ASKED),
        Matcher().fit(POOL[::-1]),
        Matcher().fit(POOL).extend(ASKED),
    ]
    assert len({version, *(matcher.version_ for matcher in others)}) == 5


def test_a_pool_of_parts_is_read_like_any_sequence() -> None:
    pool = Chained((tuple(POOL[:2]), tuple(POOL[2:])))

    assert (list(pool), pool[-1], pool[::-1]) == (POOL, POOL[2], tuple(POOL[::-1]))
    runs = [(start, stop) for start in range(4) for stop in range(4)]
    assert [list(pool[a:b]) for a, b in runs] == [POOL[a:b] for a, b in runs]
    with pytest.raises(IndexError, match="the pool has 3 profiles, asked for 3"):
        pool[3]


def test_rules_hold_for_a_pool_on_disk(tmp_path: Path) -> None:
    Matcher().fit(POOL).save(tmp_path / "model")
    asked = [Profile("q", ("Open budgets",), attributes={"country": frozenset({"NO"})})]

    ranking = Matcher.load(tmp_path / "model").rank(asked, k=3, rules=[APART])

    assert ranking.indices.tolist() == [[0, 2, -1]]


def test_a_pool_on_disk_is_not_read_through_to_rank_it_or_to_take_arrivals_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = [Profile("n", ("New budgets",), attributes={"country": frozenset({"NO"})})]
    asked = [Profile("q", ("Open budgets",), attributes={"country": frozenset({"NO"})})]
    Matcher().fit(POOL).save(tmp_path / "model")
    loaded, plain = Matcher.load(tmp_path / "model"), Matcher().fit(POOL)

    def read(_: StoredProfiles, position: int) -> Profile:
        raise AssertionError(f"profile {position} was read")

    monkeypatch.setattr(StoredProfiles, "_at", read)
    for _ in range(2):
        loaded.extend(arrived)
        plain.extend(arrived)

    assert len(loaded.pool_) == 5
    found, expected = (matcher.rank(asked, k=5, rules=[APART]) for matcher in (loaded, plain))
    assert found.indices.tolist() == expected.indices.tolist() == [[0, 2, -1, -1, -1]]
