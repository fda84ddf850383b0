"""Every page, by wing."""

from fastapi import APIRouter

from app.pages.account import (
    demonstration,
    language,
    one_time_links,
    openid,
    password,
    profile,
    sessions,
    sign_in,
    tasks,
    tokens,
)
from app.pages.public import about, calls, front
from app.pages.staff import (
    bench,
    board,
    comparison,
    many_steps,
    programmes,
    runs,
    submissions,
    what_if,
)
from app.pages.team import form, mine, submission

router = APIRouter(include_in_schema=False)
for page in (
    *(front, calls, about),
    *(
        sign_in,
        demonstration,
        language,
        one_time_links,
        openid,
        profile,
        password,
        sessions,
        tokens,
        tasks,
    ),
    *(mine, form, submission),
    *(programmes, submissions, many_steps, runs, bench, board, what_if, comparison),
):
    router.include_router(page.router)
