"""Inviting a team to a call, for what it has told in another programme: once, by one letter.

A person decides and reads the letter first. What it tells of the challenge is what its public
notice says, and nothing where it has none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import User
from app.accounts.service.letters import spoken_to
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.storage import audit, upserts
from app.core.storage.pagination import Page, page
from app.events import service as events
from app.events.kinds import EventSubject
from app.gaps import queries
from app.gaps.models import CallInvitation
from app.gaps.schemas import CallInvitationQuery, NewCallInvitation
from app.gaps.service.watching import watched
from app.notices.models import PublicNotice
from app.notices.queries import is_public
from app.notifications import letter_texts
from app.notifications.letter_texts import TEXTS, LetterKind, Template
from app.notifications.service import templates
from app.notifications.service.telling import Teller
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes import service as programmes
from app.programmes.lifecycle import Phase, phase
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import TAKES_PART, Kind
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

KIND: Final = LetterKind.INVITED
UNNAMED: Final = Message("a challenge that is not public yet")
NAMED: Final = Message('the challenge "{title}" ({code}), which is published')


class Reach(StrEnum):
    """Whether a letter reaches anybody of an organisation."""

    PEOPLE = "people"
    NOBODY = "nobody"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Invitable:
    """Who may be invited, to which call, for which challenge.

    Attributes
    ----------
    call : Call
    programme : Programme
    challenge, solution : Submission
        The solution is what the organisation has told in another programme.
    organisation : Organisation
    readers : sequence of User
        Its people who want letters of this kind.
    reach : Reach
    invitation : CallInvitation or None
        One that there is already.
    """

    call: Call
    programme: Programme
    challenge: Submission
    solution: Submission
    organisation: Organisation
    readers: list[User]
    reach: Reach
    invitation: CallInvitation | None


def invitable(
    session: Session,
    actor: Actor,
    key: UUID | str,
    challenge: UUID | str,
    solution: UUID | str,
) -> Invitable:
    """Return who would be invited to a call, and whether a letter reaches them.

    Raises
    ------
    NotPermitted
        If the actor may not invite teams to calls.
    NotFound
        If there is no such call, or none that the actor may read.
    Conflict
        If the call asks for challenges.
    Unprocessable
        If the challenge is not selected in its programme, or the team of the solution may
        not be invited: it takes part already, or has told nothing elsewhere.
    """
    policy.require(actor, Action.GAP_INVITE)
    call = watched(session, actor, key)
    asked = _challenge(session, actor, call, challenge)
    told = _solution(session, actor, call, solution)
    errors = [
        error
        for error, found in (
            (
                FieldError(
                    "/challenge", "No selected challenge of this programme is called so."
                ),
                asked,
            ),
            (
                FieldError(
                    "/solution",
                    "Nobody can be invited for this: its team has sent something to this "
                    "programme, or it was not found eligible in another one.",
                ),
                told,
            ),
        )
        if found is None
    ]
    if errors or asked is None or told is None:
        raise Unprocessable("This team cannot be invited.", errors=errors)
    team = people.team(session, told.organisation_id)
    readers = [one for one in team if KIND not in one.unwanted_letters]
    return Invitable(
        call,
        session.get_one(Programme, call.programme_id),
        asked,
        told,
        session.get_one(Organisation, told.organisation_id),
        readers,
        Reach.PEOPLE if readers else Reach.UNWANTED if team else Reach.NOBODY,
        _stored(session, call.id, told.organisation_id),
    )


def _challenge(
    session: Session, actor: Actor, call: Call, key: UUID | str
) -> Submission | None:
    try:
        found = submissions.get(session, actor, Kind.CHALLENGE, key)
    except NotFound:
        return None
    here = found.programme_id == call.programme_id and found.state in TAKES_PART
    return found if here else None


def _solution(session: Session, actor: Actor, call: Call, key: UUID | str) -> Submission | None:
    try:
        found = submissions.get(session, actor, Kind.SOLUTION, key)
    except NotFound:
        return None
    may_be = select(Submission.id).where(
        Submission.id == found.id, queries.may_be_invited(call.programme_id)
    )
    return found if session.exec(may_be).first() is not None else None


def _stored(session: Session, call_id: UUID, organisation_id: UUID) -> CallInvitation | None:
    return session.exec(
        select(CallInvitation).where(
            CallInvitation.call_id == call_id,
            CallInvitation.organisation_id == organisation_id,
        )
    ).first()


def invite(
    session: Session, actor: Actor, key: UUID | str, new: NewCallInvitation
) -> CallInvitation:
    """Invite the team of a solution to a call, once; its people get a letter.

    Raises
    ------
    NotPermitted, NotFound, Unprocessable
        As of `invitable`; or if the text of the letter cannot be written so.
    Conflict
        If the call is not open, the team was invited before, or no letter reaches it; or if
        staff want to bring a text themselves to a team that a letter reaches.
    """
    found = invitable(session, actor, key, new.challenge, new.solution)
    written = None if new.letter is None else templates.checked(KIND, new.letter)
    refusal = _refusal(found, by_hand=new.by_hand)
    if refusal is not None:
        raise refusal
    row = _claimed(session, actor, found)
    if row is None:
        raise _told_before(found)
    if not new.by_hand:
        row.n_letters = _tell(session, found, written)
        session.add(row)
        session.flush()
    audit.record(
        session,
        actor.user_id,
        "invite to call",
        "call",
        found.call.id,
        challenge=found.challenge.code,
        solution=found.solution.code,
        letters=row.n_letters,
    )
    return row


def _refusal(found: Invitable, *, by_hand: bool) -> Conflict | None:
    if phase(found.call, now()) is not Phase.OPEN:
        return Conflict(
            "The call is not open: nobody can begin anything in it.",
            remedy="Invite teams while it is open.",
        )
    if found.invitation is not None:
        return _told_before(found)
    if found.reach is Reach.UNWANTED:
        return Conflict(
            "The people of this team have chosen not to get letters of this kind.",
            remedy="Invite another team.",
        )
    if found.reach is Reach.NOBODY and not by_hand:
        return Conflict(
            "Nobody of this team has an account: no letter reaches it.",
            remedy="Copy the text, bring it yourself, and note that you have.",
        )
    if found.reach is Reach.PEOPLE and by_hand:
        return Conflict(
            "A letter reaches this team.", remedy="Send the letter, so that it is kept."
        )
    return None


def _told_before(found: Invitable) -> Conflict:
    return Conflict(
        Message("{team} was invited to this call before.", team=found.organisation.name),
        remedy="A team is invited once. Invite another one.",
    )


def _claimed(session: Session, actor: Actor, found: Invitable) -> CallInvitation | None:
    """Store the invitation; None if somebody else has done so meanwhile."""
    at = now()
    values = {
        "id": uuid4(),
        "created_at": at,
        "updated_at": at,
        "version": 1,
        "call_id": found.call.id,
        "organisation_id": found.organisation.id,
        "challenge_id": found.challenge.id,
        "solution_id": found.solution.id,
        "invited_by": actor.user_id,
        "n_letters": 0,
    }
    table = vars(CallInvitation)["__table__"]
    new = upserts.insert(upserts.dialect_of(session), table).values(**values)
    done = session.execute(new.on_conflict_do_nothing().returning(table.c.id)).first()
    return None if done is None else session.get_one(CallInvitation, values["id"])


def _tell(session: Session, found: Invitable, written: Template | None) -> int:
    event = events.to_team(
        session,
        TEXTS[KIND].event,
        found.organisation.id,
        subject=EventSubject.CALL,
        subject_id=found.call.id,
        code=found.call.code,
        programme_id=found.programme.id,
    )
    return Teller(session).tell(
        KIND, found.readers, values(session, found), event, found.call.id, written
    )


def values(session: Session, found: Invitable) -> Callable[[Language], Mapping[str, str]]:
    """Return what stands in the fields of an invitation, in a language."""
    notice = session.exec(
        select(PublicNotice).where(PublicNotice.challenge_id == found.challenge.id, is_public())
    ).first()
    fields = {
        "code": found.solution.code,
        "title": found.solution.title,
        "organisation": found.organisation.name,
        "call": found.call.title,
        "programme": found.programme.title,
    }

    def within(language: Language) -> Mapping[str, str]:
        challenge = language.say(UNNAMED)
        if notice is not None:
            texts = {text["language"]: text["title"] for text in notice.texts}
            title = str(texts.get(language.tag, notice.title))
            challenge = language.say(Message(NAMED.template, title=title, code=notice.code))
        until = language.moment(found.call.closes_at, found.call.zone)
        return {**fields, "challenge": challenge, "until": until}

    return within


def language_of(found: Invitable, fallback: Language) -> Language:
    """Return in which language the text is shown to staff: that of its first reader."""
    return spoken_to(found.readers[0]) if found.readers else fallback


def text(session: Session, found: Invitable, language: Language) -> Template:
    """Return how the letter of a call reads in a language, before its fields are filled."""
    return Teller(session).template(KIND, found.call.id, language)


def preview(
    session: Session, found: Invitable, written: Template, language: Language
) -> Template:
    """Return what a text becomes for a team, so that staff read it before they send it."""
    return letter_texts.filled(written, values(session, found)(language))


def invitations(
    session: Session, actor: Actor, key: UUID | str, query: CallInvitationQuery
) -> Page[CallInvitation]:
    """Return a page of whom staff have invited to a call, the latest first.

    Raises
    ------
    NotPermitted
        If the actor may not read what calls lack.
    NotFound
        If there is no such call, or none that the actor may read.
    """
    policy.require(actor, Action.GAP_READ)
    call = programmes.call(session, actor, key)
    return page(
        session,
        select(CallInvitation).where(CallInvitation.call_id == call.id),
        query,
        sortable={"created_at": CallInvitation.created_at},
        default="-created_at",
        key=CallInvitation.id,
    )


def invitation(session: Session, actor: Actor, invitation_id: UUID) -> CallInvitation:
    """Return one invitation to a call.

    Raises
    ------
    NotPermitted
        If the actor may not read what calls lack.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.GAP_READ)
    found = session.exec(
        select(CallInvitation).where(col(CallInvitation.id) == invitation_id)
    ).first()
    if found is None:
        raise NotFound(Message("There is no invitation {key}.", key=invitation_id))
    return found
