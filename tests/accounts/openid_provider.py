"""An OpenID provider for tests: `openid_provider.py PORT`, with keys and checks of its own.

It does what a provider does: codes work once, the client shows its secret, the verifier
must fit the challenge (PKCE, S256), the token is signed with RS256. `POST /lies` makes the
next tokens wrong in one respect, so that it can be seen who notices.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.security.utils import get_authorization_scheme_param
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "counterpart", "client-secret"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(encoded(part) for part in parts)


class Provider:
    """What it is called, its keys, the questions that wait, and the lies it tells."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.other = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.asked: dict[str, dict[str, str]] = {}
        self.lies: dict[str, Any] = {}

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.lies.get("described_issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            **self.lies.get("described", {}),
        }

    def answer(self, query: dict[str, str]) -> Response:
        """Lead somebody back who has signed in here."""
        if query.get("client_id") != CLIENT or query.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 303)

    def exchange(self, shown: str, form: dict[str, str]) -> Response:
        if base64.b64decode(shown).decode() != f"{CLIENT}:{SECRET}":
            return JSONResponse({"error": "invalid_client"}, 401)
        question = self.asked.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        if (
            question is None
            or form.get("redirect_uri") != question["redirect_uri"]
            or encoded(hashlib.sha256(verifier).digest()) != question["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.signed(self.claims(question))
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def claims(self, question: dict[str, str]) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "sub": "person-17",
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "nonce": question.get("nonce"),
            "email": "admin@example.org",  # nobody shall be known by this
            **self.lies.get("claims", {}),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        how = self.lies.get("signature", "RS256")
        if how == "none":
            return unsigned({"alg": "none"}, claims) + "."
        if how == "HS256":  # with the public key as if it were a shared secret
            content = unsigned({"alg": "HS256", "kid": "one"}, claims)
            public = self.key.as_pem(private=False)
            return f"{content}.{encoded(hmac.new(public, content.encode(), 'sha256').digest())}"
        key = self.other if how == "other" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def application(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def describe() -> dict[str, Any]:
        return provider.described()

    @app.get("/elsewhere")
    def lead_inside() -> Response:
        return RedirectResponse(f"{provider.issuer}/keys", 302)

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    @app.post("/lies")
    async def lie(request: Request) -> None:
        provider.lies = await request.json()

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        return provider.answer(dict(request.query_params))

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        _, shown = get_authorization_scheme_param(request.headers.get("authorization"))
        return provider.exchange(shown, form)

    return app


if __name__ == "__main__":
    place = int(sys.argv[1])
    serving = application(Provider(f"http://127.0.0.1:{place}"))
    uvicorn.run(serving, host="127.0.0.1", port=place, log_level="error")
