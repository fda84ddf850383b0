"""Practices: begun and written by teams, moved along their life, listed by staff."""

from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from app.access import policy
from app.access.lifecycle import Offer, Step
from app.access.policy import Action, Actor, Role
from app.accounts.service import letters
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
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.organisations.models import Organisation
from app.organisations.service import people
from app.register import queries
from app.register.lifecycle import LIFE, Facts, PracticeState
from app.register.models import ListedPractice, Practice
from app.register.schemas import (
    NewPractice,
    NewSolutionOf,
    PracticeDraft,
    PracticeEntry,
    PracticeStepTaken,
)
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.schemas import NewSolution, SolutionContent
from app.submissions.service import drafts
from app.themes import service as themes

SUBJECT: Final = "practice"
"""The kind of subject in the audit record."""
PREFIX: Final = "PR"
MOST_PRACTICES: Final = 200
"""Practices that an organisation may begin."""

_EVENTS: Final = {
    "list": EventKind.PRACTICE_LISTED,
    "ask-for-changes": EventKind.PRACTICE_RETURNED,
    "decline": EventKind.PRACTICE_DECLINED,
    "remove": EventKind.PRACTICE_REMOVED,
}
"""The event of each letter."""
_LETTERS: Final = {
    "list": (
        Message("Your practice {code} stands in the register"),
        Message(
            'Hello,\n\neverybody can read your practice {code}, "{title}", in the register of '
            "practices now. Your team can write it anew or withdraw it at any time: sign in "
            "and open your practices.\n"
        ),
    ),
    "ask-for-changes": (
        Message("Please change your practice {code}"),
        Message(
            "Hello,\n\nthe staff of the incubator have read your practice {code}, "
            '"{title}", and ask for changes before they list it:\n\n{reason}\n\n'
            "Sign in, change the text, and offer it again.\n"
        ),
    ),
    "decline": (
        Message("Your practice {code} is not listed"),
        Message(
            "Hello,\n\nthe staff of the incubator do not list your practice {code}, "
            '"{title}", as you have offered it. The reason:\n\n{reason}\n\n'
            "Your team can write it anew and offer it again.\n"
        ),
    ),
    "remove": (
        Message("Your practice {code} is removed from the register"),
        Message(
            "Hello,\n\nthe staff of the incubator have removed your practice {code}, "
            '"{title}", from the register. The reason:\n\n{reason}\n\n'
            "Your team can write it anew and offer it again.\n"
        ),
    ),
}
"""What a team is told, by the step that was taken."""


def begin(session: Session, actor: Actor, new: NewPractice) -> Practice:
    """Begin a practice of an organisation, at any time.

    Raises
    ------
    NotPermitted
        If the actor writes for no organisation, or not for this one.
    Unprocessable
        If the organisation must be named, or a theme is not known.
    Conflict
        If the organisation has begun as many as it may.
    """
    owner_id = _owner(actor, new.organisation_id)
    drafts.require_known_themes(session, new.themes)
    if next_number(session, f"practices {owner_id}") > MOST_PRACTICES:
        raise Conflict(
            Message("Your team has {most:,} practices, the maximum.", most=MOST_PRACTICES),
            remedy="Write one anew that you no longer need.",
        )
    organisation = session.get_one(Organisation, owner_id)
    practice = Practice(
        **new.model_dump(exclude={"organisation_id"}),
        code=next_code(session, PREFIX),
        organisation_id=owner_id,
        organisation=organisation.name,
        countries=[organisation.country],
    )
    session.add(practice)
    session.flush()
    audit.record(session, actor.user_id, "create", SUBJECT, practice.id)
    return practice


def _owner(actor: Actor, named: UUID | None) -> UUID:
    """Return the organisation for which the actor writes."""
    own = policy.own_reach(actor, Action.PRACTICE_WRITE)
    if not own:
        raise NotPermitted(
            "Only members of an organisation can offer what it has done; your roles do not "
            "include practice:write.",
            remedy="Sign in as a member of the organisation.",
        )
    if named is None and len(own) > 1:
        error = FieldError("/organisation_id", "You belong to several organisations; name one.")
        raise Unprocessable("The organisation must be named.", errors=[error])
    owner_id = named or next(iter(own))
    policy.require(actor, Action.PRACTICE_WRITE, owner_id)
    return owner_id


