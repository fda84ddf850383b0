"""How letters read: texts of ours in four languages, and fields in them.

Staff may write another text for a call. In it stand words and the named fields alone: what
it is filled with is never read as a template, so that no title can say what a letter says.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.policy import Action
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.events.kinds import EventKind


class LetterKind(StrEnum):
    """What a letter tells."""

    RECEIVED = "received"
    RETURNED = "returned"
    COMPLETE_SOON = "complete_soon"
    INELIGIBLE = "ineligible"
    RESTORED = "restored"
    PERMITTED = "permitted"
    INVITED = "invited"
    CLOSES_SOON = "closes_soon"
    SELECTED = "selected"
    RESERVE = "reserve"
    LEARNING_TRACK = "learning_track"
    NOT_SELECTED = "not_selected"
    PROMOTION = "promotion"
    CORRECTION = "correction"
    ANSWER_SOON = "answer_soon"
    PLACE_LOST = "place_lost"
    DIGEST = "digest"


FIELDS: Final[Mapping[str, Message]] = {
    "code": Message("The code of the submission"),
    "title": Message("The title of the submission"),
    "organisation": Message("The name of the team's organisation"),
    "call": Message("The title of the call"),
    "programme": Message("The title of the programme"),
    "outcome": Message("What was decided, in a word"),
    "feedback": Message("The feedback for this team"),
    "answer": Message(
        "A paragraph that asks the team to accept or decline, with the date; empty where it "
        "is not asked"
    ),
    "reason": Message("What you ask the team for, and until when"),
    "rule": Message("Which condition is not met"),
    "appeal": Message("How and until when the team appeals, or that this is final"),
    "changed": Message("What the team had changed since it last submitted"),
    "challenge": Message("The challenge, as far as it is public"),
    "until": Message("Until when, with the zone"),
    "tasks": Message("What waits for the reader, a line each"),
}
"""What may stand in braces, and what it becomes."""
ONE_LINE: Final = frozenset(FIELDS) - {
    *("feedback", "answer", "reason", "rule", "appeal", "changed", "tasks"),
}
"""Those that may stand in a subject."""

_CALL: Final = ("organisation", "call", "programme")
_SUBMISSION: Final = ("code", "title", *_CALL)

ANSWER: Final = Message(
    "Please accept or decline your place by {answer_by}. Sign in, open the submission, and "
    "choose. If your team cannot take part, another one can have the place."
)
APPEAL_ONCE: Final = Message(
    "Your team can appeal once, before {until}. Sign in, open the submission, choose Appeal, "
    "and say why it can take part. Staff then look at it again."
)
APPEAL_FINAL: Final = Message(
    "Your team has appealed, and we have looked at the submission again. This is final."
)
_SUBJECT: Final = Message('The decision about {code}, "{title}"')


@dataclass(frozen=True, slots=True)
class Template:
    """EventSubject and text of a letter, with fields in braces."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """One kind of letter.

    Attributes
    ----------
    event : EventKind
        Of which it tells: webhooks tell the same.
    told : Message
        What has happened, for who chooses which letters to get.
    subject, body : Message
        How it reads where nobody has written another text for the call.
    needed : tuple of str
        Fields without which it does not say what it is for.
    fields : tuple of str
        All fields that may stand in it beside those.
    written_by : Action or None
        What somebody may do who may write another text for a call; None of a letter that
        belongs to no call.
    is_optional : bool
        Whether a person may choose not to get it: nothing is lost without it.
    """

    event: EventKind
    told: Message
    subject: Message
    body: Message
    needed: tuple[str, ...] = ()
    fields: tuple[str, ...] = _SUBMISSION
    written_by: Action | None = Action.CALL_WRITE
    is_optional: bool = False

    @property
    def allowed(self) -> frozenset[str]:
        """The names of all fields that may stand in it."""
        return frozenset(self.fields) | set(self.needed)


def _of_decision(
    event: EventKind, told: Message, subject: Message, body: Message, *needed: str
) -> LetterText:
    fields, by = (*_SUBMISSION, "outcome"), Action.DECISION_RELEASE
    return LetterText(event, told, subject, body, ("feedback", *needed), fields, by)


TEXTS: Final[Mapping[LetterKind, LetterText]] = {
    LetterKind.RECEIVED: LetterText(
        EventKind.SUBMISSION_RECEIVED,
        Message("A submission was sent"),
        Message('We have received {code}, "{title}"'),
        Message(
            'Hello,\n\nyour submission {code}, "{title}", has arrived. It was sent to: '
            "{call}.\n\nYou do not need to do anything. While the call is open, your team "
            "can take the submission back and change it. We write to you when we need "
            "more from you, and when it is decided.\n"
        ),
        is_optional=True,
    ),
    LetterKind.RETURNED: LetterText(
        EventKind.SUBMISSION_RETURNED,
        Message("Staff need more information about a submission"),
        Message('We need more information about {code}, "{title}"'),
        Message(
            'Hello,\n\nbefore we can go on with your submission {code}, "{title}", we need '
            "more from your team:\n\n{reason}\n\nSign in, open the submission, complete it, "
            "and send it again.\n"
        ),
        ("reason",),
    ),
    LetterKind.COMPLETE_SOON: LetterText(
        EventKind.SUBMISSION_COMPLETE_SOON,
        Message("What staff asked a team for has not arrived yet"),
        Message('{code}, "{title}", is not sent again yet'),
        Message(
            'Hello,\n\nwe asked your team for more information about {code}, "{title}", and it '
            "has not arrived. Please complete the submission, and send it again before "
            "{until}.\n"
        ),
        ("until",),
        is_optional=True,
    ),
    LetterKind.INELIGIBLE: LetterText(
        EventKind.SUBMISSION_INELIGIBLE,
        Message("A submission is not eligible"),
        Message('{code}, "{title}", is not eligible'),
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. We have '
            "looked at it, and it cannot take part: it is not eligible.\n\nWhat is not met: "
            "{rule}\n\n{feedback}\n\n{appeal}\n"
        ),
        ("rule", "feedback", "appeal"),
    ),
    LetterKind.RESTORED: LetterText(
        EventKind.SUBMISSION_RESTORED,
        Message("A submission that was taken back counts as it was last submitted"),
        Message("{code} counts as you last submitted it"),
        Message(
            'Hello,\n\nyour team took back {code}, "{title}", and did not submit it again '
            "before the call closed. So it counts as you last submitted it. You do not need "
            "to do anything.\n\nWhat you had changed since is not part of it. So that it is "
            "not lost, here it is:\n\n{changed}\n"
        ),
        ("changed",),
    ),
    LetterKind.PERMITTED: LetterText(
        EventKind.CALL_PERMITTED,
        Message("A team may send a submission after the call has closed"),
        Message("Your team can still send a submission: {call}"),
        Message(
            "Hello,\n\nthe staff of the incubator let your team, {organisation}, send what "
            'it writes to "{call}" until before {until}, although the call closes earlier '
            "for others.\n\nSign in to write it and to send it.\n"
        ),
        ("until",),
        _CALL,
    ),
    LetterKind.INVITED: LetterText(
        EventKind.CALL_INVITED,
        Message("A team is invited to a call, for what it has told before"),
        Message("A call that may be for you: {call}"),
        Message(
            'Hello,\n\nyour organisation, {organisation}, has told us of "{title}" ({code}). '
            "We think that this experience may help with {challenge}. Teams can offer what "
            'they know until {until}: {call}, "{programme}".\n\nIf you want to take part, sign '
            "in and begin a solution; what you told then can be taken over. If not, you do "
            "not need to do anything.\n"
        ),
        ("until",),
        (*_SUBMISSION, "challenge"),
        is_optional=True,
    ),
    LetterKind.CLOSES_SOON: LetterText(
        EventKind.SUBMISSION_CLOSES_SOON,
        Message("A call closes soon, and a draft is not sent"),
        Message('{code}, "{title}", is not sent yet'),
        Message(
            'Hello,\n\nyour team has begun {code}, "{title}", and has not sent it. The call '
            "takes it until {until}: {call}.\n\nWhat is not sent by then cannot take part. "
            "If your team has changed its mind, withdraw the draft: then we do not remind "
            "you again.\n"
        ),
        ("until",),
        is_optional=True,
    ),
    LetterKind.SELECTED: _of_decision(
        EventKind.SUBMISSION_SELECTED,
        Message("A submission is selected"),
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is '
            "selected.\n\n{feedback}\n\n{answer}\n"
        ),
        "answer",
    ),
    LetterKind.RESERVE: _of_decision(
        EventKind.SUBMISSION_RESERVE,
        Message("A submission is held in reserve"),
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is held '
            "in reserve: if a selected team gives its place back, you may get it. You need "
            "to do nothing for that, and we will write to you.\n\n{feedback}\n"
        ),
    ),
    LetterKind.LEARNING_TRACK: _of_decision(
        EventKind.SUBMISSION_LEARNING_TRACK,
        Message("A team is invited to the learning track"),
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is not '
            "selected for the incubation, and we invite your team to the learning track "
            "that goes along with it.\n\n{feedback}\n"
        ),
    ),
    LetterKind.NOT_SELECTED: _of_decision(
        EventKind.SUBMISSION_NOT_SELECTED,
        Message("A submission is not selected"),
        _SUBJECT,
        Message(
            'Hello,\n\nthank you for {code}, "{title}", which you sent to: {call}. It is not '
            "selected. We know how much work stands behind it.\n\n{feedback}\n\nYour text "
            "stays yours, and is not published.\n"
        ),
    ),
    LetterKind.PROMOTION: _of_decision(
        EventKind.SUBMISSION_PROMOTED,
        Message("A team that was held in reserve gets a place"),
        Message('A place has become free for {code}, "{title}"'),
        Message(
            'Hello,\n\nyour submission {code}, "{title}", was held in reserve. A place has '
            "become free, and it is selected now.\n\n{feedback}\n\n{answer}\n"
        ),
        "answer",
    ),
    LetterKind.CORRECTION: _of_decision(
        EventKind.SUBMISSION_CORRECTED,
        Message("A decision is corrected"),
        Message('A correction of the decision about {code}, "{title}"'),
        Message(
            "Hello,\n\nwhat we told you about your submission {code}, "
            '"{title}", was not right, and we are sorry. The decision is now: {outcome}.\n\n'
            "{feedback}\n\n{answer}\n"
        ),
        "answer",
    ),
    LetterKind.ANSWER_SOON: LetterText(
        EventKind.SUBMISSION_ANSWER_SOON,
        Message("A selected team has not accepted or declined its place yet"),
        Message('Does your team take part with {code}, "{title}"?'),
        Message(
            'Hello,\n\nyour submission {code}, "{title}", is selected. We do not know yet '
            "whether your team takes part. Please accept or decline your place by {until}: "
            "sign in, open the submission, and choose. After that, another team can get "
            "the place.\n"
        ),
        ("until",),
        is_optional=True,
    ),
    LetterKind.PLACE_LOST: LetterText(
        EventKind.SUBMISSION_PLACE_LOST,
        Message("A place that was not accepted went to another team"),
        Message('The place of {code}, "{title}", went to another team'),
        Message(
            'Hello,\n\nyour submission {code}, "{title}", was selected, and we asked your '
            "team to accept or decline its place by {until}. We had no answer, so the place "
            "went to another team.\n\nIf this is a mistake, write to the staff of the "
            "incubator.\n"
        ),
        ("until",),
    ),
    LetterKind.DIGEST: LetterText(
        EventKind.TASKS_WAITING,
        Message("Once a week: what waits for you as staff"),
        Message("What waits for you in Counterpart"),
        Message("Hello,\n\nthis waits for you:\n\n{tasks}\n\nSign in to see all of it.\n"),
        ("tasks",),
        (),
        None,
        is_optional=True,
    ),
}
"""Each kind of letter, in the order in which a programme writes them."""

_GAP: Final = re.compile(r"\n{3,}")


def default(kind: LetterKind, language: Language) -> Template:
    """Return how a letter reads in a language as long as nobody has written another one."""
    text = TEXTS[kind]
    return Template(
        language.gettext(text.subject.template), language.gettext(text.body.template)
    )


def filled(template: Template, values: Mapping[str, str]) -> Template:
    """Return a letter: each field with its value, which is taken as it stands.

    Parameters
    ----------
    template : Template
        Without faults.
    values : mapping of str to str
        One for each field that may stand in a letter of its kind.
    """
    return Template(
        " ".join(_filled(template.subject, values).split()),
        _GAP.sub("\n\n", _filled(template.body, values)).strip() + "\n",
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return "".join(
        literal + (values[name] if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(text)
    )
