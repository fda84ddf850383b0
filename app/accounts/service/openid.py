"""Signing in with an OpenID provider (authorization code with PKCE, state and nonce).

What must survive the way there and back is sealed in a cookie, so that an answer is taken
only by the browser that asked. A person is known by issuer and subject, never by address;
an invitation is what ties the two to a user.
"""

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from sqlmodel import Session, select

from app.accounts.lifecycle import UserState
from app.accounts.models import Identity, User
from app.accounts.service import browser_sessions, known_browsers, one_time_links
from app.accounts.service.browser_sessions import Entry
from app.accounts.service.known_browsers import Browser
from app.core.base.encryption import Keyring
from app.core.base.errors import Conflict, NotPermitted, Unavailable
from app.core.base.messages import Message
from app.core.storage import audit, rate_limits
from app.core.storage.database import Database
from app.core.storage.rate_limits import Limit
from app.settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

BACK: Final = "/sign-in/provider/back"
"""Where the provider leads people back to; it must know this address."""
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
TRIPS: Final = Limit("trips from one", 100, timedelta(minutes=15))
WITHIN: Final = timedelta(minutes=10)
TIMEOUT: Final = 10
LEEWAY: Final = 60
"""Seconds by which the clocks of the two may differ."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with a public key; `none`, and those with a shared secret, are none of these."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What is remembered while somebody is at the provider."""

    state: str
    nonce: str
    verifier: str
    following: str
    invitation: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who somebody is, as the provider says, and with which invitation they came."""

    issuer: str
    subject: str
    following: str
    invitation: str


Remembered = TypeVar("Remembered", Trip, Visitor)


def begin(
    database: Database, settings: Settings, *, client: str, following: str, invitation: str
) -> tuple[str, str]:
    """Return the provider's address to go to, and what the browser keeps meanwhile.

    Parameters
    ----------
    client : str
        The network address from which the request comes.
    following : str
        The page to go to afterwards.
    invitation : str
        The code of an invitation that is being accepted; empty without one.

    Raises
    ------
    NotPermitted
        If no provider is set up.
    TooMany
        If this client has gone there too often: each time we ask the provider something.
    Unavailable
        If it does not answer.
    """
    rate_limits.count(database, (TRIPS, client))
    trip = Trip(
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(48),
        following,
        invitation,
    )
    with _client(settings) as http:
        described = _discover(http, settings)
        address, _ = http.create_authorization_url(
            described["authorization_endpoint"],
            state=trip.state,
            code_verifier=trip.verifier,
            nonce=trip.nonce,
        )
    return str(address), _sealed(settings, trip)


def finish(settings: Settings, sealed: str | None, answer: dict[str, str]) -> Visitor:
    """Return who comes back from the provider.

    Parameters
    ----------
    sealed : str or None
        What the browser has kept.
    answer : dict
        The query that the provider has sent along.

    Raises
    ------
    NotPermitted
        If the answer is not one to our question, or the provider refuses.
    Unavailable
        If the provider does not answer.
    """
    trip = _remembered(settings, sealed, Trip)
    if trip is None:
        raise _mistrusted(Message("This browser has not asked for that, or too long ago."))
    if not hmac.compare_digest(answer.get("state", "").encode(), trip.state.encode()):
        raise _mistrusted(Message("The answer belongs to another question."))
    if answer.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
        raise _mistrusted(Message("The answer comes from another provider."))
    if "code" not in answer:
        raise _mistrusted(Message("The provider has not let you in."))
    with _client(settings) as client:
        described = _discover(client, settings)
        token = _exchanged(client, described, trip, answer)
        published = _fetched(client, described["jwks_uri"])
    claims = _verified(settings, published, token, trip)
    return Visitor(claims["iss"], claims["sub"], trip.following, trip.invitation)


def remember(settings: Settings, visitor: Visitor) -> str:
    """Return what the browser keeps of who came back, until the person has agreed."""
    return _sealed(settings, visitor)


def remembered(settings: Settings, sealed: str | None) -> Visitor | None:
    """Return who came back in this browser a moment ago; None if nobody did."""
    return _remembered(settings, sealed, Visitor)


def _sealed(settings: Settings, content: Trip | Visitor) -> str:
    document = {type(content).__name__: asdict(content)}
    return Keyring(settings.keys).encrypt(json.dumps(document))


def _remembered(
    settings: Settings, sealed: str | None, kind: type[Remembered]
) -> Remembered | None:
    """Open what a browser has kept; None if that is not of this kind, or too old."""
    plain = Keyring(settings.keys).decrypt(sealed or "", within=WITHIN)
    content = json.loads(plain or "{}").get(kind.__name__)
    return content and kind(**content)


def _discover(client: "OAuth2Client", settings: Settings) -> dict[str, Any]:
    """Return what the provider says about itself; it must say that it is who we asked."""
    if settings.oidc_issuer is None:
        raise NotPermitted(
            "No sign-in provider is set up.", remedy="Sign in with a password instead."
        )
    address = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    described = _fetched(client, address)
    if described.get("issuer") != settings.oidc_issuer:
        raise _mistrusted(Message("The provider calls itself by another name."))
    # What is spoken with it in the open, or in another way than http, is no provider's.
    scheme = f"{urlsplit(settings.oidc_issuer).scheme}://"
    if not all(str(described.get(name)).startswith(scheme) for name in NEEDED):
        raise _silent()
    return described


def _fetched(client: "OAuth2Client", address: str) -> dict[str, Any]:
    from httpx2 import HTTPError  # noqa: PLC0415 -- where a provider is set up

    try:
        answer = client.request("GET", address, withhold_token=True)
        answer.raise_for_status()
        content: dict[str, Any] = answer.json()
    except (HTTPError, ValueError) as error:
        raise _silent() from error
    return content


def _exchanged(
    client: "OAuth2Client", described: dict[str, Any], trip: Trip, answer: dict[str, str]
) -> str:
    """Give the code and the verifier, and get the token that says who it is."""
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 -- as above
    from httpx2 import HTTPError  # noqa: PLC0415 -- as above

    try:
        tokens = client.fetch_token(
            described["token_endpoint"], code=answer["code"], code_verifier=trip.verifier
        )
    except OAuthError as error:
        raise _mistrusted(Message("The provider does not stand by its answer.")) from error
    except (HTTPError, ValueError) as error:
        raise _silent() from error
    return str(tokens.get("id_token", ""))


def _verified(settings: Settings, published: Any, token: str, trip: Trip) -> dict[str, Any]:
    """Return the claims, once signature, issuer, audience, time and nonce are right."""
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 -- as above
    from joserfc import jwt  # noqa: PLC0415 -- as above
    from joserfc.errors import JoseError  # noqa: PLC0415 -- as above
    from joserfc.jwk import KeySet  # noqa: PLC0415 -- as above

    try:
        keys = KeySet.import_key_set(published)
        signed = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": trip.nonce},
            },
            params={"nonce": trip.nonce, "client_id": settings.oidc_client_id},
        )
        claims.validate(leeway=LEEWAY)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _mistrusted(Message("What the provider says cannot be verified.")) from error
    return dict(claims)


def _client(settings: Settings) -> "OAuth2Client":
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 -- as above

    secret = settings.oidc_client_secret
    return OAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        # No more than who it is: neither name nor address are asked for.
        scope="openid",
        redirect_uri=settings.public_url.rstrip("/") + BACK,
        code_challenge_method="S256",
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
    )


def enter(
    session: Session, settings: Settings, visitor: Visitor, browser: Browser
) -> Entry | None:
    """Begin the session of anyone who is known by this identity; None if nobody is yet.

    Parameters
    ----------
    browser : Browser
        The session that it presents ends.

    Raises
    ------
    NotPermitted
        If the user has left.
    """
    found = session.exec(
        select(Identity, User)
        .join(User)
        .where(Identity.issuer == visitor.issuer, Identity.subject == visitor.subject)
        .with_for_update()
    ).first()
    if found is None:
        return None
    if found[1].state is not UserState.ACTIVE:
        raise NotPermitted("This account has been closed.", remedy="Ask an administrator.")
    return _begin(session, settings, found[1], browser)


def link(
    session: Session,
    settings: Settings,
    visitor: Visitor,
    browser: Browser,
    language: str | None = None,
) -> Entry:
    """Accept an invitation with this identity, with the person's consent, and sign in.

    Parameters
    ----------
    language : str, optional
        As for `one_time_links.accept`.

    Raises
    ------
    NotFound
        If the invitation does not hold.
    Conflict
        If somebody else is known by this identity.
    """
    # The refusal undoes the entering, with its session.
    if enter(session, settings, visitor, browser):
        raise Conflict("That sign-in belongs to another account.", remedy="Sign in with it.")
    user = one_time_links.accept(session, visitor.invitation, language)
    session.add(Identity(user_id=user.id, issuer=visitor.issuer, subject=visitor.subject))
    session.flush()
    audit.record(session, user.id, "link", "user", user.id)
    return _begin(session, settings, user, browser)


def _begin(session: Session, settings: Settings, user: User, browser: Browser) -> Entry:
    browser_sessions.end(session, browser.session)
    known_id = known_browsers.find(session, browser.known, user.email)
    return browser_sessions.begin(
        session, user, settings, None, browser=browser.name, known_id=known_id
    )


def _mistrusted(detail: str) -> NotPermitted:
    return NotPermitted(detail, remedy="Begin again on the sign-in page.")


def _silent() -> Unavailable:
    return Unavailable("The sign-in provider gave an unexpected answer.")
