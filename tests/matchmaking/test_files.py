"""Records in, suggestions out: which texts are read, what is refused, what is noted."""

import random
from dataclasses import replace
from typing import Any

import pytest

from app.core.base.errors import Conflict, Unprocessable
from app.matchmaking.engine import profile_of
from app.matchmaking.engine.files import Answer, Settings, match
from app.matchmaking.engine.ranking import Engine
from app.matchmaking.engine.suggestions import Quote
from app.submissions.records import ChallengeRecord, SolutionRecord

FLOODS = "Our river floods the old town and nobody is warned in time."
SENSORS = "Sensors in the river warn everybody before it floods the town."
BUDGETS = "Residents decide on a part of the budget of their district."


def a_challenge(id: str = "C1", **fields: Any) -> ChallengeRecord:
    fields = {"title": "Flood warnings", "country": ["FR"], "text": FLOODS} | fields
    return ChallengeRecord(id=id, **fields)


def a_provider(id: str = "P1", **fields: Any) -> SolutionRecord:
    fields = {"title": "River sensors", "country": ["NO"], "text": SENSORS} | fields
    return SolutionRecord(id=id, **fields)


def pairs_of(answer: Answer) -> list[tuple[str, str]]:
    return [(line.challenge.id, line.provider.id) for line in answer.suggestions]


# --- which texts are read ---


@pytest.mark.parametrize("language", ["en", None])
def test_passages_in_the_working_language_are_read_below_the_title_and_the_summary_after(
    language: str | None,
) -> None:
    record = a_challenge(
        text="", outcome="All are warned.", problem="It floods.", summary="S", language=language
    )

    read = profile_of(record)

    assert read.texts == ("Flood warnings\nIt floods.", "All are warned.", "S")
    assert read.language == "en"


@pytest.mark.parametrize("language", ["fr", None])
def test_passages_in_another_language_give_way_to_a_summary(language: str | None) -> None:
    text = "La ville est inondée deux fois par an, et les habitants ne sont pas prévenus."
    record = a_challenge(
        title="Alertes aux crues", text=text, summary=FLOODS, language=language
    )

    read = profile_of(record)

    assert (read.texts, read.language) == ((FLOODS,), "en")


def test_passages_in_another_language_without_summary_are_read_as_they_are() -> None:
    record = a_challenge(title="Alertes aux crues", text="La ville est inondée.", language="fr")

    read = profile_of(record)

    assert (read.texts, read.language) == (("Alertes aux crues\nLa ville est inondée.",), "fr")


def test_a_missing_summary_lowers_the_coverage_and_is_told() -> None:
    foreign = a_provider(title="Flood", text="La ville est inondée.", language="fr")
    summed_up = a_provider(**foreign.model_dump(exclude={"id"}) | {"summary": SENSORS})
    settings = Settings(explain=True)

    [without] = match([a_challenge(language="en")], [foreign], settings).suggestions
    [with_one] = match([a_challenge(language="en")], [summed_up], settings).suggestions

    assert without.reasons is not None
    assert without.reasons.missing_in_words[0] == (
        "the two are not written in one known language: a summary in the working language "
        "would help"
    )
    assert without.pair.coverage < with_one.pair.coverage == 0.6


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Hochwasser",
            "Unser Fluss tritt zweimal im Jahr über die Ufer, und alle sind in Not.",
        ),
        ("Allerta", "Il nostro fiume esonda due volte all'anno e vogliamo avvisare tutti."),
        ("Ostrzeżenia", "Chcemy ostrzegać wszystkich mieszkańców nad rzeką przed powodzią."),
        ("Viðvaranir", "Borgin vill vara alla íbúa við ána í tíma og deila gögnum sínum."),
    ],
)
def test_a_summary_is_read_whatever_the_language_and_though_nobody_stated_it(
    title: str, text: str
) -> None:
    read = profile_of(a_challenge(title=title, text=text, summary=FLOODS, language=None))

    assert (read.texts, read.language) == ((FLOODS,), "en")


