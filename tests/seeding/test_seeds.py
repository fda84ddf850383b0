"""The seeds are sound: files keep to their form and refer to nothing that is not there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from app.core.base.translations import LANGUAGES
from app.core.tables.importing import read_table
from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord

SEEDS = Path(__file__).parents[2] / "seeds"
FACETS = {"policy-domain": 13, "practice": 20, "sdg": 17}
TABLES: dict[str, tuple[type[SubmissionRecord], int]] = {
    "first_edition/challenges.jsonl": (ChallengeRecord, 4),
    "first_edition/solutions.jsonl": (SolutionRecord, 8),
    "practices/practices.jsonl": (SolutionRecord, 44),
}


class Concept(BaseModel):
    """An entry of a vocabulary."""

    model_config = ConfigDict(extra="forbid")

    code: str
    uri: str
    labels: dict[str, str]
    definitions: dict[str, str] = {}
    cofog: list[str] = []
    thematic_session: int | None = None


class Vocabulary(BaseModel):
    """A file of themes."""

    model_config = ConfigDict(extra="forbid")

    facet: str
    title: str
    source: str
    scheme_uri: str
    licence: str
    notes: str
    concepts: list[Concept]


class Call(BaseModel):
    """A call of the first edition."""

    model_config = ConfigDict(extra="forbid")

    code: str
    kind: str
    title: str
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    zone: str
    notes: str


def content_of(name: str) -> Any:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))


def records_of(name: str) -> list[SubmissionRecord]:
    schema, _ = TABLES[name]
    return [record for _, record in read_table(SEEDS / name, schema)]


def themes() -> dict[str, Vocabulary]:
    return {
        facet: Vocabulary.model_validate(content_of(f"themes/{facet}.json")) for facet in FACETS
    }


def keys() -> set[str]:
    return {
        f"{facet}:{concept.code}"
        for facet, vocabulary in themes().items()
        for concept in vocabulary.concepts
    }


@pytest.mark.parametrize("name", TABLES)
def test_every_record_keeps_to_the_exchange_format(name: str) -> None:
    assert len(records_of(name)) == TABLES[name][1]


@pytest.mark.parametrize("facet", FACETS)
def test_every_vocabulary_is_whole(facet: str) -> None:
    vocabulary = themes()[facet]

    codes = [concept.code for concept in vocabulary.concepts]
    assert vocabulary.facet == facet
    assert len(codes) == len(set(codes)) == FACETS[facet]
    for concept in vocabulary.concepts:
        assert {"en", "fr", "es", "pt"} <= set(concept.labels)
        # The goals say in their names what they mean.
        assert set(concept.definitions) == (set() if facet == "sdg" else {*LANGUAGES})
        assert concept.uri.startswith(vocabulary.scheme_uri)
        assert concept.uri.endswith(concept.code)


@pytest.mark.parametrize("name", TABLES)
def test_every_theme_that_a_record_names_exists(name: str) -> None:
    used = {theme for record in records_of(name) for theme in record.themes}

    assert used - keys() == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_record_states_who_where_themes_and_sources(name: str) -> None:
    silent = [
        record.id
        for record in records_of(name)
        if not (
            record.organisation
            and record.country
            and record.level
            and record.themes
            and record.sources
            and record.language == "en"
        )
    ]

    assert silent == []


def test_each_challenge_has_two_pairs_and_each_provider_one() -> None:
    pairs = content_of("first_edition/pairs.json")["pairs"]

    challenges = [record.id for record in records_of("first_edition/challenges.jsonl")]
    solutions = [record.id for record in records_of("first_edition/solutions.jsonl")]
    assert sorted(pair["challenge"] for pair in pairs) == sorted(challenges * 2)
    assert sorted(pair["solution"] for pair in pairs) == sorted(solutions)


def test_both_calls_have_instants_and_say_what_is_inferred() -> None:
    calls = TypeAdapter(list[Call]).validate_python(
        content_of("first_edition/programme.json")["calls"]
    )

    assert [
        (call.kind, call.opens_at.isoformat(), call.closes_at.isoformat()) for call in calls
    ] == [
        ("challenges", "2023-12-12T23:00:00+00:00", "2024-01-14T23:00:00+00:00"),
        ("solutions", "2024-04-30T22:00:00+00:00", "2024-06-30T22:00:00+00:00"),
    ]
    assert {call.zone for call in calls} == {"Europe/Paris"}
    assert all("inferred" in call.notes for call in calls)


def test_the_programme_names_its_edition_its_sources_and_their_difference() -> None:
    programme = content_of("first_edition/programme.json")

    assert programme["code"] == "gov2gov-2023"
    assert programme["edition"] == "2023-2025 first edition"
    assert programme["providers_wanted"] == {"min": 2, "max": 2}
    assert all(event["sources"] for event in programme["timeline"])
    assert programme["figures"]["sources"]
    assert "began in December 2023" in programme["notes"]
    assert {session["theme"] for session in programme["thematic_sessions"]} <= keys()
    assert [team["id"] for team in programme["teams"]] == [
        record.id
        for name in ("first_edition/challenges.jsonl", "first_edition/solutions.jsonl")
        for record in records_of(name)
    ]


FILES = sorted(path for path in SEEDS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SEEDS).as_posix())
def test_no_file_holds_an_address_of_a_person(path: Path) -> None:
    assert re.findall(r"[\w.+-]+@[\w-]+[.]\w+|mailto:|tel:", path.read_text("utf-8")) == []


def test_every_file_is_described_in_the_readme() -> None:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")

    files = {path.relative_to(SEEDS).as_posix() for path in FILES} - {"README.md"}
    assert {name for name in files if f"`{name}`" not in readme} == set()
