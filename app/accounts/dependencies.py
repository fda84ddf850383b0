"""Who is asking: turns the credentials of a request into an actor."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import service
from app.core import idempotency
from app.core.database import reading
from app.core.declaring import Access, declaration_of
from app.core.errors import KeyRequired, NotSignedIn
from app.core.sessions import SessionDep
from app.policy import Action, Actor, require_somewhere

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


async def admitted(request: Request, actor: Annotated[Actor, Depends(_actor)]) -> Actor:
    """Refuse at the door whoever has no action that the route says it needs.

    It holds nothing and waits for nothing, so that it costs next to nothing.
    """
    said = declaration_of(request.scope["endpoint"])
    if said is not None and said.access is Access.NEEDS:
        require_somewhere(actor, Action(said.actions[0]))
    return actor


ActorDep = Annotated[Actor, Depends(admitted)]


@dataclass(frozen=True, slots=True)
class Once:
    """What is done once, however often it is sent; and what is only tried.

    Attributes
    ----------
    wanted : set of str
        The steps that are refused without a key; `*` for all there is.
    """

    wanted: frozenset[str] = frozenset()

    def __call__(
        self,
        request: Request,
        session: SessionDep,
        actor: ActorDep,
        asked: Annotated[str, Depends(idempotency.fingerprint)],
        idempotency_key: Annotated[
            str | None, Header(description="A new random value; the same on a retry.")
        ] = None,
        dry_run: Annotated[
            bool, Query(description="Check everything and change nothing.")
        ] = False,
    ) -> None:
        """Claim the key of the request, if it has one.

        Raises
        ------
        KeyRequired
            If it needs one and has none.
        """
        request.state.dry_run = dry_run
        if dry_run or actor.user_id is None:
            return
        if idempotency_key is not None:
            request.state.claim = idempotency.claim(
                session, actor.user_id, idempotency_key, asked
            )
        elif not self.wanted.isdisjoint({"*", request.path_params.get("step")}):
            raise KeyRequired("This is done once, and needs a key to be recognised by.")


ONCE: Final = Depends(Once())
"""For routes that create or act: `Idempotency-Key` and `dry_run`."""
