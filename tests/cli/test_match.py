"""`counterpart match`: two files in, suggestions out, whole or not at all."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import cli
from app.core.tables.formulas import unguarded
from matching import PlainMatcher
from matching.assignment.optimal_face import OptimalFace
from tests.counting import counted
from tests.processes import untraced

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
CHALLENGES = SEEDS / "first_edition" / "challenges.jsonl"
SOLUTIONS = SEEDS / "first_edition" / "solutions.jsonl"
PRACTICES = SEEDS / "practices" / "practices.jsonl"

COLUMNS = [
    "challenge",
    "challenge_title",
    "rank",
    "provider",
    "provider_title",
    "organisation",
    "country",
    "score",
    "text_part",
    "theme_part",
    "coverage",
    "band",
    "told",
    "stability",
    "turns_at",
    "hub",
]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["match", *map(str, arguments)])


def answered(*arguments: object) -> Any:
    """Return the JSON of a run that must succeed."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def pairs_of(answer: Any) -> list[tuple[str, str]]:
    return [(s["challenge"]["id"], s["provider"]["id"]) for s in answer["suggestions"]]


def a_file(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def two_files(folder: Path) -> tuple[Path, Path]:
    return (
        a_file(
            folder / "challenges.jsonl",
            {"id": "C1", "title": "Flood warnings", "text": "Our river floods."},
        ),
        a_file(
            folder / "providers.jsonl",
            {"id": "P1", "title": "River sensors", "text": "A river that warns."},
            {"id": "P2", "title": "=cmd() budgets", "text": "Residents of a river decide."},
        ),
    )


# --- forms ---


def test_the_first_providers_of_each_challenge_are_listed() -> None:
    answer = answered(CHALLENGES, SOLUTIONS, "--top", 2)

    assert pairs_of(answer) == [
        ("C1", "P1"),
        ("C1", "P8"),
        ("C2", "P4"),
        ("C2", "P5"),
        ("C3", "P5"),
        ("C3", "P6"),
        ("C4", "P8"),
        ("C4", "P3"),
    ]
    assert [s["rank"] for s in answer["suggestions"]] == [1, 2] * 4
    assert answer["notes"] == []
    assert answer["settings"] == {
        "top": 2,
        "per_challenge": None,
        "require_all": False,
        "objective": "leximin",
        "locked": [],
        "forbidden": [],
        "capacities": [],
        "what_if": False,
        "regret": False,
        "frontier": False,
        "floor": 0.01,
        "text_weight": 0.6,
        "same_country": False,
        "explain": False,
    }


def test_the_best_whole_assignment_is_given() -> None:
    answer = answered(CHALLENGES, SOLUTIONS, "--per-challenge", 2)

    assert sorted(provider for _, provider in pairs_of(answer)) == [
        f"P{i}" for i in range(1, 9)
    ]
    assert sum(s["score"] for s in answer["suggestions"]) == pytest.approx(2.1988, abs=1e-4)


def test_what_if_tells_what_a_lock_changes_and_what_it_costs() -> None:
    asked = (CHALLENGES, SOLUTIONS, "--per-challenge", 2)
    plain = answered(*asked)
    answer = answered(*asked, "--lock", "C2:P3", "--what-if", "--regret", "--frontier")
    by_total = answered(*asked, "--objective", "total", "--forbid", "C2:P7")

    assert plain["assignment"] == {
        "objective": "leximin",
        "providers": [2, 2],
        "pairs": [
            ["C1", "P1"],
            ["C1", "P2"],
            ["C2", "P4"],
            ["C2", "P7"],
            ["C3", "P5"],
            ["C3", "P6"],
            ["C4", "P3"],
            ["C4", "P8"],
        ],
        "total": 2.1988,
        "bound": 2.1988,
        "fairness": [0.2643, 0.3076, 0.3758, 0.4056],
        "weakest_sum": 0.3777,
        "reason": None,
        "relaxations": [],
        "places": 8,
        "floor": 0.01,
        "shortfalls": [],
    }
    assert set(plain) == {"settings", "suggestions", "notes", "assignment"}
    assert answer["compared"] == {
        "added": [["C2", "P3"], ["C4", "P7"]],
        "removed": [["C2", "P7"], ["C4", "P3"]],
        "loss": {"fairness": [], "total": 0.141},
    }
    assert len(answer["regret"]) == 30
    assert [step["cost"] for step in answer["frontier"]] == [0.0]
    assert ["C2", "P7"] not in by_total["assignment"]["pairs"]


def test_the_table_says_how_good_the_assignment_is() -> None:
    asked = ("--per-challenge", 2, "--lock", "C2:P3", "--what-if", "--regret", "--frontier")

    result = run(CHALLENGES, SOLUTIONS, *asked)

    said = " ".join(result.stdout.split())
    assert (
        "Assigned by leximin: total 2.0578, the proven maximum; the worst-off challenge has "
        "0.2643, the weakest sum is 0.3668. The conditions add: C2:P3, C4:P7. The "
        "conditions remove: C2:P7, C4:P3. That costs 0.1410 (in total; by place, 1 the "
        "worst-off). Nobody below 0.2643: total 2.0578, 0.0000 less than the most."
    ) in said
    assert "without it, lost" in said
    assert "no assignment is left" in said
    assert "0.3562; place 1 0.0152 and 3 more" in said


def test_what_capacity_alone_makes_possible_is_said_and_csv_has_the_regret(
    tmp_path: Path,
) -> None:
    files, asked = two_files(tmp_path), ("--per-challenge", 1)
    none = [f"--capacity={provider}:0" for provider in ("P1", "P2")]

    possible = run(*files, *asked, "--capacity", "P1:2", "--what-if")
    impossible = run(*files, *asked, *none, "--require-all")
    unserved = run(*files, *asked, *none)
    table = run(*files, *asked, "--regret", "--csv")

    assert "The conditions add: none." in possible.stdout
    assert impossible.exit_code == 1
    assert unserved.exit_code == 0
    assert " ".join(unserved.stdout.split()).startswith(
        "Assigned by leximin: total 0.0000, the proven maximum. 2 providers can take 0 places; "
        "1 challenge wishes for 1. 0 of 1 have a provider, 0 have all that they wish for. Left "
        "without a provider: C1. One place more would serve: C1 by P1 or P2."
    )
    assert "raise the maximum of P1 from 0 to 1" in " ".join(impossible.stderr.split())
    (row,) = csv.DictReader(io.StringIO(table.stdout))
    assert list(row) == [*COLUMNS, "regret"]


def test_all_conditions_that_name_nothing_are_refused_at_once(tmp_path: Path) -> None:
    wrong = ("--lock", "C1:P9", "--forbid", "C1", "--capacity", "P1:x", "--capacity", "P1")
    twice = ("--capacity", "P2:1", "--capacity", "P2:2")

    result = run(*two_files(tmp_path), "--per-challenge", 1, *wrong, *twice)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Content cannot be accepted. The conditions name what is not in the files.",
        "  --lock: C1:P9 names no pair: write CHALLENGE:PROVIDER, two ids.",
        "  --forbid: C1 names no pair: write CHALLENGE:PROVIDER, two ids.",
        "  --capacity: P1:x is no capacity: write PROVIDER:N, an id and a number.",
        "  --capacity: P1 is no capacity: write PROVIDER:N, an id and a number.",
        "  --capacity: P2 is named twice.",
        "Take the ids from the two files, and write them as they are there.",
    ]


