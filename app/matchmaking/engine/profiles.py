"""What a team says becomes texts by one rule, for files and for the database alike.

* The language of the passages is the one that is stated, or else recognised from them and the
  title; it may be unknown.
* Passages are read when they are in the programme's working language; the title stands at
  the head of the first of them, because it is part of what the team says but too short to
  be a passage of its own, and a summary is a passage more;
* passages in another language, or in an unknown one, give way to the summary in the working
  language;
* without such a summary they are read as they are, in their own language.
"""

from typing import Final

from app.core.base.text import comparable
from app.questions.forms import Part
from app.submissions.records import AnsweredChallenge, ChallengeRecord, SubmissionRecord
from matching import Profile, plain_tag, recognise

WORKING_LANGUAGE: Final = "en"

# Where a challenge says what it asks; the problem tells why.
_ASKED: Final = frozenset({"outcome", "help_wanted"})


def profile_of(
    record: SubmissionRecord, *, working_language: str = WORKING_LANGUAGE
) -> Profile:
    """Return what the engine sees of a challenge or a solution."""
    texts, language = _texts_of(record, working_language)
    asked = _asked_in(record) if isinstance(record, ChallengeRecord) else frozenset[str]()
    return Profile(
        id=record.id,
        texts=tuple(texts.values()),
        themes=frozenset(record.themes),
        attributes={
            "country": frozenset(record.country),
            "organisation": _organisation_of(record),
        },
        language=language,
        asks=frozenset(at for at, name in enumerate(texts) if name in asked),
    )


def _asked_in(record: ChallengeRecord) -> frozenset[str]:
    """Return the fields in which a challenge says what it asks, questions of its call too."""
    own = record.own if isinstance(record, AnsweredChallenge) else {}
    return _ASKED | {key for key, one in own.items() if one.part is Part.OUTCOME}


def _organisation_of(record: SubmissionRecord) -> frozenset[str]:
    """Return what a record shares with the other side if both may be of one organisation.

    That is so where the names are the same, as people read them, and the countries too if
    both state one. A side that states none shares the mark of the other side with it.
    """
    name = comparable(record.organisation)
    if not name:
        return frozenset()
    sides = ("challenge", "solution")
    here, other = sides if isinstance(record, ChallengeRecord) else sides[::-1]
    marks = [*record.country, here] if record.country else [here, other]
    return frozenset(f"{name} / {mark}" for mark in marks)


def language_of(record: SubmissionRecord) -> str:
    """Return the language of what is written: as it is stated, or else recognised."""
    stated = record.language or recognise("\n".join((record.title, *record.written().values())))
    return plain_tag(stated)


def fields_of(
    record: SubmissionRecord, *, working_language: str = WORKING_LANGUAGE
) -> tuple[str, ...]:
    """Return the names of the fields that the texts of a profile come from, in order."""
    texts, _ = _texts_of(record, working_language)
    return tuple(texts)


def _texts_of(record: SubmissionRecord, working_language: str) -> tuple[dict[str, str], str]:
    """Return the texts that are read, by name and in order, and their language."""
    passages = record.written()
    summary = {"summary": record.summary} if record.summary else {}
    if summary and not passages:
        return summary, working_language
    language = language_of(record)
    if summary and language != plain_tag(working_language):
        return summary, working_language
    first = next(iter(passages), "title")
    headed = f"{record.title}\n{passages.get(first, '')}".strip()
    return passages | {first: headed} | summary, language
