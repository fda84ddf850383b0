"""Addresses and passwords are the same on every keyboard."""

import unicodedata
from typing import Any, Final, Literal

import pytest
from argon2 import PasswordHasher

from app.accounts.service import credentials
from app.accounts.service.users import folded

WORDS = "Énigme à Łódź, 12 \ufb02eurs"
FORMS: Final[tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...]] = ("NFC", "NFD", "NFKC", "NFKD")


@pytest.mark.parametrize("stored", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_password_is_the_same_however_a_keyboard_composes_it(
    stored: Any, written: Any
) -> None:
    hashed = credentials.hash_password(unicodedata.normalize(stored, WORDS))

    assert credentials.is_password(hashed, unicodedata.normalize(written, WORDS))
    assert not credentials.is_password(hashed, unicodedata.normalize(written, WORDS) + "x")


def test_wide_signs_of_a_keyboard_are_the_narrow_ones() -> None:
    assert credentials.is_password(credentials.hash_password("pass\uff11\uff12"), "\uff50ass12")


@pytest.mark.parametrize("form", FORMS)
def test_a_hash_of_before_goes_on_working_and_is_renewed(form: Any) -> None:
    written = unicodedata.normalize(form, WORDS)
    before = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(written)

    assert credentials.is_password(before, written)
    assert credentials.is_outdated(before, written) is (form != "NFKC")
    assert not credentials.is_outdated(credentials.hash_password(written), written)


def test_nobody_has_a_password() -> None:
    assert not credentials.is_password(None, WORDS)


@pytest.mark.parametrize(
    "written",
    [
        "jose\u0301@example.org",
        "JOSÉ@EXAMPLE.ORG",
        "jos\u00e9@ex\uff41mple.org",
        " José@Example.org ",
    ],
)
def test_an_address_is_the_same_however_it_is_written(written: str) -> None:
    assert folded(written) == "jos\u00e9@example.org"