def test_an_id_may_hold_a_colon(tmp_path: Path) -> None:
    challenges = a_file(tmp_path / "c.jsonl", {"id": "a:b", "title": "Floods", "text": "Sea."})
    providers = a_file(
        tmp_path / "p.jsonl",
        {"id": "b:c", "title": "Dykes", "text": "Sea."},
        {"id": "c", "title": "Maps of it", "text": "Sky."},
    )

    answer = answered(challenges, providers, "--per-challenge", 1, "--lock", "a:b:c")

    assert answer["assignment"]["pairs"] == [["a:b", "c"]]


def test_json_explains_every_number() -> None:
    answer = answered(CHALLENGES, SOLUTIONS, "--top", 1, "--explain")

    for one in answer["suggestions"]:
        reasons = one["reasons"]
        shares = [s["share"] for s in (*reasons["words"], *reasons["themes"])]
        assert sum(shares) == pytest.approx(one["score"])
        assert one["text_part"] + one["theme_part"] == pytest.approx(one["score"])
        told = reasons["provider"]
        assert told["field"] == "experience"
        assert all(told["text"][start:end].strip() for start, end in told["marks"])
    assert answer["suggestions"][0]["reasons"]["themes"][0]["names"] == [
        "practice:citizen-engagement"
    ]


