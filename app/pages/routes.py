"""Every page, by wing."""

from fastapi import APIRouter

from app.pages.account import (
<<<<<<< HEAD
    language,
=======
    demonstration,
>>>>>>> 3e6b5ee (Do the main job in the browser (issue 13))
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
from app.pages.staff import bench, programmes, runs, submissions
from app.pages.team import form, mine, submission

router = APIRouter(include_in_schema=False)
for page in (
<<<<<<< HEAD
    front,
    language,
    sign_in,
    one_time_links,
    openid,
    profile,
    password,
    sessions,
    tokens,
=======
    *(front, calls, about),
    *(
        sign_in,
        demonstration,
        one_time_links,
        openid,
        profile,
        password,
        sessions,
        tokens,
        tasks,
    ),
    *(mine, form, submission),
    *(programmes, submissions, runs, bench),
>>>>>>> 3e6b5ee (Do the main job in the browser (issue 13))
):
    router.include_router(page.router)
