"""What the pages are made of, all on one page: for who builds and checks them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.base.clock import now
from app.core.base.errors import FieldError, NotFound
from app.core.base.messages import Message
from app.core.http.access import public
from app.core.http.forms import Form
from app.core.http.forwarding import is_here
from app.pages.layout import PageDep
from app.pages.notices import Notice
from app.submissions.lifecycle import State

router = APIRouter()


def _here_alone(request: Request) -> None:
    """Refuse whoever comes from another machine, or through a proxy, as if it were not there.

    Raises
    ------
    NotFound
    """
    if not is_here(request):
        raise NotFound("There is nothing at this address.")


@router.get("/components")
@public
def show_components(page: PageDep, _: Annotated[None, Depends(_here_alone)]) -> Response:
    """Show every component, in each of its states."""
    short = Message(
        "It has {length:,} characters; the minimum is {least:,}.", length=2, least=5
    )
    wrong: Form[BaseModel] = Form(
        written={"title": "AI"}, errors=(FieldError("/title", short),)
    )
    blank: Form[BaseModel] = Form()
    at = now()
    return page.render(
        "public/components.html",
        form=wrong,
        blank=blank,
        done=Notice(
            Message(
                "Recorded: {provider} is chosen for {challenge}.",
                provider="Norway",
                challenge="Italy",
            ),
            "/components",
        ),
        states=[*State],
        events=[("Submitted", at - timedelta(days=2)), ("Passed as eligible", at)],
    )
