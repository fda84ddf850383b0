"""Every page, by wing."""

from fastapi import APIRouter

from app.pages.account import one_time_links, openid, profile, sign_in, tokens
from app.pages.public import front

router = APIRouter(include_in_schema=False)
for page in (front, sign_in, one_time_links, openid, profile, tokens):
    router.include_router(page.router)