def test_a_text_in_an_unknown_language_lowers_the_coverage_and_is_noted() -> None:
    text = "Borgin vill vara alla íbúa við ána í tíma og deila gögnum sínum."
    unread = a_provider(title="Viðvaranir", text=text, language=None, themes=["sdg:6"])
    challenge = a_challenge(language="en", themes=["sdg:6"])

    answer = match([challenge], [unread], Settings(explain=True))

    [line] = answer.suggestions
    assert (line.pair.coverage, line.reasons and line.reasons.missing[0].side) == (0.4, "both")
    assert (
        "In an unknown language, so their texts hardly count until the language is stated or a "
        "summary added in the working language: P1."
    ) in answer.notes


def test_a_row_without_passages_is_read_by_its_summary_or_else_by_its_title() -> None:
    with_summary = profile_of(a_challenge(text="", summary=FLOODS))
    bare = profile_of(a_challenge().model_copy(update={"text": ""}))

    assert with_summary.texts == (FLOODS,)
    assert bare.texts == ("Flood warnings",)
    assert bare.attributes["country"] == {"FR"}


@pytest.mark.parametrize(
    ("challenge", "provider", "listed"),
    [
        ({"country": ["FR"]}, {"country": ["FR"]}, False),
        ({"country": []}, {"country": []}, False),
        ({"country": ["FR"]}, {"country": []}, False),
        ({"country": []}, {"country": ["FR"]}, False),
        ({"country": ["FR"]}, {"country": ["NO"]}, True),
        ({}, {"organisation": "WATER  AGENCY\u200b"}, False),
        ({}, {"organisation": "Water Board"}, True),
        ({"organisation": ""}, {"organisation": ""}, True),
    ],
)
def test_two_records_of_one_organisation_are_never_matched(
    challenge: dict[str, Any], provider: dict[str, Any], listed: bool
) -> None:
    common = {"organisation": "Water Agency", "country": ["FR"]}
    sides = [a_challenge(**common | challenge)], [a_provider(**common | provider)]

    lists = match(*sides, Settings(same_country=True))
    assigned = match(*sides, Settings(same_country=True, per_challenge=1))

    assert bool(pairs_of(lists)) is listed
    assert bool(pairs_of(assigned)) is listed


# --- suggestions ---


def test_the_order_of_the_files_changes_no_suggestion() -> None:
    challenges = [a_challenge(f"C{i}", text=t) for i, t in enumerate([FLOODS, BUDGETS, FLOODS])]
    providers = [a_provider(f"P{i}", text=(SENSORS, BUDGETS)[i % 2]) for i in range(6)]
    shuffled = random.Random(1).sample(providers, k=6)  # noqa: S311 -- an order, not a secret

    for settings in (Settings(explain=True), Settings(per_challenge=2, explain=True)):
        expected = match(challenges, providers, settings).suggestions
        turned = match(challenges[::-1], shuffled, settings).suggestions

        assert sorted(map(repr, turned)) == sorted(map(repr, expected))
        assert [line.challenge.id for line in expected] == sorted(
            line.challenge.id for line in expected
        )


def test_pairs_of_one_country_are_left_out_unless_they_are_allowed() -> None:
    providers = [a_provider("P1", country=["FR", "NO"]), a_provider("P2", text=BUDGETS)]

    assert pairs_of(match([a_challenge()], providers, Settings())) == [("C1", "P2")]
    assert pairs_of(match([a_challenge()], providers, Settings(same_country=True))) == [
        ("C1", "P1"),
        ("C1", "P2"),
    ]


def test_no_provider_is_given_more_challenges_than_it_takes_on() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2")]
    providers = [a_provider("P1"), a_provider("P2", text=BUDGETS)]

    contended = match(challenges, providers, Settings(per_challenge=1))
    roomy = match(
        challenges,
        [providers[0].model_copy(update={"capacity": 2}), providers[1]],
        Settings(per_challenge=1),
    )

    assert sorted(provider for _, provider in pairs_of(contended)) == ["P1", "P2"]
    assert pairs_of(roomy) == [("C1", "P1"), ("C2", "P1")]


def test_the_rank_in_an_assignment_is_the_place_in_the_whole_list() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2", text=f"{FLOODS} {BUDGETS}")]
    providers = [
        a_provider("P1"),
        a_provider("P2", text=BUDGETS),
        a_provider("P3", text="Ice."),
    ]

    ranked = {
        (line.challenge.id, line.provider.id): line.pair
        for line in match(challenges, providers, Settings()).suggestions
    }
    for line in match(challenges, providers, Settings(per_challenge=1)).suggestions:
        assert line.pair == ranked[line.challenge.id, line.provider.id]


