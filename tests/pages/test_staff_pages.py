"""Staff see where a programme stands, start a run, and decide on the match bench."""

import re
from collections.abc import Sequence

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import MatchRun, Verdict
from app.pages.staff import list_columns
from app.programmes.models import Programme
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from tests.conftest import statements_of
from tests.factories import a_call, a_challenge, a_programme, an_organisation
from tests.matchmaking.test_questions import contended
from tests.matchmaking.test_run import work
from tests.pages.conftest import as_role

Pairs = tuple[Sequence[Submission], Sequence[Submission]]


@pytest.fixture
def pairs(session: Session) -> Pairs:
    return contended(session)


def place_of(session: Session, pairs: Pairs) -> str:
    return f"/programmes/{session.get_one(Programme, pairs[0][0].programme_id).code}"


@pytest.fixture
def run(session: Session, staff: TestClient, database: Database, pairs: Pairs) -> str:
    """The address of a run that has ended."""
    answer = staff.post(f"{place_of(session, pairs)}/runs", data={"basis": "selected"})
    work(database)
    return str(answer.headers["location"])


def verdicts(session: Session) -> list[tuple[int, Outcome]]:
    session.rollback()
    found = session.exec(select(Verdict)).all()
    return sorted((verdict.number, verdict.outcome) for verdict in found)


def said(pairs: Pairs, outcome: str = "chosen", **more: str) -> dict[str, str]:
    return {
        "challenge_id": pairs[0][0].code,
        "solution_id": pairs[1][0].code,
        "outcome": outcome,
        "reason": "They have done it.",
        "newest": "0",
        **more,
    }


# --- the programme at a glance ---


def test_one_programme_alone_is_opened_at_once_and_several_are_listed(
    session: Session, staff: TestClient
) -> None:
    first = a_programme(session)
    session.commit()
    alone = staff.get("/programmes")
    a_programme(session, title="Another edition")
    session.commit()

    listed = staff.get("/programmes")

    assert alone.headers["location"] == f"/programmes/{first.code}"
    assert (listed.status_code, "Another edition" in listed.text) == (200, True)


def test_the_cockpit_counts_what_has_come_and_each_figure_leads_to_its_list(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    french = an_organisation(session, country="FR").id
    for state in (State.SUBMITTED, State.ELIGIBLE):
        a_challenge(session, call_id=call.id, state=state, organisation_id=french)
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}"

    page = staff.get(place).text

    assert re.findall(r'<td class="n">(\d+)</td>', page) == ["2", "1", "0", "0", "0", "0"]
    assert f'href="{place}/challenges?state=selected&amp;state=accepted"' in page
    assert f'href="{place}/challenges?country=FR">2</a>' in page
    assert f'href="{place}/challenges?state=submitted">Check 1 challenge</a>' in page


def test_an_advisor_sees_runs_and_no_figures_of_submissions(
    session: Session, browser: TestClient, pairs: Pairs
) -> None:
    as_role(session, browser, Role.ADVISOR)
    place = place_of(session, pairs)

    pages = [browser.get(place + end) for end in ("", "/runs", "/challenges")]

    assert [page.status_code for page in pages] == [200, 200, 403]
    assert "From submitted to selected" not in pages[0].text
    assert "Nothing has been ranked yet." in pages[1].text
    assert "Start a run" not in pages[1].text


# --- lists ---


