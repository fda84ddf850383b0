"""Messages: a template and its values, so that a reader's language can be chosen late."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from app.core.base.errors import NotFound
from app.core.base.messages import Message, translated
from app.core.base.validation_errors import field_errors
from app.core.http.problems import body_of
from app.core.tables.countries import Country

FRENCH: Mapping[str, str] = {
    "The call {call} has {n:,} drafts.": "{n} brouillons pour {call}.",
    "There is no {kind}.": "Il n'y a pas de {kind}.",
}


def test_a_message_reads_as_english_wherever_text_is_wanted() -> None:
    message = Message("The call {call} has {n:,} drafts.", call="C-1", n=1200)

    assert message == "The call C-1 has 1,200 drafts."
    assert body_of("/", NotFound(message))["detail"] == message


def test_a_translation_puts_the_same_values_in_its_own_order() -> None:
    message = Message("The call {call} has {n:,} drafts.", call="C-1", n=1200)

    assert message.translated(FRENCH.get) == "1200 brouillons pour C-1."


def test_what_nobody_has_translated_stays_english() -> None:
    message = Message("There is no call {call}.", call="C-1")

    assert message.translated(FRENCH.get) == "There is no call C-1."
    assert translated("A plain text.", FRENCH.get) == "A plain text."


def test_a_message_inside_a_message_is_translated_too() -> None:
    inner = Message("There is no {kind}.", kind="solution")
    outer = Message("{problem} GET /api/v1/calls lists the calls.", problem=inner)

    assert outer == "There is no solution. GET /api/v1/calls lists the calls."
    assert outer.translated(FRENCH.get).startswith("Il n'y a pas de solution. GET")


def pickled(message: Message) -> Message:
    again: Message = pickle.loads(pickle.dumps(message))  # noqa: S301 -- our own bytes
    return again


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_is_made_of_template_and_values_whatever_these_hold(
    copied: Callable[[Message], Message],
) -> None:
    message = Message("There is no {kind}.", kind="{braces}")

    again = copied(message)

    assert (again, again.template, again.values) == (message, message.template, message.values)


def test_what_is_wrong_with_a_field_keeps_template_and_values() -> None:
    class Draft(BaseModel):
        country: Country = "FR"
        title: Annotated[str, Field(min_length=3)] = "Floods"

    with pytest.raises(ValidationError) as refusal:
        Draft(country="XX", title="F")
    country, title = field_errors(refusal.value.errors())

    assert isinstance(country.detail, Message)
    assert isinstance(title.detail, Message)
    assert (
        country.detail
        == f"{country.detail.values['problem']} {country.detail.values['remedy']}"
    )
    assert country.detail.values["problem"].values == {"written": "XX"}
    assert title.detail.values == {"length": 1, "least": 3}
