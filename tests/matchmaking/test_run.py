"""Staff start a run, watch it, and read ranked suggestions with their reasons."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, func, select

from app.access.policy import OPERATOR, Role
from app.core.base.clock import now
from app.core.storage import jobs
from app.core.storage.database import Database
from app.core.storage.jobs import Handler, Store, Ticket
from app.matchmaking.jobs import handlers
from app.matchmaking.models import MatchRun, Suggestion
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.service import computation, inputs, run_requests, thin_texts
from app.matchmaking.service.thin_texts import Lack
from app.programmes.models import Programme
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_solution,
    a_user,
    an_organisation,
)

LEASE = timedelta(minutes=1)
NOBODY = UUID(int=7)
PLAIN = Settings()


def work(database: Database, settings: Settings = PLAIN) -> int:
    done = 0
    while jobs.run_next(database, handlers(settings), lease=LEASE):
        done += 1
    return done


def stored(session: Session) -> int:
    session.rollback()
    return session.exec(select(func.count()).select_from(Suggestion)).one()


def a_small_programme(session: Session) -> tuple[Programme, Submission, list[Submission]]:
    """One challenge of France about floods, and solutions of Italy, Spain and France."""
    programme = a_programme(session)
    common = {"programme_id": programme.id, "state": State.SELECTED}
    challenge = a_challenge(
        session,
        **common,
        organisation_id=an_organisation(session, country="FR").id,
        title="Early flood warnings",
        content=ChallengeContent(
            problem="Our river floods twice a year.",
            outcome="Households near the river are warned in time.",
        ).model_dump(),
    )
    texts = {
        "IT": "We warn households of floods by phone, radio and siren, with sensors in every"
        " river, maps, and volunteers.",
        "ES": "We simplified the forms of the land registry, with lawyers, notaries, clerks,"
        " designers and owners.",
        "FR": "Sirens, maps, radio and phone help households when rivers flood; volunteers"
        " read every sensor.",
    }
    solutions = [
        a_solution(
            session,
            **common,
            organisation_id=an_organisation(session, country=country).id,
            title=f"What we did in {country}",
            content=SolutionContent(experience=text).model_dump(),
        )
        for country, text in texts.items()
    ]
    session.commit()
    return programme, challenge, solutions


def test_a_job_of_another_kind_is_read_by_whoever_asked_for_it_and_leads_nowhere(
    session: Session, as_user: SignIn
) -> None:
    asking = a_user(session)
    job = jobs.enqueue(session, "another", requested_by=asking.id)
    session.commit()

    read = as_user(asking).get(f"/api/v1/jobs/{job.id}")
    hidden = as_user(a_user(session)).get(f"/api/v1/jobs/{job.id}")

    assert (read.status_code, read.json()["name"], read.json()["result"]) == (
        200,
        "another",
        None,
    )
    assert hidden.status_code == 404


def test_a_run_is_asked_for_watched_and_read(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, challenge, (italian, spanish, _) = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))

    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})
    waiting = staff.get(asked.headers["location"]).json()
    assert work(database) == 1
    done = staff.get(asked.headers["location"]).json()
    run = staff.get(f"/api/v1/match-runs/{asked.json()['id']}").json()
    listed = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]

    assert asked.status_code == 202
    assert (asked.json()["state"], waiting["state"], waiting["done"]) == ("queued", "queued", 0)
    assert (done["state"], done["done"], done["total"]) == ("done", 1, 1)
    assert done["result"] == f"/api/v1/match-runs/{run['id']}"
    assert (run["state"], run["n_challenges"], run["n_solutions"]) == ("complete", 1, 3)
    score = round(listed[0]["score"], 4)
    assert run["assignment"] == {
        "objective": "leximin",
        "providers": [1, 1],
        "pairs": [[challenge.code, italian.code]],
        "total": score,
        "bound": score,
        "fairness": [score],
        "weakest_sum": score,
        "reason": None,
        "relaxations": [],
        "places": 3,
        "floor": 0.01,
        "shortfalls": [],
        "warnings": {},
        "untold": {},
        "unread": [],
    }
    assert set(run["versions"]) == {
        "model",
        "python",
        "babel",
        "counterpart",
        "numpy",
        "py3langid",
        "scikit-learn",
        "scipy",
        "snowballstemmer",
        "stop-words",
        "stopwordsiso",
    }
    assert [(s["rank"], s["solution"]["code"], s["assigned"]) for s in listed] == [
        (1, italian.code, True),
        (2, spanish.code, False),
    ]
    assert listed[0]["challenge"]["code"] == challenge.code
    ranking = staff.get(f"/api/v1/match-runs/{run['id']}/ranking").json()
    named = ("solution", "rank", "score", "text_part", "theme_part", "coverage", "band")
    assert ranking == {
        "run_id": run["id"],
        "lists": [
            {
                "challenge": listed[0]["challenge"],
                "solutions": [
                    {name: line[name] for name in (*named, "stability", "assigned")}
                    for line in listed
                ],
            }
        ],
    }
    one = f"/api/v1/match-runs/{run['id']}/suggestions/{challenge.id}/{italian.id}"
    assert staff.get(one).json() == listed[0]


def test_a_suggestion_says_point_by_point_what_is_told_and_where(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, challenge, (italian, *_) = a_small_programme(session)
    wanted = "Wanted: sirens in every valley; sensors near the river. Unclear: who pays."
    challenge.content = ChallengeContent(problem=wanted, outcome="None.").model_dump()
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    listed = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]

    (first,) = (one for one in listed if one["solution"]["code"] == italian.code)
    told = {
        need["text"]: (need["field"], need["marks"], need["told"]) for need in first["needs"]
    }
    sentence = (
        "We warn households of floods by phone, radio and siren, with sensors in every river, "
        "maps, and volunteers."
    )

    def by(*marks: list[int]) -> dict[str, Any]:
        return {"field": "experience", "text": sentence, "marks": [*marks]}

    assert told == {
        "Early flood warnings": ("problem", [[6, 20]], by([3, 7], [22, 28])),
        "sirens in every valley": ("problem", [], None),
        "sensors near the river.": ("problem", [[0, 7], [17, 22]], by([61, 83])),
    }
    assert [need["share"] > 1 / 3 for need in first["needs"]] == [True, False, True]


def test_a_run_names_what_is_written_in_an_unknown_language(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, _, (first, second, _) = a_small_programme(session)
    icelandic = "Borgin vill vara alla íbúa við ána í tíma og deila gögnum sínum."
    for solution, summary in ((first, ""), (second, "Flood warnings by phone.")):
        solution.title, solution.language, solution.summary = "Viðvaranir", None, summary
        solution.content = SolutionContent(experience=icelandic).model_dump()
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    assert work(database) == 1
    read = staff.get(f"/api/v1/match-runs/{run['id']}").json()
    session.rollback()
    thin = thin_texts.of_run(session, OPERATOR, UUID(run["id"]))

    assert read["assignment"]["unread"] == [first.code]
    assert [one.code for one in thin or () if Lack.LANGUAGE in one.lacks] == [first.code]


def test_the_reasons_add_up_to_the_score_and_show_words_as_written(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    suggestions = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]

    for suggestion in suggestions:
        shares = sum(c["share"] for c in suggestion["contributions"])
        assert shares == pytest.approx(suggestion["score"], abs=1e-12)
        parts = suggestion["text_part"] + suggestion["theme_part"]
        assert parts == pytest.approx(suggestion["score"], abs=1e-12)
    best = suggestions[0]
    words = {w for c in best["contributions"] if c["kind"] == "word" for w in c["words"]}
    assert words == {"flood", "floods", "Households", "river", "warnings", "warn"}
    passage = best["passages"]["solution"]
    assert passage["field"] == "experience"
    assert [passage["text"][start:end] for start, end in passage["marks"]] == [
        "warn",
        "households",
        "floods",
        "river",
    ]


@pytest.mark.parametrize(
    "backend", ["threads", pytest.param("processes", marks=pytest.mark.server)]
)
def test_a_run_gives_the_same_answer_on_any_backend(
    session: Session, database: Database, as_user: SignIn, tmp_path: Path, backend: Any
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    elsewhere = Settings(matching_backend=backend, model_folder=tmp_path / "models")
    (tmp_path / "models").mkdir()
    answers = []

    for settings in (Settings(), elsewhere):
        run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
        jobs.run_next(database, handlers(settings), lease=LEASE)
        listed = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]
        answers.append([line | {"id": None, "run_id": None} for line in listed])

    assert answers[0] == answers[1] != []
    assert list((tmp_path / "models").iterdir()) == []


def test_a_run_of_an_earlier_version_has_the_same_document(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    address = f"/api/v1/match-runs/{asked['id']}/ranking"
    early = staff.get(address)
    work(database)
    stored = staff.get(address)
    session.get_one(MatchRun, UUID(asked["id"])).ranking = None
    session.commit()

    assert early.status_code == 409
    assert early.json()["detail"] == "The run is queued, so it has no result."
    assert staff.get(address).content == stored.content


def test_a_document_that_is_too_large_leads_to_the_pages_of_the_list(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)
    session.get_one(MatchRun, UUID(asked["id"])).ranking = "x" * (database.table_bytes + 1)
    session.commit()

    refused = staff.get(f"/api/v1/match-runs/{asked['code']}/ranking")

    assert refused.status_code == 409
    assert (refused.json()["detail"], refused.json()["remedy"]) == (
        f"The ranking of {asked['code']} has 20,000,001 characters.",
        "Read the suggestions of the run page by page.",
    )


def test_a_cluster_without_a_scheduler_is_refused() -> None:
    with pytest.raises(ValueError, match="dask needs matching_scheduler"):
        Settings(matching_backend="dask")


def test_a_suggestion_says_how_sure_its_place_is(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    suggestions = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]

    assert [(s["stability"], s["turns_at"], s["hub"]) for s in suggestions] == [
        (1.0, None, None),
        (1.0, None, None),
    ]


def test_a_solution_that_stands_high_for_nearly_all_is_named_a_hub(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme = a_programme(session)
    common = {"programme_id": programme.id, "state": State.SELECTED, "themes": []}
    topics = ["floods", "forests", "budgets", "schools", "hospitals", "roads", "taxes", "ports"]
    for topic in topics:
        content = ChallengeContent(problem=f"We want an innovation lab for {topic}.")
        a_challenge(session, **common, content=content.model_dump(), title=f"About {topic}")
    elsewhere = an_organisation(session, country="NO").id
    told = ["Our innovation lab, an innovation lab for all", *(f"{t} {t}" for t in topics)]
    told += [f"Something else of kind {i}" for i in range(20)]
    made = [
        a_solution(
            session,
            **common,
            organisation_id=elsewhere,
            title="A solution",
            content=SolutionContent(experience=text).model_dump(),
        )
        for text in told
    ]
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    asked = f"/api/v1/match-runs/{run['id']}/suggestions?limit=200"
    suggestions = staff.get(asked).json()["items"]

    named = {s["solution"]["code"]: s["hub"] for s in suggestions if s["hub"]}
    assert named == {
        made[0].code: {"places": 8, "eligible": 8, "expected": pytest.approx(8 * 3 / 29)}
    }


def test_a_pair_of_one_country_is_not_suggested(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, _, (*_, french) = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    suggestions = staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]

    assert french.code not in {s["solution"]["code"] for s in suggestions}


def test_only_what_is_selected_takes_part(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    a_solution(session, programme_id=programme.id, state=State.ELIGIBLE)
    a_solution(session, state=State.SELECTED)
    staff = as_user(a_user(session, Role.STAFF))

    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()

    assert run["n_solutions"] == 3


def test_a_run_keeps_its_inputs_as_they_were(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, challenge, _ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    asked = {"programme_id": str(programme.id)}
    first = staff.post("/api/v1/match-runs", json=asked).json()
    same = staff.post("/api/v1/match-runs", json=asked).json()

    challenge.content = challenge.content | {"problem": "Something else altogether."}
    session.commit()
    changed = staff.post("/api/v1/match-runs", json=asked).json()
    work(database)

    session.expire_all()
    run = session.get_one(MatchRun, UUID(first["id"]))
    assert run.challenges[0]["problem"] == "Our river floods twice a year."
    assert first["digest"] == same["digest"] != changed["digest"]
    answers = [
        staff.get(f"/api/v1/match-runs/{r['id']}/suggestions").json()["items"]
        for r in (first, same)
    ]
    plain = [
        [{k: v for k, v in s.items() if k not in {"id", "run_id"}} for s in answer]
        for answer in answers
    ]
    assert plain[0] == plain[1]


def test_the_digest_tells_settings_and_inputs_apart(session: Session) -> None:
    programme, *_ = a_small_programme(session)
    records = inputs.taken(session, programme.id, Kind.CHALLENGE)
    settings = RunSettings(
        top=5, text_weight=0.6, providers_min=1, providers_max=1, working_language="en"
    )

    first = run_requests.digest(settings, records, [])
    lighter = run_requests.digest(settings.model_copy(update={"text_weight": 0.5}), records, [])

    assert len({first, lighter, run_requests.digest(settings, [], records)}) == 3
    assert first == run_requests.digest(settings, [dict(reversed(records[0].items()))], [])


IN = {State.SELECTED, State.ACCEPTED}


@pytest.mark.parametrize(
    ("basis", "taken", "provisional"),
    [
        ("selected", IN, False),
        ("eligible", IN | {State.RESERVE, State.ELIGIBLE}, True),
        ("submitted", IN | {State.RESERVE, State.ELIGIBLE, State.SUBMITTED}, True),
    ],
)
def test_a_run_ranks_what_has_come_so_far_and_is_provisional_before_it_is_selected(
    session: Session, as_user: SignIn, basis: str, taken: set[State], provisional: bool
) -> None:
    programme = a_programme(session)
    rows = [
        a_challenge(session, programme_id=programme.id, state=state, answer_by=now())
        for state in State
    ]
    a_solution(session, programme_id=programme.id, state=State.SELECTED)
    session.commit()
    staff = as_user(a_user(session, Role.STAFF))

    new = {"programme_id": str(programme.id), "basis": basis}
    run = staff.post("/api/v1/match-runs", json=new).json()

    frozen = session.get_one(MatchRun, UUID(run["id"])).challenges
    assert {record["id"] for record in frozen} == {r.code for r in rows if r.state in taken}
    assert (run["provisional"], run["settings"]["basis"]) == (provisional, basis)


@pytest.mark.parametrize("kind", ["challenge", "solution"])
def test_a_run_without_anything_to_match_is_refused(
    session: Session, as_user: SignIn, kind: str
) -> None:
    programme = a_programme(session)
    make = a_solution if kind == "challenge" else a_challenge
    make(session, programme_id=programme.id, state=State.SELECTED)
    staff = as_user(a_user(session, Role.STAFF))

    refused = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})

    assert refused.status_code == 409
    assert refused.json()["detail"] == f"No {kind} of this programme is selected."
    assert refused.json()["remedy"] == f"Select at least one {kind} first."
    assert session.exec(select(func.count()).select_from(MatchRun)).one() == 0
    assert session.exec(select(func.count()).select_from(jobs.Job)).one() == 0


def test_a_run_that_cannot_meet_all_wishes_serves_as_many_as_can_be_and_says_who_is_left(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, challenge, (italian, *_) = a_small_programme(session)
    programme = session.get_one(Programme, programme.id)
    programme.providers_min = programme.providers_max = 3
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)

    run = staff.get(f"/api/v1/match-runs/{run['id']}").json()

    assert run["state"] == "complete"
    assert run["settings"]["require_all"] is False
    assert run["assignment"]["pairs"] == [[challenge.code, italian.code]]
    assert run["assignment"]["floor"] == 0.01
    assert run["assignment"]["shortfalls"] == [
        {
            "challenge": challenge.code,
            "providers": 1,
            "missing": 2,
            "open_to": 1,
            "would_serve": [],
            "too_little": 1,
        }
    ]


def test_a_run_of_too_many_pairs_ranks_all_of_them_and_says_that_it_assigns_none(
    session: Session, as_user: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    new = {"programme_id": str(programme.id), "floor": 0}
    # So that it need not be two thousand of each.
    for most in (3, 2):
        monkeypatch.setattr("app.matchmaking.engine.run.MOST_ASSIGNED", most)
        staff.post("/api/v1/match-runs", json=new)
        work(database)

    of_three, of_two = reversed(staff.get("/api/v1/match-runs").json()["items"])

    lists = [
        staff.get(f"/api/v1/match-runs/{one['id']}/suggestions").json()["items"]
        for one in (of_three, of_two)
    ]
    ranked = [[(one["solution"]["code"], one["score"]) for one in of_one] for of_one in lists]
    whole = of_two["assignment"]
    assert (of_three["state"], of_two["state"]) == ("complete", "no_solution")
    assert ranked[0] == ranked[1] != []
    assert of_three["assignment"]["pairs"] != []
    assert (whole["pairs"], whole["relaxations"]) == ([], [])
    assert whole["reason"] == (
        "1 challenges with 3 solutions are too many pairs for one assignment; the lists are "
        "complete, and people choose from them"
    )


def test_a_run_without_a_solution_says_why_and_the_lists_still_stand(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, challenge, (_, _, french) = a_small_programme(session)
    programme = session.get_one(Programme, programme.id)
    programme.providers_min = programme.providers_max = 3
    staff = as_user(a_user(session, Role.STAFF))
    new = {"programme_id": str(programme.id), "require_all": True, "floor": 0}
    run = staff.post("/api/v1/match-runs", json=new).json()
    work(database)

    run = staff.get(f"/api/v1/match-runs/{run['id']}").json()

    assert run["state"] == "no_solution"
    assert run["assignment"] == {
        "objective": "leximin",
        "providers": [3, 3],
        "pairs": [],
        "total": None,
        "bound": None,
        "fairness": [],
        "weakest_sum": None,
        "reason": f"{challenge.code} needs at least 3 pairs, but only 2 may be chosen (the "
        "rules bar 1 pair of theirs)",
        "relaxations": [
            {
                "cost": 1,
                "changes": [f"lower the minimum of {challenge.code} from 3 to 2"],
            },
            {
                "cost": 1,
                "changes": [f"lift the rule for the pair ({challenge.code}, {french.code})"],
            },
        ],
        "places": 3,
        "floor": 0.0,
        "shortfalls": [],
        "warnings": {},
        "untold": {},
        "unread": [],
    }
    assert len(staff.get(f"/api/v1/match-runs/{run['id']}/suggestions").json()["items"]) == 2
    refused = staff.get(
        f"/api/v1/match-runs/{run['id']}/regret", headers={"accept-language": "fr"}
    )
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        f"Le calcul {run['code']} n\u2019a pas d\u2019affectation\u202f: il faut au moins "
        f"3 paires pour {challenge.code}, mais le choix se limite à 2 (les règles excluent "
        "1 paire parmi les leurs).",
    )


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADMIN])
def test_who_may_not_read_runs_cannot_tell_that_there_is_one(
    session: Session, as_user: SignIn, database: Database, role: Role
) -> None:
    programme, challenge, (italian, *_) = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})
    work(database)
    client = as_user(a_user(session, role))

    one = f"/suggestions/{challenge.id}/{italian.id}"
    for path in ("", "/suggestions", one, "/assignment", "/regret", "/frontier"):
        hidden = client.get(f"/api/v1/match-runs/{asked.json()['id']}{path}")
        absent = client.get(f"/api/v1/match-runs/{uuid4()}{path}")
        assert hidden.status_code == absent.status_code == 404
    assert client.get("/api/v1/match-runs").status_code == 403
    assert client.get(asked.headers["location"]).status_code == 404
    refused = client.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})
    assert refused.status_code == 403


def test_an_advisor_reads_runs_and_starts_none(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()
    work(database)
    advisor = as_user(a_user(session, Role.ADVISOR))

    assert advisor.get(f"/api/v1/match-runs/{run['id']}").status_code == 200
    answer = advisor.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})
    assert answer.status_code == 403


def test_a_run_that_dies_half_way_leaves_nothing_and_is_done_by_the_next_worker(
    session: Session, as_user: SignIn, database: Database
) -> None:
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    run = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)}).json()

    def die_while_storing(ticket: Ticket) -> Store:
        store = handlers(PLAIN)[run_requests.JOB].compute(ticket)

        def half(session: Session) -> None:
            store(session)
            session.flush()
            raise KeyboardInterrupt

        return half

    dying = {run_requests.JOB: Handler(die_while_storing, computation.give_up)}
    with pytest.raises(KeyboardInterrupt):
        jobs.run_next(database, dying, lease=timedelta(seconds=-60))
    assert stored(session) == 0

    assert work(database) == 1

    assert stored(session) == 2
    assert staff.get(f"/api/v1/match-runs/{run['id']}").json()["state"] == "complete"


def test_a_run_that_cannot_be_computed_fails_with_its_job(
    session: Session, as_user: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY_AFTER", -LEASE)
    programme, *_ = a_small_programme(session)
    staff = as_user(a_user(session, Role.STAFF))
    asked = staff.post("/api/v1/match-runs", json={"programme_id": str(programme.id)})

    def broken(_: Ticket) -> Store:
        raise OSError("out of memory")

    def fail(session: Session, arguments: Mapping[str, Any]) -> None:
        computation.give_up(session, arguments)

    while jobs.run_next(database, {run_requests.JOB: Handler(broken, fail)}, lease=LEASE):
        pass

    run = staff.get(f"/api/v1/match-runs/{asked.json()['id']}").json()
    assert (run["state"], run["finished_at"] is None) == ("failed", False)
    assert staff.get(asked.headers["location"]).json()["state"] == "failed"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"programme_id": str(NOBODY)}, "/programme_id"),
        ({"programme_id": "gov2gov"}, "/programme_id"),
        ({"programme_id": str(NOBODY), "top": 0}, "/top"),
        ({"programme_id": str(NOBODY), "text_weight": 1.5}, "/text_weight"),
        ({"programme_id": str(NOBODY), "seed": 1}, "/seed"),
        ({}, "/programme_id"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_refused(
    session: Session, as_user: SignIn, body: dict[str, Any], pointer: str
) -> None:
    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/match-runs", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
