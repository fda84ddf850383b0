"""Reading verdicts: all of them, earlier ones that no longer count included."""

from uuid import UUID

from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import refers
from app.matchmaking.models import MatchRun, Verdict
from app.matchmaking.schemas.verdicts import VerdictQuery
from app.submissions.models import Submission


def verdicts(session: Session, actor: Actor, query: VerdictQuery) -> Page[Verdict]:
    """Return a page of the verdicts, earlier ones that no longer count included.

    Raises
    ------
    NotPermitted
        If the actor may not read runs.
    """
    policy.require(actor, Action.RUN_READ)
    statement = select(Verdict)
    for column, table, wanted in (
        (Verdict.run_id, MatchRun, query.run),
        (Verdict.challenge_id, Submission, query.challenge),
        (Verdict.solution_id, Submission, query.solution),
    ):
        if wanted:
            statement = statement.where(refers(column, table, *wanted))
    return page(
        session,
        statement,
        query,
        sortable={"created_at": Verdict.created_at},
        default="-created_at",
        key=Verdict.id,
    )


def verdict(session: Session, actor: Actor, verdict_id: UUID) -> Verdict:
    """Return one verdict.

    Raises
    ------
    NotFound
        If there is none, or the actor may not read runs.
    """
    found = session.get(Verdict, verdict_id)
    if found is None or not policy.allows(actor, Action.RUN_READ):
        raise NotFound(Message("There is no verdict {verdict_id}.", verdict_id=verdict_id))
    return found
