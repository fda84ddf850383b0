"""The once-only meter: what a team is asked, has answered, and did not have to tell again.

It is computed from what stands there, and kept nowhere: so it is right whoever writes, and how.
Reading the answers that were taken over counts, since they may be out of date.
"""

from collections.abc import Collection
from typing import Final

from sqlmodel import Session

from app.programmes.lifecycle import CallKind
from app.questions.answering import is_blank, shown, spoken
from app.questions.builtin import by_key
from app.questions.effort import answering, reading
from app.questions.forms import WRITTEN, Question
from app.submissions.lifecycle import CALLS
from app.submissions.models import Submission
from app.submissions.reuse_schemas import (
    MeterRead,
)
from app.submissions.service import asking
from app.submissions.service.answered import ANSWERS, CONTENT, answers_of

AROUND: Final = ("title", "themes", "summary")
"""What every submission is asked beside the questions of its call."""


def metered(session: Session, submission: Submission, reused: Collection[str]) -> MeterRead:
    """Return the meter of one submission.

    Parameters
    ----------
    reused : collection of str
        Names of the answers that were taken over and not changed since.
    """
    kind = CALLS[submission.kind]
    ours = by_key(kind)
    form = asking.form_of(session, submission)
    questions: dict[str, Question | None] = dict.fromkeys(AROUND)
    questions |= {
        f"{CONTENT if one.key in ours else ANSWERS}{one.key}": one
        for one in shown(form, asking.whole(submission))
    }
    answers = answers_of(submission, questions)
    given = {name: value for name, value in answers.items() if not is_blank(value)}
    minutes = spared = 0.0
    for name, question in questions.items():
        minutes += _read(question, kind)
        if name not in given:
            continue
        is_text = name != "themes" and (question is None or question.type in WRITTEN)
        written = answering(given[name], is_text=is_text)
        again = min(reading(*spoken(given[name])), written)
        minutes += again if name in reused else written
        spared += written - again if name in reused else 0.0
    return MeterRead(
        asked=len(questions),
        answered=len(given),
        reused=len(given.keys() & {*reused}),
        minutes=round(minutes),
        minutes_spared=round(spared),
    )


def _read(question: Question | None, kind: CallKind) -> float:
    """Return the minutes in which a question is read."""
    if question is None:
        return 0.0
    ours = by_key(kind).get(question.key)
    if ours is not None:
        return reading(str(ours.title), str(ours.hint))
    return reading(question.title, question.hint, *question.options)