def enter(session: Session, actor: Actor, entry: PracticeEntry) -> Practice | None:
    """List a practice that staff know from public sources; None if it was entered before.

    Raises
    ------
    NotPermitted
        If the actor does not look after the register.
    Unprocessable
        If a theme is not known.
    """
    policy.require(actor, Action.PRACTICE_CURATE)
    known = select(Practice.id).where(Practice.external_id == entry.external_id)
    if session.exec(known).first() is not None:
        return None
    drafts.require_known_themes(session, entry.themes)
    practice = Practice(**entry.model_dump(), code=next_code(session, PREFIX))
    session.add(practice)
    practice.state = PracticeState.LISTED
    practice.listed_at = practice.first_listed_at = now()
    session.flush()
    publish(session, practice)
    audit.record(session, actor.user_id, "enter", SUBJECT, practice.id)
    return practice


def replace(
    session: Session, actor: Actor, key: UUID | str, draft: PracticeDraft, expected: Expected
) -> Practice:
    """Write a practice anew, while it is a draft; what is listed stays as it is.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the practice, or not write it.
    TransitionNotAllowed
        If it is not being written at present.
    Stale
        If it is no longer as expected.
    Unprocessable
        If a theme is not known.
    """
    return _save(session, actor, _writable(session, actor, key, expected), draft)


def change(
    session: Session, actor: Actor, key: UUID | str, patch: Patch, expected: Expected
) -> Practice:
    """Change a part of a practice while it is a draft; it refuses as `replace` does.

    Raises
    ------
    Unprocessable
        If the whole could not be taken.
    """
    practice = _writable(session, actor, key, expected)
    return _save(session, actor, practice, patched(draft_of(practice), patch))


def draft_of(practice: Practice) -> PracticeDraft:
    """Return what is written of a practice."""
    said = practice.model_dump(include={*PracticeDraft.model_fields})
    return PracticeDraft.model_validate(said)


def _writable(session: Session, actor: Actor, key: UUID | str, expected: Expected) -> Practice:
    practice = queries.get(session, actor, key)
    policy.require(actor, Action.PRACTICE_WRITE, practice.organisation_id)
    if practice.state is not PracticeState.DRAFT:
        raise TransitionNotAllowed(
            Message("A practice that is {state} cannot be changed.", state=practice.state),
            remedy="Take it back, or write it anew with the step `revise`.",
        )
    expected.require(queries.read(session, actor, practice))
    return practice


def _save(session: Session, actor: Actor, practice: Practice, draft: PracticeDraft) -> Practice:
    drafts.require_known_themes(session, draft.themes)
    practice.sqlmodel_update(draft.model_dump())
    session.flush()
    audit.record(session, actor.user_id, "write", SUBJECT, practice.id)
    return practice


def take_step(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    taken: PracticeStepTaken,
    expected: Expected = ANYTHING,
) -> Practice:
    """Move a practice one step along its life.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the practice, or not take the step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or not for this actor.
    Unprocessable
        If something has to be done first.
    """
    step = LIFE.step(name)
    practice = queries.get(session, actor, key)
    policy.require(actor, step.action, practice.organisation_id)
    expected.require(queries.read(session, actor, practice))
    before = practice.state
    practice.state = LIFE.advance(before, step, _facts(actor, practice, taken.reason))
    _stamp(session, practice)
    if step.action is Action.PRACTICE_CURATE:
        practice.message = taken.reason
    session.flush()
    audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        practice.id,
        before=before,
        after=practice.state,
        reason=taken.reason,
    )
    _tell(session, practice, step, taken.reason)
    return practice


