"""What staff ask a team when they return its submission: questions, and a date."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlmodel import Session

from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Joined, Message
from app.core.base.translations import Language
from app.programmes.models import Call
from app.questions.builtin import by_key
from app.submissions.lifecycle import CALLS
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import asking
from app.submissions.service.letters import Told

AROUND: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "title": Message("Title and language"),
        "themes": Message("Themes"),
        "summary": Message("Summary"),
    }
)
"""What each submission has around its form, and what people call it."""


def titles(session: Session, submission: Submission) -> dict[str, str]:
    """Return what a team can be asked, by key: what each question says."""
    ours = by_key(CALLS[submission.kind])
    asked = {
        one.key: ours[one.key].title if one.key in ours else one.title
        for one in asking.form_of(session, submission).questions
    }
    return {**asked, **AROUND}


def asked(
    session: Session, submission: Submission, step: str, taken: StepTaken, at: datetime
) -> dict[str, str]:
    """Return what is asked with a step.

    Raises
    ------
    Unprocessable
        If the step asks nothing, there is no such question, or the date is over.
    """
    errors = list[FieldError]()
    if step != "return":
        for name in ("asked", "answer_by"):
            if getattr(taken, name):
                errors.append(
                    FieldError(f"/{name}", "This step asks the team nothing. Leave it out.")
                )
    else:
        known = titles(session, submission)
        errors += [
            FieldError(f"/asked/{key}", "The form of this call has no such question.")
            for key in taken.asked
            if key not in known
        ]
        if taken.answer_by is not None and taken.answer_by <= at:
            errors.append(FieldError("/answer_by", "Choose a date that is to come."))
    if errors:
        raise Unprocessable("The step cannot be taken like this.", errors=errors)
    return taken.asked


def told(session: Session, submission: Submission) -> Told:
    """Return how a letter says what a team is asked, and until when, in a language."""
    names = titles(session, submission)
    parts: list[str] = [submission.message] if submission.message else []
    for key, text in (submission.asked or {}).items():
        name = names[key]
        parts.append(
            Message("{question}: {text}", question=name, text=text)
            if text
            else Message("{question}: please answer this.", question=name)
        )
    zone = session.get_one(Call, submission.call_id).zone
    until = submission.answer_by

    def within(language: Language) -> str:
        dated = list(parts)
        if until is not None:
            moment = language.moment(until, zone)
            dated.append(Message("Please send it again before {until}.", until=moment))
        return language.say(Joined("\n\n", dated))

    return within
