"""Every page, by wing."""

from typing import Final

from fastapi import APIRouter, FastAPI

from app.pages.account import (
    demonstration,
    language,
    one_time_links,
    openid,
    organisation,
    password,
    profile,
    sessions,
    sign_in,
    tasks,
    tokens,
)
from app.pages.public import about, calls, components, front
from app.pages.public import notices as catalogue
from app.pages.staff import (
    audit,
    bench,
    board,
    builder,
    call_forms,
    comparison,
    decision,
    decision_letters,
    decisions,
    figures,
    form_rules,
    importing,
    late_permits,
    letters,
    many_steps,
    moves,
    next_edition,
    notices,
    people,
    programme_form,
    programmes,
    question_form,
    releases,
    runs,
    similar,
    submissions,
    trade_offs,
    users,
    what_if,
)
from app.pages.staff import calls as programme_calls
from app.pages.team import fitting, form, mine, notice, receipt, submission

_ROUTERS: Final = list[APIRouter]()
for page in (
    *(front, calls, catalogue, about, components),
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
    *(mine, form, submission, fitting, notice, receipt),
    *(
        programmes,
        submissions,
        similar,
        decisions,
        decision,
        releases,
        decision_letters,
        notices,
        many_steps,
        runs,
        bench,
        board,
        moves,
        what_if,
        comparison,
    ),
    *(figures, trade_offs),
    *(programme_calls, call_forms, late_permits, programme_form, importing),
    *(builder, question_form, form_rules, next_edition),
    *(people, users, letters, organisation, audit),
):
    _ROUTERS.append(page.router)


def include_pages(app: FastAPI) -> None:
    """Add every page to an application.

    Each router by itself: FastAPI makes the routes of a router within a router ready twice,
    and keeps both.
    """
    for router in _ROUTERS:
        app.include_router(router, include_in_schema=False)
