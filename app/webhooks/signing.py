"""Signatures by the convention of Standard Webhooks: who holds the secret can tell us apart.

    webhook-id: 1d3a...
    webhook-timestamp: 1790000000
    webhook-signature: v1,kM5s...

Signed is `id.timestamp.body` by HMAC-SHA256. While a secret is being changed, there are two
signatures, with a space between them.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
LENGTH: Final = 32


def new_secret() -> str:
    """Make a secret, as receivers are given it."""
    return PREFIX + b64encode(secrets.token_bytes(LENGTH)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of one message under one secret."""
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(keys: Iterable[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return what stands at the head of a message, signed under each of the secrets."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(key, event_id, timestamp, body) for key in keys
        ),
    }
