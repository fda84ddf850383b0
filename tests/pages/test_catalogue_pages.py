"""Everybody reads what is published: listed, searched, one by one, printed."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.base.translations import language
from app.notices import queries
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.pages.public.notices import card, sheet
from app.programmes.lifecycle import CallKind
from app.settings import Settings
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_notice,
    a_text,
    an_organisation,
    themes,
)


def published(session: Session, **fields: Any) -> PublicNotice:
    return a_notice(session, state=NoticeState.PUBLISHED, **fields)


def codes(page: str) -> list[str]:
    """The codes of the notices that a page of the catalogue lists."""
    return re.findall(r'href="/notices/(CH-[\d-]+)"', page)


def test_everybody_reads_what_is_published_and_nothing_else_of_the_team(
    session: Session, browser: TestClient
) -> None:
    team = an_organisation(session, name="Ministry of Secret Waters", country="PT")
    notice = published(session, organisation_id=team.id)
    challenge = session.get_one(Submission, notice.challenge_id)
    challenge.content = challenge.content | {"tried": "What nobody shall read."}
    session.commit()

    page = browser.get(f"/notices/{notice.code}").text

    assert "Households are warned in time." in page
    assert "The team is not named." in page
    assert not re.search("Secret Waters|Portugal|What nobody shall read", page)


@pytest.mark.parametrize("organisation", [True, False])
def test_a_team_is_named_as_far_as_it_agreed(
    session: Session, browser: TestClient, *, organisation: bool
) -> None:
    team = an_organisation(session, name="Ministry of Waters", country="PT")
    notice = published(
        session, organisation_id=team.id, names_country=True, names_organisation=organisation
    )
    session.commit()

    pages = [browser.get(path).text for path in ("/notices", f"/notices/{notice.code}")]

    assert all("Portugal" in page for page in pages)
    assert [("Ministry of Waters" in page) for page in pages] == [organisation] * 2


@pytest.mark.parametrize("state", [s for s in NoticeState if s is not NoticeState.PUBLISHED])
def test_what_is_not_published_is_nowhere(
    session: Session, browser: TestClient, state: NoticeState
) -> None:
    notice = a_notice(session, state=state, names_country=True)
    session.commit()

    assert browser.get(f"/notices/{notice.code}").status_code == 404
    page = browser.get("/notices").text
    assert "No challenge is published yet." in page
    assert "France" not in page


@pytest.mark.parametrize("state", [State.ELIGIBLE, State.WITHDRAWN, State.NOT_SELECTED])
def test_a_challenge_that_is_no_longer_selected_is_not_shown(
    session: Session, browser: TestClient, state: State
) -> None:
    notice = published(session)
    session.get_one(Submission, notice.challenge_id).state = state
    session.commit()

    assert browser.get(f"/notices/{notice.code}").status_code == 404
    assert codes(browser.get("/notices").text) == []


def test_the_catalogue_is_searched_by_words_theme_country_and_programme(
    session: Session, browser: TestClient
) -> None:
    themes(session)
    here, there = (an_organisation(session, country=code) for code in ("BR", "IT"))
    rivers = published(
        session,
        texts=[a_text(title="Rivers that warn us", help_wanted="Where sensors go.")],
        themes=THEMES[:1],
        organisation_id=here.id,
        names_country=True,
    )
    forms = published(
        session,
        texts=[a_text(title="Forms that nobody fills in")],
        themes=THEMES[1:],
        organisation_id=there.id,
    )
    session.commit()

    def found(query: str) -> list[str]:
        return codes(browser.get(f"/notices?{query}").text)

    assert found("") == [forms.code, rivers.code]
    assert found("q=SENSORS+warn") == [rivers.code]
    assert found("q=sensors+forms") == []
    assert found(f"q={forms.code}") == [forms.code]
    assert found(f"theme={THEMES[1]}") == [forms.code]
    assert found("country=BR") == [rivers.code]
    assert found("country=IT") == []  # its country is not named
    assert found(f"programme={forms.programme_id}") == [forms.code]
    assert found("q=&theme=&country=") == [forms.code, rivers.code]
    assert "No published challenge is like that." in browser.get("/notices?q=nothing").text


def test_countries_to_choose_from_are_those_that_are_named(
    session: Session, browser: TestClient
) -> None:
    for code, is_named in (("ES", True), ("BR", True), ("DE", True), ("IT", False)):
        team = an_organisation(session, country=code)
        published(session, organisation_id=team.id, names_country=is_named)
    session.commit()

    pages = [
        browser.get("/notices", headers={"Accept-Language": tag}).text for tag in ("en", "pt")
    ]

    # Brazil, Germany, Spain; Alemanha, Brasil, Espanha
    assert [re.findall(r'<option value="([A-Z]{2})"', page) for page in pages] == [
        ["BR", "DE", "ES"],
        ["DE", "BR", "ES"],
    ]


def test_of_very_many_words_the_first_ten_are_searched(
    session: Session, browser: TestClient
) -> None:
    notice = published(session, texts=[a_text(title="a b c d e f g h i j k")])
    session.commit()

    found = [
        codes(browser.get("/notices", params={"q": q}).text)
        for q in ("a b c d e f g h i j nowhere", "a b c d e f g h i nowhere")
    ]

    assert found == [[notice.code], []]


def test_a_long_catalogue_is_read_page_by_page(session: Session, browser: TestClient) -> None:
    organisation = an_organisation(session)
    call = a_call(session)
    notices = [
        published(
            session,
            challenge=a_challenge(
                session,
                call_id=call.id,
                organisation_id=organisation.id,
                state=State.SELECTED,
            ),
        )
        for _ in range(30)
    ]
    session.commit()

    first = browser.get("/notices?q=river").text
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = browser.get(unescape(following[1])).text

    assert codes(first) + codes(second) == [notice.code for notice in reversed(notices)]
    assert (len(codes(first)), 'rel="next"' in second) == (25, False)


def test_a_notice_speaks_the_language_of_its_reader_or_the_one_that_is_asked_for(
    session: Session, browser: TestClient
) -> None:
    notice = published(session, texts=[a_text(), a_text("fr", title="Crues soudaines")])
    session.commit()
    place = f"/notices/{notice.code}"

    pages = {
        "fr": browser.get(place, headers={"Accept-Language": "fr"}).text,
        "es": browser.get(place, headers={"Accept-Language": "es"}).text,
        "asked": browser.get(f"{place}?language=fr").text,
    }

    titles = {
        who: re.findall(r'<h1[^>]*lang="(\w+)">([^<]+)<', page)[0]
        for who, page in pages.items()
    }
    assert titles == {
        "fr": ("fr", "Crues soudaines"),
        "es": ("en", "Early flood warnings"),
        "asked": ("fr", "Crues soudaines"),
    }
    assert f'href="{place}?language=en"' in pages["asked"]


def test_a_notice_leads_to_the_open_call_of_its_programme(
    session: Session, browser: TestClient
) -> None:
    notice = published(session)
    session.commit()
    before = browser.get(f"/notices/{notice.code}").text
    call = a_call(session, CallKind.SOLUTIONS, programme_id=notice.programme_id)
    session.commit()

    after = browser.get(f"/notices/{notice.code}").text
    of_call = browser.get(f"/calls/{call.id}").text

    assert "No call for solutions of this programme is open" in before
    assert f'href="/submissions/new?call={call.id}"' in after
    assert 'href="/notices?programme=' in of_call
    assert 'href="/notices"' in browser.get("/", headers={"Accept": "text/html"}).text


def test_what_somebody_wrote_is_shown_as_text(session: Session, browser: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    notice = published(session, texts=[a_text(title=f"Rivers {evil}", problem=evil)])
    session.commit()

    pages = browser.get("/notices").text + browser.get(f"/notices/{notice.code}").text

    assert evil not in pages
    assert pages.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


@pytest.mark.parametrize("query", ["cursor=x", "country=ZZ", "theme=x", "nobody=1", "q=%00"])
def test_nonsense_is_refused_by_a_page(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/notices?{query}", headers={"Accept": "text/html"})

    assert answer.status_code in {400, 422}
    assert "<h1" in answer.text


# --- to print, and for programs ----------------------------------------------------------


def test_a_sheet_is_printed_in_one_of_its_languages(
    session: Session, browser: TestClient
) -> None:
    notice = published(session, texts=[a_text(), a_text("fr", title="Crues soudaines")])
    session.commit()
    place = f"/notices/{notice.code}"

    page = browser.get(place).text
    sheets = [browser.get(f"{place}/sheet.pdf?language={tag}") for tag in ("en", "fr", "en")]

    assert f'href="{place}/sheet.pdf?language=en"' in page
    assert [sheet.content[:5] for sheet in sheets] == [b"%PDF-"] * 3
    assert sheets[0].content == sheets[2].content != sheets[1].content


def test_a_sheet_says_what_is_public_and_who_asks_as_far_as_that_is_named(
    session: Session,
) -> None:
    team = an_organisation(session, name="Ministry of Waters", country="PT")
    notice = published(
        session,
        organisation_id=team.id,
        names_country=True,
        texts=[a_text("fr", title="Crues", help_wanted="Des capteurs.")],
    )
    (found,) = queries.described(session, [notice])

    made = sheet(found, found.text("fr"), {}, language("fr"), "https://example.org/x").plain()

    said = str(made)
    assert (made["title"], made["language"], made["code"]) == ("Crues", "fr", notice.code)
    assert all(
        words in said for words in ("Portugal", "Des capteurs.", "https://example.org/x")
    )
    assert "Ministry of Waters" not in said


def test_a_link_to_a_notice_is_shown_with_a_picture_of_its_title(
    session: Session, browser: TestClient
) -> None:
    notice = published(session, texts=[a_text(), a_text("fr", title="Crues soudaines")])
    session.commit()
    place = f"/notices/{notice.code}"

    page = browser.get(f"{place}?language=fr").text
    pictures = [browser.get(f"{place}/card.png?language={tag}") for tag in ("en", "fr", "en")]

    (named,) = re.findall(r'property="og:image" content="[^"]*(/notices/[^"]*)"', page)
    assert named == f"{place}/card.png?language=fr"
    assert {one.headers["content-type"] for one in pictures} == {"image/png"}
    assert pictures[0].content == pictures[2].content != pictures[1].content
    assert browser.get("/notices/CH-1999-001/card.png").status_code == 404


def test_a_picture_names_the_team_as_far_as_it_is_named(session: Session) -> None:
    team = an_organisation(session, name="Ministry of Waters", country="PT")
    given = {"organisation_id": team.id, "texts": [a_text("fr", title="Crues")]}
    notices = [
        published(session, **given),
        published(session, **given, names_country=True),
        published(session, **given, names_country=True, names_organisation=True),
    ]

    made = [
        card(found, found.text("fr"), language("pt"))
        for found in queries.described(session, notices)
    ]

    assert [one.who for one in made] == [
        "A equipa não é indicada.",
        "Portugal",
        "Ministry of Waters, Portugal",
    ]
    assert {(one.title.text, one.title.language, one.language) for one in made} == {
        ("Crues", "fr", "pt")
    }


def test_the_licence_stands_where_it_is_set(
    session: Session, browser: TestClient, settings: Settings, app: FastAPI
) -> None:
    notice = published(session)
    session.commit()
    places = ("/notices", f"/notices/{notice.code}")

    before = [browser.get(place).text for place in places]
    app.state.settings = settings.model_copy(update={"open_data_licence": "CC-BY-4.0"})
    after = [browser.get(place).text for place in places]

    assert ["Licence" in page for page in before] == [False, False]
    assert ["CC-BY-4.0" in page for page in after] == [True, True]
    assert 'href="/public/v1/notices.atom' in after[0]


def test_a_link_that_somebody_shares_says_what_it_leads_to(
    session: Session, browser: TestClient
) -> None:
    notice = published(
        session, texts=[a_text(title='Rivers "that" warn <us>', summary="Floods.")]
    )
    session.commit()

    page = browser.get(f"/notices/{notice.code}?language=en&x=1").text

    said = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert {name: unescape(value) for name, value in said.items()} == {
        "type": "article",
        "site_name": "Counterpart",
        "title": 'Rivers "that" warn <us>',
        "description": "Floods.",
        "url": f"https://testserver/notices/{notice.code}",
        "image": f"https://testserver/notices/{notice.code}/card.png?language=en",
    }
    assert f'rel="canonical" href="https://testserver/notices/{notice.code}"' in page