def test_reasons_add_up_to_the_score_and_quote_both_sides() -> None:
    challenge = a_challenge(text="", problem=BUDGETS, help_wanted=FLOODS, themes=["sdg:11"])
    provider = a_provider(themes=["sdg:11", "sdg:13"])

    [line] = match([challenge], [provider], Settings(explain=True)).suggestions

    assert line.reasons is not None
    shares = [share.share for share in (*line.reasons.words, *line.reasons.themes)]
    assert sum(shares) == pytest.approx(line.pair.score)
    assert line.pair.score == pytest.approx(line.pair.text_part + line.pair.theme_part)
    assert line.reasons.themes[0].feature == "sdg:11"
    assert isinstance(line.reasons.challenge, Quote)
    assert (line.reasons.challenge.field, line.reasons.challenge.text) == (
        "help_wanted",
        FLOODS,
    )
    marked = [FLOODS[start:end] for start, end in line.reasons.challenge.marks]
    assert marked == ["river", "floods", "town", "warned"]
    assert isinstance(line.reasons.provider, Quote)
    assert line.reasons.provider.field == "text"


@pytest.mark.parametrize("text", ["The of and.", "Budgets are decided by residents."])
def test_a_pair_with_nothing_in_common_is_never_listed(text: str) -> None:
    challenge = a_challenge(text="Ice.", title="Ice ice")
    provider = a_provider(text=text, title="Where are they", themes=["sdg:11"])

    listed = match([challenge], [provider], Settings())
    assigned = match([challenge], [provider], Settings(per_challenge=1, floor=0.0))

    assert pairs_of(listed) == pairs_of(assigned) == []
    assert "Nobody who may be matched with them tells anything that they ask for: C1." in (
        listed.notes
    )
    assert "Left without a provider: C1." in assigned.notes


def test_a_pair_that_tells_too_little_is_not_assigned_unless_it_is_locked() -> None:
    challenge, few = a_challenge(), a_provider(title="A town", text="Budgets for parks.")

    (line,) = match([challenge], [few], Settings()).suggestions
    settings = Settings(per_challenge=1, floor=0.5)
    proposed = match([challenge], [few], settings)
    locked = match([challenge], [few], replace(settings, locked=(("C1", "P1"),)))

    assert line.pair.told is not None
    assert 0.01 < line.pair.told < 0.5
    assert pairs_of(proposed) == []
    assert "Not proposed, as they tell less than 50% of what the challenge asks: C1 (1)." in (
        proposed.notes
    )
    assert pairs_of(locked) == [("C1", "P1")]


def test_a_theme_without_a_word_is_a_weak_pair_and_not_assigned() -> None:
    challenge = a_challenge(themes=["sdg:11"])
    empty = a_provider(title="A team", text="We have experience with this.", themes=["sdg:11"])

    (line,) = match([challenge], [empty], Settings()).suggestions
    assigned = match([challenge], [empty], Settings(per_challenge=1))

    assert (line.pair.told, line.pair.band) == (0.0, "weak")
    assert pairs_of(assigned) == []


# --- refusals and notes ---


def refusal_of(*arguments: Any) -> str:
    with pytest.raises((Conflict, Unprocessable)) as refusal:
        match(*arguments)
    return refusal.value.detail


def test_an_assignment_that_cannot_be_is_refused_with_names_and_ways_out() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2", country=["NO"])]
    providers = [a_provider("P1"), a_provider("P2", country=["DE"], capacity=2)]

    with pytest.raises(Conflict) as refusal:
        match(challenges, providers, Settings(per_challenge=2, require_all=True))

    assert refusal.value.detail == (
        "No assignment meets all conditions: C2 needs at least 2 pairs, but only 1 may be "
        "chosen (the rules bar 1 pair of theirs)."
    )
    assert refusal.value.remedy == (
        "The cheapest relaxations: lower the minimum of C2 from 2 to 1."
    )


