"""Public notices: begun from a challenge, written by staff, moved along their life."""

from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, select

from app.access import policy
from app.access.lifecycle import Offer, Step
from app.access.policy import Action, Actor
from app.accounts.service import letters
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch, patched
from app.core.base.messages import Message
from app.core.storage import audit
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.notices import queries
from app.notices.lifecycle import LIFE, Facts, NoticeState
from app.notices.models import PublicNotice
from app.notices.schemas import NewNotice, NoticeDraft, NoticeRead, NoticeStepTaken, NoticeText
from app.organisations.service import people
from app.programmes.models import Programme
from app.submissions.lifecycle import TAKES_PART, Kind
from app.submissions.models import Submission
from app.submissions.service import drafts
from app.submissions.service import queries as submissions

SUBJECT: Final = "notice"
"""The kind of subject in the audit record."""

_EVENTS: Final = {
    "propose": EventKind.NOTICE_PROPOSED,
    "publish": EventKind.NOTICE_PUBLISHED,
    "withdraw": EventKind.NOTICE_WITHDRAWN,
}
"""The event of each letter."""
_LETTERS: Final = {
    "propose": (
        Message("Please read the public notice of {code}"),
        Message(
            "Hello,\n\nthe staff of the incubator have written what everybody may read of "
            'your challenge {code}, "{title}". Nothing of it is public before your team has '
            "approved it: sign in, open your tasks, read it, and approve it or ask for "
            "changes.\n"
        ),
    ),
    "publish": (
        Message("The public notice of {code} is published"),
        Message(
            "Hello,\n\neverybody can read the public notice of your challenge {code}, "
            '"{title}", now. Your team can withdraw it at any time: sign in and open the '
            "challenge.\n"
        ),
    ),
    "withdraw": (
        Message("The public notice of {code} is withdrawn"),
        Message(
            "Hello,\n\nthe public notice of your challenge {code}, "
            '"{title}", is no longer public. The reason:\n\n{reason}\n'
        ),
    ),
}
"""What a team is told, by the step that was taken."""


def begin(session: Session, actor: Actor, new: NewNotice) -> PublicNotice:
    """Begin the notice of a selected challenge with what the challenge says.

    Raises
    ------
    NotPermitted
        If the actor may not write notices.
    Unprocessable
        If there is no such challenge that the actor may read.
    Conflict
        If it is not selected, or has a notice already.
    """
    policy.require(actor, Action.NOTICE_WRITE)
    challenge = _stated(session, actor, new.challenge_id)
    facts = _facts(session, challenge, [])
    if not facts.is_selected:
        raise Conflict(
            Message("{code} is not selected at present.", code=challenge.code),
            remedy="Only a selected challenge has a public notice.",
        )
    known = select(PublicNotice.id).where(PublicNotice.challenge_id == challenge.id)
    if session.exec(known).first() is not None:
        raise Conflict(
            Message("{code} has a public notice already.", code=challenge.code),
            remedy="Change that one.",
        )
    notice = PublicNotice(
        code=challenge.code,
        challenge_id=challenge.id,
        programme_id=challenge.programme_id,
        organisation_id=challenge.organisation_id,
        themes=list(challenge.themes),
        texts=_copied(challenge, facts.working_language),
    )
    session.add(notice)
    session.flush()
    audit.record(session, actor.user_id, "create", SUBJECT, notice.id)
    return notice


def _stated(session: Session, actor: Actor, key: UUID | str) -> Submission:
    try:
        return submissions.get(session, actor, Kind.CHALLENGE, key)
    except NotFound as refusal:
        error = FieldError("/challenge_id", "There is no such challenge.")
        raise Unprocessable("The challenge is not known.", errors=[error]) from refusal


def _copied(challenge: Submission, working_language: str) -> list[dict[str, Any]]:
    """Return what a challenge says as the texts of a notice, the working language first."""
    passages = {
        name: challenge.content.get(name) or ""
        for name in ("problem", "outcome", "help_wanted")
    }
    language = challenge.language or working_language
    own = NoticeText(language=language, title=challenge.title, **passages)
    if language == working_language:
        own.summary = challenge.summary
        return [own.model_dump()]
    common = NoticeText(
        language=working_language, title=challenge.title, summary=challenge.summary
    )
    return [common.model_dump(), own.model_dump()]


