"""Messages: a template and its values, so that a reader's language can be chosen late."""

from collections.abc import Mapping

from app.core.base.errors import NotFound
from app.core.base.messages import Message, translated
from app.core.http.problems import body_of

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
