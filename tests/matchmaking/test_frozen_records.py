"""Frozen records: a run of any version before this one can be read and replayed."""

from typing import Any

import pytest
from sqlmodel import Session

from app.core.base.errors import Conflict
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.service import inputs
from app.matchmaking.service.run_requests import digest
from app.submissions.records import (
    AnsweredChallenge,
    AnsweredSolution,
    ChallengeRecord,
    OwnPassage,
    SolutionRecord,
)
from tests.factories import a_run

SETTINGS: dict[str, Any] = {
    "top": 5,
    "text_weight": 0.6,
    "providers_min": 1,
    "providers_max": 2,
    "working_language": "en",
    "objective": "leximin",
    "cross_border": True,
}

# As they were written by the first version that had the format. Never change what stands
# here: it is what the databases of those who use the service hold.
CHALLENGES: dict[int, dict[str, Any]] = {
    1: {
        "id": "CH-2026-001",
        "title": "Early warning of floods",
        "organisation": "Ministry of Water",
        "country": ["NL"],
        "language": "en",
        "summary": "",
        "themes": ["policy-domain:ENVI"],
        "problem": "Our small rivers rise within an hour; nobody is warned.",
        "outcome": "Every household is warned half an hour ahead.",
    },
}
SOLUTIONS: dict[int, dict[str, Any]] = {
    1: {
        "id": "SO-2026-001",
        "title": "Sensors and text messages",
        "organisation": "Agency for Rivers",
        "country": ["FR"],
        "language": None,
        "summary": "Water sensors warn households.",
        "themes": [],
        "experience": "We put open water sensors into forty small rivers.",
        "capacity": 2,
    },
}
OWN = {
    "title": "What would the people tell?",
    "part": "outcome",
    "text": "They would sleep when it rains.",
}
"""An answer to a question of a call of its own, as the second format has it."""
CHALLENGES[2] = CHALLENGES[1] | {"own": {"story": OWN}}
SOLUTIONS[2] = SOLUTIONS[1]
DIGESTS = {
    1: "218a221f55a8a45955b33adadb989e5d4d40e49b75291f396a38447b9c02ed9e",
    2: "0b45715c9e23ce47aaeb2474c9e71121c0089c99742bc44d85d31635db6a88e5",
}


def test_there_is_a_record_of_each_format_here() -> None:
    assert set(CHALLENGES) == set(SOLUTIONS) == set(DIGESTS) == set(inputs.FORMATS)


@pytest.mark.parametrize("number", sorted(inputs.FORMATS))
def test_records_of_each_format_are_read_as_they_were_meant(
    session: Session, number: int
) -> None:
    run = a_run(
        session,
        settings=SETTINGS,
        record_format=number,
        challenges=[CHALLENGES[number]],
        solutions=[SOLUTIONS[number]],
    )

    read = inputs.frozen(run)

    assert read.settings == RunSettings(**SETTINGS)
    record_of = {1: ChallengeRecord, 2: AnsweredChallenge}[number]
    own: dict[str, Any] = (
        {"own": {"story": OwnPassage.model_validate(OWN)}} if number > 1 else {}
    )
    assert read.challenges == [
        record_of(
            id="CH-2026-001",
            title="Early warning of floods",
            organisation="Ministry of Water",
            country=["NL"],
            language="en",
            themes=["policy-domain:ENVI"],
            problem="Our small rivers rise within an hour; nobody is warned.",
            outcome="Every household is warned half an hour ahead.",
            **own,
        )
    ]
    solution_of = {1: SolutionRecord, 2: AnsweredSolution}[number]
    assert read.solutions == [
        solution_of(
            id="SO-2026-001",
            title="Sensors and text messages",
            organisation="Agency for Rivers",
            country=["FR"],
            summary="Water sensors warn households.",
            experience="We put open water sensors into forty small rivers.",
            capacity=2,
        )
    ]


@pytest.mark.parametrize("number", sorted(inputs.FORMATS))
def test_the_digest_of_each_format_stays_what_it_was(number: int) -> None:
    settings = RunSettings(**SETTINGS)

    assert digest(settings, [CHALLENGES[number]], [SOLUTIONS[number]]) == DIGESTS[number]


def test_a_format_of_a_newer_version_is_refused_with_what_to_do(session: Session) -> None:
    run = a_run(session, settings=SETTINGS, record_format=inputs.CURRENT_FORMAT + 1)

    with pytest.raises(Conflict) as refusal:
        inputs.frozen(run)

    assert refusal.value.detail == (
        f"The records of the run {run.code} are of the format 3, which this version "
        "cannot read."
    )
    assert refusal.value.remedy == "Ask the newer version that made the run."
