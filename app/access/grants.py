"""Who may do what, as one table: role x action -> reach; `policy` answers by it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.access.actions import Action, May, Reach, Role

# What everybody has over what is theirs.
_PERSON: Final = {
    Action.TOKEN_OWN: Reach.OWN,
    Action.SESSION_OWN: Reach.OWN,
    Action.WEBHOOK_OWN: Reach.OWN,
}

_STAFF: Final = {
    **_PERSON,
    Action.ORGANISATION_READ: Reach.ANY,
    Action.ORGANISATION_WRITE: Reach.ANY,
    Action.PROGRAMME_WRITE: Reach.ANY,
    Action.CALL_WRITE: Reach.ANY,
    Action.CALL_EXTEND: Reach.ANY,
    Action.SUBMISSION_READ: Reach.ANY,
    Action.SUBMISSION_SCREEN: Reach.ANY,
    Action.SUBMISSION_IMPORT: Reach.ANY,
    Action.SUBMISSION_ENTER: Reach.ANY,
    Action.EXCLUSION_READ: Reach.ANY,
    Action.EXCLUSION_APPROVE: Reach.ANY,
    Action.REVIEW_READ: Reach.ANY,
    Action.REVIEW_ASSIGN: Reach.ANY,
    Action.CONFLICT_RESOLVE: Reach.ANY,
    Action.ADVICE_READ: Reach.ANY,
    Action.ADVICE_ASK: Reach.ANY,
    Action.DECISION_READ: Reach.ANY,
    Action.DECISION_WRITE: Reach.ANY,
    Action.NOTICE_READ: Reach.ANY,
    Action.NOTICE_WRITE: Reach.ANY,
    Action.ENQUIRY_READ: Reach.ANY,
    Action.ENQUIRY_MANAGE: Reach.ANY,
    # Never what a team is writing: see app/register/queries.py.
    Action.PRACTICE_READ: Reach.ANY,
    Action.PRACTICE_CURATE: Reach.ANY,
    Action.INTEREST_READ: Reach.ANY,
    Action.INTEREST_ASK: Reach.ANY,
    Action.GAP_READ: Reach.ANY,
    Action.GAP_INVITE: Reach.ANY,
    Action.RUN_READ: Reach.ANY,
    Action.RUN_START: Reach.ANY,
    Action.VERDICT_WRITE: Reach.ANY,
    Action.MATCH_READ: Reach.ANY,
    Action.MATCH_WRITE: Reach.ANY,
    # Where both teams let the staff: see app/conversations/queries.py.
    Action.CONVERSATION_VISIT: Reach.ANY,
    Action.JOB_READ: Reach.ANY,
    Action.OUTBOX_READ: Reach.ANY,
    Action.AUDIT_READ: Reach.ANY,
    Action.NOTES_READ: Reach.ANY,
    Action.TEAM_INVITE: Reach.ANY,
    Action.WEBHOOK_PROGRAMME: Reach.ANY,
}

GRANTS: Final[Mapping[Role, Mapping[Action, Reach]]] = MappingProxyType(
    {
        Role.MEMBER: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.USER_READ: Reach.OWN,
            Action.DRAFT_READ: Reach.OWN,
            Action.DRAFT_WRITE: Reach.OWN,
            Action.DRAFT_COMMENT: Reach.OWN,
            Action.DRAFT_SHARE: Reach.OWN,
            Action.SUBMISSION_SUBMIT: Reach.OWN,
            Action.SUBMISSION_WITHDRAW: Reach.OWN,
            Action.SUBMISSION_APPEAL: Reach.OWN,
            Action.SUBMISSION_ANSWER: Reach.OWN,
            Action.SUBMISSION_READ: Reach.OWN,
            Action.NOTICE_READ: Reach.OWN,
            Action.NOTICE_APPROVE: Reach.OWN,
            Action.NOTICE_WITHDRAW: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.ENQUIRY_READ: Reach.OWN,
            Action.ENQUIRY_ANSWER: Reach.OWN,
            Action.PRACTICE_READ: Reach.OWN,
            Action.PRACTICE_WRITE: Reach.OWN,
            Action.INTEREST_READ: Reach.OWN,
            Action.INTEREST_WRITE: Reach.OWN,
            Action.MATCH_READ: Reach.OWN,
            Action.MATCH_ANSWER: Reach.OWN,
            Action.CONVERSATION_READ: Reach.OWN,
            Action.CONVERSATION_WRITE: Reach.OWN,
            Action.WEBHOOK_TEAM: Reach.OWN,
        },
        Role.REVIEWER: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.REVIEW_READ: Reach.ASSIGNED,
            Action.REVIEW_WRITE: Reach.ASSIGNED,
        },
        Role.ADVISOR: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.RUN_READ: Reach.ANY,
            Action.ADVICE_READ: Reach.ASSIGNED,
            Action.ADVICE_WRITE: Reach.ASSIGNED,
        },
        Role.STAFF: _STAFF,
        Role.LEAD: {
            **_STAFF,
            Action.CALL_PUBLISH: Reach.ANY,
            Action.DECISION_APPROVE: Reach.ANY,
            Action.DECISION_RELEASE: Reach.ANY,
            Action.WEIGHT_ADOPT: Reach.ANY,
            Action.MATCH_OFFER: Reach.ANY,
            Action.NOTICE_PUBLISH: Reach.ANY,
            Action.NOTICE_WITHDRAW: Reach.ANY,
            Action.USER_READ: Reach.ANY,
        },
        Role.AUDITOR: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.ANY,
            Action.SUBMISSION_READ: Reach.ANY,
            Action.EXCLUSION_READ: Reach.ANY,
            Action.REVIEW_READ: Reach.ANY,
            Action.ADVICE_READ: Reach.ANY,
            Action.DECISION_READ: Reach.ANY,
            Action.NOTICE_READ: Reach.ANY,
            Action.ENQUIRY_READ: Reach.ANY,
            Action.PRACTICE_READ: Reach.ANY,
            Action.INTEREST_READ: Reach.ANY,
            Action.GAP_READ: Reach.ANY,
            Action.RUN_READ: Reach.ANY,
            Action.MATCH_READ: Reach.ANY,
            Action.JOB_READ: Reach.ANY,
            Action.NOTES_READ: Reach.ANY,
            Action.AUDIT_READ: Reach.ANY,
            Action.AUDIT_READ_ALL: Reach.ANY,
        },
        # An administrator looks after people and settings, and sees no content.
        Role.ADMIN: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.ANY,
            Action.ORGANISATION_WRITE: Reach.ANY,
            Action.USER_READ: Reach.ANY,
            Action.TEAM_INVITE: Reach.ANY,
            Action.USER_WRITE: Reach.ANY,
            Action.TOKEN_WRITE: Reach.ANY,
            Action.OUTBOX_READ: Reach.ANY,
            Action.AUDIT_READ: Reach.ANY,
            Action.AUDIT_READ_ALL: Reach.ANY,
            Action.REASON_ERASE: Reach.ANY,
            Action.WEBHOOK_PROGRAMME: Reach.ANY,
        },
    }
)


_READING: Final = frozenset({*_PERSON, Action.DRAFT_READ, Action.SUBMISSION_READ})
_COMMENTING: Final = _READING | {Action.DRAFT_COMMENT}

SHARED: Final[Mapping[May, frozenset[Action]]] = MappingProxyType(
    {
        May.READ: _READING,
        May.COMMENT: _COMMENTING,
        May.WRITE: _COMMENTING | {Action.DRAFT_WRITE},
        May.ENTER: frozenset({Action.DRAFT_READ, Action.DRAFT_WRITE}),
    }
)
"""What each collaborator may do with what is shared with them. None of it sends, withdraws,
answers or shares: that is for members of the team. What staff enter for a team they send by
a grant of their own (`submission:enter`), and the team confirms it."""

GUARDED: Final = frozenset({Role.STAFF, Role.LEAD, Role.ADMIN, Role.AUDITOR})
"""Roles that need a second factor at sign-in: they decide about what belongs to others, or
read all of it."""

TEAM_ROLES: Final = frozenset({Role.MEMBER})
"""Roles that people of teams have: they reach nothing but what belongs to their team."""
