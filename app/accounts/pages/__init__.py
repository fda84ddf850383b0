"""Pages for people: signing in, invitations, a new password, the profile."""

from fastapi import APIRouter

from app.accounts.pages import links, profile, provider, signing_in, tokens

router = APIRouter(include_in_schema=False)
for part in (signing_in, links, provider, profile, tokens):
    router.include_router(part.router)

__all__ = ["router"]
