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
    webhooks,
)
from app.pages.account import letters as letter_choices
from app.pages.public import about, calls, components, front, open_data, register
from app.pages.public import notices as catalogue
from app.pages.public import support as supporting
from app.pages.review import advice, review
from app.pages.review import mine as my_reviews
from app.pages.staff import (
    asking_reviewers,
    audit,
    bench,
    board,
    builder,
    call_forms,
    call_letters,
    call_meter,
    comparison,
    consultations,
    coverage,
    decision,
    decisions,
    entries,
    exclusions,
    figures,
    form_rules,
    gaps,
    importing,
    interests,
    inviting_to_calls,
    late_permits,
    letters,
    many_steps,
    moves,
    next_edition,
    notices,
    offers,
    peers,
    people,
    programme_form,
    programmes,
    question_form,
    releases,
    reviewers,
    reviewing,
    runs,
    screening,
    similar,
    submissions,
    teaching,
    trade_offs,
    users,
    what_if,
)
from app.pages.staff import calls as programme_calls
from app.pages.team import (
    agreed,
    asking,
    comments,
    conversation,
    enquiries,
    entry,
    files,
    fitting,
    form,
    matches,
    meetings,
    mine,
    notice,
    offline,
    practices,
    receipt,
    room_files,
    step,
    submission,
    support,
    team,
)
from app.pages.team import interests as own_interests

_ROUTERS: Final = list[APIRouter]()
for page in (
    *(front, calls, catalogue, register, open_data, about, components, supporting),
    *(
        sign_in,
        demonstration,
        language,
        one_time_links,
        openid,
        profile,
        password,
        sessions,
        letter_choices,
        tokens,
        webhooks,
        tasks,
    ),
    *(
        mine,
        form,
        offline,
        files,
        submission,
        step,
        team,
        entry,
        comments,
        support,
        fitting,
        own_interests,
        notice,
        asking,
        enquiries,
        practices,
        receipt,
        matches,
        conversation,
        meetings,
        room_files,
        agreed,
    ),
    *(my_reviews, review, reviewing, reviewers, asking_reviewers),
    *(advice, consultations),
    *(
        programmes,
        submissions,
        similar,
        gaps,
        inviting_to_calls,
        screening,
        exclusions,
        decisions,
        decision,
        releases,
        call_letters,
        notices,
        many_steps,
        runs,
        bench,
        interests,
        board,
        moves,
        what_if,
        comparison,
        offers,
    ),
    *(figures, coverage, peers, trade_offs, teaching),
    *(
        programme_calls,
        call_forms,
        call_meter,
        late_permits,
        entries,
        programme_form,
        importing,
    ),
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
