"""Letters in the language of who gets them, whoever causes them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.accounts.lifecycle import Purpose, UserState
from app.accounts.models import User
from app.accounts.service import notices, one_time_links
from app.accounts.service.notices import Notice
from app.core.base.translations import LANGUAGES
from app.core.storage.outbox import Letter
from tests.conftest import SignIn
from tests.factories import a_user

GREETING = {"en": "Hello,", "fr": "Bonjour,", "es": "Hola:", "pt": "Ol\u00e1,"}
CHANGED = {
    "en": "Your password for Counterpart was changed",
    "fr": "Votre mot de passe pour Counterpart a \u00e9t\u00e9 chang\u00e9",
    "es": "Se ha cambiado su contrase\u00f1a de Counterpart",
    "pt": "A sua palavra-passe do Counterpart foi mudada",
}
NEW = "quiet lantern orbit mustard"


def letter_to(session: Session, user: User) -> Letter:
    session.flush()
    return session.exec(select(Letter).where(Letter.user_id == user.id)).one()


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("notice", Notice)
def test_a_notice_is_in_the_language_of_who_gets_it(
    session: Session, tag: str, notice: Notice
) -> None:
    user, other = a_user(session, language=tag), a_user(session)

    notices.tell(session, user, notice)
    notices.tell(session, other, notice)

    letter, plain = letter_to(session, user), letter_to(session, other)
    assert letter.body.startswith(GREETING[tag])
    assert (letter.subject == plain.subject) is (letter.body == plain.body) is (tag == "en")
    assert plain.subject == notice


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_notice_that_waits_is_not_written_twice_in_any_language(
    session: Session, tag: str
) -> None:
    user = a_user(session, language=tag)

    notices.tell(session, user, Notice.PASSWORD)
    notices.tell(session, user, Notice.PASSWORD)

    assert letter_to(session, user).subject == CHANGED[tag]


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_letter_with_a_link_holds_the_link_alone_and_is_confidential(
    session: Session, tag: str, purpose: Purpose
) -> None:
    user = a_user(session, language=tag, name="{link} Ann")

    one_time_links.send_link(session, user, purpose, "https://counterpart.example")

    letter = letter_to(session, user)
    assert letter.confidential
    assert letter.body.startswith(GREETING[tag])
    (link,) = re.findall(r"https://\S+", letter.body)
    assert link.startswith(f"https://counterpart.example/{purpose}?code=")


def test_who_accepts_an_invitation_gets_letters_in_the_language_in_which_it_was_read(
    session: Session, browser: TestClient
) -> None:
    user = a_user(session, state=UserState.INVITED, consented_at=None)
    link = one_time_links._new_link(session, user, Purpose.INVITATION, "")
    session.commit()
    code = parse_qs(urlsplit(link).query)["code"][0]

    page = browser.post(
        "/invitation",
        data={"code": code, "password": NEW, "agreed": "true"},
        headers={"Accept-Language": "es"},
    )

    assert page.status_code == 200
    session.refresh(user)
    assert user.language == "es"


def test_who_invites_somebody_may_say_in_which_language(
    session: Session, as_user: SignIn
) -> None:
    admin = as_user(a_user(session, Role.ADMIN))
    new = {
        "email": "ana@example.org",
        "name": "Ana",
        "role": "member",
        "organisation": {"name": "Ministerio de Aguas", "country": "ES"},
    }

    refused = admin.post("/api/v1/users", json=new | {"language": "de"})
    made = admin.post("/api/v1/users", json=new | {"language": "es"})

    assert (refused.status_code, made.status_code) == (422, 201)
    user = session.exec(select(User).where(User.email == "ana@example.org")).one()
    assert user.language == "es"
