"""Writing a submission: beginning it, and saving it as often as wanted."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch, patched
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.reference_numbers import next_code, next_number
from app.programmes import service as programmes
from app.programmes.models import Call
from app.programmes.queries import told_apart
from app.questions import service as questions
from app.submissions.lifecycle import EDITABLE, KINDS, Kind
from app.submissions.models import Submission
from app.submissions.schemas import (
    DRAFTS,
    PREFIXES,
    READS,
    ChallengeDraft,
    NewChallenge,
    NewSolution,
    SolutionDraft,
)
from app.submissions.service import asking, late_permits, queries, reuse
from app.themes import service as themes


def create(
    session: Session, actor: Actor, kind: Kind, new: NewChallenge | NewSolution, *, most: int
) -> Submission:
    """Begin a draft in an open call.

    Parameters
    ----------
    most : int
        How many submissions a team may begin in one call.

    Raises
    ------
    NotPermitted
        If the actor writes for no organisation, or not for this one.
    Unprocessable
        If the call is not known or asks for something else, the organisation
        must be named, a theme is not known, an answer cannot be taken, or there is nothing
        of the organisation to start from; `errors` names all of it.
    CallNotOpen
        If the call takes nothing in at this moment.
    Conflict
        If the team has begun as many as it may.
    """
    owner_id = _owner(actor, new.organisation_id)
    call = _call_for(session, actor, kind, new.call_id)
    return begin(session, actor, kind, new, owner_id, call, most=most)


def begin(
    session: Session,
    actor: Actor,
    kind: Kind,
    new: NewChallenge | NewSolution,
    owner_id: UUID,
    call: Call,
    *,
    most: int,
) -> Submission:
    """Begin a draft of an organisation in a call; whoever asks has looked at the permission.

    Raises
    ------
    Unprocessable, CallNotOpen, Conflict
        As `create`.
    """
    require_known_themes(session, new.themes)
    form = questions.form_of_call(session, call)
    new, taken = reuse.taken_over(session, actor, kind, owner_id, new, form)
    at = now()
    if (closed := late_permits.refusal(session, call, owner_id, at)) is not None:
        raise closed
    _require_few(session, owner_id, call, most)
    submission = Submission(
        **new.model_dump(exclude={"call_id", "organisation_id", "like", "answers"}),
        kind=kind,
        code=next_code(session, PREFIXES[kind]),
        programme_id=call.programme_id,
        call_id=call.id,
        organisation_id=owner_id,
        created_at=at,
        form_id=questions.answered(session, call.id),
    )
    asking.put(asking.form_of(session, submission), submission, new.answers)
    submission.reused = taken.stored(submission) if taken is not None else None
    session.add(submission)
    session.flush()
    audit.record(session, actor.user_id, "create", kind, submission.id)
    return submission


def _require_few(session: Session, owner_id: UUID, call: Call, most: int) -> None:
    """Count a draft that a team begins in a call, or refuse it."""
    if next_number(session, f"drafts {call.id} {owner_id}") > most:
        raise Conflict(
            Message("Your team has {most:,} submissions in this call, the maximum.", most=most),
            remedy="Change one that you no longer need, or ask the staff of the incubator.",
        )


def _owner(actor: Actor, named: UUID | None) -> UUID:
    """Return the organisation that the actor writes for."""
    own = policy.own_reach(actor, Action.DRAFT_WRITE)
    if named is None and len(own) == 1:
        return next(iter(own))
    if named is None and own:
        error = FieldError("/organisation_id", "You belong to several organisations; name one.")
        raise Unprocessable("The organisation must be named.", errors=[error])
    if not own:
        raise NotPermitted(
            "Only members of a team can write for it; your roles do not include draft:write.",
            remedy="Sign in as a member of the team.",
        )
    policy.require(actor, Action.DRAFT_WRITE, named)
    return UUID(str(named))


def _call_for(session: Session, actor: Actor, kind: Kind, key: UUID | str) -> Call:
    calls = programmes.calls_named(session, actor, key)
    if not calls:
        problem = Message("There is no such call.")
    elif len(calls) > 1:
        problem = Message(
            "Calls of several programmes have this code; name yours by its identifier. They "
            "are {calls}.",
            calls=told_apart(session, calls),
        )
    elif KINDS[calls[0].kind] is not kind:
        problem = Message(
            "The call {call} asks for {kind}.", call=calls[0].code, kind=calls[0].kind
        )
    else:
        return calls[0]
    raise Unprocessable(
        "The call cannot be used.",
        errors=[
            FieldError(
                "/call_id",
                Message("{problem} GET /api/v1/calls lists the calls.", problem=problem),
            )
        ],
    )


def require_known_themes(session: Session, keys: Sequence[str]) -> None:
    """Do nothing, or refuse keys that are unknown or named twice.

    Raises
    ------
    Unprocessable
        With an error for each of them.
    """
    errors = themes.unknown(keys, themes.keys(session))
    errors += [
        FieldError(f"/themes/{index}", Message("{key} is named twice.", key=key))
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
    if errors:
        raise Unprocessable("Some themes cannot be used.", errors=errors)


def replace(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    draft: ChallengeDraft | SolutionDraft,
    expected: Expected = ANYTHING,
) -> Submission:
    """Save what the team has written, in place of what stood there.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or not write it.
    TransitionNotAllowed
        If it is not being written at present.
    Stale
        If it is no longer as expected.
    Unprocessable
        If a theme is not known, or an answer cannot be taken.
    """
    submission = _writable(session, actor, kind, key, expected)
    return _save(session, actor, submission, draft)


def change(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    patch: Patch,
    expected: Expected = ANYTHING,
) -> Submission:
    """Save a part of what the team has written; the rest stays as it is.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or not write it.
    TransitionNotAllowed
        If it is not being written at present.
    Stale
        If it is no longer as expected.
    Unprocessable
        If the whole could not be taken.
    """
    submission = _writable(session, actor, kind, key, expected)
    schema = DRAFTS[kind]
    written = schema.model_validate(
        {name: getattr(submission, name) for name in schema.model_fields}
        | {"answers": asking.open_to(session, submission)}
    )
    return _save(session, actor, submission, patched(written, patch))


def _writable(
    session: Session, actor: Actor, kind: Kind, key: UUID | str, expected: Expected
) -> Submission:
    submission = queries.get(session, actor, kind, key)
    policy.require(
        actor, Action.DRAFT_WRITE, submission.organisation_id, shared_id=submission.id
    )
    if (problem := not_written(submission)) is not None:
        raise problem
    expected.require(READS[kind].model_validate(submission))
    return submission


def not_written(submission: Submission) -> TransitionNotAllowed | None:
    """Return why a submission cannot be changed at present, if it cannot."""
    if submission.state in EDITABLE:
        return None
    return TransitionNotAllowed(
        Message(
            "A {kind} that is {state} cannot be changed.",
            kind=submission.kind,
            state=submission.state,
        ),
        remedy="Take it back with the step `reopen` while the call is open.",
    )


def _save(
    session: Session,
    actor: Actor,
    submission: Submission,
    draft: ChallengeDraft | SolutionDraft,
) -> Submission:
    require_known_themes(session, draft.themes)
    submission.sqlmodel_update(draft.model_dump(exclude={"answers"}))
    asking.put(asking.form_of(session, submission), submission, draft.answers)
    session.flush()
    audit.record(session, actor.user_id, "write", submission.kind, submission.id)
    return submission
