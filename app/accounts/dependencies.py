"""Who is asking: turns the credentials of a request into an actor."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import service
from app.core.database import reading
from app.core.errors import NotSignedIn
from app.policy import Actor

_bearer = HTTPBearer(
    auto_error=False, description="A token made with `counterpart token` or by the demo."
)


def _actor(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    if credentials is None:
        raise NotSignedIn("The request names nobody.")
    # A session of its own, given back at once: a request that held one connection
    # while it waits for the next would, with enough others like it, wait for ever.
    with reading(request.app.state.database) as session:
        return service.authenticate(session, credentials.credentials)


ActorDep = Annotated[Actor, Depends(_actor)]
