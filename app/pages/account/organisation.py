"""One's own organisations, their people, and whom to ask to let a colleague in."""

from fastapi import APIRouter, Response

from app.access import policy
from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.organisations.schemas import UserQuery
from app.organisations.service import organisations, people
from app.pages.layout import PageDep

router = APIRouter()


@router.get("/organisation")
@needs(Action.USER_READ)
def show_own_organisation(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Show the organisations to which the reader belongs, and their people."""
    own = sorted(policy.own_reach(actor, Action.USER_READ))
    found = [organisations.organisation(session, actor, key) for key in own]
    teams = [
        (one, people.users(session, actor, UserQuery(organisation=[one.id], limit=200)).rows)
        for one in found
    ]
    return page.render(
        "account/organisation.html",
        teams=teams,
        may_invite=policy.allows(actor, Action.TEAM_INVITE),
    )
