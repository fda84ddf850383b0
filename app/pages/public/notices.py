"""The catalogue: challenges of which everybody may read a notice, and one of them."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field, model_validator
from sqlmodel import Session

from app.access.policy import NOBODY
from app.accounts.dependencies import SettingsDep
from app.core.base import translations
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import Language
from app.core.http.access import public
from app.core.http.computing import ComputedFile
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import without_empty
from app.documents import typesetting
from app.documents.blocks import (
    UNKNOWN_SAID,
    Block,
    Card,
    Document,
    Facts,
    Heading,
    Items,
    Paragraph,
    Text,
    Written,
)
from app.enquiries import queries as enquiries
from app.enquiries.lifecycle import not_to_ask
from app.enquiries.models import Enquiry
from app.notices import queries
from app.notices.queries import Published
from app.notices.schemas import CatalogueQuery
from app.pages.layout import PageDep
from app.pages.topics import FIELDS
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, Phase
from app.programmes.schemas import CallQuery, CallRead
from app.settings import Settings
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeQuery

router = APIRouter()

PAGE: Final = 25
"""How many notices a page of the catalogue has."""
SERVICE: Final = "Counterpart"
PUBLISHED: Final = Message("Published challenge")
NOT_NAMED: Final = Message("The team is not named.")
HEADINGS: Final = {name: FIELDS[name] for name in ("problem", "outcome", "help_wanted")}
"""What stands above each passage of a sheet."""


class Asked(CatalogueQuery):
    """What the catalogue is asked, as its form sends it: what was left empty is not asked."""

    done: Annotated[str | None, Field(max_length=40)] = None

    _filled_in = model_validator(mode="before")(without_empty)


@router.get("/notices")
@public
def show_catalogue(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    asked: Annotated[Asked, Query()],
) -> Response:
    """List what is published, the newest first, searched by words, theme and country."""
    found = queries.catalogue(session, asked.model_copy(update={"limit": PAGE}))
    said = asked.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "done"})
    behind = urlencode({**said, "cursor": found.cursor}, doseq=True)
    offered = themes.search(session, ThemeQuery(limit=200)).rows
    return page.render(
        "public/notices.html",
        found=found.rows,
        asked=asked,
        is_asked=bool(said),
        licence=settings.open_data_licence,
        further_path=f"/notices?{behind}" if found.cursor else None,
        facets=[(facet, [t for t in offered if t.facet == facet]) for facet in Facet],
        countries=sorted(
            queries.countries(session), key=translations.language(page.language).country
        ),
        labels=themes.labels(session, page.language),
    )


@router.get("/notices/{notice}")
@public
def show_published(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    notice: Reference,
    language: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """Show one published challenge, in the language that is asked for or the reader's own."""
    found = queries.published(session, notice)
    asking = enquiries.asking_facts(session, page.actor, found.notice)
    return page.render(
        "public/notice.html",
        found=found,
        text=found.text(language or page.language),
        licence=settings.open_data_licence,
        address=_address(found, settings),
        calls=_open_calls(session, found),
        answered=enquiries.answered(session, found.notice),
        takes_questions=not_to_ask(asking) is None,
        answers_itself=asking.is_own,
        labels=themes.labels(session, page.language),
    )


