"""Staff see near-duplicates on the page of a submission, side by side, and of a programme."""

import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.duplicates import service
from app.pages.staff.similar import of_other, of_this
from app.programmes.models import Call
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.duplicates.test_similar import HALF, challenge_telling, solution_telling
from tests.factories import a_person, a_programme, organisation_of
from tests.matching.text.test_retelling import OTHER, STORY

PART = {"HX-Request": "true"}


def text_of(page: str) -> str:
    """Return what a page says, without markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.fixture
def own(session: Session) -> Submission:
    return challenge_telling(session, a_programme(session), STORY, title="Floods")


@pytest.fixture
def copied(session: Session, own: Submission) -> Submission:
    """A copy with as much again of its own, in the other kind."""
    programme = own.programme_id
    return solution_telling(
        session, programme, f"{OTHER} <b>{STORY}</b>", title="A copy", language="fr"
    )


def test_the_page_of_a_submission_loads_them_as_a_part_and_links_to_them_without_script(
    staff: TestClient, own: Submission
) -> None:
    page = staff.get(f"/submissions/{own.code}").text

    address = f"/submissions/{own.code}/similar"
    assert f'data-load="{address}"' in page
    assert f'href="{address}"' in page


def test_a_team_sees_no_sign_of_them(session: Session, enter: Enter) -> None:
    member = a_person(session, Role.MEMBER)
    programme = a_programme(session)
    mine = challenge_telling(
        session, programme, STORY, organisation_id=organisation_of(session, member)
    )
    other = challenge_telling(session, programme, STORY, title="Of another team")
    team = enter(member)

    page = team.get(f"/submissions/{mine.code}")
    part = team.get(f"/submissions/{mine.code}/similar", headers=PART)
    beside = team.get(f"/submissions/{mine.code}/similar/{other.code}")

    assert page.status_code == 200
    assert "similar" not in page.text
    assert "uplicate" not in page.text
    assert (part.status_code, beside.status_code) == (403, 403)
    assert "Of another team" not in part.text + beside.text


def test_the_part_and_the_page_of_its_own_tell_the_same(
    staff: TestClient, own: Submission, copied: Submission
) -> None:
    address = f"/submissions/{own.code}/similar"

    part = staff.get(address, headers=PART).text
    page = staff.get(address).text

    assert part.strip() in page
    assert "<html" not in part
    said = text_of(part)
    assert "Of the other kind, or in another programme A copy submitted" in said
    assert "All of this text stands there too. Half of the other text stands here too." in said
    assert f'href="{address}/{copied.code}"' in part
    assert part.count("<mark>") == 2
    assert "&lt;b&gt;The <mark>" in part
    assert 'lang="fr"' in part
    assert "Compared with 1 submission that was handed in." in said


def test_where_nothing_is_alike_the_page_says_so(
    session: Session, staff: TestClient, own: Submission
) -> None:
    challenge_telling(session, own.programme_id, OTHER)

    said = text_of(staff.get(f"/submissions/{own.code}/similar", headers=PART).text)

    assert said == (
        "No other submission tells nearly the same. "
        "Compared with 1 submission that was handed in."
    )


def test_two_stand_beside_each_other_passage_by_passage(
    staff: TestClient, own: Submission, copied: Submission
) -> None:
    page = staff.get(f"/submissions/{own.code}/similar/{copied.code}").text

    said = text_of(page)
    assert f"{own.code} beside {copied.code}" in said
    assert "All of this text stands there too. Half of the other text stands here too." in said
    assert f"{own.code} · The problem" in said
    assert f"{copied.code} · Your experience" in said
    assert re.findall(r"<mark>(.*?)</mark>", page, re.DOTALL) == [STORY[4:-1]] * 2


def test_two_with_nothing_in_common_are_told_so(
    session: Session, staff: TestClient, own: Submission
) -> None:
    other = challenge_telling(session, own.programme_id, OTHER, content={"problem": OTHER})

    said = text_of(staff.get(f"/submissions/{own.code}/similar/{other.code}").text)

    assert "No three telling words stand in both texts in the same order." in said


def test_the_pairs_of_a_programme_lead_to_their_comparison_and_are_narrowed_to_a_call(
    session: Session, staff: TestClient, own: Submission, copied: Submission
) -> None:
    code, call = _codes(session, own)

    whole = staff.get(f"/programmes/{code}/similar").text
    narrow = staff.get(f"/programmes/{code}/similar?call={call}").text
    again = staff.get(f"/programmes/{code}/similar?call=").text

    assert f'href="/submissions/{own.code}/similar/{copied.code}"' in whole
    assert "2 submissions were compared, each with each." in text_of(whole)
    assert "No two submissions tell nearly the same." in text_of(narrow)
    assert "1 submission was compared." in text_of(narrow)
    assert f'<option value="{call}" selected>' in narrow
    assert "2 submissions were compared, each with each." in text_of(again)


def test_where_there_are_too_many_for_all_pairs_the_page_says_what_to_do(
    session: Session,
    staff: TestClient,
    own: Submission,
    copied: Submission,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 1)
    code, call = _codes(session, own)

    whole = staff.get(f"/programmes/{code}/similar")
    narrow = staff.get(f"/programmes/{code}/similar?call={call}")

    assert (whole.status_code, narrow.status_code) == (200, 200)
    assert (
        "These are 2 submissions; all pairs of at most 1 are compared. Ask for one call alone"
    ) in text_of(whole.text)
    assert "1 submission was compared." in text_of(narrow.text)


def test_a_share_is_told_in_words() -> None:
    shares = (1.0, 0.99, 0.75, 0.66, 0.5, 0.3, 0.2, 0.01)

    told = [(str(of_this(share)), str(of_other(share))) for share in shares]

    parts = (
        *("All", "Nearly all", "Three quarters", "Two thirds"),
        *("Half", "A third", "A quarter", "Little"),
    )
    assert [one.partition(" of this text ")[0] for one, _ in told] == list(parts)
    assert [other.partition(" of the other text ")[0] for _, other in told] == list(parts)


def test_a_sentence_moved_into_a_longer_passage_is_found_from_both_sides(
    session: Session, staff: TestClient, own: Submission
) -> None:
    half = challenge_telling(session, own.programme_id, f"{HALF}. {OTHER}", title="Half")

    said = [
        text_of(staff.get(f"/submissions/{one.code}/similar", headers=PART).text)
        for one in (own, half)
    ]

    assert "Half of this text stands there too." in said[0]
    assert "Half of the other text stands here too." in said[1]


def _codes(session: Session, own: Submission) -> tuple[str, str]:
    call = session.get_one(Call, own.call_id)
    session.refresh(call)
    return str(own.programme_id), call.code
