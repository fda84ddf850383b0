"""Who holds the secret can tell our messages from those of others."""

import re
from base64 import b64decode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import EVENTS, EventKind
from app.webhooks import signing
from tests.processes import ROOT

PUBLISHED = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1731705121,
        b'{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
]
"""Examples of Standard Webhooks, made by its own libraries."""


def test_a_signature_is_the_one_that_other_programs_of_the_convention_make() -> None:
    for secret, key, stamp, body, wanted in PUBLISHED:
        assert signing.signature(secret, key, stamp, body) == wanted


@given(
    st.tuples(st.text("abc-0", max_size=9), st.integers(0, 2**40), st.binary(max_size=50)),
    st.tuples(st.text("abc-0", max_size=9), st.integers(0, 2**40), st.binary(max_size=50)),
)
def test_a_signature_is_of_one_message_alone(
    one: tuple[str, int, bytes], other: tuple[str, int, bytes]
) -> None:
    secret, another = signing.new_secret(), signing.new_secret()

    first = signing.signature(secret, *one)

    assert first == signing.signature(secret, *one)
    assert first != signing.signature(another, *one)
    assert (first == signing.signature(secret, *other)) is (one == other)


def test_a_secret_has_32_bytes_that_nobody_can_guess() -> None:
    secrets = {signing.new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert {len(b64decode(one.removeprefix("whsec_"))) for one in secrets} == {32}


def test_two_secrets_sign_the_same_message_side_by_side() -> None:
    old, new = signing.new_secret(), signing.new_secret()

    head = signing.headers([new, old], "e1", 1_790_000_000, b"{}")

    assert head == {
        "webhook-id": "e1",
        "webhook-timestamp": "1790000000",
        "webhook-signature": signing.signature(new, "e1", 1_790_000_000, b"{}")
        + " "
        + signing.signature(old, "e1", 1_790_000_000, b"{}"),
    }


def test_the_example_of_the_guide_knows_our_messages_and_no_others() -> None:
    guide = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 -- our own page
    is_ours = names["is_ours"]
    old, new, at = signing.new_secret(), signing.new_secret(), 1_790_000_000
    head, body = signing.headers([new, old], "e1", at, b'{"type":"x"}'), b'{"type":"x"}'

    assert is_ours(new, head, body, at + 299)
    assert is_ours(old, head, body, at - 299)
    assert not is_ours(signing.new_secret(), head, body, at)
    assert not is_ours(new, head, body + b" ", at)
    assert not is_ours(new, head | {"webhook-id": "e2"}, body, at)
    assert not is_ours(new, head | {"webhook-timestamp": str(at + 1)}, body, at)
    assert not is_ours(new, head, body, at + 301)
    assert not is_ours(new, head, body)


def test_the_guide_names_every_kind_of_event() -> None:
    guide = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")

    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.+?) \|", guide, re.MULTILINE))
    assert {kind: rows[kind] for kind in EventKind} == {
        kind: str(of.told) for kind, of in EVENTS.items()
    }