def _stamp(session: Session, practice: Practice) -> None:
    """Note since when it stands where it stands, and let everybody read it or nobody."""
    at = now()
    if practice.state is PracticeState.OFFERED:
        practice.offered_at = at
        practice.message = ""
    elif practice.state is PracticeState.LISTED:
        practice.listed_at = at
        practice.first_listed_at = practice.first_listed_at or at
        session.flush()
        publish(session, practice)
    elif practice.state in {PracticeState.WITHDRAWN, PracticeState.REMOVED}:
        practice.listed_at = None
        _take_off(session, practice)


def publish(session: Session, practice: Practice) -> None:
    """Put the text of a practice in the place of what is listed of it."""
    listed = queries.listed_of(session, practice)
    said = practice.model_dump(
        include={*PracticeDraft.model_fields}
        | {"code", "notes", "organisation", "countries"}
        | {"offered_at", "listed_at", "first_listed_at"}
    )
    said["is_offered"] = practice.organisation_id is not None
    if practice.organisation_id is not None:
        organisation = session.get_one(Organisation, practice.organisation_id)
        said |= {"organisation": organisation.name, "countries": [organisation.country]}
    if listed is None:
        listed = ListedPractice(**said, practice_id=practice.id)
    else:
        listed.sqlmodel_update(said)
    session.add(listed)
    session.flush()


def _take_off(session: Session, practice: Practice) -> None:
    listed = queries.listed_of(session, practice)
    if listed is not None:
        session.delete(listed)


def _tell(
    session: Session, practice: Practice, step: Step[PracticeState, Facts], reason: str
) -> None:
    """Write to the team what staff have done, where a team stands behind it."""
    if step.name not in _LETTERS or practice.organisation_id is None:
        return
    subject, body = _LETTERS[step.name]
    event = events.to_team(
        session,
        _EVENTS[step.name],
        practice.organisation_id,
        subject=EventSubject.PRACTICE,
        subject_id=practice.id,
        code=practice.code,
    )
    for user in people.team(session, practice.organisation_id):
        letters.write(
            session,
            user,
            Message(subject, code=practice.code),
            Message(body, code=practice.code, title=practice.title, reason=reason),
            event=event,
        )


def offers(actor: Actor, practice: Practice) -> tuple[PracticeState, list[Offer]]:
    """Return where a practice stands, and every step from there."""
    facts = _facts(actor, practice)
    return practice.state, LIFE.offers(actor, practice.organisation_id, practice.state, facts)


def _facts(actor: Actor, practice: Practice, reason: str = "") -> Facts:
    own = actor.roles.get(Role.MEMBER, frozenset())
    return Facts(
        text=practice.model_dump(include={*PracticeDraft.model_fields}),
        is_listed=practice.listed_at is not None,
        is_of_a_team=practice.organisation_id is not None,
        is_own=practice.organisation_id in own,
        reason=reason,
    )


def begin_solution(
    session: Session, actor: Actor, key: UUID | str, new: NewSolutionOf, *, most: int
) -> Submission:
    """Begin a solution in an open call with what a listed practice of one's own says.

    A theme that is no longer offered is left out.

    Parameters
    ----------
    most : int
        How many submissions a team may begin in one call.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the practice, or not write for its organisation.
    Conflict
        If the practice is not listed, the call is not open, or the team has begun as many
        as it may.
    Unprocessable
        If the call is not known, or asks for something else.
    """
    practice = queries.get(session, actor, key)
    policy.require(actor, Action.PRACTICE_WRITE, practice.organisation_id)
    if practice.state is not PracticeState.LISTED:
        raise Conflict(
            "Only a listed practice can become a solution.",
            remedy="Wait until the staff have listed it, or begin a solution of its own.",
        )
    offered = themes.keys(session)
    solution = NewSolution(
        title=practice.title,
        language=practice.language,
        themes=[key for key in practice.themes if key in offered],
        call_id=new.call_id,
        organisation_id=practice.organisation_id,
        content=SolutionContent(experience=practice.text, evidence=practice.results),
    )
    return drafts.create(session, actor, Kind.SOLUTION, solution, most=most)
