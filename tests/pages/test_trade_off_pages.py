"""What fairness costs and what each pair would: of a run, or under conditions of what-if."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.http import computing
from app.core.storage.database import Database
from app.matchmaking.lifecycle import RunState
from app.pages.staff.what_if import Conditions
from app.programmes.models import Programme
from app.submissions.models import Submission
from tests.factories import a_run
from tests.matchmaking.test_questions import contended
from tests.matchmaking.test_run import work

PAGES = ("fairness", "regrets", "fairness.svg")
Pairs = tuple[Sequence[Submission], Sequence[Submission]]


@pytest.fixture
def pairs(session: Session) -> Pairs:
    return contended(session)


@pytest.fixture
def run(session: Session, staff: TestClient, database: Database, pairs: Pairs) -> str:
    """The address of a run that has ended."""
    code = session.get_one(Programme, pairs[0][0].programme_id).code
    answer = staff.post(f"/programmes/{code}/runs", data={"basis": "selected"})
    work(database)
    return str(answer.headers["location"])


def api_of(run: str) -> str:
    return f"/api/v1/match-runs/{run.rpartition('/')[2]}"


def rows(page: str) -> list[list[str]]:
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]*>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_each_step_of_fairness_stands_in_the_table_as_the_interface_has_it(
    staff: TestClient, run: str
) -> None:
    steps = staff.get(f"{api_of(run)}/frontier").json()["steps"]

    page = staff.get(f"{run}/fairness").text

    assert rows(page) == [
        [f"{step[name]:.3f}" for name in ("floor", "total", "cost")] for step in steps
    ]


def test_where_fairness_costs_nothing_the_page_says_so_and_has_no_chart(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    """One pair alone is left: there is nothing to give up."""
    query = f"lock={pairs[0][0].code}:{pairs[1][1].code}"

    page = staff.get(f"{run}/fairness?{query}").text

    assert len(rows(page)) == 1
    assert "Here fairness costs nothing" in page
    assert "<img" not in page


def test_what_each_pair_costs_comes_the_cheapest_first(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    lines = staff.get(f"{api_of(run)}/regret").json()["lines"]

    page = staff.get(f"{run}/regrets").text

    found = rows(page)
    assert len(found) == len(lines) == 4
    costs = [[float(loss) for loss in re.findall(r": ([\d.]+)", row[3])] for row in found]
    assert costs == sorted(costs)
    assert sorted(row[2] for row in found) == ["leave it out"] * 2 + ["put it in"] * 2
    assert {float(row[4]) for row in found} == {round(one["cost"]["total"], 4) for one in lines}


def test_where_the_sum_counts_first_nothing_is_lost_in_fairness_and_no_column_says_so(
    staff: TestClient, run: str
) -> None:
    page = staff.get(f"{run}/regrets?objective=total").text

    assert {len(row) for row in rows(page)} == {4}
    assert "fairness" not in page.partition("<table")[2].partition("</table")[0]


def test_the_pairs_of_one_challenge_are_shown_alone(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    challenge = pairs[0][1]

    page = staff.get(f"{run}/regrets?challenge={challenge.code}").text
    every = staff.get(f"{run}/regrets?challenge=").text

    assert (len(rows(page)), len(rows(every))) == (2, 4)
    assert f'<option value="{challenge.code}" selected>' in page
    assert {*re.findall(r"bench\?challenge=([\w-]+)&amp;solution", page)} == {challenge.code}


def test_the_conditions_of_what_if_go_from_page_to_page(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    forbidden = f"{pairs[0][0].code}:{pairs[1][0].code}"
    query = f"objective=total&require_all=false&forbid={forbidden}&capacity=&text_weight="

    pages = {
        name: staff.get(f"{run}/{name}?{query}").text
        for name in ("what-if", "fairness", "regrets")
    }

    asked = {("objective", "total"), ("require_all", "false"), ("forbid", forbidden)}
    for name, page in pages.items():
        others = {"what-if", "fairness", "regrets"} - {name}
        links = re.findall(rf'href="{run}/([\w-]+)\?([^"]*)"', page)
        led = {
            to: {*parse_qsl(said.replace("&amp;", "&"))} for to, said in links if to in others
        }
        assert led == dict.fromkeys(others, asked), name
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', pages["regrets"])
    assert asked == {*hidden} - {("next", f"{run}/regrets?{query}")} - {
        one for one in hidden if one[0] == "next"
    }
    assert "Under the conditions of your question" in pages["fairness"]
    assert "Under the conditions of the run." in staff.get(f"{run}/fairness").text


def test_a_pair_that_may_not_be_chosen_costs_nothing_more(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    """It is not open, so the page does not have it; the others are asked about."""
    forbidden = f"{pairs[0][0].code}:{pairs[1][0].code}"

    page = staff.get(f"{run}/regrets?forbid={forbidden}").text

    assert len(rows(page)) == 3


def test_the_chart_of_fairness_is_drawn_under_the_conditions(
    staff: TestClient, run: str
) -> None:
    plain, same, other = (
        staff.get(f"{run}/fairness.svg{query}") for query in ("", "", "?text_weight=0.1")
    )

    assert (plain.status_code, plain.headers["content-type"]) == (200, "image/svg+xml")
    assert plain.content == same.content != other.content
    again = staff.get(f"{run}/fairness.svg", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("page", ["fairness", "regrets"])
def test_conditions_that_are_not_valid_lead_to_what_if_which_says_why(
    staff: TestClient, run: str, page: str
) -> None:
    answer = staff.get(f"{run}/{page}?lock=CH-1999-001:SO-1999-001")

    assert answer.status_code == 303
    told = staff.get(answer.headers["location"])
    assert told.status_code == 422
    assert "The run does not contain CH-1999-001" in told.text


@pytest.mark.parametrize("page", PAGES)
def test_conditions_without_an_assignment_are_refused_with_a_way_out(
    staff: TestClient, run: str, pairs: Pairs, page: str
) -> None:
    pair = f"{pairs[0][0].code}:{pairs[1][0].code}"

    answer = staff.get(f"{run}/{page}?lock={pair}&forbid={pair}")

    assert answer.status_code == 409
    assert "There is no assignment" in answer.text
    assert "with fewer conditions" in answer.text


@pytest.mark.parametrize("page", ["what-if", *PAGES])
def test_a_contradiction_is_told_in_the_language_of_the_page(
    staff: TestClient, run: str, pairs: Pairs, page: str
) -> None:
    pair = f"{pairs[0][0].code}:{pairs[1][0].code}"

    answer = staff.get(
        f"{run}/{page}?lock={pair}&forbid={pair}", headers={"accept-language": "fr"}
    )

    named = pair.replace(":", ", ")
    assert f"la paire ({named}) est à la fois fixée et interdite" in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_who_asks_while_too_many_compute_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch, staff: TestClient, run: str, page: str
) -> None:
    monkeypatch.setattr(computing, "QUEUE", 0)

    answer = staff.get(f"{run}/{page}")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Too many answers are being computed." in answer.text


@pytest.mark.parametrize("page", ["fairness", "regrets"])
def test_a_run_that_has_not_ended_leads_to_where_it_says_how_far_it_is(
    session: Session, staff: TestClient, page: str
) -> None:
    run = a_run(session, state=RunState.RUNNING)
    session.commit()
    place = f"/programmes/{session.get_one(Programme, run.programme_id).code}/runs/{run.code}"

    answer = staff.get(f"{place}/{page}")

    assert (answer.status_code, answer.headers["location"]) == (303, place)


@pytest.mark.parametrize("page", PAGES)
def test_a_run_of_another_programme_is_not_there(
    session: Session, staff: TestClient, run: str, page: str
) -> None:
    other = session.get_one(Programme, a_run(session).programme_id).code
    session.commit()

    answer = staff.get(f"/programmes/{other}/runs/{run.rpartition('/')[2]}/{page}")

    assert answer.status_code == 404


def test_conditions_are_read_from_the_address_that_they_write() -> None:
    conditions = Conditions(
        text_weight=0.25,
        require_all=False,
        lock=["CH-1:SO-1", "CH-2:SO-2"],
        capacity=["SO-1:2"],
    )

    read: dict[str, object] = {}
    for name, value in parse_qsl(conditions.in_address):
        many = name in {"lock", "forbid", "capacity"}
        read[name] = [*read.get(name, []), value] if many else value  # type: ignore[misc]  # -- a list of texts

    assert Conditions.model_validate(read) == conditions
    assert (Conditions().in_address, Conditions().is_as_in_the_run) == ("", True)
