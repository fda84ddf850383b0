"""What stands between a reviewer and a team, as a table, and what keeps them apart."""

from itertools import product
from uuid import UUID

import pytest

from app.reviews.conflicts import Body, Interests, among, bars, kinds
from app.reviews.lifecycle import ConflictKind, ConflictState

HERE, THERE = UUID(int=1), UUID(int=2)
ORGANISATION, GOVERNMENT, TIE, COLLABORATION, MATCH, DECLARED = ConflictKind


@pytest.mark.parametrize(
    ("own", "team", "is_one"),
    [
        (("FR", "central", None), ("FR", "central", None), True),
        (("FR", "central", "FR-IDF"), ("FR", "central", "FR-75"), True),
        (("FR", "central", None), ("BR", "central", None), False),
        (("FR", "central", None), ("FR", "regional", "FR-IDF"), False),
        (("FR", "regional", "FR-IDF"), ("FR", "local", "FR-IDF"), False),
        (("FR", "regional", "FR-IDF"), ("FR", "regional", "FR-IDF"), True),
        (("FR", "regional", "FR-IDF"), ("FR", "regional", "FR-BRE"), False),
        (("FR", "regional", None), ("FR", "regional", "FR-BRE"), True),
        (("FR", "local", None), ("FR", "local", None), True),
        (("FR", "local", "FR-75"), ("FR", "local", "FR-69"), False),
        (("FR", "other", None), ("FR", "central", None), True),
        (("FR", "local", "FR-75"), ("FR", "other", "FR-69"), True),
        (("FR", "other", None), ("IT", "other", None), False),
    ],
)
def test_one_government_is_one_country_and_one_level(
    own: tuple[str, str, str | None], team: tuple[str, str, str | None], is_one: bool
) -> None:
    mine, theirs = Body(HERE, *own), Body(THERE, *team)

    found, turned = kinds(Interests([mine]), theirs), kinds(Interests([theirs]), mine)

    assert found == turned == ((GOVERNMENT,) if is_one else ())


@pytest.mark.parametrize(
    ("reviewer", "found"),
    [
        (Interests([Body(THERE, "FR", "central")]), (ORGANISATION, GOVERNMENT)),
        (Interests([Body(HERE, "BR", "central")]), ()),
        (Interests([Body(HERE, "BR", "central")], ties={THERE}), (TIE,)),
        (Interests(matched={THERE}), (MATCH,)),
        (Interests(helped={THERE}), (COLLABORATION,)),
        (Interests(helped={HERE}), ()),
        (Interests(ties={HERE}, matched={HERE}), ()),
        (
            Interests([Body(THERE, "FR", "central")], {THERE}, {THERE}),
            (ORGANISATION, GOVERNMENT, TIE, MATCH),
        ),
    ],
)
def test_all_that_stands_between_two_is_named(
    reviewer: Interests, found: tuple[ConflictKind, ...]
) -> None:
    assert kinds(reviewer, Body(THERE, "FR", "central")) == found


def test_among_many_the_rule_finds_what_it_finds_one_by_one() -> None:
    levels = ("central", "regional", "local", "other")
    teams = [
        Body(UUID(int=number), country, level)
        for number, (country, level) in enumerate(product(("FR", "BR", "IT"), levels), 10)
    ]
    reviewer = Interests([Body(HERE, "FR", "regional")], {UUID(int=14)}, {UUID(int=20)})

    found = dict(among(reviewer, teams))

    assert found == {team.id: those for team in teams if (those := kinds(reviewer, team))}
    assert {UUID(int=14), UUID(int=20)} < found.keys()


@pytest.mark.parametrize(
    ("found", "state", "covered", "are_apart"),
    [
        ((), None, (), False),
        ((TIE,), None, (), True),
        *(((TIE,), ConflictState(state), (TIE,), True) for state in ("possible", "confirmed")),
        ((), ConflictState.DECLARED, (DECLARED,), True),
        *(((TIE,), ConflictState(state), (TIE,), False) for state in ("waived", "dismissed")),
        # What appears after somebody has looked was not looked at.
        *(((TIE, MATCH), ConflictState(s), (TIE,), True) for s in ("waived", "dismissed")),
        ((), ConflictState.WAIVED, (TIE,), False),
    ],
)
def test_a_conflict_bars_until_somebody_has_looked_at_all_of_it(
    found: tuple[ConflictKind, ...],
    state: ConflictState | None,
    covered: tuple[ConflictKind, ...],
    are_apart: bool,
) -> None:
    assert bars(found, state, covered) is are_apart