def test_csv_holds_the_numbers_of_the_json() -> None:
    rows = list(csv.DictReader(io.StringIO(run(CHALLENGES, SOLUTIONS, "--csv").stdout)))

    answer = answered(CHALLENGES, SOLUTIONS)
    assert list(rows[0]) == COLUMNS
    assert [(row["challenge"], row["provider"], float(row["score"])) for row in rows] == [
        (s["challenge"]["id"], s["provider"]["id"], s["score"]) for s in answer["suggestions"]
    ]


def test_csv_explains_in_further_columns() -> None:
    result = run(CHALLENGES, SOLUTIONS, "--csv", "--explain", "--top", "1")

    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    reasons = [
        *("sentence", "phrases", "themes", "missing"),
        *("challenge_passage", "provider_passage", "points_told"),
    ]
    assert list(rows[0]) == COLUMNS + reasons
    assert rows[2]["phrases"].startswith("AI project 0.0")
    assert rows[2]["sentence"].startswith("Both describe “")


def test_the_table_is_for_people(tmp_path: Path) -> None:
    challenges, providers = two_files(tmp_path)

    result = run(challenges, providers, "--text-weight", "1", "--explain", "--top", "1")

    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert lines[0] == "C1  Flood warnings"
    assert lines[1].split() == [
        *("rank", "score", "text", "themes", "band", "coverage", "stability"),
        *("provider", "title", "organisation", "country"),
    ]
    assert lines[3].split()[0] == "1"
    assert lines[3].endswith("P1        River sensors")
    assert lines[4] == "Why P1"
    assert lines[5:7] == [
        "Only single words are in common, far from each other.",
        "Points  0 of 2",
    ]
    assert lines[7].startswith("Phrases (other words) ")
    assert lines[8:11] == [
        "Themes  none in common",
        "Challenge (text): Flood *warnings* / Our *river* floods.",
        "Provider (text): *River* sensors / A *river* that *warns*.",
    ]
    assert lines[11:] == [
        "No country stated, so they may turn out to be from the same one: C1, P1, P2.",
        "There are fewer than 30 possible pairs: strong, fair and weak say how much of a "
        "challenge a provider tells,",
        "and not how a pair stands among the others.",
    ]


def test_a_long_passage_is_shown_where_it_has_most_words_in_common(tmp_path: Path) -> None:
    challenges, _ = two_files(tmp_path)
    filler = [f"There is filler{i} of the words{i}." for i in range(100)]
    story = " ".join([*filler, "Then a river floods the town.", *filler[::-1]])
    providers = a_file(tmp_path / "p.jsonl", {"id": "P1", "title": "Experience", "text": story})

    shown = run(challenges, providers, "--explain").stdout

    assert "Provider (text): ... " in shown
    assert "Then a *river* *floods* the town." in shown.replace("\n    ", " ")


def test_nothing_that_a_stranger_wrote_reaches_the_terminal_as_a_command(
    tmp_path: Path,
) -> None:
    challenges, providers = two_files(tmp_path)
    bidi = a_file(
        tmp_path / "b.jsonl",
        {"id": "P1", "title": "[red]River \u009b2J", "text": "A river\u202e [bold]rises."},
    )

    table = run(challenges, bidi, "--explain").stdout
    cells = list(csv.DictReader(io.StringIO(run(challenges, providers, "--csv").stdout)))

    assert "[red]River" in table
    assert "[bold]rises" in table
    assert not set(table) & set("\u202e\u009b\x1b")
    assert [row["provider_title"] for row in cells] == ["River sensors", "'=cmd() budgets"]


def test_a_larger_pool_and_csv_files_of_strangers_work(tmp_path: Path) -> None:
    challenges = tmp_path / "challenges.csv"
    challenges.write_text(
        "id;title;text;country\n"
        "1;Digital skills;Older people need help with digital services;FR\n"
        "2;Buying innovation;We want to buy innovative solutions from small firms;BE\n"
        '3;Joint growth;Two regions at a border want inclusive growth together;"FI;SE"\n',
        encoding="utf-8-sig",
    )

    answer = answered(challenges, PRACTICES, "--top", 1)

    assert pairs_of(answer) == [
        ("1", "citizen-spots-pt"),
        ("2", "latvia-innovation-lab"),
        ("3", "borderlands-growth-deal"),
    ]


