"""The receipt of a submission, as a document for the files of the team."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.accounts.models import User
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.accounts.conftest import Enter
from tests.documents.pdf import tags_of, words_of
from tests.factories import a_person, a_solution, organisation_of, themes
from tests.pages.test_reuse_pages import read

ARRIVED = datetime(2026, 5, 3, 10, tzinfo=UTC)


@pytest.fixture
def member(session: Session) -> User:
    return a_person(session, Role.MEMBER)


@pytest.fixture
def sent(session: Session, member: User) -> Submission:
    themes(session)
    return a_solution(
        session,
        organisation_id=organisation_of(session, member),
        state=State.SUBMITTED,
        submitted_at=ARRIVED,
        title="Capteurs #1 *ici*",
        language="fr",
        summary="It warns.",
        content={
            "experience": "Nous mesurons.\nChaque jour.",
            "offer": "$Time$",
            "capacity": 2,
        },
    )


def test_it_names_code_and_arrival_and_holds_what_was_sent(
    session: Session, enter: Enter, member: User, sent: Submission
) -> None:
    browser = enter(member)
    page = browser.get(f"/submissions/{sent.code}/receipt").text

    answer = browser.get(f"/submissions/{sent.code}/receipt.pdf")

    words = words_of(answer.content)
    kept = ("content-type", "content-disposition", "cache-control")
    assert f'href="/submissions/{sent.code}/receipt.pdf"' in page
    assert [answer.headers[name] for name in kept] == [
        *("application/pdf", f'attachment; filename="{sent.code}.pdf"', "no-store")
    ]
    for text in (
        *("Yoursubmissionhasarrived", f"Code:{sent.code}", "Title:Capteurs#1*ici*"),
        *("3May2026at12:00(Paris,UTC+2)", "Whathappensnext", "Nousmesurons.Chaquejour."),
        *("$Time$", "Takeson2challenges.", "Itwarns."),
    ):
        assert text in words
    assert b"/Lang(fr)" in answer.content
    assert [tag for tag in tags_of(answer.content) if tag in {"Title", "H1"}] == [
        *("Title", "H1", "H1")
    ]


def test_it_is_the_same_each_time_and_says_when_the_submission_arrived(
    enter: Enter, member: User, sent: Submission
) -> None:
    browser = enter(member)

    first, second = (
        browser.get(f"/submissions/{sent.code}/receipt.pdf").content for _ in range(2)
    )

    assert first == second
    assert b"<xmp:CreateDate>2026-05-03T10:00:00" in first


def test_what_is_being_written_again_is_not_in_it(
    session: Session, enter: Enter, member: User, sent: Submission
) -> None:
    sent.state = State.RETURNED
    browser = enter(member)

    words = words_of(browser.get(f"/submissions/{sent.code}/receipt.pdf").content)

    assert sent.code in words
    assert "Nousmesurons." not in words
    assert "what you have sent" not in read(browser, f"/submissions/{sent.code}/receipt")


def test_of_a_draft_there_is_none(
    session: Session, enter: Enter, member: User, sent: Submission
) -> None:
    sent.state, sent.submitted_at = State.DRAFT, None

    answer = enter(member).get(f"/submissions/{sent.code}/receipt.pdf")

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/submissions/{sent.code}",
    )


def test_another_team_gets_nothing(session: Session, enter: Enter, sent: Submission) -> None:
    stranger = enter(a_person(session, Role.MEMBER))

    assert stranger.get(f"/submissions/{sent.code}/receipt.pdf").status_code == 404


def test_it_speaks_the_language_of_its_reader(
    session: Session, enter: Enter, member: User, sent: Submission
) -> None:
    member.language = "pt"

    made = enter(member).get(f"/submissions/{sent.code}/receipt.pdf").content

    assert b"/Lang(pt)" in made
    assert "Whathappensnext" not in words_of(made)
