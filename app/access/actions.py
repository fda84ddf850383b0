"""The words of permissions: roles, actions, and how far a grant goes."""

from enum import Enum, StrEnum


class Role(StrEnum):
    """What somebody is in an organisation."""

    MEMBER = "member"
    REVIEWER = "reviewer"
    ADVISOR = "advisor"
    STAFF = "staff"
    LEAD = "lead"
    AUDITOR = "auditor"
    ADMIN = "admin"


class May(StrEnum):
    """What a collaborator may do with the one submission on which they were named.

    Who enters one for a team is of the staff; nobody else collaborates who is.
    """

    READ = "read"
    COMMENT = "comment"
    WRITE = "write"
    ENTER = "enter"


class Action(StrEnum):
    """What can be permitted."""

    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    PROGRAMME_WRITE = "programme:write"
    CALL_WRITE = "call:write"
    CALL_PUBLISH = "call:publish"
    CALL_EXTEND = "call:extend"
    DRAFT_READ = "draft:read"
    DRAFT_WRITE = "draft:write"
    DRAFT_COMMENT = "draft:comment"
    DRAFT_SHARE = "draft:share"
    SUBMISSION_SUBMIT = "submission:submit"
    SUBMISSION_WITHDRAW = "submission:withdraw"
    SUBMISSION_READ = "submission:read"
    SUBMISSION_SCREEN = "submission:screen"
    SUBMISSION_APPEAL = "submission:appeal"
    SUBMISSION_ANSWER = "submission:answer"
    SUBMISSION_IMPORT = "submission:import"
    SUBMISSION_ENTER = "submission:enter"
    EXCLUSION_READ = "exclusion:read"
    EXCLUSION_APPROVE = "exclusion:approve"
    REVIEW_READ = "review:read"
    REVIEW_WRITE = "review:write"
    REVIEW_ASSIGN = "review:assign"
    CONFLICT_RESOLVE = "conflict:resolve"
    ADVICE_READ = "advice:read"
    ADVICE_WRITE = "advice:write"
    ADVICE_ASK = "advice:ask"
    DECISION_READ = "decision:read"
    DECISION_WRITE = "decision:write"
    DECISION_APPROVE = "decision:approve"
    DECISION_RELEASE = "decision:release"
    NOTICE_READ = "notice:read"
    NOTICE_WRITE = "notice:write"
    NOTICE_APPROVE = "notice:approve"
    NOTICE_PUBLISH = "notice:publish"
    NOTICE_WITHDRAW = "notice:withdraw"
    ENQUIRY_ASK = "enquiry:ask"
    ENQUIRY_READ = "enquiry:read"
    ENQUIRY_ANSWER = "enquiry:answer"
    ENQUIRY_MANAGE = "enquiry:manage"
    PRACTICE_READ = "practice:read"
    PRACTICE_WRITE = "practice:write"
    PRACTICE_CURATE = "practice:curate"
    INTEREST_READ = "interest:read"
    INTEREST_WRITE = "interest:write"
    INTEREST_ASK = "interest:ask"
    GAP_READ = "gap:read"
    GAP_INVITE = "gap:invite"
    RUN_READ = "run:read"
    RUN_START = "run:start"
    VERDICT_WRITE = "verdict:write"
    WEIGHT_ADOPT = "weight:adopt"
    MATCH_READ = "match:read"
    MATCH_WRITE = "match:write"
    MATCH_OFFER = "match:offer"
    MATCH_ANSWER = "match:answer"
    CONVERSATION_READ = "conversation:read"
    CONVERSATION_WRITE = "conversation:write"
    CONVERSATION_VISIT = "conversation:visit"
    JOB_READ = "job:read"
    USER_READ = "user:read"
    AUDIT_READ = "audit:read"
    AUDIT_READ_ALL = "audit:read-all"
    REASON_ERASE = "reason:erase"
    TEAM_INVITE = "team:invite"
    USER_WRITE = "user:write"
    SESSION_OWN = "session:own"
    TOKEN_OWN = "token:own"  # noqa: S105 -- the name of an action
    TOKEN_WRITE = "token:write"  # noqa: S105 -- the name of an action
    OUTBOX_READ = "outbox:read"
    NOTES_READ = "notes:read"
    WEBHOOK_OWN = "webhook:own"
    WEBHOOK_TEAM = "webhook:team"
    WEBHOOK_PROGRAMME = "webhook:programme"


class Reach(Enum):
    """How far a grant goes: what one's organisation owns, what one is assigned, or all."""

    OWN = "own"
    ASSIGNED = "assigned"
    ANY = "any"
