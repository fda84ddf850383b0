"""Who is asking: turns the credentials of a request into an actor."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import service
from app.core.database import ReadSessionDep
from app.core.errors import NotSignedIn
from app.policy import Actor

_bearer = HTTPBearer(
    auto_error=False, description="A token made with `counterpart token` or by the demo."
)


def _actor(
    session: ReadSessionDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    if credentials is None:
        raise NotSignedIn("The request names nobody.")
    return service.authenticate(session, credentials.credentials)


ActorDep = Annotated[Actor, Depends(_actor)]
