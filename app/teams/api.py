"""Routes for those who work on a submission together; staff read the support alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.models import Collaborator
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.routing import Route
from app.teams import queries
from app.teams.lifecycle import ENTRY_LIFE, LIFE
from app.teams.schemas import (
    ChangedTeamComment,
    CollaboratorRead,
    CollaboratorsRead,
    EntriesRead,
    EntryListed,
    EntryRead,
    NewCollaborator,
    NewEntry,
    NewSupport,
    NewTeamComment,
    NewThread,
    SupportRead,
    TeamCommentRead,
    ThreadRead,
    ThreadsRead,
)
from app.teams.service import collaborators, comments, entries, support

router = APIRouter(route_class=Route, prefix="/submissions", tags=["teams"])
desk = APIRouter(route_class=Route, tags=["teams"])
"""For the staff, of a call."""

EntryStepName = Annotated[str, Path(json_schema_extra={"enum": list(ENTRY_LIFE.steps)})]
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]


@router.get("/{submission_id}/collaborators")
@needs(Action.DRAFT_SHARE)
def list_collaborators(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> CollaboratorsRead:
    """List who works on a submission of your team, beside its members."""
    rows = collaborators.listed(session, actor, submission_id)
    return CollaboratorsRead(
        collaborators=[CollaboratorRead.model_validate(row) for row in rows]
    )


@router.post(
    "/{submission_id}/collaborators",
    response_model=CollaboratorRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.DRAFT_SHARE)
def add_collaborator(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission_id: Reference,
    new: NewCollaborator,
) -> Collaborator:
    """Let somebody work on one submission of your team, or change what they may do there."""
    return collaborators.name(
        session, actor, submission_id, new, public_url=settings.public_url
    )


@router.delete(
    "/{submission_id}/collaborators/{collaborator_id}", status_code=status.HTTP_204_NO_CONTENT
)
@needs(Action.DRAFT_SHARE)
def take_collaborator_off(
    session: SessionDep, actor: ActorDep, submission_id: Reference, collaborator_id: UUID
) -> None:
    """End that somebody works on a submission, from their next request on."""
    collaborators.take_off(session, actor, submission_id, collaborator_id)


@router.get("/{submission_id}/threads")
@needs(Action.DRAFT_COMMENT)
def list_threads(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> ThreadsRead:
    """List what is said beside the questions of a submission on which you work."""
    found = queries.of_team(session, actor, submission_id)
    return ThreadsRead(threads=queries.threads(session, actor, found))


@router.post("/{submission_id}/threads", status_code=status.HTTP_201_CREATED)
@needs(Action.DRAFT_COMMENT)
def create_thread(
    session: SessionDep, actor: ActorDep, submission_id: Reference, new: NewThread
) -> ThreadRead:
    """Say something about a question of a submission, and ask somebody, if you like."""
    thread = comments.begin(session, actor, submission_id, new)
    return queries.thread_read(session, actor, submission_id, thread.id)


@router.get("/{submission_id}/threads/{thread_id}")
@needs(Action.DRAFT_COMMENT)
def read_thread(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference, thread_id: UUID
) -> ThreadRead:
    """Read what is said in one thread."""
    return queries.thread_read(session, actor, submission_id, thread_id)


@router.get("/{submission_id}/threads/{thread_id}/steps")
@needs(Action.DRAFT_COMMENT)
def list_thread_steps(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference, thread_id: UUID
) -> OffersRead:
    """List every step from where a thread stands: resolve it, open it again."""
    return OffersRead.of(*comments.offers(session, actor, submission_id, thread_id))


@router.post("/{submission_id}/threads/{thread_id}/steps/{step}")
@needs(Action.DRAFT_COMMENT)
def take_thread_step(
    session: SessionDep,
    actor: ActorDep,
    submission_id: Reference,
    thread_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
) -> ThreadRead:
    """Resolve a thread, or open it again."""
    comments.move(session, actor, submission_id, thread_id, step, expected)
    return queries.thread_read(session, actor, submission_id, thread_id)


@router.post(
    "/{submission_id}/threads/{thread_id}/comments", status_code=status.HTTP_201_CREATED
)
@needs(Action.DRAFT_COMMENT)
def add_team_comment(
    session: SessionDep,
    actor: ActorDep,
    submission_id: Reference,
    thread_id: UUID,
    new: NewTeamComment,
) -> TeamCommentRead:
    """Say something in a thread; one that is resolved opens again."""
    comment = comments.reply(session, actor, submission_id, thread_id, new)
    return queries.comment_read(session, actor, submission_id, comment.id)


@router.get("/{submission_id}/team-comments/{comment_id}")
@needs(Action.DRAFT_COMMENT)
def read_team_comment(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference, comment_id: UUID
) -> TeamCommentRead:
    """Read one comment."""
    return queries.comment_read(session, actor, submission_id, comment_id)


@router.put("/{submission_id}/team-comments/{comment_id}")
@needs(Action.DRAFT_COMMENT)
def change_team_comment(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    submission_id: Reference,
    comment_id: UUID,
    changed: ChangedTeamComment,
) -> TeamCommentRead:
    """Write a comment of your own anew, within an hour."""
    comments.change(session, actor, submission_id, comment_id, changed, expected)
    return queries.comment_read(session, actor, submission_id, comment_id)


@router.delete(
    "/{submission_id}/team-comments/{comment_id}", status_code=status.HTTP_204_NO_CONTENT
)
@needs(Action.DRAFT_COMMENT)
def remove_team_comment(
    session: SessionDep, actor: ActorDep, submission_id: Reference, comment_id: UUID
) -> None:
    """Remove a comment of your own, within an hour; a thread without any goes with it."""
    comments.remove(session, actor, submission_id, comment_id)


@router.get("/{submission_id}/support")
@within(Action.SUBMISSION_READ, Action.DRAFT_READ)
def read_support(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> SupportRead:
    """Read whether a superior of the team supports a submission."""
    return support.read(session, actor, submission_id)


@router.post("/{submission_id}/support", status_code=status.HTTP_201_CREATED)
@within(Action.DRAFT_SHARE, Action.SUBMISSION_ENTER)
def add_support(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission_id: Reference,
    new: NewSupport,
) -> SupportRead:
    """Ask a superior of the team by letter whether they support it, or ask again."""
    support.ask(session, actor, submission_id, new, public_url=settings.public_url)
    return support.read(session, actor, submission_id)


# --- what staff enter for a team ---------------------------------------------------------


@router.get("/{submission_id}/entry")
@within(Action.SUBMISSION_READ, Action.DRAFT_READ)
def read_entry_of_submission(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> EntryRead:
    """Read how far it is with a submission that staff enter for its team."""
    return entries.read(session, actor, submission_id)


@router.get("/{submission_id}/entry/steps")
@within(Action.SUBMISSION_READ, Action.DRAFT_READ)
def list_entry_steps(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> OffersRead:
    """List what its team can do with what staff have entered: confirm it, or take it over."""
    return OffersRead.of(*entries.offers(session, actor, submission_id))


@router.post("/{submission_id}/entry/steps/{step}")
@needs(Action.SUBMISSION_SUBMIT)
def take_entry_step(
    session: SessionDep,
    actor: ActorDep,
    submission_id: Reference,
    step: EntryStepName,
    expected: ExpectedIfStatedDep,
) -> EntryRead:
    """Confirm what staff have sent for your team, or go on without them.

    The tag that may be stated is that of the submission.
    """
    return entries.move(session, actor, submission_id, step, expected)


@desk.get("/calls/{call_id}/entries")
@needs(Action.SUBMISSION_ENTER)
def list_entries(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> EntriesRead:
    """List what staff have entered for teams in a call, without what it says."""
    return EntriesRead(entries=entries.listed(session, actor, call_id))


@desk.post("/calls/{call_id}/entries", status_code=status.HTTP_201_CREATED)
@needs(Action.SUBMISSION_ENTER)
def add_entry(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    call_id: Reference,
    new: NewEntry,
) -> EntryListed:
    """Begin a draft for a team that cannot do it itself; you can write and send it then."""
    return entries.begin(session, actor, call_id, new, most=settings.max_drafts)


@desk.get("/entries/{entry_id}")
@needs(Action.SUBMISSION_ENTER)
def read_entry(session: ReadSessionDep, actor: ActorDep, entry_id: UUID) -> EntryListed:
    """Read one assisted entry, without what it says."""
    return entries.entry(session, actor, entry_id)


@desk.post("/entries/{entry_id}/join")
@needs(Action.SUBMISSION_ENTER)
def join_entry(session: SessionDep, actor: ActorDep, entry_id: UUID) -> EntryListed:
    """Work on what a colleague enters for a team, too."""
    return entries.join(session, actor, entry_id)
