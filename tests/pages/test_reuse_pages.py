"""A team begins with an earlier submission in the browser, and sees what is from there."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.models import Membership, User
from app.submissions.content import LONGEST
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.themes.models import Theme
from tests.accounts.conftest import Enter
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_person,
    a_solution,
    an_organisation,
    organisation_of,
    themes,
)
from tests.pages.test_team_pages import hidden

FROM = "Taken over from CH-2025-007 of 3 May 2025, and not changed since."


@pytest.fixture
def member(session: Session) -> User:
    themes(session)
    return a_person(session, Role.MEMBER)


@pytest.fixture
def earlier(session: Session, member: User) -> Submission:
    return a_challenge(
        session,
        organisation_id=organisation_of(session, member),
        code="CH-2025-007",
        title="Crues au printemps",
        language="fr",
        state=State.NOT_SELECTED,
        submitted_at=datetime(2025, 5, 3, 10, tzinfo=UTC),
    )


def read(browser: Any, path: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"<[^>]+>", "", browser.get(path).text)


def begin(session: Session, browser: Any, like: str) -> str:
    call = a_call(session)
    session.commit()
    data = {"call_id": str(call.id), "title": "Floods once more", "like": like}
    answer = browser.post("/submissions", data=data)
    return str(answer.headers["location"])


def test_ones_own_of_the_same_kind_can_be_chosen_and_nothing_else(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    owner = organisation_of(session, member)
    other = [a_challenge(session), a_solution(session, organisation_id=owner)]
    call = a_call(session)

    page = enter(member).get(f"/submissions/new?call={call.id}").text

    assert f'<option value="{earlier.code}" lang="fr">{earlier.code}: {earlier.title}' in page
    assert not [one.code for one in other if one.code in page]


def test_a_team_that_has_written_nothing_is_not_asked(
    session: Session, enter: Enter, member: User
) -> None:
    call = a_call(session)

    page = enter(member).get(f"/submissions/new?call={call.id}").text

    assert 'name="like"' not in page


def test_each_answer_says_from_where_it_is_until_somebody_changes_it(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    browser = enter(member)
    place = begin(session, browser, earlier.code)
    topics = browser.get(place).text
    problem = browser.get(f"{place}/topics/problem").text
    told = read(browser, f"{place}/topics/problem")
    before = read(browser, f"{place}/check")

    browser.post(
        f"{place}/topics/problem",
        data={"content.problem": "Another one.", "seen": hidden(problem, "seen")},
    )

    after = read(browser, f"{place}/check")
    assert "4 answers are from CH-2025-007." in topics
    assert FROM in told
    assert (before.count(FROM), after.count(FROM)) == (4, 3)
    assert FROM not in read(browser, f"{place}/topics/problem")
    assert f"Language: {FROM}" in read(browser, f"{place}/topics/title")


def test_a_script_is_told_with_each_save_whether_it_is_still_the_same(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    browser = enter(member)
    place = begin(session, browser, earlier.code) + "/topics/problem"
    seen = hidden(browser.get(place).text, "seen")
    problem = earlier.content["problem"]

    def save(text: str) -> str:
        nonlocal seen
        data = {"content.problem": text, "seen": seen}
        answer = browser.post(place, data=data, headers={"HX-Request": "true"}).text
        seen = re.findall(r'data-seen="(\w+)"', answer)[0]
        return answer.partition("<div data-reused>")[2]

    told = [save(problem), save("Another one."), save(problem)]

    assert [earlier.code in text for text in told] == [True, False, True]


def test_what_could_not_be_taken_over_is_said_with_its_name(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    theme = session.exec(select(Theme).where(Theme.key == THEMES[0])).one()
    theme.retired_at, theme.labels = earlier.created_at, {"en": "Old <theme>"}
    earlier.content = earlier.content | {"problem": "x" * (LONGEST + 1)}
    browser = enter(member)
    place = begin(session, browser, earlier.code)

    pages = [browser.get(place + end).text for end in ("", "/check", "/topics/themes")]
    problem = browser.get(f"{place}/topics/problem").text

    for page in pages:
        assert "Not taken over from CH-2025-007, as it is no longer offered:" in page
        assert "Old &lt;theme&gt;" in page
    assert "Not taken over from CH-2025-007: it no longer keeps the rules" in problem


def test_a_submission_of_another_team_is_refused_at_its_field(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    other, call = a_challenge(session), a_call(session)
    data = {"call_id": call.id, "title": "Floods once more", "like": other.code}

    page = enter(member).post("/submissions", data=data)

    assert page.status_code == 422
    assert 'id="like-wrong"' in page.text
    assert 'value="Floods once more"' in page.text
    assert len(session.exec(select(Submission)).all()) == 2


def test_of_two_teams_each_submission_names_its_own(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    second = an_organisation(session, name="Second team")
    session.add(Membership(user_id=member.id, organisation_id=second.id, role=Role.MEMBER))
    theirs, call = a_challenge(session, organisation_id=second.id), a_call(session)

    page = enter(member).get(f"/submissions/new?call={call.id}").text

    assert f"{theirs.code}: {theirs.title} (Second team)" in page


def test_staff_see_no_trace_of_it(
    session: Session, enter: Enter, member: User, earlier: Submission
) -> None:
    place = begin(session, enter(member), earlier.code)
    made = session.exec(select(Submission).where(Submission.title == "Floods once more")).one()
    made.state, made.submitted_at = State.SUBMITTED, made.created_at
    session.commit()
    reader = enter(a_person(session, Role.AUDITOR))

    pages = [reader.get(place + end) for end in ("", "/check")]

    assert [page.status_code for page in pages] == [200, 200]
    assert not [page for page in pages if earlier.code in page.text]