def test_the_list_is_filtered_searched_sorted_and_leads_to_its_tables(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"
    common = {"call_id": call.id, "state": State.SUBMITTED}
    a_challenge(session, **common, title="Floods in spring")
    a_challenge(session, **common, title="Another wood", language="fr")
    a_challenge(session, call_id=call.id, title="Still a draft")
    session.commit()

    def titles(query: str) -> list[str]:
        page = staff.get(f"{place}?{query}")
        assert page.status_code == 200
        return re.findall(r'href="/submissions/[^"]*"(?: lang="\w+")?>([^<]*)</a>', page.text)

    page = staff.get(f"{place}?q=floods&state=&country=&sort=-title").text

    assert titles("") == ["Floods in spring", "Another wood"]
    assert titles("sort=title") == ["Another wood", "Floods in spring"]
    assert titles("q=floods&state=&country=") == ["Floods in spring"]
    assert titles("state=selected") == []
    assert 'href="/api/v1/challenges?' in page
    (csv,) = re.findall(r'href="(/api/v1/challenges[^"]*format=csv)"', page)
    table = staff.get(csv.replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert (table.status_code, table.text.count("Floods"), "wood" in table.text) == (
        200,
        1,
        False,
    )


def test_a_wrong_filter_is_refused_on_a_page_of_its_own(
    session: Session, staff: TestClient
) -> None:
    programme = a_programme(session)
    session.commit()

    page = staff.get(f"/programmes/{programme.code}/challenges?state=lost")

    assert page.status_code in {400, 422}
    assert "What you can do" in page.text


def test_a_long_list_has_pages(session: Session, staff: TestClient) -> None:
    call = a_call(session)
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"
    owner = an_organisation(session).id
    for _ in range(101):
        a_challenge(session, call_id=call.id, state=State.SUBMITTED, organisation_id=owner)
    session.commit()

    first = staff.get(place).text
    (following,) = re.findall(r'href="([^"]*cursor=[^"]*)" rel="next"', first)
    second = staff.get(following.replace("&amp;", "&")).text

    assert first.count('href="/submissions/') == 100
    assert second.count('href="/submissions/') == 1
    assert f'href="{place}">Back to the beginning</a>' in second


def test_columns_are_chosen_and_the_tables_follow(session: Session, staff: TestClient) -> None:
    call = a_call(session)
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"
    row = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    session.commit()

    led = staff.get(f"{place}?q=&sort=-title&column=title&column=submitted_at")
    page = staff.get(led.headers["location"]).text
    (csv,) = re.findall(r'href="(/api/v1/challenges[^"]*format=csv)"', page)
    table = staff.get(csv.replace("&amp;", "&"), headers={"Accept": "text/csv"}).text
    wrong = staff.get(f"{place}?columns=title,mood")

    headings = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]*)', page)
    assert led.headers["location"] == f"{place}?sort=-title&columns=title%2Csubmitted_at"
    assert [heading.strip() for heading in headings] == ["Title", "Handed in"]
    carried = "of=challenges&amp;sort=-title&amp;columns=title%2Csubmitted_at"
    assert page.count(f'href="/submissions/{row.code}?{carried}"') == 1
    assert table.splitlines()[0].lstrip("\ufeff").startswith('"Title","Submitted at (')
    assert (wrong.status_code, "mood" in wrong.text) == (400, True)


