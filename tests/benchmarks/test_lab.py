import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.figures import Difference, difference, figure, interval, lift_by_pasting
from benchmarks.hub_corrections import CORRECTIONS
from benchmarks.known_items import authors, back, halves, mixed, parts, short, teams, titles
from benchmarks.manuals import sections
from benchmarks.quality import main
from benchmarks.scorers import scorer
from benchmarks.tasks import Expertise, Floats, Retrieval, known_item, profiles
from matching import Profile
from matching.scoring.semantic import Remembered

WORDS = ("river", "flood", "budget", "school", "road", "nurse", "forest", "energy", "harbour")


def a_text(seed: int, length: int = 90) -> str:
    """Tell mostly of one thing: words of one text return more often than others."""
    rng = np.random.default_rng(seed)
    own = [f"{word}{seed}" for word in WORDS]
    return " ".join(rng.choice([*own, *WORDS], length))


TEXTS = [a_text(seed) for seed in range(6)]


def test_the_lab_says_plainly_that_there_is_no_data(tmp_path: Path) -> None:
    out = io.StringIO()

    code = main(["--data", str(tmp_path / "none")], Console(file=out, width=200))

    assert code == 2
    assert "the sets are no part of this project" in out.getvalue()


def test_the_lab_measures_a_folder_and_keeps_the_units(tmp_path: Path) -> None:
    data, kept, out = tmp_path / "data", tmp_path / "units.json", io.StringIO()
    a_folder(data)
    arguments = ["--data", str(data), "--manuals", str(tmp_path), "--draws", "20"]

    first = main([*arguments, "--compare", "bm25", "--json", str(kept)], console(out))
    second = main([*arguments, "--sets", "gold", "--against", str(kept)], console(out))
    third = main([*arguments, "--sets", "cat_half", "--pasting"], console(out))

    assert (first, second, third) == (0, 0, 0)
    assert set(json.loads(kept.read_text())["opportunity"]) == {"default", "bm25"}
    shown = out.getvalue()
    assert "has no manual pages in other languages" in shown
    for said in (
        "opportunity_back",
        "gold_author",
        "dblp_team",
        "before: default",
        "5% changed",
    ):
        assert said in shown


def console(out: io.StringIO) -> Console:
    return Console(file=out, width=300)


def a_folder(data: Path) -> None:
    """Write the smallest folder of which every set can be made."""
    write(data / "catalogue_challenges.jsonl", [{"title": t[:12], "text": t} for t in TEXTS])
    (data / "practices.json").write_text(
        json.dumps({"practices": [{"text": t} for t in TEXTS]})
    )
    documents = [{"id": f"d{i}", "title": t[:12], "text": t} for i, t in enumerate(TEXTS)]
    people = [
        {"id": f"a{i}", "docs": [{"id": f"d{j}", "text": TEXTS[j]} for j in (i, i + 1, i + 2)]}
        for i in range(4)
    ]
    for name, docs in (
        ("cranfield", documents),
        ("opportunity", documents),
        ("dblp_experts", people),
    ):
        write(data / name / "docs.jsonl", docs)
        write(data / name / "queries.jsonl", [{"id": "d0", "text": TEXTS[0]}])
        rows = ["query\tdoc\tgain", f"d0\t{docs[0]['id']}\t1", f"d0\t{docs[1]['id']}\t2"]
        (data / name / "qrels.tsv").write_text("\n".join(rows))
    papers = [{"id": str(i), "title": t[:12], "abstract": t} for i, t in enumerate(TEXTS)]
    write(data / "gold" / "papers.jsonl", papers)
    people_papers = {"ann": ["0", "1", "2", "3"], "bob": ["2", "3", "4", "5"]}
    rated = {"ann": {"4": 1.0, "5": 4.5, "0": 5.0}, "bob": {"0": 2.0, "1": 4.0, "5": 5.0}}
    (data / "gold" / "ratings.json").write_text(
        json.dumps({"ratings": rated, "profiles": [people_papers] * 2})
    )


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows))


def test_made_sets_never_ask_what_they_offer() -> None:
    authored = [frozenset(TEXTS[i : i + 4]) for i in range(3)]

    for task in (
        halves("h", TEXTS),
        short("s", TEXTS),
        mixed("m", TEXTS),
        titles("t", [(t[:12], t) for t in TEXTS]),
        authors("a", authored),
        teams("e", authored),
        parts(halves("h", TEXTS)),
    ):
        asked = {text for query in task.queries for text in query.texts}
        offered = {text for provider in task.pool for text in provider.texts}
        assert asked
        assert not asked & offered
        assert task.gains.any(axis=1).all()


def test_a_set_turned_round_asks_those_who_were_found() -> None:
    there = Retrieval(
        "t",
        profiles("q", [["a"], ["b"]]),
        profiles("p", [["x"], ["y"]]),
        np.array([[0, 1], [0, 2]]),
    )

    here = back(there)

    assert [p.texts for p in here.queries] == [("y",)]
    assert here.gains.tolist() == [[1, 2]]


