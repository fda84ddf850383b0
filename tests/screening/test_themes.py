"""Themes are proposed from the words of a text; nothing is added unless staff confirm it."""

from uuid import UUID

import pytest
from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotPermitted, Stale, Unprocessable
from app.screening.service import theme_proposals
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent
from tests.decisions.people import actor
from tests.factories import THEMES, a_challenge, a_theme, themes


@pytest.fixture
def challenge(session: Session) -> Submission:
    themes(session)
    a_theme(
        session, "practice:open-source", labels={"en": "Open source", "fr": "Logiciel libre"}
    )
    a_theme(session, "practice:foresight", labels={"en": "Foresight", "fr": "Prospective"})
    a_theme(session, "policy-domain:TRAN", labels={"en": "Transport", "fr": "Transports"})
    return told(session, "We publish the source code, open to all, of our transport maps.")


def told(session: Session, problem: str, **fields: object) -> Submission:
    fields.setdefault("state", State.SUBMITTED)
    content = ChallengeContent(problem=problem, outcome="Less water.").model_dump()
    return a_challenge(session, content=content, **fields)


def proposed(session: Session, row: Submission) -> dict[str, list[str]]:
    found = theme_proposals.proposed(session, OPERATOR, row.id)()
    return {one.key: one.words for one in found}


def confirm(
    session: Session, by: Actor, key: UUID | str, keys: list[str], expected: Expected = ANYTHING
) -> None:
    theme_proposals.confirm(session, by, Kind.CHALLENGE, key, keys, expected)


def test_a_theme_is_proposed_with_the_words_that_led_to_it(
    session: Session, challenge: Submission
) -> None:
    assert proposed(session, challenge) == {
        "practice:open-source": ["open", "source"],
        "policy-domain:TRAN": ["transport"],
    }


def test_a_text_is_read_in_its_own_language(session: Session, challenge: Submission) -> None:
    row = told(session, "Nous publions un logiciel libre pour les communes.", language="fr")

    assert proposed(session, row) == {"practice:open-source": ["libre", "logiciel"]}


def test_what_a_submission_names_already_is_not_proposed(
    session: Session, challenge: Submission
) -> None:
    challenge.themes = [*THEMES, "practice:open-source", "policy-domain:TRAN"]

    assert proposed(session, challenge) == {}


def test_what_staff_confirm_is_added_and_nothing_else(
    session: Session, challenge: Submission
) -> None:
    staff = actor(session, Role.STAFF)

    confirm(session, staff, challenge.code, ["practice:open-source"])

    assert challenge.themes == [*THEMES, "practice:open-source"]


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["practice:astrology"],
        [*THEMES],
        [f"practice:{code}" for code in ("a", "b", "c", "d")],
    ],
)
def test_themes_that_cannot_be_added_are_refused(
    session: Session, challenge: Submission, keys: list[str]
) -> None:
    for key in keys:
        if key.rpartition(":")[2] in "abcd":
            a_theme(session, key)

    with pytest.raises(Unprocessable):
        confirm(session, OPERATOR, challenge.id, keys)

    assert challenge.themes == list(THEMES)


def test_themes_are_added_by_those_who_screen_while_they_screen(
    session: Session, challenge: Submission
) -> None:
    keys = ["practice:open-source"]
    with pytest.raises(NotPermitted):
        confirm(session, actor(session, Role.AUDITOR), challenge.id, keys)
    with pytest.raises(Stale):
        confirm(session, OPERATOR, challenge.id, keys, Expected('"other"'))
    challenge.state = State.ELIGIBLE
    with pytest.raises(Conflict):
        confirm(session, OPERATOR, challenge.id, keys)
    with pytest.raises(NotPermitted):
        theme_proposals.proposed(session, actor(session, Role.MEMBER), challenge.id)
