"""A sentence encoder that the settings name counts in runs and previews, and is named."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.cli.console import settings_of
from app.core.base.errors import Unavailable, Unprocessable
from app.core.storage.database import Database
from app.matchmaking.engine import Encoder, Model, encoder_of
from app.matchmaking.engine.run import carry_out
from app.matchmaking.results import RunInputs
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.service import run_requests
from app.settings import Settings
from app.submissions.records import ChallengeRecord, SolutionRecord
from matching import Profile
from tests.conftest import SignIn
from tests.factories import a_user
from tests.matching.text.test_sentence_encoder import a_model
from tests.matchmaking.test_run import a_small_programme, work


@pytest.fixture
def encoding(tmp_path: Path, settings: Settings) -> Settings:
    """Settings that name a tiny model."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    named = {"embedding_folder": folder, "embedding_sha256": a_model(folder)}
    return Settings(**settings.model_dump() | named)


def asked_for_a_run(staff: TestClient, programme_id: object) -> Any:
    return staff.post("/api/v1/match-runs", json={"programme_id": str(programme_id)}).json()


def test_a_run_counts_the_meaning_and_names_the_encoder(
    session: Session, as_user: SignIn, database: Database, encoding: Settings
) -> None:
    programme, challenge, _ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    plain = asked_for_a_run(staff, programme.id)
    staff.app.state.settings = encoding  # type: ignore[attr-defined]  # -- ours, not any ASGI app
    asked = asked_for_a_run(staff, programme.id)

    assert work(database, encoding) == 2

    before, after = (
        staff.get(f"/api/v1/match-runs/{run['id']}").json() for run in (plain, asked)
    )
    assert (before["settings"]["encoder"], "encoder" in before["versions"]) == (None, False)
    named = encoding.embedding_sha256
    assert (after["settings"]["encoder"], after["versions"]["encoder"]) == (named, named)
    assert {"safetensors", "tokenizers"} <= set(after["versions"])
    assert after["digest"] != before["digest"]
    listed = [
        staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]
        for run in (plain, asked)
    ]
    assert {c["kind"] for s in listed[0] for c in s["contributions"]} <= {"word", "theme"}
    for suggestion in listed[1]:
        [meaning] = [c for c in suggestion["contributions"] if c["kind"] == "meaning"]
        assert (meaning["feature"], meaning["words"]) == ("sentence encoder", [])
        shares = sum(c["share"] for c in suggestion["contributions"])
        assert shares == pytest.approx(suggestion["score"], abs=1e-12)
    lines = staff.get(f"/api/v1/match-previews/{challenge.id}").json()["lines"]
    assert [(s["score"], s["contributions"]) for s in lines] == [
        (s["score"], s["contributions"]) for s in listed[1]
    ]


def test_a_run_is_not_carried_out_without_its_encoder(
    session: Session,
    as_user: SignIn,
    database: Database,
    encoding: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.core.storage.jobs.RETRY_AFTER", -encoding.job_lease)
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    staff.app.state.settings = encoding  # type: ignore[attr-defined]  # -- ours, not any ASGI app
    run = asked_for_a_run(staff, programme.id)

    work(database)

    assert staff.get(f"/api/v1/match-runs/{run['id']}").json()["state"] == "failed"


def test_a_preview_says_that_the_encoder_cannot_be_used(
    session: Session, as_user: SignIn, encoding: Settings
) -> None:
    _, challenge, _ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    broken = encoding.model_copy(update={"embedding_sha256": "0" * 64})
    staff.app.state.settings = broken  # type: ignore[attr-defined]  # -- ours, not any ASGI app

    answer = staff.get(f"/api/v1/match-previews/{challenge.id}")

    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "The sentence encoder of the settings cannot be used.",
    )


def test_a_run_is_not_silent_while_texts_are_read(encoding: Settings) -> None:
    chosen = RunSettings(
        top=3,
        text_weight=0.6,
        providers_min=1,
        providers_max=1,
        working_language="en",
        encoder=encoding.embedding_sha256,
    )
    solutions = [SolutionRecord(id=name, title="Rivers", text="Sensors") for name in "ABC"]
    inputs = RunInputs(
        chosen, [ChallengeRecord(id="C", title="A flood", text="Rain")], solutions
    )
    said: list[tuple[int, int]] = []

    carry_out(inputs, lambda done, total: said.append((done, total)), encoding)

    assert said == [(0, 1)] * 4 + [(1, 1)]


def test_a_kept_model_is_used_with_its_own_encoder_alone(
    encoding: Settings, tmp_path: Path
) -> None:
    pool = [Profile("a", ("Flood warnings by phone.",))]
    encoder = encoder_of(encoding.embedding_folder, encoding.embedding_sha256)

    def version(encoder: Encoder | None) -> str:
        model = Model(text_weight=0.6, folder=tmp_path / "kept", encoder=encoder)
        return model.of(pool, ()).version_

    assert version(encoder) == version(encoder) != version(None) == version(None)


def test_an_encoder_is_read_once(encoding: Settings) -> None:
    folder, named = encoding.embedding_folder, encoding.embedding_sha256

    assert encoder_of(folder, named) is encoder_of(folder, named)
    assert encoder_of(folder, None) is None


def test_a_missing_extra_is_said(encoding: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matching.text.sentence_encoder", None)

    with pytest.raises(Unavailable, match="its libraries are not installed") as refusal:
        encoder_of(encoding.embedding_folder, encoding.embedding_sha256)

    assert "counterpart[embeddings]" in refusal.value.remedy


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        ({"embedding_folder": Path("model")}, "state both or neither"),
        ({"embedding_sha256": "0" * 64}, "state both or neither"),
        ({"embedding_folder": Path("model"), "embedding_sha256": "abc"}, "64 hexadecimal"),
    ],
)
def test_half_of_the_settings_is_refused(stated: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValidationError, match=refusal):
        Settings(**stated)
    with pytest.raises(Unprocessable) as refused:
        settings_of(**stated)

    assert [error.pointer for error in refused.value.errors] == ["COUNTERPART_EMBEDDING_SHA256"]


def test_the_digest_of_a_run_without_an_encoder_is_the_one_it_had() -> None:
    plain = RunSettings(
        top=3, text_weight=0.6, providers_min=1, providers_max=1, working_language="en"
    )
    named = plain.model_copy(update={"encoder": "0" * 64})

    assert run_requests.digest(plain, [], []) == (
        "affcb106e6f5a855831c07f288a00a3ba14f8d8b182d72f9b28fae82a14316f6"
    )
    assert run_requests.digest(named, [], []) != run_requests.digest(plain, [], [])