def test_a_provider_is_ranked_without_the_passage_that_asks() -> None:
    task = Retrieval(
        "t",
        profiles("q", [["flood"]]),
        profiles("p", [["flood", "road"], ["flood"], ["nurse"]]),
        np.array([[1.0, 1.0, 1.0]]),
        {(0, 0): profiles("w", [["road"]])[0], (0, 1): profiles("w", [[]])[0]},
    )

    units = task.units(scorer("default"))

    assert units["recall@10"].tolist() == [[2 / 3, 1]]


def test_a_loss_counts_pairs_in_the_wrong_order_by_how_far_they_were_rated_apart() -> None:
    task = Expertise(
        "g",
        profiles("q", [["a"], ["b"], ["c"]]),
        (profiles("p", [["z"]]),),
        ({0: 5, 1: 4, 2: 1},),
    )

    units = task.units(lambda _q, _p: np.array([[0.2], [0.3], [0.2]]))

    assert {name: found.tolist() for name, found in units.items()} == {
        "loss": [[1 + 4 / 2, 1 + 4 + 3]],
        "hard": [[0, 1]],
        "easy": [[1, 2]],
    }


def test_a_difference_is_marked_only_where_chance_does_not_explain_it() -> None:
    ones, rng = np.ones(40), np.random.default_rng(0)
    base = np.column_stack([rng.random(40), ones])
    better = np.column_stack([base[:, 0] + 0.1, ones])
    same = np.column_stack([rng.permutation(base[:, 0]), ones])

    sure = difference(better, base, draws=100, seed=0, lower_is_better=False)
    turned = difference(better, base, draws=100, seed=0, lower_is_better=True)
    unsure = difference(same, base, draws=100, seed=0, lower_is_better=False)

    assert (sure.mark, turned.mark, unsure.mark) == ("+", "-", "")
    assert sure.value == pytest.approx(0.1)
    assert (sure.not_worse, turned.not_worse) == (1, 0)
    low, high = interval(base, draws=100, seed=0)
    assert low < figure(base) < high
    assert Difference(0.0, 0.0, 0.0, 1.0).mark == ""


def test_pasting_lifts_those_who_paste_where_quantity_is_rewarded() -> None:
    pool = [[a_text(seed, 60)] for seed in range(40)]
    task = known_item("k", [[a_text(seed, 30)] for seed in range(40)], pool)

    def by_quantity(_: Sequence[Profile], offered: Sequence[Profile]) -> Floats:
        return np.array([[float(len(p.texts)) for p in offered]] * 40)

    def by_first_text(_: Sequence[Profile], offered: Sequence[Profile]) -> Floats:
        return np.array([[float(len(p.texts[0])) for p in offered]] * 40)

    assert lift_by_pasting(task, by_quantity, changed=0.1, seed=0) > 0.5
    assert lift_by_pasting(task, by_first_text, changed=0.1, seed=0) == 0


def test_corrections_keep_the_shape_and_hold_back_who_is_near_to_all() -> None:
    scores = np.array([[0.5, 0.1, 0.3], [0.5, 0.4, 0.2], [0.5, 0.1, 0.1], [0.6, 0.0, 0.1]])

    for correct in CORRECTIONS.values():
        corrected = correct(scores)
        assert corrected.shape == scores.shape
        assert corrected[1, 1] - corrected[1, 0] > scores[1, 1] - scores[1, 0]


def test_a_share_of_an_encoder_is_mixed_in_and_no_text_is_read_twice() -> None:
    encoder = CountingEncoder()
    task = halves("h", TEXTS)

    alone = scorer("embedding=1", Remembered(encoder))(task.queries, task.pool)
    none = scorer("embedding=0", Remembered(encoder))(task.queries, task.pool)
    again = scorer("embedding=1", remembered := Remembered(encoder))(task.queries, task.pool)
    read = encoder.read
    scorer("embedding=.5", remembered)(task.queries, task.pool)

    assert np.allclose(alone, 1)
    assert np.array_equal(again, alone)
    assert np.allclose(none, scorer("text_weight=1")(task.queries, task.pool))
    assert encoder.read == read


class CountingEncoder:
    """Stands in for a model to which everything means the same."""

    name = "counting"
    read = 0

    def encode(self, texts: Sequence[str]) -> Floats:
        self.read += len(texts)
        return np.ones((len(texts), 1))


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("slop=.8", "Matcher has no parameter slop"),
        ("fast", "neither tfidf, bm25 or default"),
        ("embedding=.2", "needs a model"),
    ],
)
def test_a_configuration_that_is_none_is_refused(name: str, refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        scorer(name)


def test_the_prose_of_a_manual_page_is_read_without_code_and_macros() -> None:
    prose = "La commande \\fBls\\fP affiche le contenu d\\(aqun r\u00e9pertoire. " * 12
    head, tail = ".TH LS 1\n.SH NOM\nls\n.SH DESCRIPTION", '.B "en gras"\n.nf\ncode\n.fi\n.PP'
    page = f"{head}\n{prose}\n{tail}"

    found = list(sections(page))

    assert len(found) == 1
    assert found[0].startswith("La commande ls affiche")
    assert found[0].endswith("en gras")
    assert "code" not in found[0]
