import random
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import NearDuplicate, Profile, Reader, compared, near_duplicates
from matching.text.languages import all_small_words
from matching.text.near_duplicates import LEAST
from tests.matching.strategies import promise, sentences
from tests.matching.text.test_retelling import OTHER, STORY, changed

LONG: Final = (
    f"{STORY} The council paid for the first masts, and the county for the others. Twice a year"
    " all households get a letter with the signals, the shelters and the numbers to call, and"
    " pupils practise the way to higher ground. False alarms fell by half once the gauges were"
    " calibrated against the old measuring posts upstream, and insurers lowered what they ask."
)
TOLD: Final = {
    "en": LONG,
    "fr": (
        "La ville du port prévient des crues par téléphone depuis 2019. Des capteurs le long de"
        " la rivière mesurent le niveau chaque minute, des bénévoles contrôlent les ponts les"
        " plus anciens, et les pompiers ouvrent des abris dans trois écoles avant que l'eau ne"
        " dépasse le quai. La commune a payé les premiers mâts, le département les autres."
        " Deux fois par an, chaque foyer reçoit une lettre avec les signaux, les abris et les"
        " numéros à appeler, et les élèves s'exercent à gagner les hauteurs. Les fausses"
        " alertes ont diminué de moitié depuis que les jauges sont réglées sur les anciennes"
        " bornes en amont, et les assureurs ont baissé leurs primes."
    ),
    "es": (
        "La ciudad del puerto avisa de las crecidas por teléfono desde 2019. Unos sensores a lo"
        " largo del río miden el nivel cada minuto, los voluntarios revisan los puentes más"
        " antiguos y los bomberos abren refugios en tres escuelas antes de que el agua supere"
        " el muelle. El ayuntamiento pagó los primeros mástiles y la provincia los demás."
        " Dos veces al año cada hogar recibe una carta con las señales, los refugios y los"
        " números de emergencia, y los alumnos practican el camino hacia las colinas. Las"
        " falsas alarmas bajaron a la mitad desde que los sensores se ajustan con los postes"
        " antiguos aguas arriba, y las aseguradoras rebajaron sus primas."
    ),
    "pt": (
        "A cidade do porto avisa das cheias por telefone desde 2019. Sensores ao longo do rio"
        " medem o nível a cada minuto, voluntários verificam as pontes mais antigas e os"
        " bombeiros abrem abrigos em três escolas antes de a água passar o cais. O município"
        " pagou os primeiros mastros e o distrito os restantes. Duas vezes por ano cada família"
        " recebe uma carta com os sinais, os abrigos e os números de emergência, e os alunos"
        " treinam o caminho para as colinas. Os falsos alarmes caíram para metade desde que os"
        " sensores são afinados pelos postes antigos a montante, e as seguradoras baixaram os"
        " prémios que pedem."
    ),
}


def told(name: str, *texts: str, language: str | None = None) -> Profile:
    return Profile(name, texts, language=language)


def named(profiles: list[Profile], pairs: list[NearDuplicate]) -> set[tuple[object, ...]]:
    """Return pairs by the names of their sides, whatever their positions are."""
    return {
        tuple(
            sorted(
                [
                    (profiles[pair.first].id, pair.of_first),
                    (profiles[pair.second].id, pair.of_second),
                ]
            )
        )
        for pair in pairs
    }


@pytest.mark.parametrize("language", TOLD)
def test_a_text_is_a_near_duplicate_of_itself_in_every_language(language: str) -> None:
    pool = [told(name, text) for name, text in TOLD.items()]

    found = near_duplicates([*pool, told("again", TOLD[language])])

    assert found == [NearDuplicate(list(TOLD).index(language), len(TOLD), 1.0, 1.0)]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("language", TOLD)
def test_a_copy_is_found_although_words_were_changed(language: str, share: float) -> None:
    text = TOLD[language]
    copies = [told(f"copy-{seed}", changed(text, share, seed)) for seed in range(5)]

    found = near_duplicates([told("first", text), *copies], of=0)

    assert sorted(pair.second for pair in found) == [1, 2, 3, 4, 5]
    assert all(max(pair.of_first, pair.of_second) >= LEAST for pair in found)


def test_a_copy_of_the_usual_length_is_found_although_three_of_ten_words_were_changed() -> None:
    text = " ".join(TOLD.values())
    copies = [told(f"copy-{seed}", changed(text, 0.3, seed)) for seed in range(20)]

    found = near_duplicates([told("first", text), *copies], of=0)

    assert sorted(pair.second for pair in found) == list(range(1, 21))


def test_what_two_teams_tell_of_the_same_topic_is_no_copy() -> None:
    another = (
        "Our district warns people of floods too, by radio: wardens read the level of the river"
        " from posts, call the harbour office, and open shelters when the water rises."
    )

    assert near_duplicates([told("a", LONG), told("b", another), told("c", OTHER)]) == []


def test_a_short_text_within_a_long_one_is_found_and_both_shares_are_told() -> None:
    (found,) = near_duplicates([told("long", f"{LONG} {OTHER}"), told("short", OTHER)])

    assert found.of_second == 1.0
    assert 0.2 < found.of_first < 0.5


