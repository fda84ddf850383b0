"""A sentence in the database can still be read in another language."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.core.base.kept_messages import KEEPING, KeptMessage, packed, unpacked
from app.core.base.messages import Message

NAMES = st.text(max_size=8)
MESSAGES = st.recursive(
    st.builds(lambda pair: Message("allow the pair {pair}", pair=pair), NAMES | st.integers()),
    lambda inner: st.builds(
        lambda one, other: Message("{one} and {other}", one=one, other=other),
        inner | NAMES,
        inner,
    ),
    max_leaves=6,
)


class Told(BaseModel):
    reason: KeptMessage | None


@given(MESSAGES)
def test_a_message_comes_back_from_json_with_all_that_it_is_made_of(message: Message) -> None:
    stored = Told(reason=message).model_dump_json(context=KEEPING)

    read = Told.model_validate_json(stored).reason

    assert isinstance(read, Message)
    assert (read, packed(read)) == (message, packed(message))


def test_programs_read_a_sentence_in_english() -> None:
    told = Told(reason=Message("{one} needs {n:,}", one="CH-1", n=1200))

    assert told.model_dump(mode="json") == {"reason": "CH-1 needs 1,200"}


def test_a_sentence_from_before_templates_were_kept_is_read_as_it_stands() -> None:
    assert unpacked("CH-1 needs 3") == "CH-1 needs 3"
    assert Told.model_validate({"reason": "CH-1 needs {3}"}).reason == "CH-1 needs {3}"
    assert Told.model_validate({"reason": None}).reason is None


def test_words_of_a_message_that_look_like_a_template_stay_words() -> None:
    message = Message("allow the pair {pair}", pair="({0}, {pair})")

    assert unpacked(packed(message)) == "allow the pair ({0}, {pair})"
