"""The choice of the language, on every page and for everybody."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.dependencies import DatabaseDep
from app.accounts.schemas import LanguageForm
from app.accounts.service import preferences
from app.core.base.errors import Unprocessable
from app.core.http import cookies
from app.core.http.access import public
from app.core.http.csrf import local_path
from app.core.http.forms import Form, form_of
from app.core.storage.database import transaction
from app.pages.layout import PageDep, go_to

router = APIRouter()

LASTS: Final = timedelta(days=365)
Choice = Annotated[Form[LanguageForm], Depends(form_of(LanguageForm))]


@router.post("/language")
@public
def choose_language(
    page: PageDep, request: Request, database: DatabaseDep, form: Choice
) -> Response:
    """Speak this language from now on: in this browser, and to whoever has signed in there."""
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    tag = form.value.language
    if page.actor is not None and not database.read_only:
        with transaction(database) as session:
            preferences.choose_language(session, page.actor, tag)
    response = go_to(local_path(form.value.next, "/"))
    cookies.give(request, response, cookies.LANGUAGE, tag, lasts=LASTS)
    return response
