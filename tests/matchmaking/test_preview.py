"""Staff see where a submission would stand before there is a run."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.engine import Model, preview
from app.matchmaking.models import MatchRun, Suggestion
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from matching import PlainMatcher, Profile
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_solution,
    a_user,
    an_organisation,
    organisation_of,
)
from tests.matchmaking.test_run import a_small_programme, work


def a_submitted_challenge(session: Session, programme_id: UUID, text: str) -> Submission:
    challenge = a_challenge(
        session,
        programme_id=programme_id,
        state=State.SUBMITTED,
        organisation_id=an_organisation(session, country="NO").id,
        content=ChallengeContent(problem=text).model_dump(),
    )
    session.commit()
    return challenge


def test_a_new_challenge_is_told_its_best_solutions(session: Session, as_user: SignIn) -> None:
    programme, _, solutions = a_small_programme(session)
    challenge = a_submitted_challenge(
        session, programme.id, "Floods in our river come suddenly."
    )
    staff = as_user(a_user(session, Role.STAFF))

    preview = staff.get(f"/api/v1/match-previews/{challenge.id}?top=2").json()

    lines = preview["lines"]
    assert [line["rank"] for line in lines] == [1, 2]
    assert {line["solution"]["id"] for line in lines} <= {str(s.id) for s in solutions}
    assert {line["challenge"]["code"] for line in lines} == {challenge.code}
    assert lines[0]["solution"]["country"] in {"IT", "FR"}
    for line in lines:
        shares = sum(c["share"] for c in line["contributions"])
        assert shares == pytest.approx(line["score"], abs=1e-12)
    marked = lines[0]["passages"]["challenge"]
    words = {marked["text"][a:b].lower() for a, b in marked["marks"]}
    assert "floods" in words


@pytest.mark.parametrize("language", ["fr", None])
def test_a_line_says_what_is_missing_and_who_did_not_tell_it(
    session: Session, as_user: SignIn, language: str | None
) -> None:
    programme, *_ = a_small_programme(session)
    content = ChallengeContent(problem="Notre rivière monte et personne n'est prévenu.")
    challenge = a_challenge(
        session,
        programme_id=programme.id,
        state=State.SUBMITTED,
        organisation_id=an_organisation(session, country="NO").id,
        language=language,
        themes=[],
        content=content.model_dump(),
    )
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    lines = staff.get(f"/api/v1/match-previews/{challenge.id}").json()["lines"]

    missing = {"kind": "missing", "share": 0.0, "words": [], "phrase": None}
    assert [[c for c in line["contributions"] if c["kind"] == "missing"] for line in lines] == [
        [
            missing | {"feature": "themes", "sides": ["challenge"]},
            missing | {"feature": "language", "sides": ["challenge", "solution"]},
        ]
    ] * len(lines)
    assert {line["coverage"] for line in lines} == {0.0}


def test_a_new_solution_is_told_for_whom_it_would_stand_highest(
    session: Session, as_user: SignIn
) -> None:
    programme, challenge, _ = a_small_programme(session)
    told = "Sensors in rivers warn households of floods in time, by phone, radio and maps."
    content = SolutionContent(experience=told)
    solution = a_solution(
        session,
        programme_id=programme.id,
        state=State.SUBMITTED,
        organisation_id=an_organisation(session, country="NL").id,
        content=content.model_dump(),
    )
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    [line] = staff.get(f"/api/v1/match-previews/{solution.id}").json()["lines"]

    assert (line["challenge"]["id"], line["solution"]["id"], line["rank"]) == (
        str(challenge.id),
        str(solution.id),
        1,
    )


def test_a_solution_of_the_same_country_stands_nowhere(
    session: Session, as_user: SignIn
) -> None:
    _, _, solutions = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))

    preview = staff.get(f"/api/v1/match-previews/{solutions[2].id}").json()

    assert preview["lines"] == []


def test_the_first_solution_of_a_programme_is_compared_all_the_same(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    a_challenge(session, programme_id=programme.id, state=State.SELECTED)
    elsewhere = an_organisation(session, country="NL").id
    solution = a_solution(
        session, programme_id=programme.id, state=State.SUBMITTED, organisation_id=elsewhere
    )
    session.commit()

    preview = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/match-previews/{solution.id}")

    assert [line["rank"] for line in preview.json()["lines"]] == [1]


def test_where_nothing_is_selected_there_is_nothing_to_compare_with(
    session: Session, as_user: SignIn
) -> None:
    challenge = a_submitted_challenge(session, a_programme(session).id, "Floods")

    preview = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/match-previews/{challenge.id}")

    assert preview.json() == {
        "submission_id": str(challenge.id),
        "kind": "challenge",
        "model": None,
        "warnings": [],
        "lines": [],
    }


def test_a_preview_says_what_the_run_will_say(
    session: Session, database: Database, as_user: SignIn
) -> None:
    programme, challenge, [solution, *_] = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()

    preview = staff.get(f"/api/v1/match-previews/{challenge.id}").json()
    turned = staff.get(f"/api/v1/match-previews/{solution.id}").json()

    work(database)
    listed = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]
    shared = preview["lines"][0].keys()
    said = [{name: line[name] for name in shared} for line in listed]
    assert preview["lines"] == said
    assert turned["lines"] == [
        line for line in said if line["solution"]["id"] == str(solution.id)
    ]
    assert {"stability", "turns_at", "coverage"} <= shared
    versions = staff.get(f"/api/v1/match-runs/{run['id']}").json()["versions"]
    assert versions["model"] == preview["model"]


def test_a_preview_is_stored_nowhere(session: Session, as_user: SignIn) -> None:
    _, challenge, _ = a_small_programme(session)

    as_user(a_user(session, Role.STAFF)).get(f"/api/v1/match-previews/{challenge.id}")

    session.rollback()
    assert session.exec(select(MatchRun)).all() == []
    assert session.exec(select(Suggestion)).all() == []


def test_what_is_selected_later_is_in_the_next_preview(
    session: Session, as_user: SignIn
) -> None:
    programme, challenge, _ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    before = staff.get(f"/api/v1/match-previews/{challenge.id}").json()
    content = SolutionContent(experience="Early flood warnings reach every household in time.")
    better = a_solution(
        session,
        programme_id=programme.id,
        state=State.SELECTED,
        organisation_id=an_organisation(session, country="NL").id,
        content=content.model_dump(),
    )
    session.commit()

    after = staff.get(f"/api/v1/match-previews/{challenge.id}").json()

    assert str(better.id) not in {line["solution"]["id"] for line in before["lines"]}
    assert after["lines"][0]["solution"]["id"] == str(better.id)
    assert after["model"] != before["model"]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADVISOR, Role.ADMIN])
def test_a_stranger_cannot_tell_a_hidden_submission_from_none(
    session: Session, as_user: SignIn, role: Role
) -> None:
    programme, _, _ = a_small_programme(session)
    challenge = a_submitted_challenge(session, programme.id, "Floods")
    stranger = as_user(a_user(session, role))

    hidden = stranger.get(f"/api/v1/match-previews/{challenge.id}")
    absent = stranger.get(f"/api/v1/match-previews/{uuid4()}")

    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["title"] == absent.json()["title"] == "Not found"


def test_a_team_reads_its_challenge_and_no_preview_of_it(
    session: Session, as_user: SignIn
) -> None:
    owner = a_user(session)
    challenge = a_challenge(session, organisation_id=organisation_of(session, owner))
    session.commit()

    refused = as_user(owner).get(f"/api/v1/match-previews/{challenge.id}")

    assert refused.status_code == 403


def test_a_preview_asks_for_fifty_lines_at_the_most(session: Session, as_user: SignIn) -> None:
    _, challenge, _ = a_small_programme(session)

    staff = as_user(a_user(session, Role.STAFF))
    refused = staff.get(f"/api/v1/match-previews/{challenge.id}?top=51")

    assert refused.status_code == 400


# --- the model behind it ---

POOL = [Profile(f"p{i}", (f"flood warnings by phone number {i}",)) for i in range(30)]


def told(matcher: PlainMatcher) -> list[str]:
    return [profile.id for profile in matcher.pool_]


def test_a_model_takes_arrivals_in_and_is_fitted_anew_when_much_has_arrived() -> None:
    model = Model(text_weight=0.6)

    first = model.of(POOL[:20], [])
    second = model.of(POOL[:21], [])
    third = model.of(POOL, [])

    assert [len(m.segments_) for m in (first, second, third)] == [1, 2, 1]
    assert [told(m) for m in (first, second, third)] == [
        [profile.id for profile in POOL[:n]] for n in (20, 21, 30)
    ]


def test_a_model_is_fitted_anew_when_a_text_was_changed_or_taken_away() -> None:
    model = Model(text_weight=0.6)
    model.of(POOL, [])
    changed = [*POOL[:-1], Profile("p29", ("Open budgets",))]

    assert told(model.of(POOL[1:], [])) == [p.id for p in POOL[1:]]
    assert model.of(changed, []).version_ == Model(text_weight=0.6).of(changed, []).version_


def test_a_model_that_is_kept_on_disk_starts_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    before = Model(text_weight=0.6, folder=folder).of(POOL, [])
    monkeypatch.setattr(PlainMatcher, "fit", None)

    after = Model(text_weight=0.6, folder=folder).of(POOL, [])

    assert after.version_ == before.version_


def test_a_model_of_another_weight_on_disk_is_not_taken(tmp_path: Path) -> None:
    Model(text_weight=0.6, folder=tmp_path / "model").of(POOL, [])

    other = Model(text_weight=0.5, folder=tmp_path / "model").of(POOL, [])

    assert other.text_weight == 0.5


@pytest.mark.parametrize(
    "made", [PlainMatcher(slope=0.5), PlainMatcher(pair_weight=0)], ids=["slope", "pair weight"]
)
def test_a_model_that_another_version_fitted_in_another_way_is_not_taken(
    tmp_path: Path, made: PlainMatcher
) -> None:
    made.fit(POOL).save(tmp_path / "model")

    matcher = Model(text_weight=0.6, folder=tmp_path / "model").of(POOL, [])

    assert matcher.version_ == PlainMatcher().fit(POOL).version_


def test_a_damaged_model_is_fitted_anew_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    before = Model(text_weight=0.6, folder=folder).of(POOL, [])
    (folder / "idf.npy").write_bytes(b"")

    after = Model(text_weight=0.6, folder=folder).of(POOL, [])

    assert after.version_ == before.version_ == PlainMatcher.load(folder).version_


def test_a_model_that_cannot_be_kept_answers_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")

    matcher = Model(text_weight=0.6, folder=tmp_path / "file" / "model").of(POOL, [])

    assert told(matcher) == [profile.id for profile in POOL]
    assert [record.message for record in caplog.records] == ["model not kept"]


def test_one_model_serves_all_previews_of_a_programme(
    session: Session, as_user: SignIn
) -> None:
    programme, challenge, _ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))

    first = staff.get(f"/api/v1/match-previews/{challenge.id}").json()
    second = staff.get(f"/api/v1/match-previews/{challenge.id}").json()

    assert first == second
    assert sum(key[0] == programme.id for key in preview._MODELS) == 1