def test_passages_may_be_moved_split_and_joined() -> None:
    first, second = STORY.split("volunteers")

    (found,) = near_duplicates(
        [told("a", STORY, OTHER), told("b", OTHER, "volunteers" + second, first)]
    )

    assert min(found.of_first, found.of_second) > 0.9


def test_what_is_stated_about_the_language_hides_no_copy() -> None:
    pool = [told("a", TOLD["fr"], language="fr"), told("b", TOLD["fr"], language="en")]

    assert near_duplicates(pool) == [NearDuplicate(0, 1, 1.0, 1.0)]


def test_few_words_in_common_are_no_duplicate_in_whatever_share_of_a_text() -> None:
    phrase = "National strategy for artificial intelligence in public services"

    assert near_duplicates([told("a", phrase), told("b", phrase)]) == []


def test_what_does_not_count_is_not_compared() -> None:
    blanked = replace(told("b", LONG), omitted=((0, 0, len(LONG)),))

    assert near_duplicates([told("a", LONG), blanked]) == []


def test_nothing_is_like_nothing() -> None:
    assert near_duplicates([]) == []
    assert (
        near_duplicates([told("a"), told("b", ""), told("c", "one"), told("d", "😀\x00")]) == []
    )
    assert near_duplicates([told("a", ""), told("b", LONG)], of=0) == []
    assert compared(told("a"), told("b", LONG)).passages == ()


def test_each_of_very_many_copies_of_one_text_is_paired_with_many() -> None:
    pool = [told(f"{i:03}", LONG) for i in range(150)]

    found = near_duplicates(pool)

    times = [sum(i in pair[:2] for pair in found) for i in range(len(pool))]
    assert (min(times), max(times)) == (16, 32)
    assert len(near_duplicates(pool, of=70)) == 149


words: Final = st.lists(st.one_of(sentences, st.just(STORY), st.just(OTHER)), max_size=4)
pools: Final = st.lists(words.map(tuple), min_size=1, max_size=6).map(
    lambda all_texts: [told(f"p{i}", *texts) for i, texts in enumerate(all_texts)]
)


@promise
@given(pools, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(pool: list[Profile], chance: random.Random) -> None:
    mixed = list(pool)
    chance.shuffle(mixed)

    assert named(mixed, near_duplicates(mixed)) == named(pool, near_duplicates(pool))


@promise
@given(pools)
def test_one_among_many_and_all_pairs_and_side_by_side_agree(pool: list[Profile]) -> None:
    reader = Reader()
    pairs = near_duplicates(pool, reader)

    assert {
        pair
        for i in range(len(pool))
        for pair in near_duplicates(pool, reader, of=i)
        if pair.first == i
    } == set(pairs)
    for pair in pairs:
        comparison = compared(pool[pair.first], pool[pair.second], reader)
        assert comparison[:2] == (pair.of_first, pair.of_second)


@promise
@given(pools)
def test_a_comparison_is_the_same_from_both_sides(pool: list[Profile]) -> None:
    one, other = pool[0], pool[-1]

    there, back = compared(one, other), compared(other, one)

    assert (there.of_first, there.of_second) == (back.of_second, back.of_first)
    for comparison, profile in ((there, one), (back, other)):
        for facing in comparison.passages:
            text = profile.texts[facing.first.passage]
            ends = [end for mark in facing.first.marks for end in mark]
            assert ends == sorted(ends)
            assert 0 <= ends[0] < ends[-1] <= len(text)


def test_marks_stand_at_the_words_that_both_have() -> None:
    one = told("a", "In short.", f"Before. {STORY}")
    other = told("b", STORY.replace("since 2019", "for six long years"), OTHER)

    found = compared(one, other)

    (facing,) = found.passages
    assert (facing.first.passage, facing.second.passage) == (1, 0)
    first = [one.texts[1][start:stop] for start, stop in facing.first.marks]
    second = [other.texts[0][start:stop] for start, stop in facing.second.marks]
    assert first == [STORY.removeprefix("The ").removesuffix(".")]
    assert second == [
        "harbour town warns of floods by phone and text message",
        STORY.split("2019. ")[1].removesuffix("."),
    ]


def test_each_passage_stands_beside_the_one_with_most_of_its_words() -> None:
    first, second = STORY.split(" volunteers")

    found = compared(told("a", STORY, OTHER), told("b", second, OTHER, first))

    places = [(facing.first.passage, facing.second.passage) for facing in found.passages]
    assert places == [(1, 1), (0, 0), (0, 2)]
    assert compared(told("a", STORY, OTHER), told("b", second, OTHER, first), most=1) == (
        found._replace(passages=found.passages[:1])
    )
    assert [facing.n_words for facing in found.passages] == sorted(
        (facing.n_words for facing in found.passages), reverse=True
    )


def test_the_small_words_of_all_languages_are_one_list() -> None:
    listed = all_small_words.__wrapped__()  # what the first caller in a process works out

    assert [*listed] == sorted({*listed})
    assert {"the", "der", "les", "och", "και"} <= {*listed}
