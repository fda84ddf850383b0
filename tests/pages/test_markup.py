"""What people call themselves and their things is text on every page, whatever it holds."""

import pytest
from markupsafe import escape
from sqlmodel import Session

from app.access.policy import Role
from tests.accounts.conftest import Enter
from tests.factories import a_person, an_organisation


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "'; alert(1)//",
        "[here](javascript:alert(1))",
        "{{ 7 * 7 }}{% include 'base.html' %}",
    ],
)
def test_a_name_is_shown_as_it_was_written_and_runs_nowhere(
    session: Session, enter: Enter, written: str
) -> None:
    organisation = an_organisation(session, name=f"Ministry {written}")
    user = a_person(session, Role.STAFF, name=written, organisation_id=organisation.id)
    browser = enter(user)
    token = {"name": written, "scopes": ["organisation:read"], "days": "5"}

    pages = [
        browser.post("/profile/tokens", data=token),
        *(browser.get(path) for path in ("/profile", "/profile/tokens", "/confirm")),
    ]

    for page in pages:
        assert page.status_code == 200
        assert page.text.count(str(escape(written))) >= 1
        assert 'href="javascript:' not in page.text
        assert str(escape(written)) == written or written not in page.text


@pytest.mark.parametrize("address", ["/sign-in?next={}", "/reset?code={}", "/{}"])
def test_what_an_address_says_is_no_part_of_the_page(
    session: Session, enter: Enter, address: str
) -> None:
    browser = enter(a_person(session))

    page = browser.get(address.format("%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))

    assert "<script>alert" not in page.text
