"""Email addresses: one person, one account; and letters go to nobody else."""

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, select

from app.access.policy import OPERATOR
from app.accounts import service
from app.accounts.models import User
from app.core.base.errors import Conflict
from app.core.storage.outbox import Letter
from app.organisations.schemas import UserDraft
from app.organisations.service import invitations, people

DRAFTS = TypeAdapter(UserDraft)


def draft(email: str) -> UserDraft:
    organisation = {"name": "Ministry of Water", "country": "NL"}
    person = {"email": email, "name": "Ann", "role": "member", "organisation": organisation}
    return DRAFTS.validate_python(person)


@pytest.mark.parametrize(
    ("written", "recipient"),
    [
        ("ann@straße.example", "ann@straße.example"),
        ("Anna.Groß@example.org", "anna.groß@example.org"),
        ("JÖRG@BÜCHER.example", "jörg@bücher.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("ann@ｅxample.org", "ann@example.org"),  # noqa: RUF001 -- hosts are mapped by their standard
        ("İnci@example.org", "İnci@example.org"),
        ("анна@пример.example", "анна@пример.example"),
    ],
)
def test_a_letter_goes_to_the_address_that_was_written(
    session: Session, written: str, recipient: str
) -> None:
    invitations.invite(session, OPERATOR, draft(written), public_url="https://here.example")

    assert session.exec(select(Letter.recipient)).one() == recipient


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@example.org", "ANN@Example.ORG"),
        ("jörg@example.org", "JÖRG@example.org"),
        ("jörg@example.org", "jo\u0308rg@example.org"),
        ("ann@bücher.example", "ann@XN--BCHER-KVA.example"),
        ("ann@example.org", "ann@ｅxample.org"),  # noqa: RUF001 -- what is tested
    ],
)
def test_two_spellings_of_one_address_are_one_user(
    session: Session, one: str, other: str
) -> None:
    people.add_user(session, OPERATOR, draft(one))

    with pytest.raises(Conflict, match="already"):
        people.add_user(session, OPERATOR, draft(other))

    found = service.user_with(session, draft(other).email)
    assert found == session.exec(select(User)).one()


def test_two_addresses_are_two_users(session: Session) -> None:
    for email in ("ann@strasse.example", "ann@straße.example"):
        people.add_user(session, OPERATOR, draft(email))

    assert len(session.exec(select(User)).all()) == 2


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("ａnn@example.org", "plain letters"),  # noqa: RUF001 -- wide
        ("ﬁona@example.org", "plain letters"),
        ("аnn@example.org", "one script"),  # noqa: RUF001 -- the first letter is Cyrillic
        ("ann@examplе.org", "one script"),  # noqa: RUF001 -- the last e is Cyrillic
        ("αnn@example.org", "one script"),  # noqa: RUF001 -- Greek
    ],
)
def test_an_address_that_could_pass_for_another_is_refused(email: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        draft(email)


@pytest.mark.parametrize("mark", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_name_that_is_read_as_another_one_is_refused(mark: str) -> None:
    with pytest.raises(ValidationError, match="change the writing direction"):
        UserDraft.model_validate(
            draft("ann@example.org").model_dump() | {"name": f"Ann{mark}nnA"}
        )


@pytest.mark.parametrize("name", ["רות\u200f (IL)", "مریم نمی\u200cآید", "Ann O\u2019Neill"])
def test_a_name_of_any_script_is_taken(name: str) -> None:
    given = draft("ann@example.org").model_dump() | {"name": name}

    assert UserDraft.model_validate(given).name == name
