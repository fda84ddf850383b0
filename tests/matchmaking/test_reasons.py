"""What people read about a pair: phrases, and one sentence made from the points."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.base.messages import Message
from app.core.base.translations import language
from app.core.tables.exporting import Named
from app.matchmaking import reasons
from app.matchmaking.schemas.suggestions import ContributionRead, NeedRead, with_marks
from matching import Contribution

LABELS: Named = {"sdg:13": ("Climate",)}

ALONE = "Only single words are in common, far from each other."


def word(phrase: str | None, share: float, *words: str) -> ContributionRead:
    return ContributionRead(
        kind="word", feature="stem", share=share, words=list(words), phrase=phrase
    )


def theme(key: str) -> ContributionRead:
    return ContributionRead(kind="theme", feature=key, share=0.1, words=[])


def point(text: str, share: float, *marks: tuple[int, int]) -> NeedRead:
    told = {"field": "experience", "text": "told"} if share > 1 / 3 else None
    return NeedRead.model_validate(
        {"field": "problem", "text": text, "share": share, "marks": marks, "told": told}
    )


def line(*needs: NeedRead, shared: Any = ()) -> Any:
    return SimpleNamespace(needs=needs, contributions=shared)


def test_the_shares_of_a_phrase_add_up_and_what_says_little_is_in_none() -> None:
    shared = [
        Contribution("word", "low", 0.25, ("low",), "low income"),
        Contribution("theme", "sdg:1", 0.5),
        Contribution("word", "incom", 0.25, ("income",), "low income"),
        Contribution("word", "sensor", 0.4, ("sensors",), "sensors"),
        Contribution("word", "million", 0.9, ("million",), ""),
    ]

    assert list(reasons.phrases_of(shared).items()) == [("low income", 0.5), ("sensors", 0.4)]


def test_of_an_older_run_each_word_is_a_phrase_as_both_sides_wrote_it() -> None:
    shared = [word(None, 0.3, "floods", "flooding"), word(None, 0.2, "river")]

    assert reasons.phrases_of(shared) == {"floods/flooding": 0.3, "river": 0.2}


@pytest.mark.parametrize(
    ("shared", "sentence"),
    [
        (
            [word("a", 0.3), word("b", 0.2), theme("sdg:13")],
            "Both mention a and b; both are about Climate.",
        ),
        ([word("", 0.3, "million")], ALONE),
        ([], "Nothing that can be named is in common."),
    ],
)
def test_what_is_shared_is_said_in_a_sentence(shared: Any, sentence: str) -> None:
    assert reasons.sentence_of(shared, LABELS) == sentence


def test_the_sentence_names_the_point_that_is_told_most_and_the_one_that_is_told_least() -> (
    None
):
    points = [
        point("feedback to people.", 0.1),
        point("We want online participation for all, at once.", 0.6, (8, 28)),
        point("schools", 0.4, (0, 7)),
        point("training community workers.", 0.0),
        point("sirens", 0.0),
    ]

    lead = reasons.lead_of(line(*points, shared=[word("online", 0.2)]), LABELS)

    assert lead == (
        "Both describe “online participation”; the provider does not tell of “training "
        "community workers” in the same words."
    )


@pytest.mark.parametrize(
    ("needs", "shared", "sentence"),
    [
        ([point("All of it.", 0.9)], [], "Both describe “All of it”."),
        (
            [point("Sirens", 0.1)],
            [word("sea walls", 0.2), theme("sdg:13")],
            "Both mention sea walls; no sentence of the provider takes up a point of the "
            "challenge in the same words.",
        ),
        (
            [point("Sirens", 0.1)],
            [theme("sdg:13"), word("", 0.1, "million")],
            "Both are about Climate; no sentence of the provider takes up a point of the "
            "challenge in the same words.",
        ),
        ([point("Sirens", 0.1)], [word("", 0.1, "million")], ALONE),
        ([], [word("sea walls", 0.2)], "Both mention sea walls."),
    ],
)
def test_where_a_side_of_the_sentence_is_missing_it_says_what_there_is(
    needs: list[NeedRead], shared: Any, sentence: str
) -> None:
    assert reasons.lead_of(line(*needs, shared=shared), LABELS) == sentence


def test_the_sentence_is_told_in_the_language_of_its_reader_and_quotes_stay_as_they_are() -> (
    None
):
    lead = reasons.lead_of(line(point("sirens", 0.9), point("sea walls", 0.0)), LABELS)

    assert language("fr").say(Message.of(lead)) == (
        "Les deux décrivent «\u202fsirens\u202f»\u202f; le porteur de solution ne parle pas de "
        "«\u202fsea walls\u202f» avec les mêmes mots."
    )


def test_a_long_point_is_cut_at_the_end_of_a_word() -> None:
    whole = " ".join(["participation"] * 20)

    assert reasons.core(point(whole, 0.5)) == f"{' '.join(['participation'] * 6)} …"
    assert reasons.core(point("x" * 100, 0.5)) == f"{'x' * 90} …"


def test_nothing_is_said_twice() -> None:
    shared = [word("sea walls", 0.2)]
    missed = point("Sirens", 0.1)
    silent = (
        "; no sentence of the provider takes up a point of the challenge in the same words."
    )

    assert reasons.reasons_of(line(shared=shared), LABELS) == ["Both mention sea walls."]
    assert reasons.reasons_of(line(point("Sea walls", 0.8), shared=shared), LABELS) == [
        "Both describe “Sea walls”.",
        "Both mention sea walls.",
    ]
    assert reasons.reasons_of(line(missed, shared=[*shared, theme("sdg:13")]), LABELS) == [
        f"Both mention sea walls{silent}",
        "Both are about Climate.",
    ]
    assert reasons.reasons_of(line(missed, shared=[theme("sdg:13")]), LABELS) == [
        f"Both are about Climate{silent}"
    ]


def test_points_that_were_stored_without_marks_get_none() -> None:
    old = '[{"field": "problem", "text": "\\"marks\\": ", "share": 0.0, "told": null}]'
    new = '[{"field": "problem", "text": "x", "marks": [], "share": 0.0, "told": null}]'

    assert [need["marks"] for need in json.loads(with_marks(old))] == [[]]
    assert (with_marks(new), with_marks("[]")) == (new, "[]")
