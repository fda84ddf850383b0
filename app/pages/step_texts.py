"""What the pages say about steps of submissions and notices: before one is taken, and after."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.core.base.messages import Message

MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "submit": Message("The staff of the incubator can read it then."),
        "enter": Message(
            "It counts as sent at this instant. The team gets a letter and has to confirm it "
            "before it passes the screening."
        ),
        "reopen": Message(
            "You can go on writing. If you do not send it again before the call closes, the "
            "version that you had sent counts."
        ),
        "return": Message(
            "The team reads what you ask, can write again, and sends it once more, also after "
            "the call has closed. You see word by word what it has changed."
        ),
        "resubmit": Message("The staff of the incubator read the completed version then."),
        "pass": Message("It fulfils what the call asks, and can be selected."),
        "appeal": Message(
            "The staff of the incubator read your reason and look at the submission again. You "
            "can appeal once."
        ),
        "accept": Message("Your team takes part. You can still withdraw later."),
        "decline": Message(
            "Your team does not take part, and another one can have the place. This cannot be "
            "undone."
        ),
        "withdraw": Message(
            "It takes no part any more, and nobody can choose it. This cannot be undone. What "
            "was written is kept, and your team can read it."
        ),
    }
)
"""What a step leads to, by its name."""

NOTICE_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "propose": Message(
            "The team behind the challenge gets a letter, reads the notice, and approves it or "
            "asks for changes. Until then nobody can change it."
        ),
        "approve": Message(
            "A lead of the incubator can publish it then, as it stands here: everybody can "
            "read it, copy it and pass it on. Your team can withdraw it later."
        ),
        "ask-for-changes": Message(
            "The staff read your reason and write the notice anew. Nothing is public before "
            "your team has approved it."
        ),
        "publish": Message(
            "Everybody can read it then, on the page of published challenges and by programs. "
            "The team gets a letter."
        ),
        "withdraw": Message(
            "Nobody can read it on these pages any more. What others have copied meanwhile "
            "stays with them."
        ),
        "revise": Message("It becomes a draft again, and the team has to approve it anew."),
    }
)
"""What a step of a public notice leads to, by its name."""

PRACTICE_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "offer": Message(
            "The staff of the incubator read it and list it, ask for changes, or say why they "
            "do not list it. Your team gets a letter. Until then you can take it back."
        ),
        "take-back": Message("You can go on writing. The staff do not read it any more."),
        "list": Message(
            "Everybody can read it then, copy it and pass it on, and it takes the place of "
            "what is listed of it now. The team gets a letter."
        ),
        "ask-for-changes": Message(
            "The team gets a letter with your reason, can write again, and offers it anew."
        ),
        "decline": Message(
            "The team gets a letter with your reason. What is listed of it already stays."
        ),
        "revise": Message(
            "It becomes a draft again. What is listed of it stays until the staff list the new "
            "text."
        ),
        "withdraw": Message(
            "Nobody but your team can read it any more. What others have copied meanwhile "
            "stays with them. You can write it anew later."
        ),
        "remove": Message(
            "Nobody can read it in the register any more. The team gets a letter with your "
            "reason, where a team stands behind it."
        ),
        "restore": Message("Everybody can read it in the register again, as it stood there."),
    }
)
"""What a step of a practice leads to, by its name."""

MATCH_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "take-out": Message(
            "It is not sent with the others. Nobody but the staff ever knew of it, and it can "
            "be prepared again as long as the pair is chosen."
        ),
        "accept": Message(
            "If the other team accepts as well, each of you reads the names and email "
            "addresses of the other one. Until it has answered you can take your yes back."
        ),
        "take-back": Message("The offer stays open, and your team can answer until the date."),
        "decline": Message(
            "The other team hears that you cannot take part, and not why. Another team can "
            "have the place. This cannot be undone."
        ),
        "begin": Message("Both teams have accepted. Their work together begins."),
        "complete": Message("The work together has come to its end."),
        "end": Message(
            "The place is free again, for the challenge and for the provider. This cannot be "
            "undone. Tell both teams yourself: no letter is sent."
        ),
    }
)
"""What a step of a match leads to, by its name."""

DECISION_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "hand-over": Message(
            "A lead reads it, and approves it or sends it back with a reason. Until then "
            "nobody can change it."
        ),
        "approve": Message(
            "It is released with all others of its call, and not before. The team knows "
            "nothing of it until then."
        ),
        "send-back": Message("It becomes a draft again. Whoever writes it anew reads why."),
        "revise": Message("It becomes a draft again, and has to be approved anew."),
        "discard": Message("Nothing is decided then, and another draft can be begun."),
        "correct": Message(
            "The team reads it at once, and each of its people gets the letter below. The "
            "earlier decision stays in the record as corrected. This cannot be undone."
        ),
    }
)
"""What a step of a decision leads to, by its name."""

EXCLUSION_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "approve": Message(
            "The team reads the condition and the text below at once, and each of its people "
            "gets a letter. It can appeal once, within ten days."
        ),
        "refuse": Message(
            "Nothing changes for the submission, and the team never knows. Whoever has "
            "proposed it reads your reason."
        ),
        "take-back": Message(
            "Nothing changes for the submission, and the team never knows of it."
        ),
    }
)
"""What a step of an exclusion leads to, by its name."""

HAPPENED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "create": Message("Begun"),
        "submit": Message("Sent to the incubator"),
        "enter": Message("Sent for the team by the staff"),
        "reopen": Message("Taken back by the team"),
        "return": Message("Returned to the team with a question"),
        "resubmit": Message("Sent again, completed"),
        "pass": Message("Passed as eligible"),
        "fail": Message("Found not eligible"),
        "appeal": Message("The team appealed"),
        "add-themes": Message("Themes added by the staff"),
        "select": Message("Selected"),
        "set-aside": Message("Not selected"),
        "hold-in-reserve": Message("Held in reserve"),
        "invite-to-learn": Message("Invited to the learning track"),
        "reconsider": Message("The decision was undone"),
        "accept": Message("The team has accepted"),
        "decline": Message("The team has declined"),
        "withdraw": Message("Withdrawn"),
    }
)
"""What a timeline says of a step that was taken, by its name."""

REVIEW_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "accept": Message(
            "You say that nothing stands between you and the team: you do not work for it or "
            "with it, are not close to anybody of it, and gain or lose nothing by what becomes "
            "of it. You read the text then."
        ),
        "submit": Message(
            "The staff can read it then. You can undo this until the review is closed."
        ),
        "reopen": Message(
            "You can go on writing. It does not count until you hand it in again."
        ),
        "compare": Message(
            "Your review stays as it is from now on, and you read what the others have "
            "written, without names. You can discuss it with them."
        ),
        "declare-conflict": Message(
            "You do not review it. The staff read your reason, nobody else does, and somebody "
            "else is asked."
        ),
        "decline": Message(
            "You do not review it. The staff read your reason, and ask somebody else."
        ),
        "lock": Message("The reviewer cannot change it any more."),
        "unlock": Message(
            "The reviewer can change it and has to hand it in again. They may have read what "
            "others have written."
        ),
        "unassign": Message(
            "The reviewer cannot write or read it any more. What was written is kept."
        ),
    }
)
"""What a step of a review leads to, by its name."""

CONSULTATION_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "close": Message(
            "Advisors can say and ask nothing more here. What they have said stays where you "
            "decide."
        ),
        "reopen": Message(
            "Each advisor gets a letter with the new date. What was said stays, and can be "
            "replaced by those who said it."
        ),
    }
)
"""What a step of a consultation leads to, by its name."""

CONFLICT_MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "confirm": Message("This person does not review this submission."),
        "dismiss": Message(
            "Nothing stands between them after all: this person can be asked. If something new "
            "is found later, it bars again."
        ),
        "waive": Message(
            "There is a conflict, and this person can be asked all the same. Your reason is "
            "kept for auditors. If something new is found later, it bars again."
        ),
        "reinstate": Message("This person does not review this submission."),
    }
)
"""What resolving a conflict of interest leads to, by the name of the step."""
