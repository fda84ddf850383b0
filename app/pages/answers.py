"""Answers to questions of calls, as people read them in their language."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from app.core.base.messages import Message
from app.core.base.translations import Language
from app.questions.answering import is_blank, spoken
from app.questions.forms import Question, QuestionType

YES: Final = Message("Yes")
NO: Final = Message("No")


def told(language: Language, value: Any, question: Question) -> str:
    """Return an answer in a language; empty if there is none."""
    if is_blank(value):
        return ""
    match question.type:
        case QuestionType.YES_NO:
            return language.say(YES if value else NO)
        case QuestionType.COUNTRY:
            return language.country(value)
        case QuestionType.LANGUAGE:
            return language.language_name(value)
        case QuestionType.NUMBER:
            return language.number(value)
        case QuestionType.DATE:
            return day_told(language, date.fromisoformat(value))
    return "; ".join(spoken(value))


def day_told(language: Language, day: date) -> str:
    """Return a day that is no instant, such as 24 November 2026."""
    return language.day(datetime.combine(day, time(12), UTC))