def test_seventy_two_challenges_and_twenty_six_providers_take_one_fit_and_few_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practices = [json.loads(line) for line in PRACTICES.read_text("utf-8").splitlines()]
    providers = [p | {"capacity": 6} for p in practices[:26]]
    challenges = [
        {
            "id": f"C{i:02}",
            "title": practices[i % 44]["title"],
            "text": f"{practices[i % 44]['experience'][: 200 + i]}",
            "themes": practices[(i * 7) % 44]["themes"],
        }
        for i in range(72)
    ]
    files = a_file(tmp_path / "c.jsonl", *challenges), a_file(tmp_path / "p.jsonl", *providers)
    fits = counted(monkeypatch, PlainMatcher, "fit")
    searches = counted(monkeypatch, OptimalFace, "settle")

    answer = answered(*files, "--per-challenge", 2)

    assert len(fits) == 1
    assert 0 < len(searches) < 3 * 72
    served = [challenge for challenge, _ in pairs_of(answer)]
    assert served == sorted([f"C{i:02}" for i in range(72)] * 2)
    given = [provider for _, provider in pairs_of(answer)]
    assert max(given.count(provider) for provider in given) <= 6


# --- files ---


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("a.json", [], '{\n  "settings"'),
        ("a.csv", [], "\ufeffchallenge,"),
        ("a.txt", [], "C1  Flood"),
        ("a.txt", ["--csv"], "\ufeffchallenge,"),
    ],
)
def test_the_answer_is_written_to_a_file(
    tmp_path: Path, name: str, options: list[str], start: str
) -> None:
    output = tmp_path / name
    output.write_text("before")

    result = run(*two_files(tmp_path), *options, "--output", output)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Written to {output}.\n"
    assert output.read_text(encoding="utf-8").startswith(start)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    challenges, providers = two_files(tmp_path)
    folder = tmp_path / "folder.json"
    folder.mkdir()
    before = sorted(tmp_path.iterdir())

    for output in (folder, tmp_path / "none" / "a.csv", challenges / "a.csv"):
        result = run(challenges, providers, "--output", output)

        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{output}cannotbewritten" in "".join(result.stderr.split())
    assert sorted(tmp_path.iterdir()) == before


def test_a_refused_run_leaves_the_old_answer_as_it_was(tmp_path: Path) -> None:
    output = tmp_path / "answer.csv"
    output.write_text("before")

    result = run(
        *two_files(tmp_path), "--per-challenge", 3, "--require-all", "--output", output
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert "C1 needs at least 3 pairs, but only 2 may be chosen" in " ".join(
        result.stderr.split()
    )
    assert output.read_text() == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "answer.csv",
        "challenges.jsonl",
        "providers.jsonl",
    ]


# --- refusals ---


def test_the_faults_of_both_files_are_listed_and_nothing_is_matched(tmp_path: Path) -> None:
    challenges = a_file(tmp_path / "c.jsonl", {"id": "C1", "title": "A", "text": "x"})
    providers = a_file(
        tmp_path / "p.jsonl",
        {"id": "P1", "title": "River sensors", "text": "x", "country": "UK"},
        {"id": "P1", "title": "River sensors", "text": "x"},
    )

    result = run(challenges, providers, "--csv")

    assert (result.exit_code, result.stdout) == (1, "")
    said = [line.strip() for line in result.stderr.splitlines()]
    assert [line for line in said if ", line " in line] == [
        f"{challenges}, line 1, title: It has 1 characters; the minimum is 5. "
        "Give a title of 5 to 200 characters on one line.",
        f"{providers}, line 1, country, item 1: 'UK' is not a country code of ISO 3166-1. "
        "Write GB.",
        f"{providers}, line 2, id: 'P1' stands on line 1 already. Give each record its own id.",
    ]


