"""Every kind of thing that happens and is told: to whom, about what, and who may know it.

Letters and webhooks tell the same: a letter is written of an event, and of no other thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.access.policy import Action
from app.core.base.messages import Message


class EventKind(StrEnum):
    """What has happened."""

    SUBMISSION_SHARED = "submission.shared"
    SUBMISSION_SUPPORT_ASKED = "submission.support_asked"
    SUBMISSION_ENTERED = "submission.entered"
    SUBMISSION_RECEIVED = "submission.received"
    SUBMISSION_RETURNED = "submission.returned"
    SUBMISSION_COMPLETE_SOON = "submission.complete_soon"
    SUBMISSION_INELIGIBLE = "submission.ineligible"
    SUBMISSION_RESTORED = "submission.restored"
    SUBMISSION_CLOSES_SOON = "submission.closes_soon"
    SUBMISSION_SELECTED = "submission.selected"
    SUBMISSION_RESERVE = "submission.reserve"
    SUBMISSION_LEARNING_TRACK = "submission.learning_track"
    SUBMISSION_NOT_SELECTED = "submission.not_selected"
    SUBMISSION_PROMOTED = "submission.promoted"
    SUBMISSION_CORRECTED = "submission.corrected"
    SUBMISSION_ANSWER_SOON = "submission.answer_soon"
    SUBMISSION_PLACE_LOST = "submission.place_lost"
    SUBMISSION_ASKED_ANEW = "submission.asked_anew"
    CALL_PERMITTED = "call.permitted"
    CALL_INVITED = "call.invited"
    NOTICE_PROPOSED = "notice.proposed"
    NOTICE_PUBLISHED = "notice.published"
    NOTICE_WITHDRAWN = "notice.withdrawn"
    ENQUIRY_WAITING = "enquiry.waiting"
    ENQUIRY_ANSWERED = "enquiry.answered"
    ENQUIRY_DECLINED = "enquiry.declined"
    PRACTICE_LISTED = "practice.listed"
    PRACTICE_RETURNED = "practice.returned"
    PRACTICE_DECLINED = "practice.declined"
    PRACTICE_REMOVED = "practice.removed"
    MATCH_OFFERED = "match.offered"
    MATCH_ANSWER_SOON = "match.answer_soon"
    MATCH_CONFIRMED = "match.confirmed"
    MATCH_DECLINED = "match.declined"
    MATCH_LAPSED = "match.lapsed"
    MATCH_WITHDRAWN = "match.withdrawn"
    CONVERSATION_WAITING = "conversation.waiting"
    MEETING_PROPOSED = "meeting.proposed"
    MEETING_FIXED = "meeting.fixed"
    MEETING_CANCELLED = "meeting.cancelled"
    TEAM_JOINING = "team.joining"
    REVIEW_ASKED = "review.asked"
    REVIEW_DUE_SOON = "review.due_soon"
    ADVICE_ASKED = "advice.asked"
    ADVICE_ANSWERED = "advice.answered"
    TASKS_WAITING = "tasks.waiting"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_RESET_ASKED = "account.reset_asked"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 -- a kind of event
    ACCOUNT_AUTHENTICATOR_ADDED = "account.authenticator_added"
    ACCOUNT_AUTHENTICATOR_REMOVED = "account.authenticator_removed"
    ACCOUNT_RECOVERY_CODE_USED = "account.recovery_code_used"
    ACCOUNT_TOKEN_MADE = "account.token_made"  # noqa: S105 -- a kind of event
    WEBHOOK_ENDED = "webhook.ended"
    WEBHOOK_PING = "webhook.ping"

    @property
    def in_programme(self) -> bool:
        """Whether it happens within a programme, so that its staff can be told as well."""
        return EVENTS[self].action not in _OUTSIDE


class EventSubject(StrEnum):
    """What an event is about."""

    CHALLENGE = "challenge"
    SOLUTION = "solution"
    CALL = "call"
    NOTICE = "notice"
    PRACTICE = "practice"
    MATCH = "match"
    REVIEW = "review"
    CONSULTATION = "consultation"
    ORGANISATION = "organisation"
    TASKS = "tasks"
    ACCOUNT = "account"
    WEBHOOK = "webhook"


ADDRESSES: Final[Mapping[EventSubject, str]] = MappingProxyType(
    {
        EventSubject.CHALLENGE: "/api/v1/challenges/{id}",
        EventSubject.SOLUTION: "/api/v1/solutions/{id}",
        EventSubject.CALL: "/api/v1/calls/{id}",
        EventSubject.NOTICE: "/api/v1/notices/{id}",
        EventSubject.PRACTICE: "/api/v1/practices/{id}",
        EventSubject.MATCH: "/api/v1/matches/{id}",
        EventSubject.REVIEW: "/api/v1/reviews/{id}",
        EventSubject.CONSULTATION: "/api/v1/consultations/{id}",
        EventSubject.ORGANISATION: "/api/v1/organisations/{id}",
        EventSubject.TASKS: "/api/v1/me/tasks",
        EventSubject.ACCOUNT: "/api/v1/me",
        EventSubject.WEBHOOK: "/api/v1/webhooks/{id}",
    }
)
"""Where each is read."""


_OUTSIDE: Final = frozenset(
    {Action.WEBHOOK_OWN, Action.ORGANISATION_READ, Action.PRACTICE_READ}
)
"""What somebody may do who may know of an event that belongs to no programme."""


class Audience(StrEnum):
    """Who is told by a letter of a kind: a team as a whole, or one person."""

    TEAM = "team"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event.

    Attributes
    ----------
    told : Message
        What has happened, for who chooses what to be told.
    audience : Audience
    action : Action
        What somebody may do who may know of it.
    """

    told: Message
    audience: Audience
    action: Action


