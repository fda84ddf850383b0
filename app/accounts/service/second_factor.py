"""The second factor: codes of an authenticator (RFC 6238), and codes for its loss."""

import base64
import hmac
import logging
import secrets
from typing import Final
from uuid import UUID

import pyotp
from sqlmodel import Session, col, delete, select

from app.accounts.models import RecoveryCode, SecondFactor, User
from app.accounts.service import notices
from app.accounts.service.credentials import digest_of
from app.accounts.service.notices import Notice
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.core.base.errors import Conflict, FieldError, Unavailable, Unprocessable
from app.core.storage import audit

log = logging.getLogger(__name__)

ISSUER: Final = "Counterpart"
DRIFT: Final = 1
"""Time steps of half a minute by which a clock may be wrong."""
RECOVERY_CODES: Final = 10


def begin_enrolment(session: Session, user: User, keyring: Keyring) -> tuple[str, str]:
    """Return the secret for an authenticator, and the address that a QR code holds.

    The same one until it is confirmed, so that reloading the page changes nothing.

    Raises
    ------
    Conflict
        If an authenticator is enrolled already.
    Unavailable
        If the service has no key to keep the secret with.
    """
    held = _of(session, user.id)
    if held is not None and held.enrolled_at is not None:
        raise Conflict("You have an authenticator already.", remedy="Sign in with it.")
    secret = keyring.decrypt(held.sealed) if held else None
    if secret is None:
        secret = pyotp.random_base32()
        if held is None:
            session.add(SecondFactor(user_id=user.id, sealed=keyring.encrypt(secret)))
        else:  # sealed by a key that has been taken away, and never used
            held.sealed = keyring.encrypt(secret)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def enrol(session: Session, user: User, keyring: Keyring, code: str) -> list[str]:
    """Confirm the authenticator by its first code; return the recovery codes, shown once.

    Raises
    ------
    Unprocessable
        If the code is not the one of this moment.
    """
    held = _of(session, user.id)
    if held is None or not _is_code(held, keyring, code):
        raise _wrong_code()
    held.enrolled_at = now()
    audit.record(session, user.id, "enrol", "user", user.id)
    notices.tell(session, user, Notice.AUTHENTICATOR)
    return new_recovery_codes(session, user.id)


def new_recovery_codes(session: Session, user_id: UUID) -> list[str]:
    """Make ten codes in place of those before; only their hashes are kept."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        [RecoveryCode(user_id=user_id, digest=digest_of(_plain(code))) for code in codes]
    )
    return codes


def _new_code() -> str:
    """Return 136 random bits in seven groups of letters and digits.

    From 112 on a plain hash keeps them safe, where somebody has taken the database (ASVS 5.0,
    6.5.2).
    """
    text = base64.b32encode(secrets.token_bytes(17)).decode().lower().rstrip("=")
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def check(session: Session, user: User, keyring: Keyring, code: str) -> None:
    """Take a code of the authenticator, or one of the recovery codes; each works once.

    Raises
    ------
    Unprocessable
        If it is neither, or was taken before.
    """
    held = _of(session, user.id)
    if held is None or held.enrolled_at is None:
        raise _wrong_code()
    spare = session.exec(
        select(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.digest == digest_of(_plain(code)),
            col(RecoveryCode.used_at).is_(None),
        )
        .with_for_update()
    ).first()
    # Looked for first: it helps too where the key that has sealed the secret is gone.
    if spare is not None:
        spare.used_at = now()
        audit.record(session, user.id, "use recovery code", "user", user.id)
        notices.tell(session, user, Notice.RECOVERY_CODE)
    elif not _is_code(held, keyring, code):
        log.info("code refused", extra={"user_id": str(user.id)})
        raise _wrong_code()


def _is_code(held: SecondFactor, keyring: Keyring, code: str) -> bool:
    """Tell whether this is a code that was not taken yet, and take it."""
    secret = keyring.decrypt(held.sealed)
    if secret is None:
        raise Unavailable(
            "Your authenticator was enrolled under a key that the service has no longer.",
            remedy="Use a recovery code, or ask an administrator to remove it.",
        )
    totp = pyotp.TOTP(secret)
    current = totp.timecode(now())
    # A clock that was ahead has left a step that no code can follow: it is not believed.
    ahead = held.last_step is not None and held.last_step > current + DRIFT
    before = None if ahead else held.last_step
    for step in range(current - DRIFT, current + DRIFT + 1):
        right = hmac.compare_digest(totp.generate_otp(step), _plain(code))
        if right and (before is None or step > before):
            held.last_step = step
            return True
    return False


def remove(session: Session, user: User) -> None:
    """Remove the authenticator and the recovery codes of a user, and tell the person."""
    forget(session, user.id)
    notices.tell(session, user, Notice.NO_AUTHENTICATOR)


def forget(session: Session, user_id: UUID) -> None:
    """Remove the authenticator and the recovery codes of a user."""
    for table in (SecondFactor, RecoveryCode):
        session.execute(delete(table).where(col(table.user_id) == user_id))


def reencrypt(session: Session, keyring: Keyring) -> tuple[int, int]:
    """Encrypt every secret with the newest key; return how many, and how many no key opens."""
    held = session.exec(select(SecondFactor)).all()
    lost = 0
    for factor in held:
        sealed = keyring.reencrypt(factor.sealed)
        if sealed is None:
            lost += 1
        else:
            factor.sealed = sealed
    return len(held) - lost, lost


def _of(session: Session, user_id: UUID) -> SecondFactor | None:
    held = select(SecondFactor).where(SecondFactor.user_id == user_id)
    return session.exec(held.with_for_update()).first()


def _plain(code: str) -> str:
    """Return a code without what people add to read it more easily."""
    return "".join(c for c in code.lower() if c.isascii() and c.isalnum())


def _wrong_code() -> Unprocessable:
    return Unprocessable(
        "The code is wrong.",
        errors=[
            FieldError(
                "/code",
                "This is not the code of this moment, or it was used before. Wait for the "
                "next one, or use a recovery code.",
            )
        ],
    )