def test_each_condition_that_cannot_be_met_is_named() -> None:
    providers = [a_provider("P1"), a_provider("P2", country=["DE"], capacity=2)]
    two = [a_challenge("C1"), a_challenge("C3")]
    one_can_go = [a_provider("P1"), *(a_provider(f"P{n}", country=["FR"]) for n in (2, 3))]
    three = [a_challenge("C1"), a_challenge("C2"), a_challenge("C3", country=["DE"])]
    cases = [
        (two[:1], providers, "C1 needs at least 3 pairs, but only 2 may be chosen", 3),
        (
            two,
            providers,
            "2 providers can take 3 places; 2 challenges need 4",
            2,
        ),
        (
            three,
            one_can_go,
            "C1 and C2 need at least 2 pairs together, but can have 1 only: P1 takes 1 (the "
            "rules bar 4 pairs of theirs)",
            1,
        ),
    ]

    for challenges, pool, reason, wanted in cases:
        settings = Settings(per_challenge=wanted, require_all=True)
        told = refusal_of(challenges, pool, settings)
        assert told == f"No assignment meets all conditions: {reason}."


def test_locks_and_capacities_are_kept_and_compared_with_what_was_without_them() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2", text=BUDGETS)]
    providers = [a_provider("P1"), a_provider("P2", text=BUDGETS)]
    settings = Settings(per_challenge=1, what_if=True, locked=(("C1", "P2"),))

    locked = match(challenges, providers, settings)
    roomy = match(challenges, providers, replace(settings, capacities=(("P2", 2),)))
    barred = match(
        challenges, providers, replace(settings, locked=(), forbidden=(("C1", "P1"),))
    )

    assert pairs_of(locked) == pairs_of(barred) == [("C1", "P2"), ("C2", "P1")]
    assert pairs_of(roomy) == [("C1", "P2"), ("C2", "P2")]
    assert locked.assigned
    assert locked.assigned.compared
    assert (locked.assigned.compared.added, locked.assigned.compared.removed) == (
        (("C1", "P2"), ("C2", "P1")),
        (("C1", "P1"), ("C2", "P2")),
    )
    loss = locked.assigned.compared.loss
    assert loss
    assert loss.total > 0
    assert [place for place, _ in loss.fairness] == [1, 2]


def test_what_the_conditions_make_possible_is_a_gain() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2", text=BUDGETS)]
    settings = Settings(per_challenge=1, what_if=True, capacities=(("P1", 2),))

    answer = match(challenges, [a_provider("P1")], settings)

    assert answer.assigned
    compared = answer.assigned.compared
    assert compared
    assert (compared.added, compared.removed) == ((("C2", "P1"),), ())
    assert compared.loss
    assert compared.loss.total < 0, "it gains"


def test_regret_and_frontier_are_told_where_they_are_asked_for() -> None:
    challenges = [a_challenge("C1"), a_challenge("C2", text=BUDGETS)]
    providers = [a_provider("P1"), a_provider("P2", text=BUDGETS)]

    answer = match(challenges, providers, Settings(per_challenge=1, regret=True, frontier=True))

    assert answer.assigned
    assert answer.assigned.regret is not None
    assert [(r.challenge, r.solution, r.chosen) for r in answer.assigned.regret] == [
        ("C1", "P1", True),
        ("C1", "P2", False),
        ("C2", "P1", False),
        ("C2", "P2", True),
    ]
    assert len({repr(r.loss) for r in answer.assigned.regret}) == 1, "they are one exchange"
    assert [step.cost for step in answer.assigned.frontier or ()] == [0.0]


def test_without_a_challenge_or_a_provider_there_is_nothing_to_match() -> None:
    assert refusal_of([], [a_provider()], Settings()) == "There is no challenge."
    assert refusal_of([a_challenge()], [], Settings()) == "There is no provider."


def test_capacity_bounds_the_assignment_and_not_the_list() -> None:
    providers = [a_provider(capacity=0)]

    listed = match([a_challenge()], providers, Settings())

    assert [line.provider.id for line in listed.suggestions] == ["P1"]
    required = Settings(per_challenge=1, require_all=True)
    assert refusal_of([a_challenge()], providers, required) == (
        "No assignment meets all conditions: 1 provider can take 0 places; 1 challenge needs 1."
    )


