"""A submission's page leads on within the list from which somebody came."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.factories import a_call, a_challenge, a_solution, a_token, a_user
from tests.pages.conftest import as_role


def floods(session: Session, *titles: str) -> list[Submission]:
    """Challenges of one call that wait for the staff."""
    call = a_call(session)
    found = [
        a_challenge(session, call_id=call.id, state=State.SUBMITTED, title=title)
        for title in titles
    ]
    session.commit()
    return found


def list_of(session: Session, of: Submission) -> str:
    programme = session.get_one(Programme, of.programme_id)
    return f"/programmes/{programme.code}/{of.kind}s"


def beside(page: str) -> dict[str, str]:
    """The addresses of the neighbours, by how the page calls them."""
    found = re.findall(r'<a class="link" href="([^"]+)" rel="(prev|next)"', page)
    return {rel: unescape(path) for path, rel in found}


def codes(neighbours: dict[str, str]) -> dict[str, str]:
    return {rel: urlsplit(path).path.rpartition("/")[2] for rel, path in neighbours.items()}


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", [0, 1, 2, 3]), ("-code", [3, 2, 1, 0]), ("title", [1, 3, 0, 2])],
)
def test_who_follows_next_reads_the_list_to_its_end_and_back(
    session: Session, staff: TestClient, sort: str, order: list[int]
) -> None:
    all_four = floods(session, "Rivers rise", "A dry well", "Rivers rise", "A dry well")
    # Of one title the identifier decides, as it does in the list.
    listing = staff.get(f"{list_of(session, all_four[0])}?sort={sort}").text
    listed = [unescape(p) for p in re.findall(r'href="(/submissions/[^"]+)"', listing)]
    titles = [all_four[n].title for n in order]

    there, back, path, last = [], [], listed[0], ""
    while path:
        page = staff.get(path).text
        there.append(urlsplit(path).path)
        last, path = path, beside(page).get("next", "")
    while last:
        back.append(urlsplit(last).path)
        last = beside(staff.get(last).text).get("prev", "")

    assert there == [urlsplit(path).path for path in listed]
    assert back == there[::-1]
    of = {f"/submissions/{each.code}": each.title for each in all_four}
    assert [of[path] for path in there] == titles


def test_neighbours_keep_to_the_filters_and_the_way_back_has_them_too(
    session: Session, staff: TestClient
) -> None:
    first, _, third = floods(session, "Floods in May", "A dry well", "Floods in June")
    query = "of=challenges&state=submitted&q=floods&sort=code"

    page = staff.get(f"/submissions/{first.code}?{query}").text

    (path,) = beside(page).values()
    (crumb,) = re.findall(rf'href="({list_of(session, first)}\?[^"]+)"', page)
    assert codes(beside(page)) == {"next": third.code}
    assert parse_qs(urlsplit(path).query) == parse_qs(query)
    assert parse_qs(urlsplit(unescape(crumb)).query) == parse_qs(query.partition("&")[2])


def test_a_submission_that_has_left_the_list_still_leads_on_from_its_place(
    session: Session, staff: TestClient
) -> None:
    first, second, third = floods(session, "One river", "Two rivers", "Three rivers")
    query = "of=challenges&state=submitted"
    form = staff.get(f"/submissions/{second.code}/steps/pass?{query}").text
    (expected,) = re.findall(r'name="expected" value="([^"]+)"', form)
    (action,) = re.findall(r'action="(/submissions/[^"]+)"', form)

    answer = staff.post(unescape(action), data={"expected": unescape(expected)})
    page = staff.get(answer.headers["location"]).text

    assert answer.headers["location"] == f"/submissions/{second.code}?{query}&done=pass"
    assert "Passed as eligible." in page
    assert codes(beside(page)) == {"prev": first.code, "next": third.code}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of=nothing",
        "of=solutions",
        "of=challenges&state=unknown",
        "of=challenges&sort=colour",
        "of=challenges&code=no code",
        "of=challenges&state=withdrawn",
    ],
)
def test_a_list_that_there_is_not_has_no_neighbours_and_breaks_nothing(
    session: Session, staff: TestClient, query: str
) -> None:
    first, _ = floods(session, "One river", "Two rivers")

    page = staff.get(f"/submissions/{first.code}?{query}")

    assert (page.status_code, beside(page.text)) == (200, {})


def test_neighbours_are_of_the_programme_and_never_a_draft(
    session: Session, staff: TestClient
) -> None:
    here, there = floods(session, "One river")[0], floods(session, "Of another programme")[0]
    a_challenge(session, call_id=here.call_id, title="Still a draft")
    session.commit()

    page = staff.get(f"/submissions/{here.code}?of=challenges&programme={there.programme_id}")

    assert here.programme_id != there.programme_id
    assert (page.status_code, beside(page.text)) == (200, {})


def test_a_team_gets_no_neighbours_and_no_navigation_of_the_programme(
    session: Session, browser: TestClient
) -> None:
    first, _ = floods(session, "One river", "Two rivers")
    member = a_user(session, Role.MEMBER, organisation_id=first.organisation_id)
    browser.headers["Authorization"] = f"Bearer {a_token(session, member)}"
    session.commit()

    page = browser.get(f"/submissions/{first.code}?of=challenges")

    assert (page.status_code, beside(page.text)) == (200, {})
    assert 'aria-label="This programme"' not in page.text


@pytest.mark.parametrize("end", ["", "/steps/pass"])
@pytest.mark.parametrize("a_submission", [a_challenge, a_solution])
def test_staff_keep_the_navigation_of_the_programme(
    session: Session, browser: TestClient, a_submission: type, end: str
) -> None:
    found: Submission = a_submission(session, state=State.SUBMITTED)
    session.commit()
    staff = as_role(session, browser, Role.STAFF)

    page = staff.get(f"/submissions/{found.code}{end}").text

    (row,) = re.findall(r'aria-label="This programme">(.*?)</nav>', page, re.DOTALL)
    lit = re.findall(r'href="([^"]+)" aria-current="page"', row)
    assert lit == [list_of(session, found)]


def test_neighbours_cost_two_statements_however_long_the_list_is(
    session: Session, staff: TestClient, database: Database
) -> None:
    short = floods(session, "One river", "Two rivers")
    long = floods(session, *(f"River number {n}" for n in range(30)))

    counts = []
    for path in (
        f"/submissions/{short[1].code}",
        f"/submissions/{short[1].code}?of=challenges",
        f"/submissions/{long[15].code}?of=challenges&state=submitted",
    ):
        staff.get(path)  # whatever a first time asks beside it
        statements = statements_of(database)
        assert staff.get(path).status_code == 200
        counts.append(sum(s.startswith("SELECT") for s in statements))

    assert counts[1] - counts[0] == 2
    assert counts[2] == counts[1]
