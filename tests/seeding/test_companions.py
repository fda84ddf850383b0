"""The companions bring the first edition to its real size: made up, marked, each for itself."""

import json
import re
from collections import Counter, defaultdict

import pytest

from app.core.tables.importing import read_table
from app.programmes.lifecycle import CallKind
from app.questions.answering import unfinished
from app.questions.builtin import built_in_form
from app.seeding.loader import SEEDS
from app.submissions.lifecycle import THEMES
from app.submissions.records import Place, SubmissionRecord
from app.submissions.service.own_columns import RECORDS

OF_EACH_KIND = pytest.mark.parametrize("kind", CallKind)
NAMES = {CallKind.CHALLENGES: ("GC", 68), CallKind.SOLUTIONS: ("GP", 18)}
SIZES = {CallKind.CHALLENGES: (72, 25), CallKind.SOLUTIONS: (26, 18)}
NEAR_DUPLICATES = {"GC67", "GC68"}
RUN = 8


def keys() -> frozenset[str]:
    return frozenset(
        f"{facet}:{concept['code']}"
        for facet in THEMES
        for concept in json.loads((SEEDS / "themes" / f"{facet}.json").read_bytes())["concepts"]
    )


def records_of(folder: str, kind: CallKind) -> list[SubmissionRecord]:
    place = Place(themes=keys())
    rows = read_table(SEEDS / folder / f"{kind}.jsonl", RECORDS[kind], context=place)
    return [record for _, record in rows]


def companions(kind: CallKind) -> list[SubmissionRecord]:
    return records_of("companions", kind)


def with_the_real_ones(kind: CallKind) -> list[SubmissionRecord]:
    return [*records_of("first_edition", kind), *companions(kind)]


def runs_of(record: SubmissionRecord) -> set[tuple[str, ...]]:
    texts = (record.title, record.summary, *record.written().values())
    found = set()
    for text in texts:
        words = re.findall(r"\w+", text.casefold())
        found |= {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}
    return found


@OF_EACH_KIND
def test_the_companions_are_read_without_a_fault_in_the_order_of_their_ids(
    kind: CallKind,
) -> None:
    ids = [record.id for record in companions(kind)]

    prefix, size = NAMES[kind]
    assert ids == [f"{prefix}{number:02}" for number in range(1, size + 1)]


@OF_EACH_KIND
def test_every_companion_is_marked_as_generated(kind: CallKind) -> None:
    unmarked = [
        record.id
        for record in companions(kind)
        if record.sources != ["generated for the demonstration"]
        or not record.organisation.endswith(" (generated)")
    ]

    assert unmarked == []


@OF_EACH_KIND
def test_with_the_real_ones_there_are_as_many_from_as_many_countries_as_there_were(
    kind: CallKind,
) -> None:
    records = with_the_real_ones(kind)

    countries = {country for record in records for country in record.country}
    assert (len(records), len(countries)) == SIZES[kind]


@OF_EACH_KIND
def test_every_companion_is_complete_enough_to_be_sent(kind: CallKind) -> None:
    form = built_in_form(kind)

    lacks = {record.id: unfinished(kind, form, record.content()) for record in companions(kind)}
    nameless = [
        record.id for record in companions(kind) if not (record.level and record.language)
    ]
    assert {name: lack for name, lack in lacks.items() if lack} == {}
    assert nameless == []


@OF_EACH_KIND
def test_every_companion_names_as_many_themes_as_are_asked_for(kind: CallKind) -> None:
    counts = {
        record.id: Counter(theme.partition(":")[0] for theme in record.themes)
        for record in companions(kind)
    }

    outside = {
        (name, facet)
        for name, count in counts.items()
        for facet, (least, most) in THEMES.items()
        if not least <= count[facet] <= most
    }
    assert outside == set()


def test_no_two_records_share_a_run_of_words_but_the_near_duplicates() -> None:
    records = [record for kind in CallKind for record in with_the_real_ones(kind)]

    owners = defaultdict(set)
    for record in records:
        for run in runs_of(record):
            owners[run].add(record.id)
    shared = {frozenset(ids) for ids in owners.values() if len(ids) > 1}
    assert shared == {frozenset(NEAR_DUPLICATES)}


def test_titles_differ_and_two_records_in_another_language_have_no_summary() -> None:
    records = [record for kind in CallKind for record in companions(kind)]

    titles = {record.title.casefold() for record in records}
    foreign = [record for record in records if record.language != "en"]
    assert len(titles) == len(records)
    assert Counter(record.language for record in foreign) == {"fr": 5, "es": 4, "pt": 4}
    assert [record.id for record in foreign if not record.summary] == ["GC49", "GC62"]