def test_what_the_records_leave_out_is_noted() -> None:
    challenges = [
        a_challenge("C1", themes=["sdg:11"]),
        a_challenge("C2", country=["NO", "DE"], themes=["sdg:11"]),
        a_challenge("C3", language="fr", themes=["sdg:11"]),
    ]
    providers = [
        a_provider("P1"),
        a_provider("P2", capacity=0, themes=["sdg:11"]),
    ]

    assert match(challenges, providers, Settings()).notes == (
        "Without a provider that may be matched with them: C2.",
        "Listed, but at present they take on no challenge (capacity 0): P2.",
        "No theme stated, so their pairs count by their texts alone: P1.",
        "In another language without a summary, so only words of that language can match: C3.",
        "Themes that are claimed and not described, so they count a quarter: P2 (1).",
        "There are fewer than 30 possible pairs: strong, fair and weak say how much of a "
        "challenge a provider tells, and not how a pair stands among the others.",
    )


def test_a_long_list_of_records_without_country_is_cut_short() -> None:
    providers = [a_provider(f"P{i}", country=[], themes=["sdg:1"]) for i in range(12)]

    notes = match([a_challenge(themes=["sdg:1"])], providers, Settings()).notes

    assert notes[0] == (
        "No country stated, so they may turn out to be from the same one: "
        "P0, P1, P2, P3, P4, P5, P6, P7, P8, P9 and 2 more."
    )


def test_from_thirty_possible_pairs_each_has_a_band() -> None:
    texts = [SENSORS, BUDGETS, "Ice on the road.", "Open data for all.", FLOODS]
    providers = [a_provider(f"P{i:02}", text=texts[i % 5] + f" {i}") for i in range(30)]

    answer = match([a_challenge()], providers, Settings(top=30))

    assert {line.pair.band for line in answer.suggestions} == {"strong", "fair", "weak"}
    assert answer.suggestions[0].pair.band == "strong"


def test_bands_of_very_many_pairs_are_set_on_an_even_part_of_them() -> None:
    challenges = [profile_of(a_challenge(f"C{i}", country=[])) for i in range(4)]
    pool = [profile_of(a_provider(f"P{i}", text=f"{SENSORS} {i}")) for i in range(40)]

    part = Engine(challenges, pool, band_pairs=40).bands

    assert part is not None
    assert part == Engine(challenges[:1], pool).bands


# --- how sure it is ---


def test_each_suggestion_says_how_sure_its_place_is() -> None:
    challenge = a_challenge(themes=["sdg:11"])
    providers = [
        a_provider("P1"),
        a_provider(
            "P2",
            text="Sensors that warn by phone, radio and sirens, with maps, volunteers, shelters"
            " and drills.",
            themes=["sdg:11"],
        ),
        a_provider("P3", title="Budgets", text=BUDGETS),
    ]

    answer = match([challenge], providers, Settings())

    confidence = {line.provider.id: line.confidence for line in answer.suggestions}
    assert list(confidence) == ["P2", "P1"]
    stability = [found.stability for found in confidence.values()]
    assert all(share is not None and 0 < share <= 1 for share in stability)
    turn = confidence["P2"].breakpoint
    assert turn is not None
    level = match([challenge], providers, Settings(text_weight=turn))
    scores = {line.provider.id: line.pair.score for line in level.suggestions}
    assert scores["P1"] == pytest.approx(scores["P2"], abs=1e-12)


def test_a_provider_that_stands_high_for_nearly_all_is_noted() -> None:
    words = [f"word{chr(97 + i)}" for i in range(12)]
    challenges = [
        a_challenge(f"C{i:02}", title=f"About {w}", text=w, language="en")
        for i, w in enumerate(words)
    ]
    general = a_provider("P99", title="A general lab", text=" and the ".join(words))
    others = [a_provider(f"P{i:02}", title="Another", text=f"else{i}") for i in range(30)]

    answer = match(challenges, [general, *others], Settings(top=1))

    assert {line.provider.id for line in answer.suggestions} == {"P99"}
    hubs = [line.confidence.hub for line in answer.suggestions]
    assert [hub and hub.places for hub in hubs] == [12] * 12
    assert (
        "P99 is among the first three of 12 of the 12 challenges open to it, where chance "
        "would give 1.2: it may be general rather than right."
    ) in answer.notes