def test_countries_and_languages_in_chosen_columns_are_told_in_the_readers_language(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"
    owner = an_organisation(session, country="DE")
    a_challenge(
        session,
        call_id=call.id,
        state=State.SUBMITTED,
        organisation_id=owner.id,
        language="es",
    )
    session.commit()

    page = staff.get(
        f"{place}?columns=title,country,language", headers={"Accept-Language": "fr"}
    ).text

    cells = re.findall(r"<td>([^<]*)</td>", page[page.index("<tbody>") :])
    assert cells == ["Allemagne", "espagnol"]


def test_each_column_that_is_offered_has_a_heading_in_our_words() -> None:
    offered = {column.key for kind in Kind for column in list_columns.offered(kind)}

    assert offered == set(list_columns.HEADINGS)


def test_a_list_with_chosen_columns_costs_as_many_statements_for_many_rows(
    session: Session, staff: TestClient, database: Database
) -> None:
    call = a_call(session)
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/challenges"
    owner = an_organisation(session).id
    keys = ",".join(column.key for column in list_columns.offered(Kind.CHALLENGE))

    statements = statements_of(database)

    def cost() -> int:
        statements.clear()
        assert staff.get(f"{place}?columns={keys}").status_code == 200
        return len(statements)

    counts = []
    for _ in range(2):
        for _ in range(3):
            a_challenge(session, call_id=call.id, state=State.SUBMITTED, organisation_id=owner)
        session.commit()
        counts.append(cost())

    assert counts[0] == counts[1]


# --- steps ---


def test_staff_return_a_submission_with_a_question_that_the_team_reads(
    session: Session, staff: TestClient
) -> None:
    challenge = a_challenge(session, state=State.SUBMITTED)
    session.commit()
    place = f"/submissions/{challenge.code}/steps/return"
    page = staff.get(place).text
    (expected,) = re.findall(r'name="expected" value="([^"]*)"', page)
    form = {"expected": expected.replace("&#34;", '"')}

    without = staff.post(place, data=form)
    done = staff.post(place, data=form | {"reason": "Since when?"})

    session.expire_all()
    assert (without.status_code, done.status_code) == (422, 303)
    assert "Give a reason. The team will read it." in without.text
    assert (challenge.state, challenge.message) == (State.RETURNED, "Since when?")


# --- runs ---


def test_a_run_is_started_shows_how_far_it_is_and_then_every_pair(
    session: Session, staff: TestClient, database: Database, pairs: Pairs
) -> None:
    place = place_of(session, pairs)
    answer = staff.post(
        f"{place}/runs", data={"basis": "selected", "objective": "total", "text_weight": "0.5"}
    )
    waiting = staff.get(answer.headers["location"])
    part = staff.get(answer.headers["location"], headers={"HX-Request": "true"})
    work(database)
    ended = staff.get(answer.headers["location"])
    after = staff.get(answer.headers["location"], headers={"HX-Request": "true"})

    run = session.exec(select(MatchRun)).one()
    assert (run.settings["objective"], run.settings["text_weight"]) == ("total", 0.5)
    assert "The run waits for its turn." in waiting.text
    assert 'data-again="1500"' in part.text
    assert "<html" not in part.text
    assert f'data-go="{place}/runs/{run.code}"' in after.text
    assert ended.text.count('<td><a class="b') == 4


def test_a_wrong_setting_is_said_at_its_field_and_starts_nothing(
    session: Session, staff: TestClient, pairs: Pairs
) -> None:
    page = staff.post(f"{place_of(session, pairs)}/runs", data={"text_weight": "2"})

    assert page.status_code == 422
    assert 'id="text_weight-wrong"' in page.text
    assert session.exec(select(MatchRun)).all() == []


def test_a_run_that_waits_is_cancelled_and_computed_again(
    session: Session, staff: TestClient, database: Database, pairs: Pairs
) -> None:
    place = str(staff.post(f"{place_of(session, pairs)}/runs").headers["location"])

    cancelled = staff.post(f"{place}/steps/cancel")
    page = staff.get(place).text
    staff.post(f"{place}/steps/retry")
    work(database)

    assert cancelled.headers["location"] == place
    assert "The run was cancelled." in page
    assert session.exec(select(MatchRun.state)).one() is RunState.COMPLETE


def test_a_run_of_another_programme_is_not_there(
    session: Session, staff: TestClient, run: str
) -> None:
    other = a_programme(session)
    session.commit()
    code = run.rpartition("/")[2]

    for end in ("", "/bench"):
        assert staff.get(f"/programmes/{other.code}/runs/{code}{end}").status_code == 404


# --- the bench ---


def test_the_bench_shows_a_challenge_its_providers_and_the_passages_of_one_pair(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    challenge, solution = pairs[0][1], pairs[1][0]

    page = staff.get(f"{run}/bench?challenge={challenge.code}&solution={solution.code}")

    assert page.status_code == 200
    assert page.text.count("data-provider") == 2
    assert "<mark>floods</mark>" in page.text
    assert re.findall(r'challenge=([\w-]+)" aria-current="true"', page.text) == [challenge.code]


def test_the_bench_quotes_what_is_told_of_each_point_and_names_what_is_not(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    challenge = pairs[0][1]

    told, untold = (
        staff.get(f"{run}/bench?challenge={challenge.code}&solution={solution.code}").text
        for solution in pairs[1]
    )

    assert "What the challenge asks, point by point" in told
    assert re.findall(r"Tells of (\d) of (\d) points", told) == [("2", "3")]
    assert '<blockquote class="points__by">' in told
    assert "No sentence of the provider takes up a point" in untold


@pytest.mark.parametrize("outcome", ["chosen", "reserve", "rejected"])
def test_a_verdict_is_recorded_and_undone_from_its_notice(
    session: Session, staff: TestClient, run: str, pairs: Pairs, outcome: str
) -> None:
    answer = staff.post(f"{run}/verdicts", data=said(pairs, outcome))
    page = staff.get(answer.headers["location"]).text
    recorded = verdicts(session)
    (undo,) = re.findall(r'<div class="notice".*?action="([^"]*/undo)"', page, re.DOTALL)
    undone = staff.get(staff.post(undo).headers["location"]).text

    assert "Recorded: " in page
    assert recorded == [(1, Outcome(outcome))]
    assert verdicts(session) == [(1, Outcome(outcome)), (2, Outcome.UNDECIDED)]
    assert "Taken back." in undone


def test_without_a_reason_nothing_is_decided_and_the_field_says_so(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    page = staff.post(f"{run}/verdicts", data=said(pairs, reason=""))

    assert page.status_code == 422
    assert 'id="reason-wrong"' in page.text
    assert verdicts(session) == []


def test_on_a_stale_page_the_verdict_of_a_colleague_is_shown_and_ones_own_reason_kept(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    staff.post(f"{run}/verdicts", data=said(pairs, "rejected", reason="Another field."))

    page = staff.post(f"{run}/verdicts", data=said(pairs, reason="They know it."))

    assert page.status_code == 409
    assert "A colleague has decided about this pair meanwhile." in page.text
    assert "“Another field.”" in page.text
    assert ">They know it.</textarea>" in page.text
    assert verdicts(session) == [(1, Outcome.REJECTED)]


def test_a_pair_of_which_a_team_has_withdrawn_cannot_be_chosen(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    solution = session.get_one(Submission, pairs[1][0].id)
    solution.state = State.WITHDRAWN
    session.commit()

    answer = staff.post(f"{run}/verdicts", data=said(pairs))

    assert answer.status_code == 409
    assert "takes no part any more" in answer.text
    assert verdicts(session) == []


def test_the_cost_of_a_verdict_is_known_before_it_is_made(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    """Both want the first solution, which takes one: who has it takes it from the other."""
    challenges, solutions = pairs
    costs = {}
    for challenge in challenges:
        for solution in solutions:
            address = f"{run}/cost?challenge={challenge.code}&solution={solution.code}"
            page = staff.get(address, headers={"HX-Request": "true"})
            assert page.status_code == 200
            costs[challenge.code, solution.code] = re.findall(
                r"<strong>(Costs nothing|Costs [\d.]+ of [\d.]+)", page.text
            )
    whole = staff.get(f"{run}/cost?challenge={challenges[0].code}&solution={solutions[0].code}")

    free = [found for found in costs.values() if found[0] == "Costs nothing"]
    assert len(free) == 2
    assert all(len(found) == 2 for found in costs.values())
    assert "What a verdict costs" in whole.text


def test_an_advisor_reads_the_bench_and_decides_nothing(
    session: Session, browser: TestClient, staff: TestClient, run: str, pairs: Pairs
) -> None:
    as_role(session, browser, Role.ADVISOR)

    page = browser.get(f"{run}/bench")
    refused = browser.post(f"{run}/verdicts", data=said(pairs))

    assert (page.status_code, refused.status_code) == (200, 403)
    assert "Your verdict" not in page.text
    assert verdicts(session) == []


def test_the_bench_costs_as_many_statements_however_many_challenges_there_are(
    session: Session, staff: TestClient, database: Database, run: str, pairs: Pairs
) -> None:
    statements = statements_of(database)

    def cost(place: str) -> int:
        statements.clear()
        assert staff.get(f"{place}/bench").status_code == 200
        return len(statements)

    few = cost(run)
    for _ in range(5):
        a_challenge(
            session,
            programme_id=pairs[0][0].programme_id,
            state=State.SELECTED,
            organisation_id=an_organisation(session, country="FR").id,
        )
    session.commit()
    larger = str(staff.post(run.rpartition("/")[0], data={}).headers["location"])
    work(database)

    assert cost(larger) == few


# --- many at once ---


def test_a_step_for_many_says_first_what_happens_to_each_and_then_does_it(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    rows = [
        a_challenge(session, call_id=call.id, state=state)
        for state in (State.SUBMITTED, State.SUBMITTED, State.ELIGIBLE)
    ]
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/steps/challenge"
    codes = [row.code for row in rows]

    page = staff.get(place, params={"step": "pass", "code": codes}).text
    named = re.findall(r'name="code" value="([^"]*)"', page)
    done = staff.post(place, data={"step": "pass", "code": named})

    session.expire_all()
    assert named == codes[:2]
    assert "Stays as it is. It is eligible." in page
    assert done.headers["location"].endswith("/challenges?done=many")
    assert [row.state for row in rows] == [State.ELIGIBLE] * 3


def test_a_step_that_needs_a_reason_is_taken_by_all_or_by_none(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    rows = [a_challenge(session, call_id=call.id, state=State.SUBMITTED) for _ in range(2)]
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/steps/challenge"
    form: dict[str, object] = {"step": "return", "code": [row.code for row in rows]}

    without = staff.post(place, data=form)
    session.expire_all()
    before = [row.state for row in rows]
    staff.post(place, data=form | {"reason": "Two are alike."})
    session.expire_all()

    assert without.status_code == 422
    assert 'id="reason-wrong"' in without.text
    assert before == [State.SUBMITTED] * 2
    assert [(row.state, row.message) for row in rows] == [
        (State.RETURNED, "Two are alike.")
    ] * 2


def test_a_step_for_many_reaches_no_draft_and_no_other_programme(
    session: Session, staff: TestClient
) -> None:
    call = a_call(session)
    draft = a_challenge(session, call_id=call.id)
    elsewhere = a_challenge(session, state=State.SUBMITTED)
    session.commit()
    place = f"/programmes/{session.get_one(Programme, call.programme_id).code}/steps/challenge"
    codes = [draft.code, elsewhere.code]

    page = staff.get(place, params={"step": "pass", "code": codes}).text
    staff.post(place, data={"step": "pass", "code": codes})

    session.expire_all()
    assert re.findall(r'<td class="nowrap">([^<]*)</td>', page) == []
    assert "None of them can take this step now." in page
    assert (draft.state, elsewhere.state) == (State.DRAFT, State.SUBMITTED)


def test_who_ticks_nothing_is_told_so(session: Session, staff: TestClient) -> None:
    programme = a_programme(session)
    session.commit()

    answer = staff.get(f"/programmes/{programme.code}/steps/solution?step=pass")

    page = staff.get(answer.headers["location"])
    assert "Nothing was ticked, so nothing was done." in page.text


# --- board, what if, two runs ---


def test_the_board_tells_where_people_and_the_assignment_differ(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    before = staff.get(f"{run}/board").text
    assigned = re.findall(r"challenge=([\w-]+)&amp;solution=([\w-]+)#pair", before)
    (first,) = {challenge.code for challenge in pairs[0]} - {assigned[1][0]} | set()
    other = next(s.code for s in pairs[1] if (first, s.code) not in assigned)
    staff.post(f"{run}/verdicts", data=said(pairs, challenge_id=first, solution_id=other))

    after = staff.get(f"{run}/board").text

    assert len(assigned) == 2
    assert "the bound that was proved is the same number" in before
    assert after.count("the assignment does not.") == 1
    assert f"lock={first}:{other}" in after


def test_what_if_forbids_rejected_pairs_that_the_assignment_does_not_hold(
    staff: TestClient, run: str, pairs: Pairs
) -> None:
    board = staff.get(f"{run}/board").text
    assigned = re.findall(r"challenge=([\w-]+)&amp;solution=([\w-]+)#pair", board)
    challenge, solution = next(
        (c.code, s.code) for c in pairs[0] for s in pairs[1] if (c.code, s.code) not in assigned
    )
    form = said(pairs, "rejected", challenge_id=challenge, solution_id=solution)
    staff.post(f"{run}/verdicts", data=form)

    after = staff.get(f"{run}/board").text

    assert f"forbid={challenge}:{solution}" not in board
    assert f"forbid={challenge}:{solution}" in after


def test_what_if_shows_the_answer_beside_the_run_and_stores_nothing(
    session: Session, staff: TestClient, run: str, pairs: Pairs
) -> None:
    plain = staff.get(f"{run}/what-if").text
    assigned = set(re.findall(r"challenge=([\w-]+)&amp;solution=([\w-]+)#pair", plain))
    other = next(
        (c.code, s.code) for c in pairs[0] for s in pairs[1] if (c.code, s.code) not in assigned
    )

    asked = staff.get(f"{run}/what-if", params={"lock": ":".join(other), "forbid": ""})
    impossible = staff.get(
        f"{run}/what-if", params={"lock": ":".join(other), "forbid": ":".join(other)}
    )

    assert asked.status_code == 200
    assert asked.text.count('<span class="tag tag--fair">New</span>') >= 1
    assert "What the run has and this has not" in asked.text
    assert "These conditions contradict each other." in impossible.text
    assert staff.get(f"{run}/what-if").text == plain


@pytest.mark.parametrize(
    "query",
    ["lock=nonsense", "lock=CH-2020-999:SO-2020-999", "capacity=SO-1:many", "text_weight=2"],
)
def test_conditions_that_make_no_sense_are_refused(
    staff: TestClient, run: str, query: str
) -> None:
    page = staff.get(f"{run}/what-if?{query}")

    assert page.status_code in {400, 422}


def test_two_runs_are_compared_by_what_moved_and_because_of_what(
    session: Session, staff: TestClient, database: Database, run: str, pairs: Pairs
) -> None:
    place = run.rpartition("/runs/")[0]
    alone = staff.get(f"{place}/compare").text
    changed = session.get_one(Submission, pairs[1][1].id)
    changed.content = changed.content | {
        "experience": "We put sensors into our river. It floods."
    }
    session.commit()
    staff.post(f"{place}/runs", data={"text_weight": "1"})
    work(database)

    page = staff.get(f"{place}/compare").text

    assert "There are not two runs with a result yet." in alone
    assert "<code>text_weight</code>: 0.6 → 1.0" in page
    assert f'href="/submissions/{changed.code}">{changed.code}</a>' in page
    assert "its text" in page
    assert "settings differ" in page
