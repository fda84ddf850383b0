"""In which language and zone a page speaks: what its reader chose, then what is asked for."""

import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.accounts.models import User
from app.core.base.translations import LANGUAGES
from app.core.base.zones import places
from tests.accounts.conftest import Enter
from tests.factories import a_person, a_programme

FRENCH = {"Accept-Language": "fr-CA, en;q=0.5"}


def language_of(page: str) -> str:
    (found,) = re.findall(r'<html lang="([^"]*)"', page)
    return str(found)


def test_a_page_speaks_what_the_browser_asks_for(browser: TestClient) -> None:
    page = browser.get("/nowhere", headers=FRENCH)

    assert language_of(page.text) == page.headers["content-language"] == "fr"
    assert page.headers["vary"] == "Accept-Language, Cookie"
    assert '<h1 class="h1">Introuvable</h1>' in page.text
    assert "Il n\u2019y a rien à cette adresse." in page.text


def test_who_asks_for_nothing_that_we_speak_reads_english(browser: TestClient) -> None:
    assert language_of(browser.get("/sign-in").text) == "en"
    assert language_of(browser.get("/sign-in", headers={"Accept-Language": "fi"}).text) == "en"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_choice_holds_for_this_browser_and_leads_back(browser: TestClient, tag: str) -> None:
    answer = browser.post("/language", data={"language": tag, "next": "/reset"}, headers=FRENCH)

    assert (answer.status_code, answer.headers["location"]) == (303, "/reset")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-counterpart-language={tag}; HttpOnly; Max-Age=31536000;")
    assert cookie.endswith("Path=/; SameSite=lax; Secure")
    assert language_of(browser.get("/reset", headers=FRENCH).text) == tag


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example/", "\\evil"])
def test_a_choice_leads_to_no_other_site(browser: TestClient, following: str) -> None:
    answer = browser.post("/language", data={"language": "es", "next": following})

    assert answer.headers["location"] == "/"


def test_another_site_cannot_choose(browser: TestClient) -> None:
    answer = browser.post(
        "/language", data={"language": "es"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("tag", ["de", "", "EN", "fr-FR", "../en", "e" * 100_000])
def test_what_is_no_language_of_ours_is_refused(browser: TestClient, tag: str) -> None:
    answer = browser.post("/language", data={"language": tag})

    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("value", ["de", "../../etc", "%00", '"', "x" * 3000])
def test_a_cookie_that_names_no_language_counts_for_nothing(
    browser: TestClient, value: str
) -> None:
    headers = {"Cookie": f"__Host-counterpart-language={value}", **FRENCH}

    assert language_of(browser.get("/sign-in", headers=headers).text) == "fr"


def test_what_somebody_chose_who_is_signed_in_is_kept_with_the_person(
    session: Session, enter: Enter
) -> None:
    person = a_person(session)
    browser = enter(person)

    browser.post("/language", data={"language": "fr"})

    session.refresh(person)
    assert (person.language, person.zone) == ("fr", None)
    browser.cookies.delete("__Host-counterpart-language")
    assert language_of(browser.get("/profile").text) == "fr"


def test_the_choice_of_the_person_counts_before_that_of_the_browser(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session))
    browser.post("/language", data={"language": "es"})

    answer = browser.post("/profile/preferences", data={"language": "pt", "zone": "Asia/Seoul"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/profile")
    page = browser.get("/profile/sessions", headers=FRENCH)
    assert language_of(page.text) == "pt"
    assert "(Seul, UTC+9)</time>" in page.text


def test_who_wants_no_choice_any_longer_gets_that_of_the_browser(
    session: Session, enter: Enter
) -> None:
    person = a_person(session, language="pt", zone="Asia/Seoul")
    browser = enter(person)

    browser.post("/profile/preferences", data={"language": "", "zone": ""})

    session.refresh(person)
    assert (person.language, person.zone) == (None, None)
    assert language_of(browser.get("/profile", headers=FRENCH).text) == "fr"


def test_who_has_chosen_no_zone_reads_the_time_of_the_programme(
    session: Session, enter: Enter
) -> None:
    a_programme(session, zone="Europe/Paris")
    browser = enter(a_person(session))

    assert re.search(r"\(Paris, UTC\+[12]\)</time>", browser.get("/profile/sessions").text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("zone", "Europe/Paris\x00"),
        ("language", "de"),
        ("zone", "x" * 101),
    ],
)
def test_what_is_no_choice_is_refused_beside_its_field(
    session: Session, enter: Enter, field: str, value: str
) -> None:
    person = a_person(session)
    browser = enter(person)

    page = browser.post("/profile/preferences", data={field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    session.refresh(person)
    assert (person.language, person.zone) == (None, None)


def test_the_profile_offers_every_language_and_every_place(
    session: Session, enter: Enter
) -> None:
    page = enter(a_person(session, language="fr", zone="Europe/Paris")).get("/profile").text

    offered = re.findall(r'<option value="([^"]*)"', page)
    assert offered == ["", *LANGUAGES, "", *places()]
    assert re.findall(r'<option value="([^"]*)" selected', page) == ["fr", "Europe/Paris"]


def test_a_person_may_read_the_language_and_zone_that_are_stored(
    session: Session, enter: Enter
) -> None:
    browser = enter(a_person(session, language="es", zone="America/Lima"))

    me = browser.get("/api/v1/me", headers={"Accept": "application/json"}).json()
    everything = browser.get("/api/v1/me/export", headers={"Accept": "application/json"}).json()

    assert (me["language"], me["zone"]) == ("es", "America/Lima")
    assert (everything["language"], everything["zone"]) == ("es", "America/Lima")


def test_nothing_is_chosen_for_somebody_by_default() -> None:
    user = User(email="ann@example.org", name="Ann")

    assert (user.language, user.zone) == (None, None)
