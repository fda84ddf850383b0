"""The planted faults fit the code, and one is noticed; `make mutants` tries all of them."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.mutants.planting import (
    ROOT,
    Fault,
    Run,
    Verdict,
    copied,
    occurrences,
    planted,
    tried,
)
from tests.faults.mutants.table import FAULTS

SAMPLE = next(
    fault for fault in FAULTS if fault.name == "a token good for nothing is good for everything"
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, for faults."""
    return copied(tmp_path_factory.mktemp("tree"))


def changed(**fields: object) -> Fault:
    return Fault(**({n: getattr(SAMPLE, n) for n in Fault.__slots__} | fields))


def answering(code: int) -> Run:
    return lambda *_: (code, "")


def test_there_are_enough_faults_and_no_two_of_one_name() -> None:
    names = Counter(fault.name for fault in FAULTS)

    assert len(FAULTS) >= 40
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_still_be_planted(fault: Fault) -> None:
    source = (ROOT / fault.path).read_text(encoding="utf-8")
    compiled = compile(source.replace(fault.text, fault.replacement), fault.path, "exec")

    assert occurrences(fault) == 1
    assert compiled != compile(source, fault.path, "exec")
    assert fault.tests


def test_the_tests_that_shall_notice_are_there() -> None:
    """Read, not collected, which would take longer than all other tests of this file."""
    named = {name for fault in FAULTS for name in fault.tests}

    gone = []
    for name in sorted(named):
        file, _, test = name.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        if test and f"def {test.partition('[')[0]}(" not in source:
            gone.append(name)

    assert gone == []


@pytest.mark.server
def test_a_planted_fault_is_killed_and_leaves_the_tree_as_it_was(tree: Path) -> None:
    path = tree / SAMPLE.path
    before, was = path.read_bytes(), path.stat().st_mtime_ns

    verdict, said = tried(SAMPLE, tree)

    assert verdict is Verdict.KILLED, said
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, was)


def test_what_is_no_kill_is_told_apart(tree: Path) -> None:
    answers = {0: Verdict.SURVIVED, 1: Verdict.KILLED, 2: Verdict.BROKEN, 4: Verdict.BROKEN}

    found = {code: tried(SAMPLE, tree, answering(code))[0] for code in answers}

    assert found == answers
    assert tried(changed(text="stands nowhere"), tree)[0] is Verdict.GONE
    assert tried(changed(path="app/nowhere.py"), tree)[0] is Verdict.GONE
    assert tried(changed(text="import"), tree)[0] is Verdict.GONE


def test_tests_that_do_not_end_are_no_kill(tree: Path) -> None:
    def hanging(*_: object) -> tuple[int, str]:
        raise TimeoutError

    assert tried(SAMPLE, tree, hanging)[0] is Verdict.HUNG


def test_a_fault_is_in_force_while_it_is_planted_and_looks_newer(tree: Path) -> None:
    path = tree / SAMPLE.path
    before = path.stat().st_mtime

    with planted(SAMPLE, tree):
        assert SAMPLE.replacement in path.read_text(encoding="utf-8")
        assert path.stat().st_mtime > before + 2

    assert occurrences(SAMPLE, tree) == 1
