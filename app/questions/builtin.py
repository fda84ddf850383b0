"""The built-in form of each kind of call, as data: what we ask where a call asks nothing else.

Its words are ours, so that they are told in the language of the reader. A call may leave
questions of it out, order them anew and set limits; it does not reword them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from app.core.base.messages import Message
from app.programmes.lifecycle import CallKind
from app.questions.forms import Audience, Form, Part, Question, QuestionType


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A question of ours, and what helps to answer it.

    Attributes
    ----------
    key : str
        By which the answer is kept in the content.
    title : Message
        The heading, which is the question.
    hint : Message
        What to tell, below the heading.
    good : tuple of Message
        What makes an answer good.
    example : Message
        An answer of a team that does not exist.
    words : tuple of int and int
        Between how many words an answer helps most.
    part : Part
        As what the matching reads the answer.
    request : Message or None
        What is said where the answer is missing, although every submission of this kind
        needs it; None where one may be sent without it.
    """

    key: str
    title: Message
    hint: Message
    good: tuple[Message, ...]
    example: Message
    words: tuple[int, int] = (30, 300)
    part: Part = Part.NONE
    request: Message | None = None


BUILT_IN: Final[Mapping[CallKind, tuple[BuiltIn, ...]]] = MappingProxyType(
    {
        CallKind.CHALLENGES: (
            BuiltIn(
                "problem",
                Message("The problem"),
                Message(
                    "What goes wrong today? Write as you would tell a colleague from another "
                    "country who knows neither your law nor your offices."
                ),
                (
                    Message("What people meet, step by step"),
                    Message("Since when, and how often"),
                    Message("No names of persons"),
                ),
                Message(
                    "Our small rivers rise within an hour. Gauges send a value every six "
                    "hours, so that nobody in the valleys is warned. In 2023 water stood in "
                    "400 cellars before the first call reached us."
                ),
                words=(60, 400),
                part=Part.PROBLEM,
                request=Message("Describe the problem."),
            ),
            BuiltIn(
                "affected",
                Message("Who is affected"),
                Message("Which people, and how many? Who has it worst?"),
                (
                    Message("Groups of people, with rough numbers"),
                    Message("People who have to act, such as staff of an office"),
                ),
                Message(
                    "About 18,000 people in 31 villages. Worst off are older people who live "
                    "alone and have no smartphone."
                ),
                part=Part.PROBLEM,
            ),
            BuiltIn(
                "tried",
                Message("What you have tried"),
                Message("What did you do about it, and what came of it? Failures help."),
                (
                    Message("What you learned from it"),
                    Message("Why it was not enough"),
                ),
                Message(
                    "We sent letters with a telephone tree to every household. After a year "
                    "half of the numbers were wrong."
                ),
                part=Part.PROBLEM,
            ),
            BuiltIn(
                "outcome",
                Message("The outcome"),
                Message("What would be different if the problem were solved?"),
                (
                    Message("What people would notice"),
                    Message("How you would know that it works"),
                ),
                Message(
                    "Every household is warned half an hour ahead, in a way that it notices. "
                    "We would count warnings that came too late."
                ),
                part=Part.OUTCOME,
                request=Message("Say what would be different if the problem were solved."),
            ),
            BuiltIn(
                "constraints",
                Message("Rules and limits"),
                Message("Which laws, contracts or habits stand in the way?"),
                (Message("What cannot be changed"), Message("What could be, and by whom")),
                Message(
                    "Phone numbers may be used only with consent. There is no budget for staff."
                ),
                part=Part.PROBLEM,
            ),
            BuiltIn(
                "help_wanted",
                Message("Help wanted"),
                Message("What would you like to learn from others? One point a line is best."),
                (
                    Message("Questions that somebody with experience can answer"),
                    Message("What you would like to see, try or take over"),
                ),
                Message(
                    "How to place sensors in small rivers. How to reach people without a "
                    "smartphone. How to avoid false alarms."
                ),
                part=Part.OUTCOME,
            ),
        ),
        CallKind.SOLUTIONS: (
            BuiltIn(
                "experience",
                Message("Your experience"),
                Message("What have you done? Tell what happened, not what could be done."),
                (
                    Message("What you did, in which order"),
                    Message("What you would do in the same way again"),
                    Message("No names of persons"),
                ),
                Message(
                    "We put open water sensors into forty small rivers and warn households by "
                    "text message and by sirens of the fire service. It took two winters until "
                    "the thresholds were right."
                ),
                words=(60, 400),
                part=Part.EXPERIENCE,
                request=Message("Describe what your team has done."),
            ),
            BuiltIn(
                "setting",
                Message("Where and since when"),
                Message(
                    "In which place, at which level of government, since when, for how many?"
                ),
                (Message("Country, region or city"), Message("How many people it serves")),
                Message("A region with 92 municipalities, since 2019, for 60,000 people."),
                part=Part.EXPERIENCE,
            ),
            BuiltIn(
                "evidence",
                Message("Results"),
                Message("What has changed, and how do you know?"),
                (
                    Message("Figures, with the year"),
                    Message("An evaluation or a report, if there is one"),
                ),
                Message(
                    "In 2023 nine of ten households were warned at least 25 minutes ahead. The "
                    "university has evaluated it."
                ),
                part=Part.EVIDENCE,
            ),
            BuiltIn(
                "failures",
                Message("What did not work"),
                Message("What went wrong, and what did you learn? Others value it most."),
                (Message("What you would not do again"),),
                Message("The first sensors froze. An app alone reached one household in five."),
                part=Part.EVIDENCE,
            ),
            BuiltIn(
                "transfer",
                Message("What it takes elsewhere"),
                Message("What does another government need to do the same?"),
                (
                    Message("People, money, time"),
                    Message("What depends on your law or your systems"),
                ),
                Message("Two engineers for half a year. The software is free and open source."),
                part=Part.EXPERIENCE,
            ),
            BuiltIn(
                "offer",
                Message("What you can give"),
                Message(
                    "Time, advice, documents, code: what could you share, and with how many?"
                ),
                (Message("Hours in a month"), Message("What can be taken over as it is")),
                Message(
                    "Four hours a month for half a year, our code and our training material."
                ),
                words=(10, 200),
                part=Part.EXPERIENCE,
            ),
        ),
    }
)
"""The questions of ours, by kind of call, in their order."""


@cache
def by_key(kind: CallKind) -> Mapping[str, BuiltIn]:
    """Return the questions of ours for a kind of call, by key."""
    return MappingProxyType({one.key: one for one in BUILT_IN[kind]})


def as_question(one: BuiltIn) -> Question:
    """Return a question of ours as a form holds it, as it is where a call changes nothing."""
    return Question(
        key=one.key,
        type=QuestionType.LONG_TEXT,
        required=one.request is not None,
        audience=Audience.PARTIES,
        part=one.part,
    )


@cache
def built_in_form(kind: CallKind) -> Form:
    """Return what a call asks that has no form of its own."""
    return Form(questions=tuple(as_question(one) for one in BUILT_IN[kind]))