@pytest.mark.parametrize(
    "options",
    [
        ["--json", "--csv"],
        ["--top", "3", "--per-challenge", "2"],
        ["--top", "0"],
        ["--lock", "C1:P1"],
        ["--what-if"],
        ["--per-challenge", "2", "--objective", "luck"],
        ["--text-weight", "1.5"],
        ["--text-weight", "nan"],
        ["--output", str(SOLUTIONS)],
        ["--unknown"],
    ],
)
def test_wrong_usage_has_its_own_exit_code(options: list[str]) -> None:
    before = SOLUTIONS.read_bytes()

    result = run(CHALLENGES, SOLUTIONS, *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert SOLUTIONS.read_bytes() == before


@pytest.mark.server
def test_the_command_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 -- our own command
        [
            sys.executable,
            "-m",
            "app.cli",
            "match",
            CHALLENGES,
            SOLUTIONS,
            "--csv",
            "--top",
            "1",
        ],
        cwd=tmp_path,
        env={**untraced(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"))))
    assert [(row["challenge"], row["provider"]) for row in rows] == [
        ("C1", "P1"),
        ("C2", "P4"),
        ("C3", "P5"),
        ("C4", "P8"),
    ]
    assert "Développement" in rows[3]["organisation"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.server
def test_a_terminal_is_shown_how_far_it_is_and_a_file_is_not() -> None:
    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "app.cli",
        "match",
        str(CHALLENGES),
        str(SOLUTIONS),
        "--json",
    ]

    shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=follower, check=True)  # noqa: S603 -- our own command
    silent = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 -- our own command

    os.close(follower)
    with os.fdopen(leader, "rb", buffering=0) as terminal:
        assert b"Matching 4 challenges" in terminal.read(65_536)
    assert silent.stderr == b""
    assert json.loads(shown.stdout) == json.loads(silent.stdout)


# --- tables from people and for people ---


def test_a_table_without_a_pair_names_its_columns(tmp_path: Path) -> None:
    challenges, providers = two_files(tmp_path)
    for path in (challenges, providers):
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        a_file(path, *(record | {"country": "FR"} for record in records))

    result = run(challenges, providers, "--csv")

    assert (result.exit_code, result.stdout) == (0, f"{','.join(COLUMNS)}\n")


def test_no_column_of_the_answer_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    text = "River floods;=cmd()\n-sensors\t@river\r+floods"
    names = {"title": "@River floods", "organisation": "\uff1dCity"}
    challenge = {"id": "C;=1", **names, "organisation": "=Another", "text": text}
    challenges = a_file(tmp_path / "c.jsonl", challenge)
    providers = a_file(tmp_path / "p.jsonl", {"id": "P;@1", **names, "text": text})
    output = tmp_path / "a.csv"

    result = run(challenges, providers, "--explain", "--output", output)

    assert result.exit_code == 0, result.stderr
    text_of_file = output.read_bytes().decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text_of_file, newline=""))
    run_by_one = re.compile(r"(?:\A|[;\t\r\n])\s*[=+@\uff1d-]")
    numbers = {"rank", "score", "text_part", "theme_part", "coverage", "turns_at"}
    assert [n for n, cell in row.items() if n not in numbers and run_by_one.search(cell)] == []
    assert unguarded(row["challenge"]) == "C;=1"
    assert (unguarded(row["provider_title"]), unguarded(row["organisation"])) == (
        "@River floods",
        "\uff1dCity",
    )


def test_names_of_themes_and_countries_are_read_without_a_database(tmp_path: Path) -> None:
    challenges = tmp_path / "c.tsv"
    challenges.write_text(
        "Ref\tTitre\tPays\tThèmes\tDescription\n"
        "C1\tFlood warnings\tFrance\tInclusion numérique\tFloods\n",
        "utf-8",
    )
    providers = tmp_path / "p.csv"
    providers.write_text(
        "sep=;\nid;title;country;themes;text\n"
        "P1;River sensors;Spain;Digital inclusion;Floods\n",
        "utf-8",
    )

    [suggestion] = answered(challenges, providers, "--explain")["suggestions"]

    assert suggestion["challenge"]["country"] == ["FR"]
    assert suggestion["reasons"]["themes"][0]["names"] == ["practice:digital-inclusion"]


def test_files_that_were_taken_for_each_other_are_called_what_they_are(tmp_path: Path) -> None:
    solutions = tmp_path / "s.csv"
    solutions.write_text("id,title,experience\nP1,River sensors,Floods\n", "utf-8")

    result = run(solutions, solutions, "--csv")

    assert result.exit_code == 1
    assert f"{solutions}, line 1: This is a file of solutions." in result.stderr
