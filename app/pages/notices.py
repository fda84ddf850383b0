"""What a page says after something was done: one table, and the address names a row of it.

An address carries the name of a notice and never its words, so that no link can make a page
say something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.core.base.messages import Message


@dataclass(frozen=True, slots=True)
class Notice:
    """What was done, and where it is undone.

    Attributes
    ----------
    text : Message
    undo : str or None
        The address to which a form of one button is sent.
    """

    text: Message
    undo: str | None = None


NOTICES: Final[Mapping[str, Notice]] = MappingProxyType(
    {
        name: Notice(text)
        for name, text in {
            "reopen": Message("Taken back. You can go on writing."),
            "edition-begun": Message("Begun. Its calls are drafts with the dates moved."),
            "newest-form": Message("The new questions are here. Look through your answers."),
            "collaborator-named": Message(
                "Named. The person gets a letter. Who works for the incubator cannot work on "
                "it, and gets none."
            ),
            "collaborator-ended": Message("Taken off. The person cannot read it any more."),
            "support-asked": Message("Sent. You read here what the person says."),
            "comment-said": Message("Said. Those who work on it can read it."),
            "comment-changed": Message("Changed."),
            "comment-removed": Message("Removed."),
            "thread-resolve": Message("Marked as resolved."),
            "thread-reopen": Message("Open again."),
            "message-said": Message("Sent. The people of both teams can read it."),
            "message-changed": Message("Changed."),
            "message-taken-back": Message("Taken back. Its line stays, without its text."),
            "conversation-read": Message("Marked as read."),
            "conversation-let-staff": Message(
                "The staff can read this once the other team lets them, too. Both teams see it."
            ),
            "conversation-shut-staff": Message("The staff cannot read this any more."),
            "meeting-proposed": Message("Proposed. The other team gets a letter."),
            "meeting-choose": Message("Fixed. Both teams get a letter."),
            "meeting-move": Message("Proposed. The other team gets a letter."),
            "meeting-cancel": Message("Cancelled. The other team gets a letter."),
            "agreed-added": Message("Added."),
            "agreed-finish": Message("Marked as done."),
            "agreed-reopen": Message("Open again."),
            "agreed-drop": Message("Dropped."),
            "file-added": Message("Added."),
            "file-renamed": Message(
                "Added, under a name that fits what the file is and that no other one has."
            ),
            "file-remove": Message("Removed. You can put it back for 30 days."),
            "file-put-back": Message("Put back."),
            "team-invited": Message("Invited. Its people get a letter."),
            "team-noted": Message("Noted: the team was invited."),
            "form-saved": Message("Saved. Teams are asked like this."),
            "form-prepared": Message("Saved. Teams are asked as before until you use it."),
            "form-used": Message("From now on the call asks like this. Teams got a letter."),
            "form-overtaken": Message(
                "Somebody else has changed the form meanwhile. This is how it stands now."
            ),
            "interest-taken-back": Message("Taken back. Nothing of it is kept."),
            "interest-asked": Message(
                "Shown. The owner of the challenge has a task, and can say an interest."
            ),
            "question-asked": Message(
                "Sent. The team is told that a question waits, and nobody that it is yours."
            ),
            "question-withdrawn": Message("Withdrawn. Its text is deleted."),
            "question-answer": Message("Answered. Everybody can read it now."),
            "question-correct": Message("Corrected. The page says when."),
            "question-edit": Message("Saved. What stood there before is not kept."),
            "question-decline": Message("Declined. Who asked gets a letter, and reads why."),
            "close-asking": Message("Closed. Nobody can ask about this challenge any more."),
            "open-asking": Message("Open again. People can ask about this challenge."),
            "entry-confirm": Message("Confirmed. The staff go on with it."),
            "entry-changed": Message("It has changed since you opened it. Read it again."),
            "entry-take-over": Message("Your team goes on by itself."),
            "weight-adopted": Message("Taken over. The programme ranks by this weight."),
            "weight-dropped": Message("The programme ranks by the usual weight again."),
            "form-discarded": Message("Thrown away. The call asks on as it did."),
            "return": Message("Returned to the team."),
            "pass": Message("Passed as eligible."),
            "appeal": Message("Sent. The staff of the incubator look at it again."),
            "exclusion-proposed": Message(
                "Proposed. A second person approves or refuses it. The team knows nothing of "
                "it."
            ),
            "exclusion-approve": Message("Approved. The team reads why, and gets a letter."),
            "exclusion-refuse": Message("Refused. It is screened on."),
            "exclusion-take-back": Message("Taken back."),
            "themes-added": Message("Added. The team reads them with its submission."),
            "accept": Message("Accepted. The staff of the incubator know that you take part."),
            "decline": Message("Declined. Another team can have the place."),
            "withdraw": Message("Withdrawn."),
            "decisions-drafted": Message(
                "Drafted. Write reasons and feedback for each. No team knows of it."
            ),
            "decisions-discarded": Message("Taken back, where nothing was written since."),
            "decision-written": Message("Saved as a draft that only staff see."),
            "decision-hand-over": Message("Handed over. A second person reads it."),
            "decision-approve": Message(
                "Approved. It is released with all others of its call."
            ),
            "decision-send-back": Message("Sent back with your reason."),
            "decision-revise": Message("It is a draft again."),
            "decision-discard": Message("Discarded."),
            "decision-correct": Message("Corrected. The team can read it, and gets a letter."),
            "review-saved": Message("Saved. Only you can read it until you hand it in."),
            "review-accept": Message("Thank you. You can read the text now."),
            "review-submit": Message("Handed in. Thank you."),
            "review-reopen": Message("Taken back. You can go on writing."),
            "review-compare": Message("Your review is closed. You can read the others."),
            "review-declare-conflict": Message("Noted. Somebody else is asked."),
            "review-decline": Message("Declined. Somebody else is asked."),
            "review-lock": Message("Closed."),
            "review-unlock": Message("The reviewer can write on."),
            "review-unassign": Message("Taken back."),
            "review-said": Message("Said. The other reviewers and the staff can read it."),
            "form-taken": Message("Written as a draft. Nothing is sent yet."),
            "board-declared": Message("Thank you. You can read what is put before you now."),
            "board-advised": Message("Saved. The staff read it; no team and no reviewer does."),
            "board-asked": Message("Asked. You get a letter when the staff have answered."),
            "board-answered": Message("Answered. Whoever asked gets a letter."),
            "board-opened": Message("Before the board. Each advisor gets a letter."),
            "consultation-close": Message("Closed. What was advised is kept."),
            "consultation-reopen": Message("The board is asked again, by letter."),
            "advisor-written": Message("Saved."),
            "rubric-written": Message("Saved. Reviews of this call are written by it."),
            "reviewer-written": Message("Saved."),
            "tie-named": Message("Noted. It bars from now on."),
            "tie-removed": Message("Removed. It does not bar any more."),
            "plan-changed": Message(
                "Nobody was asked: something has changed since you looked. This is the plan as "
                "it is now."
            ),
            "plan-stored": Message("The reviewers are asked, each by one letter."),
            "reviewer-asked": Message("Asked, by letter."),
            "conflicts-looked-for": Message(
                "Looked through. What is possible stands below, and bars until you resolve it."
            ),
            "conflict-resolved": Message("Noted, with your reason."),
            "released": Message(
                "Released. Every team can read its decision, and gets a letter."
            ),
            "match-take-out": Message("Taken out. It is not sent with the others."),
            "match-accept": Message("Accepted. The staff of the incubator know it."),
            "match-take-back": Message("Taken back. Your team has not answered now."),
            "match-decline": Message(
                "Declined. The other team hears that you cannot take part, and not why."
            ),
            "match-begin": Message("Their work together has begun."),
            "match-complete": Message("Their work together is completed."),
            "match-end": Message("Ended. The place is free again."),
            "offers-prepared": Message("Prepared. No team knows of it."),
            "offers-sent": Message("Sent. Both teams of each pair get a letter."),
            "match-replaced": Message("Offered. Both teams get a letter."),
            "letter-written": Message("Saved. Letters of this call read like this."),
            "letters-chosen": Message("Saved. We write to you as you have chosen."),
            "webhook-changed": Message("Saved. The webhook is told by this from now on."),
            "webhook-pause": Message("Paused. The webhook is told nothing meanwhile."),
            "webhook-start": Message("Started. The webhook is told what happens from now on."),
            "webhook-end": Message("Ended. The webhook is told nothing any more."),
            "webhook-pinged": Message("A test is on its way. Look again in a moment."),
            "webhook-replayed": Message("It is sent again, the earliest first."),
            "letter-removed": Message("Letters of this call read as the service has it."),
            "notice-begun": Message(
                "Begun with what the challenge says. Nothing is public yet."
            ),
            "notice-written": Message("Saved. Nothing is public yet."),
            "notice-propose": Message("The team is asked for its approval."),
            "notice-approve": Message("Approved. A lead of the incubator can publish it now."),
            "notice-ask-for-changes": Message("The staff read your reason and write it anew."),
            "notice-publish": Message("Published. Everybody can read it now."),
            "notice-withdraw": Message("Withdrawn. It is no longer public."),
            "notice-revise": Message("It is a draft again."),
            "practice-begun": Message("Saved as a draft. Only your team can read it."),
            "practice-written": Message("Saved. The new text is not public yet."),
            "practice-offer": Message("Offered. The staff of the incubator read it now."),
            "practice-take-back": Message("Taken back. You can go on writing."),
            "practice-list": Message("Listed. Everybody can read it in the register now."),
            "practice-ask-for-changes": Message("The team gets a letter with your reason."),
            "practice-decline": Message("Declined. The team gets a letter with your reason."),
            "practice-revise": Message("It is a draft again. What is listed stays meanwhile."),
            "practice-withdraw": Message("Withdrawn. Only your team can read it."),
            "practice-remove": Message("Removed. It does not stand in the register any more."),
            "practice-restore": Message("Listed again. Everybody can read it."),
            "many": Message("Done. Their states are shown below."),
            "nothing-ticked": Message("Nothing was ticked, so nothing was done."),
            "call-drafted": Message("Saved as a draft. Nobody but staff reads it yet."),
            "call-changed": Message("The call is changed."),
            "call-closing": Message("The new closing date counts from now on."),
            "late-permitted": Message("The team can send until then. Its people get a letter."),
            "late-taken-back": Message("The team is no longer let in. What it has sent stays."),
            "call-publish": Message("Published. Everybody can read the call now."),
            "call-cancel": Message("The call is cancelled."),
            "imported": Message("The file is stored."),
            "organisation-added": Message("Added. Invite its people next."),
            "invited": Message("Invited. A letter with a link is on its way."),
            "invited-again": Message("Another letter is written. The earlier link has ended."),
            "role-given": Message("The role is given."),
            "role-taken": Message("The role is taken away."),
            "authenticator-removed": Message("The authenticator is taken away."),
            "sessions-ended": Message("Signed out everywhere."),
            "user-deactivate": Message("The account is closed."),
            "user-reactivate": Message("The person can sign in again."),
            "user-erase": Message("Who the person was is erased."),
            "programme-begun": Message("The programme has begun. Draft its first call next."),
            "programme-changed": Message("The settings are changed."),
        }.items()
    }
)