def replace(
    session: Session, actor: Actor, key: UUID | str, draft: NoticeDraft, expected: Expected
) -> PublicNotice:
    """Write a notice anew, while it is a draft; the challenge stays as it is.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the notice, or not write it.
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
) -> PublicNotice:
    """Change a part of a notice while it is a draft; it refuses as `replace` does.

    Raises
    ------
    Unprocessable
        If the whole could not be taken.
    """
    notice = _writable(session, actor, key, expected)
    return _save(session, actor, notice, patched(draft_of(notice), patch))


def draft_of(notice: PublicNotice) -> NoticeDraft:
    """Return what is written of a notice."""
    return NoticeDraft.model_validate(notice.model_dump(include={*NoticeDraft.model_fields}))


def _writable(
    session: Session, actor: Actor, key: UUID | str, expected: Expected
) -> PublicNotice:
    notice = queries.get(session, actor, key)
    policy.require(actor, Action.NOTICE_WRITE, notice.organisation_id)
    if notice.state is not NoticeState.DRAFT:
        raise TransitionNotAllowed(
            Message("A public notice that is {state} cannot be changed.", state=notice.state),
            remedy="Write it anew with the step `revise`; a published one is withdrawn first.",
        )
    expected.require(NoticeRead.model_validate(notice))
    return notice


def _save(
    session: Session, actor: Actor, notice: PublicNotice, draft: NoticeDraft
) -> PublicNotice:
    drafts.require_known_themes(session, draft.themes)
    working = session.get_one(Programme, notice.programme_id).working_language
    written = draft.model_dump()
    written["texts"].sort(key=lambda text: text["language"] != working)
    notice.sqlmodel_update(written)
    session.flush()
    audit.record(session, actor.user_id, "write", SUBJECT, notice.id)
    return notice


def take_step(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    taken: NoticeStepTaken,
    expected: Expected = ANYTHING,
) -> PublicNotice:
    """Move a notice one step along its life.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the notice, or not take the step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or the challenge is not selected.
    Unprocessable
        If something has to be done first.
    """
    step = LIFE.step(name)
    notice = queries.get(session, actor, key)
    policy.require(actor, step.action, notice.organisation_id)
    expected.require(NoticeRead.model_validate(notice))
    challenge = session.get_one(Submission, notice.challenge_id)
    facts = _facts(session, challenge, notice.texts, taken.reason)
    before = notice.state
    notice.state = LIFE.advance(before, step, facts)
    notice.message = taken.reason
    if notice.state is NoticeState.PUBLISHED:
        notice.published_at = now()
    session.flush()
    audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        notice.id,
        before=before,
        after=notice.state,
        reason=taken.reason,
    )
    if policy.has_any_reach(actor, step.action):
        _tell(session, notice, step, taken.reason)
    return notice


def _tell(
    session: Session, notice: PublicNotice, step: Step[NoticeState, Facts], reason: str
) -> None:
    """Write to the team what staff have done."""
    if step.name not in _LETTERS:
        return
    subject, body = _LETTERS[step.name]
    event = events.to_team(
        session,
        _EVENTS[step.name],
        notice.organisation_id,
        subject=EventSubject.NOTICE,
        subject_id=notice.id,
        code=notice.code,
        programme_id=notice.programme_id,
    )
    for user in people.team(session, notice.organisation_id):
        letters.write(
            session,
            user,
            Message(subject, code=notice.code),
            Message(body, code=notice.code, title=notice.title, reason=reason),
            event=event,
        )


def offers(
    session: Session, actor: Actor, notice: PublicNotice
) -> tuple[NoticeState, list[Offer]]:
    """Return where a notice stands, and every step from there."""
    challenge = session.get_one(Submission, notice.challenge_id)
    facts = _facts(session, challenge, notice.texts)
    return notice.state, LIFE.offers(actor, notice.organisation_id, notice.state, facts)


def _facts(
    session: Session, challenge: Submission, texts: list[dict[str, Any]], reason: str = ""
) -> Facts:
    programme = session.get_one(Programme, challenge.programme_id)
    return Facts(
        texts=texts,
        working_language=programme.working_language,
        is_selected=challenge.state in TAKES_PART,
        reason=reason,
    )
