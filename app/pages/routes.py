"""Every page, by wing."""

from fastapi import APIRouter

from app.pages.account import (
    language,
    one_time_links,
    openid,
    password,
    profile,
    sessions,
    sign_in,
    tokens,
)
from app.pages.public import front

router = APIRouter(include_in_schema=False)
for page in (
    front,
    language,
    sign_in,
    one_time_links,
    openid,
    profile,
    password,
    sessions,
    tokens,
):
    router.include_router(page.router)