@router.get("/notices/{notice}/sheet.pdf")
@public
def download_sheet(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    notice: Reference,
    language: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """Hand a published challenge over as a sheet to print, in one of its languages."""
    found = queries.published(session, notice)
    made = sheet(
        found,
        found.text(language or page.language),
        themes.labels(session, page.language),
        translations.language(page.language),
        _address(found, settings),
        enquiries.answered(session, found.notice),
    )
    return ComputedFile(
        lambda: iter([typesetting.pdf(made)]),
        f"{found.notice.code}.pdf",
        typesetting.MEDIA_TYPE,
    )


@router.get("/notices/{notice}/card.png")
@public
def show_card(
    page: PageDep,
    session: ReadSessionDep,
    notice: Reference,
    language: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """Draw the picture that other sites show beside a link to a published challenge."""
    found = queries.published(session, notice)
    into = translations.language(page.language)
    made = card(found, found.text(language or page.language), into)
    return ComputedFile(
        lambda: iter([typesetting.picture(made)]),
        f"{found.notice.code}.png",
        "image/png",
        {"Content-Disposition": "inline"},
    )


def card(found: Published, text: dict[str, Any], into: Language) -> Card:
    """Return a published challenge as a card, with its title in the language of `text`."""
    return Card(
        title=Written(text["title"], text["language"]),
        over=f"{into.say(PUBLISHED)} {found.notice.code}",
        who=_named(found, into),
        name=SERVICE,
        language=into.tag,
    )


def _named(found: Published, into: Language) -> str:
    """Return how a team is named in public."""
    team = [found.organisation, found.country and into.country(found.country)]
    return ", ".join(part for part in team if part) or into.say(NOT_NAMED)


def _address(found: Published, settings: Settings) -> str:
    return f"{settings.public_url}/notices/{found.notice.code}"


def sheet(
    found: Published,
    text: dict[str, Any],
    labels: dict[str, str],
    into: Language,
    address: str,
    answered: Sequence[Enquiry] = (),
) -> Document:
    """Return a published challenge as a document.

    Parameters
    ----------
    text : dict
        What it says in the language of the sheet.
    labels : dict
        What people call each theme.
    into : Language
        That of the reader, for what the service says itself.
    address : str
        Where it is read.
    answered : sequence of Enquiry
        What was asked about it, with the answers.
    """
    assert found.notice.published_at is not None  # noqa: S101 -- it is published
    facts: list[tuple[Text, Text]] = [
        (into.say(Message("Who asks")), _named(found, into)),
        (into.say(Message("Programme")), found.programme.title),
        (
            into.say(Message("Published")),
            into.day(found.notice.published_at, found.programme.zone),
        ),
        (into.say(Message("Page")), address),
    ]
    blocks: list[Block] = [Facts(facts)]
    if text["summary"]:
        blocks.append(Paragraph(Written(text["summary"], text["language"])))
    for name, heading in HEADINGS.items():
        if text[name]:
            blocks.append(Heading(into.say(heading)))
            blocks.append(Paragraph(Written(text[name], text["language"])))
    if found.notice.themes:
        blocks.append(Heading(into.say(Message("Themes"))))
        blocks.append(Items([labels.get(key, key) for key in found.notice.themes]))
    if answered:
        blocks.append(Heading(into.say(Message("Questions and answers"))))
    blocks.extend(Facts(_said(one, into, found.programme.zone)) for one in answered)
    return Document(
        title=text["title"],
        over=into.say(PUBLISHED),
        code=found.notice.code,
        language=into.tag,
        at=found.notice.published_at,
        unknown=into.say(UNKNOWN_SAID),
        blocks=blocks,
    )


def _said(one: Enquiry, into: Language, zone: str) -> list[tuple[Text, Text]]:
    """Return a question and its answer for a sheet, and when the answer was corrected."""
    told: list[tuple[Text, Text]] = [
        (
            into.say(Message("Question {number}", number=one.number)),
            Written(one.body, one.language),
        ),
        (into.say(Message("Answer")), Written(one.answer, one.answer_language)),
    ]
    if one.corrected_at is not None:
        told.append((into.say(Message("Answer corrected")), into.day(one.corrected_at, zone)))
    return told


def _open_calls(session: Session, found: Published) -> list[CallRead]:
    """Return the calls of its programme in which somebody can answer it now."""
    query = CallQuery(
        programme=[found.programme.id], kind=[CallKind.SOLUTIONS], phase=[Phase.OPEN]
    )
    return list(programmes.calls(session, NOBODY, query).rows)
