"""Why conditions contradict each other is told in the language of whoever reads it."""

from typing import Any

import numpy as np
import pytest

from app.core.base.messages import Message
from app.core.base.translations import language
from app.matchmaking.engine.assigning import COUNTED, message_of
from matching import InfeasibleAssignment, Names, assign

NAMES = Names(["CH-1", "CH-2"], ["SO-1", "SO-2", "SO-3"], "challenge", "provider")

CONFLICTS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"rows": (2, 3), "columns": (0, 1)},
        "3 porteurs de solution : 3 places en tout ; il en faut 4 pour 2 défis",
        "abaisser le minimum de CH-2 de 2 à 1",
    ),
    (
        {"rows": (1, 1), "columns": (0, 1), "locked": [(0, 0)], "forbidden": [(0, 0)]},
        "la paire (CH-1, SO-1) est à la fois fixée et interdite",
        "ne plus fixer la paire (CH-1, SO-1)",
    ),
    (
        {"rows": (0, 1), "columns": (0, 1), "locked": [(0, 0), (0, 1)]},
        "CH-1 admet au plus 1 paire, mais le nombre de paires fixées est de 2",
        "relever le maximum de CH-1 de 1 à 2",
    ),
    (
        {"rows": (2, 2), "columns": (0, 2), "forbidden": [(0, 0), (0, 1)]},
        "il faut au moins 2 paires pour CH-1, mais le choix se limite à 1 "
        "(2 paires sont interdites)",
        "autoriser la paire (CH-1, SO-1)",
    ),
    (
        {
            "rows": (1, 2),
            "columns": [(0, 1), (0, 2), (0, 2)],
            "eligible": np.array([[True, False, False], [True, False, False]]),
        },
        "il faut au moins 2 paires en tout pour CH-1 et CH-2, mais le choix se limite à 1 : "
        "SO-1 en prend 1 (les règles excluent 4 paires parmi les leurs)",
        "relever le maximum de SO-1 de 1 à 2",
    ),
]


@pytest.mark.parametrize(("conditions", "sentence", "change"), CONFLICTS)
def test_a_contradiction_and_the_way_out_are_told_in_french(
    conditions: dict[str, Any], sentence: str, change: str
) -> None:
    with pytest.raises(InfeasibleAssignment) as refused:
        assign(np.ones((2, 3)), names=NAMES, **conditions)

    french = language("fr")
    told = french.say(message_of(refused.value.reason))
    changes = [
        french.say(message_of(change))
        for relaxation in refused.value.diagnosis.relaxations
        for change in relaxation.changes
    ]
    assert told.replace("\u202f", " ") == sentence.replace("\u202f", " ")
    assert change in changes


def test_the_words_for_each_side_are_those_that_are_translated() -> None:
    counts = [
        message_of(refusal.reason)
        for shape in ((1, 1), (2, 2))
        for refusal in [_too_few_places(*shape)]
    ]

    templates = {
        value.template
        for count in counts
        for value in count.values.values()
        if isinstance(value, Message) and "place" not in value.template
    }
    assert templates == {one.template for one in COUNTED}


def _too_few_places(rows: int, columns: int) -> InfeasibleAssignment:
    names = Names(
        [f"CH-{k}" for k in range(rows)],
        [f"SO-{k}" for k in range(columns)],
        "challenge",
        "provider",
    )
    with pytest.raises(InfeasibleAssignment) as refused:
        assign(np.ones((rows, columns)), names=names, rows=(1, 1), columns=(0, 0))
    return refused.value
