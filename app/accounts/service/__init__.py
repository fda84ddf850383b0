"""Use cases about who somebody is, by group; what other features call stands here too."""

from app.accounts.service.authenticating import authenticate, authenticate_browser
from app.accounts.service.credentials import digest_of, hash_password
from app.accounts.service.links import set_up
from app.accounts.service.organisations import (
    create_organisation,
    organisation,
    organisation_of,
    organisations,
    update_organisation,
)
from app.accounts.service.people import add_user, describe, grant, user_with
from app.accounts.service.sessions import recently_confirmed, require_recently_confirmed
from app.accounts.service.tokens import issue_token, revoke_tokens

__all__ = [
    "add_user",
    "authenticate",
    "authenticate_browser",
    "create_organisation",
    "describe",
    "digest_of",
    "grant",
    "hash_password",
    "issue_token",
    "organisation",
    "organisation_of",
    "organisations",
    "recently_confirmed",
    "require_recently_confirmed",
    "revoke_tokens",
    "set_up",
    "update_organisation",
    "user_with",
]
