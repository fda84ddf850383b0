"""Calls: what each asks for, until when, and what happens afterwards."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.access.policy import NOBODY
from app.core.base.references import Reference
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.pages.layout import PageDep
from app.pages.topics import topics_in
from app.programmes import service as programmes
from app.programmes.schemas import CallQuery
from app.questions import service as questions
from app.submissions.lifecycle import KINDS

router = APIRouter()


@router.get("/calls")
@public
def show_calls(
    page: PageDep,
    session: ReadSessionDep,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List the calls: open ones, those to come, and those that are over."""
    query = CallQuery(sort="-closes_at", limit=25, cursor=cursor)
    found = programmes.calls(session, NOBODY, query)
    return page.render("public/calls.html", calls=found.rows, cursor=found.cursor)


@router.get("/calls/{call}")
@public
def show_call(page: PageDep, session: ReadSessionDep, call: Reference) -> Response:
    """Tell what a call asks for, who can take part and what happens afterwards."""
    found = programmes.call(session, NOBODY, call)
    kind, of = KINDS[found.kind], programmes.programme(session, found.programme_id)
    form = questions.form_of_call(session, found)
    return page.render(
        "public/call.html",
        call=programmes.describe(NOBODY, found),
        of=of,
        form=form,
        topics=topics_in(kind, form, language=of.working_language),
        kind=kind,
    )
