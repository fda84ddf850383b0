"""Use cases about who somebody is, by group; what other features call stands here too."""

from app.accounts.service.authentication import authenticate, authenticate_browser
from app.accounts.service.browser_sessions import recently_confirmed, require_recently_confirmed
from app.accounts.service.credentials import digest_of, hash_password
from app.accounts.service.one_time_links import set_up
from app.accounts.service.tokens import issue_token, revoke_tokens
from app.accounts.service.users import user_with

__all__ = [
    "authenticate",
    "authenticate_browser",
    "digest_of",
    "hash_password",
    "issue_token",
    "recently_confirmed",
    "require_recently_confirmed",
    "revoke_tokens",
    "set_up",
    "user_with",
]
