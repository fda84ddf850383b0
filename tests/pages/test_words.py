"""What templates write: in the language of the page, in the zone of its reader."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.access.policy import Actor
from app.core.base.messages import Message
from app.core.base.schemas import OffersRead
from app.pages.layout import environment_of
from app.pages.words import in_zone
from app.programmes.lifecycle import LIFE, CallState, Phase

AT = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)


def written(source: str, tag: str = "en", zone: str = "UTC", **values: object) -> str:
    with in_zone(zone):
        return environment_of(tag).from_string(source).render(values)


def test_a_time_is_told_in_the_zone_of_the_reader_and_as_programs_read_it() -> None:
    assert written("{{ at|moment }}", zone="Europe/Lisbon", at=AT) == (
        '<time datetime="2026-11-24T10:05:00Z" data-offset="0">'
        "24 November 2026 at 10:05 (Lisbon, UTC)</time>"
    )
    assert written("{{ at|moment(zone='Asia/Seoul') }}", at=AT).endswith(
        ">24 November 2026 at 19:05 (Seoul, UTC+9)</time>"
    )
    assert written("{{ at|day }}", tag="fr", zone="Asia/Tokyo", at=AT).endswith(
        ">24 novembre 2026</time>"
    )


def test_a_zone_holds_for_one_page_alone() -> None:
    def told(zone: str) -> str:
        return written("{{ at|moment }}", zone=zone, at=AT)

    with ThreadPoolExecutor(4) as pool:
        told_at_once = list(pool.map(told, ["Europe/Paris", "UTC", "Asia/Seoul"] * 20))

    assert told_at_once[:3] == [told("Europe/Paris"), told("UTC"), told("Asia/Seoul")]
    assert told_at_once == told_at_once[:3] * 20


def test_a_macro_that_is_imported_speaks_the_language_of_its_page() -> None:
    environment = environment_of("fr")

    module = environment.from_string(
        "{% macro where(code) %}{{ code|country }}{% endmacro %}"
    ).module

    assert str(module.where("DE")) == "Allemagne"  # type: ignore[attr-defined]  # -- a macro of the template


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 1200|number }}", "1\u202f200"),
        ("{{ 0.731|number(2) }}", "0,73"),
        ("{{ 0.5|percent }}", "50\u00a0%"),
        ("{{ 'es'|language_name }}", "espagnol"),
        ("{{ labels|label }}", "Eau"),
        ("{{ other|label }}", "Water"),
        ("{{ 'draft'|state }}", "brouillon"),
        ("{{ phase|state }}", "ouvert"),
        ("{{ 'lead'|role }}", "responsable"),
        ("{{ 'weak'|word('band') }}", "faible"),
    ],
)
def test_filters_write_as_the_language_does(source: str, expected: str) -> None:
    labels, other = {"en": "Water", "fr": "Eau"}, {"en": "Water"}

    assert written(source, "fr", labels=labels, other=other, phase=Phase.OPEN) == expected


def test_what_a_person_wrote_is_no_markup_in_any_text() -> None:
    attack = "<script>alert(1)</script>"

    for source in (
        "{{ x|translated }}",
        "{{ x|state }}",
        "{{ message }}",
        "{{ _('Hello %(name)s', name=x) }}",
        "{% trans name=x %}Hello {{ name }}{% endtrans %}",
        "{{ x|country }}{{ x|language_name }}",
    ):
        page = written(source, "fr", x=attack, message=Message("{x} is wrong.", x=attack))

        assert "<script" not in page
        assert "&lt;script" in page


def test_what_a_life_offers_is_told_in_the_language_of_the_page() -> None:
    offers = LIFE.offers(Actor(user_id=uuid4()), None, CallState.DRAFT, None)

    read = OffersRead.of(CallState.DRAFT, offers)

    (step,) = read.steps
    assert step.model_dump()["label"] == "Publish the call"
    assert written("{{ step.label }}. {{ step.reason }}", "fr", step=read.steps[0]) == (
        "Publier l\u2019appel. Vos r\u00f4les ne comprennent pas call:publish ici."
    )
