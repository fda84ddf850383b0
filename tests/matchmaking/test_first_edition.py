"""The first edition again: what the engine proposes beside what people decided.

People paired 4 challenges with 8 providers. The engine knows the published texts and the
themes only, so it is not expected to find all their pairs: they knew more. It places the
London office (P3) with the Andalusian challenge, whose words and themes it shares, where
people saw its way of involving residents in work with data (C2); the Chilean laboratory
(P7) then takes the free place at C2, where it says more of the challenge's words.

The numbers are pinned so that a change of the engine shows here. They are no goal: do not
bend texts, themes or weights towards the pairs that people made.
"""

import json
from pathlib import Path

import pytest

from app.core.tables.importing import read_table
from app.matchmaking.engine.files import Answer, Assigned, Settings, match
from app.matchmaking.results import Floor, Whole
from app.submissions.records import ChallengeRecord, SolutionRecord

EDITION = Path(__file__).parents[2] / "seeds" / "first_edition"

CHALLENGES = [r for _, r in read_table(EDITION / "challenges.jsonl", ChallengeRecord)]
SOLUTIONS = [r for _, r in read_table(EDITION / "solutions.jsonl", SolutionRecord)]
BY_PEOPLE = {
    (pair["challenge"], pair["solution"])
    for pair in json.loads((EDITION / "pairs.json").read_text(encoding="utf-8"))["pairs"]
}

# challenge, provider, rank of the provider in the whole list of the challenge,
# score, part of the texts, part of the themes
ASSIGNED = [
    ("C1", "P1", 1, 0.376, 0.047, 0.329),
    ("C1", "P2", 4, 0.224, 0.044, 0.181),
    ("C2", "P4", 1, 0.264, 0.076, 0.188),
    ("C2", "P7", 3, 0.113, 0.066, 0.048),
    ("C3", "P5", 1, 0.406, 0.105, 0.3),
    ("C3", "P6", 2, 0.249, 0.042, 0.207),
    ("C4", "P8", 1, 0.308, 0.077, 0.23),
    ("C4", "P3", 2, 0.259, 0.056, 0.202),
]
ASSIGNED_BY_TEXT = [
    ("C1", "P3", 2, 0.116, 0.116, 0.0),
    ("C1", "P2", 4, 0.073, 0.073, 0.0),
    ("C2", "P4", 1, 0.126, 0.126, 0.0),
    ("C2", "P7", 2, 0.109, 0.109, 0.0),
    ("C3", "P5", 1, 0.175, 0.175, 0.0),
    ("C3", "P6", 2, 0.071, 0.071, 0.0),
    ("C4", "P8", 1, 0.129, 0.129, 0.0),
    ("C4", "P1", 4, 0.06, 0.06, 0.0),
]


def assigned(text_weight: float, objective: str = "leximin") -> Answer:
    settings = Settings(per_challenge=2, text_weight=text_weight, objective=objective)
    return match(CHALLENGES, SOLUTIONS, settings)


def table_of(answer: Answer) -> list[tuple[str, str, int, float, float, float]]:
    return [
        (
            line.challenge.id,
            line.provider.id,
            line.pair.rank,
            round(line.pair.score, 3),
            round(line.pair.text_part, 3),
            round(line.pair.theme_part, 3),
        )
        for line in answer.suggestions
    ]


def pairs_of(answer: Answer) -> set[tuple[str, str]]:
    return {(line.challenge.id, line.provider.id) for line in answer.suggestions}


def test_with_themes_six_of_the_eight_pairs_are_found() -> None:
    assert len(BY_PEOPLE & pairs_of(assigned(0.6))) >= 6


def test_by_the_texts_alone_five_of_the_eight_pairs_are_found() -> None:
    assert len(BY_PEOPLE & pairs_of(assigned(1.0))) >= 5


@pytest.mark.parametrize(("text_weight", "table"), [(0.6, ASSIGNED), (1.0, ASSIGNED_BY_TEXT)])
def test_the_whole_assignment_is_as_documented(
    text_weight: float, table: list[tuple[str, str, int, float, float, float]]
) -> None:
    answer = assigned(text_weight, "total")

    assert table_of(answer) == table
    assert answer.notes == ()


def test_with_themes_the_fairest_assignment_has_the_highest_total() -> None:
    fairest, highest = assigned(0.6), assigned(0.6, "total")

    assert table_of(fairest) == table_of(highest)
    assert fairest.assigned == Assigned(
        Whole(
            "leximin",
            (2, 2),
            pairs=tuple(sorted(pairs_of(highest))),
            total=2.1988,
            bound=2.1988,
            fairness=(0.2643, 0.3076, 0.3758, 0.4056),
            weakest_sum=0.3777,
            places=8,
            floor=0.01,
        )
    )


def test_by_the_texts_alone_fairness_costs_nothing() -> None:
    settings = Settings(per_challenge=2, text_weight=1.0, frontier=True)
    answer = match(CHALLENGES, SOLUTIONS, settings)

    assert answer.assigned
    assert answer.assigned.frontier == (Floor(0.1159, 0.8596, 0.0),)
    assert pairs_of(answer) - BY_PEOPLE == {("C1", "P3"), ("C2", "P7"), ("C4", "P1")}
