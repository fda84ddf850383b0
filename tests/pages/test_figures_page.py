"""The page of a run in figures, its charts, and the map of a programme."""

import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun
from app.pages.charts import drawing
from app.pages.charts.drawing import Specification
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from tests.conftest import statements_of
from tests.core.http.test_computing import connections_held
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    an_organisation,
)
from tests.pages.conftest import as_role

CHARTS = ("scores", "providers", "countries")


def place_of(session: Session, run: MatchRun) -> str:
    programme = session.get_one(Programme, run.programme_id)
    return f"/programmes/{programme.code}/runs/{run.code}"


def crossed(session: Session, n_challenges: int, n_solutions: int) -> MatchRun:
    """A run in which each challenge lists each solution."""
    run = a_run(session, n_challenges=n_challenges, n_solutions=n_solutions)
    common = {"programme_id": run.programme_id, "state": State.SELECTED}
    owners = [an_organisation(session, country=country).id for country in ("FR", "MT", "EU")]
    providers = [an_organisation(session, country=country).id for country in ("NO", "SG")]
    challenges = [
        a_challenge(session, **common, organisation_id=owners[i % 3])
        for i in range(n_challenges)
    ]
    solutions = [
        a_solution(session, **common, organisation_id=providers[i % 2])
        for i in range(n_solutions)
    ]
    for i, challenge in enumerate(challenges):
        for j, solution in enumerate(solutions):
            a_suggestion(
                session,
                run,
                challenge_id=challenge.id,
                solution_id=solution.id,
                rank=(i + j) % n_solutions + 1,
                score=0.53 - 0.4 * ((i + j) % n_solutions) / n_solutions,
            )
    session.commit()
    return run


def table(page: str, label: str) -> list[list[str]]:
    """The rows of the table that an element of this id names, without their marks."""
    (rows,) = re.findall(rf'{label}".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]*>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", rows, re.DOTALL)
    ]


def test_a_run_is_shown_in_charts_with_their_figures_beside_them(
    session: Session, staff: TestClient
) -> None:
    run = crossed(session, 3, 4)

    page = staff.get(f"{place_of(session, run)}/figures").text

    images = re.findall(r'<img class="chart" src="([^"]*)" alt="([^"]*)" width="(\d+)"', page)
    assert [(src.rpartition("/")[2], width) for src, _, width in images] == [
        ("countries.svg", "1100"),
        ("scores.svg", "420"),
        ("providers.svg", "420"),
    ]
    assert "Countries of challenges: 3; of solutions: 2." in images[0][1]
    assert images[1][1].endswith("for 0.20 to below 0.25, with 3.")
    assert [row for row in table(page, "f-from") if row[0] in {"Malta", "Singapore"}] == [
        ["Malta", "1", "0"],
        ["Singapore", "0", "2"],
    ]
    assert "Not on the map: European Union." in page
    assert len(table(page, "f-links")) == 6
    assert [row[1] for row in table(page, "f-scores") if row[1] != "0"] == ["3"] * 4
    assert [row[2:] for row in table(page, 'id="f-high')] == [
        ["3", "not more often"],
        *([["2", "not more often"]] * 3),
    ]
    assert "Each has themes and enough text" in page


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_an_svg_that_is_sent_once_and_then_known_by_its_tag(
    session: Session, staff: TestClient, chart: str
) -> None:
    run = crossed(session, 1, 2)
    address = f"{place_of(session, run)}/figures/{chart}.svg"

    first = staff.get(address)
    again = staff.get(address, headers={"If-None-Match": first.headers["etag"]})
    head = staff.head(address)

    assert (first.status_code, first.headers["content-type"]) == (200, "image/svg+xml")
    assert first.content.startswith(b"<svg ")
    assert int(first.headers["content-length"]) == len(first.content)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"] == head.headers["etag"]