def _team(told: Message, action: Action = Action.SUBMISSION_READ) -> EventType:
    return EventType(told, Audience.TEAM, action)


def _person(told: Message, action: Action = Action.WEBHOOK_OWN) -> EventType:
    return EventType(told, Audience.PERSON, action)


EVENTS: Final[Mapping[EventKind, EventType]] = MappingProxyType(
    {
        EventKind.SUBMISSION_SHARED: _person(
            Message("You can work on a submission of another team"), Action.DRAFT_READ
        ),
        EventKind.SUBMISSION_SUPPORT_ASKED: _team(
            Message("A superior is asked to support a submission"), Action.DRAFT_READ
        ),
        EventKind.SUBMISSION_ENTERED: _team(
            Message("Staff have sent a submission for a team, which has to confirm it")
        ),
        EventKind.SUBMISSION_RECEIVED: _team(Message("A submission was sent")),
        EventKind.SUBMISSION_RETURNED: _team(
            Message("Staff need more information about a submission")
        ),
        EventKind.SUBMISSION_COMPLETE_SOON: _team(
            Message("What staff asked a team for has not arrived yet")
        ),
        EventKind.SUBMISSION_INELIGIBLE: _team(Message("A submission is not eligible")),
        EventKind.SUBMISSION_RESTORED: _team(
            Message("A submission that was taken back counts as it was last submitted")
        ),
        EventKind.SUBMISSION_CLOSES_SOON: _team(
            Message("A call closes soon, and a draft is not sent"), Action.DRAFT_READ
        ),
        EventKind.SUBMISSION_SELECTED: _team(Message("A submission is selected")),
        EventKind.SUBMISSION_RESERVE: _team(Message("A submission is held in reserve")),
        EventKind.SUBMISSION_LEARNING_TRACK: _team(
            Message("A team is invited to the learning track")
        ),
        EventKind.SUBMISSION_NOT_SELECTED: _team(Message("A submission is not selected")),
        EventKind.SUBMISSION_PROMOTED: _team(
            Message("A team that was held in reserve gets a place")
        ),
        EventKind.SUBMISSION_CORRECTED: _team(Message("A decision is corrected")),
        EventKind.SUBMISSION_ANSWER_SOON: _team(
            Message("A selected team has not accepted or declined its place yet")
        ),
        EventKind.SUBMISSION_PLACE_LOST: _team(
            Message("A place that was not accepted went to another team")
        ),
        EventKind.SUBMISSION_ASKED_ANEW: _team(
            Message("A call asks other questions than a draft answers"), Action.DRAFT_READ
        ),
        EventKind.CALL_PERMITTED: _team(
            Message("A team may send a submission after the call has closed")
        ),
        EventKind.CALL_INVITED: _team(
            Message("A team is invited to a call, for what it has told before")
        ),
        EventKind.NOTICE_PROPOSED: _team(
            Message("A public notice waits for the approval of its team"), Action.NOTICE_READ
        ),
        EventKind.NOTICE_PUBLISHED: _team(
            Message("A public notice is published"), Action.NOTICE_READ
        ),
        EventKind.NOTICE_WITHDRAWN: _team(
            Message("A public notice is withdrawn"), Action.NOTICE_READ
        ),
        EventKind.ENQUIRY_WAITING: _team(
            Message("A question about a published challenge waits for its team"),
            Action.ENQUIRY_READ,
        ),
        EventKind.ENQUIRY_ANSWERED: _person(Message("A question that you asked is answered")),
        EventKind.ENQUIRY_DECLINED: _person(Message("A question that you asked is declined")),
        EventKind.PRACTICE_LISTED: _team(
            Message("A practice of a team stands in the register"), Action.PRACTICE_READ
        ),
        EventKind.PRACTICE_RETURNED: _team(
            Message("Staff ask for changes of a practice"), Action.PRACTICE_READ
        ),
        EventKind.PRACTICE_DECLINED: _team(
            Message("Staff do not list a practice"), Action.PRACTICE_READ
        ),
        EventKind.PRACTICE_REMOVED: _team(
            Message("Staff have removed a practice from the register"), Action.PRACTICE_READ
        ),
        EventKind.MATCH_OFFERED: _team(
            Message("A match is offered to a team"), Action.MATCH_READ
        ),
        EventKind.MATCH_ANSWER_SOON: _team(
            Message("A team has not answered an offer yet"), Action.MATCH_READ
        ),
        EventKind.MATCH_CONFIRMED: _team(
            Message("Both teams have accepted a match"), Action.MATCH_READ
        ),
        EventKind.MATCH_DECLINED: _team(
            Message("The other team has declined an offer"), Action.MATCH_READ
        ),
        EventKind.MATCH_LAPSED: _team(
            Message("An offer was not accepted in time"), Action.MATCH_READ
        ),
        EventKind.MATCH_WITHDRAWN: _team(
            Message("The other team has withdrawn from a match"), Action.MATCH_READ
        ),
        EventKind.CONVERSATION_WAITING: _team(
            Message("What the other team of a match wrote waits unread"),
            Action.CONVERSATION_READ,
        ),
        EventKind.MEETING_PROPOSED: _team(
            Message("The other team of a match proposes a meeting"), Action.CONVERSATION_READ
        ),
        EventKind.MEETING_FIXED: _team(
            Message("A meeting of a match is fixed"), Action.CONVERSATION_READ
        ),
        EventKind.MEETING_CANCELLED: _team(
            Message("The other team of a match cancels a meeting"), Action.CONVERSATION_READ
        ),
        EventKind.TEAM_JOINING: _team(
            Message("Someone is invited to a team"), Action.ORGANISATION_READ
        ),
        EventKind.REVIEW_ASKED: _person(
            Message("A reviewer is asked for a review"), Action.REVIEW_READ
        ),
        EventKind.REVIEW_DUE_SOON: _person(Message("A review is due soon"), Action.REVIEW_READ),
        EventKind.ADVICE_ASKED: _person(
            Message("An advisor is asked for advice"), Action.ADVICE_READ
        ),
        EventKind.ADVICE_ANSWERED: _person(
            Message("A question of an advisor is answered"), Action.ADVICE_READ
        ),
        EventKind.TASKS_WAITING: _person(Message("Once a week: that tasks wait for you")),
        EventKind.ACCOUNT_INVITED: _person(Message("You were invited")),
        EventKind.ACCOUNT_RESET_ASKED: _person(
            Message("Somebody asked for a new password for your account")
        ),
        EventKind.ACCOUNT_PASSWORD_CHANGED: _person(Message("Your password was changed")),
        EventKind.ACCOUNT_AUTHENTICATOR_ADDED: _person(
            Message("An authenticator was added to your account")
        ),
        EventKind.ACCOUNT_AUTHENTICATOR_REMOVED: _person(
            Message("The authenticator of your account was removed")
        ),
        EventKind.ACCOUNT_RECOVERY_CODE_USED: _person(
            Message("A recovery code of your account was used")
        ),
        EventKind.ACCOUNT_TOKEN_MADE: _person(Message("A token was made for your account")),
        EventKind.WEBHOOK_ENDED: _person(
            Message("A webhook of yours ended, since its receiver failed for a week")
        ),
        EventKind.WEBHOOK_PING: _person(Message("A test: it is sent when you ask for it")),
    }
)
"""Each kind, in the order of a programme."""
