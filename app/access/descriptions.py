"""What each permission is for, in words: on the page of tokens and in the reference."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.access.policy import Action
from app.core.base.messages import Message

DESCRIPTIONS: Final[Mapping[Action, Message]] = MappingProxyType(
    {
        Action.ORGANISATION_READ: Message("Read organisations"),
        Action.ORGANISATION_WRITE: Message("Add and change organisations"),
        Action.PROGRAMME_WRITE: Message("Begin and change programmes"),
        Action.CALL_WRITE: Message("Draft and change calls"),
        Action.CALL_PUBLISH: Message("Publish and cancel calls"),
        Action.CALL_EXTEND: Message("Let a team send a submission after a call has closed"),
        Action.DRAFT_READ: Message("Read the drafts of the team"),
        Action.DRAFT_WRITE: Message("Write the drafts of the team"),
        Action.SUBMISSION_ENTER: Message("Enter submissions for teams that cannot themselves"),
        Action.DRAFT_COMMENT: Message("Comment on the answers of the team"),
        Action.DRAFT_SHARE: Message(
            "Name people from elsewhere who work on a submission, and who supports it"
        ),
        Action.SUBMISSION_SUBMIT: Message(
            "Send submissions to the incubator and take them back"
        ),
        Action.SUBMISSION_WITHDRAW: Message("Withdraw submissions"),
        Action.SUBMISSION_READ: Message("Read submissions"),
        Action.SUBMISSION_SCREEN: Message(
            "Pass submissions as eligible, ask for more, or propose that one is not eligible"
        ),
        Action.SUBMISSION_APPEAL: Message("Appeal when the team's submission is not eligible"),
        Action.SUBMISSION_ANSWER: Message("Accept or decline the place of the team"),
        Action.SUBMISSION_IMPORT: Message("Import submissions from files"),
        Action.EXCLUSION_READ: Message("Read which submissions are proposed as not eligible"),
        Action.EXCLUSION_APPROVE: Message(
            "Approve or refuse that a submission is not eligible, as somebody else proposed"
        ),
        Action.REVIEW_READ: Message("Read reviews: those assigned to one, or all"),
        Action.REVIEW_WRITE: Message("Write the reviews that are assigned to one"),
        Action.REVIEW_ASSIGN: Message("Write rubrics, name reviewers and ask them"),
        Action.CONFLICT_RESOLVE: Message("Resolve conflicts of interest"),
        Action.ADVICE_READ: Message("Read what is before the advisory board, and its advice"),
        Action.ADVICE_WRITE: Message("Advise on what is put to one, and ask about it"),
        Action.ADVICE_ASK: Message("Ask the advisory board, and answer its questions"),
        Action.DECISION_READ: Message("Read decisions before they are released"),
        Action.DECISION_WRITE: Message("Draft decisions and hand them over for approval"),
        Action.DECISION_APPROVE: Message("Approve decisions of others, or send them back"),
        Action.DECISION_RELEASE: Message("Release decisions and their corrections"),
        Action.NOTICE_READ: Message("Read public notices before they are public"),
        Action.NOTICE_WRITE: Message("Write public notices of challenges"),
        Action.NOTICE_APPROVE: Message(
            "Approve the public notices of the team's challenges, or ask for changes"
        ),
        Action.NOTICE_PUBLISH: Message("Publish approved notices"),
        Action.NOTICE_WITHDRAW: Message("Withdraw published notices"),
        Action.ENQUIRY_ASK: Message("Ask about published challenges, without being named"),
        Action.ENQUIRY_READ: Message(
            "Read what is asked about published challenges, and never by whom"
        ),
        Action.ENQUIRY_ANSWER: Message("Answer what is asked about the team's challenges"),
        Action.ENQUIRY_MANAGE: Message(
            "Decline questions, leave out of them what names people, and close asking"
        ),
        Action.PRACTICE_READ: Message("Read practices that are offered to the register"),
        Action.PRACTICE_WRITE: Message("Write the practices of the team, and offer them"),
        Action.PRACTICE_CURATE: Message("List practices in the register, or decline them"),
        Action.INTEREST_READ: Message("Read how much sides would like to work together"),
        Action.INTEREST_WRITE: Message("Say how much the team would like to work with others"),
        Action.INTEREST_ASK: Message("Ask owners of challenges for their interest"),
        Action.GAP_READ: Message("Read what a call for solutions lacks while it is open"),
        Action.GAP_INVITE: Message("Invite teams of other programmes to a call"),
        Action.RUN_READ: Message("Read runs of the matchmaking"),
        Action.RUN_START: Message("Start and end runs of the matchmaking"),
        Action.VERDICT_WRITE: Message("Choose, reserve and reject pairs"),
        Action.WEIGHT_ADOPT: Message("Let a programme rank as the verdicts of another propose"),
        Action.MATCH_READ: Message("Read matches"),
        Action.MATCH_OFFER: Message("Send offers of matches, and replace them"),
        Action.MATCH_ANSWER: Message("Accept or decline matches offered to your teams"),
        Action.MATCH_WRITE: Message("Record matches"),
        Action.CONVERSATION_READ: Message(
            "Read what your team and its match say to each other"
        ),
        Action.CONVERSATION_WRITE: Message("Write to the other team of a match"),
        Action.CONVERSATION_VISIT: Message(
            "Read the conversation of a match where both teams let the staff"
        ),
        Action.JOB_READ: Message("See how far work in the background is"),
        Action.USER_READ: Message("See the people of the team or of the service"),
        Action.AUDIT_READ: Message("Read the record of who did what"),
        Action.AUDIT_READ_ALL: Message("Read the whole record, and check that it is whole"),
        Action.REASON_ERASE: Message("Erase reasons from the record"),
        Action.TEAM_INVITE: Message("Invite people into teams"),
        Action.USER_WRITE: Message("Give and take roles, close and erase accounts"),
        Action.SESSION_OWN: Message("See where one is signed in, and end it"),
        Action.TOKEN_OWN: Message("Create tokens, and end them"),
        Action.TOKEN_WRITE: Message("End the tokens of others"),
        Action.OUTBOX_READ: Message("Read letters that wait, and hand them over"),
        Action.NOTES_READ: Message("Read the notes of staff"),
        Action.WEBHOOK_OWN: Message("Have webhooks told what concerns one alone"),
        Action.WEBHOOK_TEAM: Message("Have webhooks told what concerns the team"),
        Action.WEBHOOK_PROGRAMME: Message("Have webhooks told what happens in programmes"),
    }
)