def test_a_chart_is_drawn_when_the_session_of_its_request_has_been_given_back(
    session: Session,
    staff: TestClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = crossed(session, 1, 2)
    address = f"{place_of(session, run)}/figures/scores.svg"
    session.rollback()
    held = []
    draw = drawing.svg

    def noting(specification: Specification) -> bytes:
        held.append(connections_held(database))
        return draw(specification)

    monkeypatch.setattr(drawing, "svg", noting)

    first = staff.get(address)
    staff.get(address, headers={"If-None-Match": first.headers["etag"]})

    assert held == [0], "who has it already costs no drawing"


@pytest.mark.parametrize("chart", CHARTS)
def test_a_run_with_nothing_in_it_has_empty_charts_and_a_page_that_says_so(
    session: Session, staff: TestClient, chart: str
) -> None:
    run = a_run(session)
    session.commit()

    page = staff.get(f"{place_of(session, run)}/figures")
    drawn = staff.get(f"{place_of(session, run)}/figures/{chart}.svg")

    assert "No provider of this run tells anything that a challenge asks for." in page.text
    assert "<img" not in page.text
    assert (drawn.status_code, drawn.content[:5]) == (200, b"<svg ")


def test_equal_scores_are_one_bar(session: Session, staff: TestClient) -> None:
    run = a_run(session)
    for _ in range(3):
        a_suggestion(session, run, score=0.5)
    session.commit()

    page = staff.get(f"{place_of(session, run)}/figures").text

    assert table(page, "f-scores")[-1] == ["0.50 to below 0.55", "3"]


@pytest.mark.slow
def test_of_a_large_run_the_page_and_its_charts_stay_small(
    session: Session, staff: TestClient
) -> None:
    run = crossed(session, 72, 60)
    place = f"{place_of(session, run)}/figures"

    page = staff.get(place)
    sizes = [len(staff.get(f"{place}/{chart}.svg").content) for chart in CHARTS]

    assert page.status_code == 200
    assert len(page.content) < 40_000
    assert len(table(page.text, 'id="f-high')) == 20
    assert max(sizes) < 140_000


def test_the_page_costs_as_many_statements_however_large_the_run_is(
    session: Session, staff: TestClient, database: Database
) -> None:
    small, larger = crossed(session, 1, 2), crossed(session, 6, 5)
    places = [f"{place_of(session, run)}/figures" for run in (small, larger)]
    statements = statements_of(database)

    counts = []
    for place in places:
        statements.clear()
        assert staff.get(place).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_thin_texts_are_named_in_the_language_in_which_they_were_written(
    session: Session, staff: TestClient
) -> None:
    record = {"id": "CH-2020-900", "organisation": "An agency", "country": ["FR"]}
    record |= {"title": "Crues rapides", "language": "fr", "themes": ["sdg:13"]}
    run = a_run(session, challenges=[record | {"problem": "La rivière déborde."}])
    session.commit()

    page = staff.get(f"{place_of(session, run)}/figures").text

    assert table(page, 'id="thin') == [
        [
            "Crues rapidesCH-2020-900",
            "An agency",
            "3",
            "in another language, without a summary, a short text",
        ]
    ]
    assert '<a class="link" href="/submissions/CH-2020-900" lang="fr">Crues rapides</a>' in page


def test_an_unknown_language_is_named_with_what_helps(
    session: Session, staff: TestClient
) -> None:
    record = {"id": "CH-2020-900", "organisation": "An agency", "country": ["IS"]}
    record |= {"title": "Viðvaranir", "themes": ["sdg:13"]}
    run = a_run(session, challenges=[record | {"problem": " ".join(["flóð"] * 60)}])
    helps = "its team should state it, or add a summary in the working language."
    session.commit()
    known = staff.get(f"{place_of(session, run)}/figures").text
    run.assignment = {**(run.assignment or {}), "unread": ["CH-2020-900"]}
    session.commit()

    unknown = staff.get(f"{place_of(session, run)}/figures").text

    assert helps not in known
    assert table(unknown, 'id="thin') == [
        ["ViðvaranirCH-2020-900", "An agency", "60", "in an unknown language"]
    ]
    assert helps in unknown


def test_before_a_run_staff_see_which_texts_are_thin_and_advisors_do_not(
    session: Session, staff: TestClient, browser: TestClient
) -> None:
    programme = a_programme(session)
    owner = an_organisation(session, name="An agency")
    common = {"programme_id": programme.id, "organisation_id": owner.id}
    challenge = a_challenge(session, **common, state=State.SUBMITTED, title="Floods", themes=[])
    session.commit()
    place = f"/programmes/{programme.code}/runs"

    page = staff.get(place).text
    as_role(session, browser, Role.ADVISOR)

    assert table(page, 'id="thin') == [
        [f"Floods{challenge.code}", "An agency", "11", "no themes, a short text"]
    ]
    assert "Thin texts" not in browser.get(place).text


def test_a_run_that_has_not_ended_leads_to_where_it_says_how_far_it_is(
    session: Session, staff: TestClient
) -> None:
    run = a_run(session, state=RunState.RUNNING)
    session.commit()
    place = place_of(session, run)

    page, chart = staff.get(f"{place}/figures"), staff.get(f"{place}/figures/scores.svg")

    assert (page.status_code, page.headers["location"]) == (303, place)
    assert chart.status_code == 409


@pytest.mark.parametrize("end", ["", *(f"/{chart}.svg" for chart in CHARTS)])
def test_a_run_of_another_programme_has_no_figures_there(
    session: Session, staff: TestClient, end: str
) -> None:
    run, other = a_run(session), a_programme(session)
    session.commit()

    answer = staff.get(f"/programmes/{other.code}/runs/{run.code}/figures{end}")

    assert answer.status_code == 404


def test_a_chart_speaks_the_language_of_its_reader_and_has_a_tag_of_its_own(
    session: Session, staff: TestClient
) -> None:
    place = f"{place_of(session, crossed(session, 1, 2))}/figures/scores.svg"

    english, french = (
        staff.get(place, headers={"Accept-Language": tag}) for tag in ("en", "fr")
    )

    assert (">0.2<" in english.text, ">0,2<" in french.text) == (True, True)
    assert english.headers["etag"] != french.headers["etag"]


def test_the_map_of_a_programme_stands_beside_its_figures(
    session: Session, staff: TestClient
) -> None:
    programme = a_programme(session)
    for country in ("MT", "EU"):
        owner = an_organisation(session, country=country)
        a_challenge(
            session,
            programme_id=programme.id,
            organisation_id=owner.id,
            state=State.SUBMITTED,
        )
    session.commit()
    place = f"/programmes/{programme.code}"

    page, drawn = staff.get(place).text, staff.get(f"{place}/countries.svg")

    assert f'src="{place}/countries.svg"' in page
    assert "Not on the map: European Union." in page
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")


def test_who_reads_runs_but_no_submissions_gets_no_map_of_them(
    session: Session, browser: TestClient
) -> None:
    programme = a_programme(session)
    as_role(session, browser, Role.ADVISOR)

    place = f"/programmes/{programme.code}"

    assert "countries.svg" not in browser.get(place).text
    assert browser.get(f"{place}/countries.svg").status_code == 403
