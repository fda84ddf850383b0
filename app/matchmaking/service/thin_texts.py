"""Submissions of which the ranking can read little: of a run, or before one is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.matchmaking.service import inputs, queries
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import TAKEN, Basis, Kind
from app.submissions.models import Submission

MOST: Final = 500
"""Submissions up to which texts are looked through while somebody waits."""
SHORT: Final = 60
"""Words below which a submission tells little: two answers of the least length advised."""

_PASSAGES: Final = {
    Kind.CHALLENGE: passages_of(ChallengeFields),
    Kind.SOLUTION: passages_of(SolutionFields),
}


class Lack(StrEnum):
    """What makes a submission thin."""

    THEMES = "themes"
    SUMMARY = "summary"
    LANGUAGE = "language"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Thin:
    """A submission of which little can be read.

    Attributes
    ----------
    code, title, organisation : str
    language : str or None
        In which it is written, where that is known.
    words : int
        How many words the team wrote, its title and its summary left out.
    lacks : sequence of Lack
    """

    code: str
    title: str
    organisation: str
    language: str | None
    words: int
    lacks: Sequence[Lack]


def of_run(session: Session, actor: Actor, key: UUID | str) -> list[Thin] | None:
    """Return what is thin in a run, as it was when the run was asked for.

    Returns
    -------
    thin : list of Thin or None
        Challenges first, each side in the order of codes. None where the run has more
        submissions than are looked through while somebody waits.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If it has no result, or a newer version of the service has frozen it.
    """
    run = queries.ended_run(session, actor, key)
    if run.n_challenges + run.n_solutions > MOST:
        return None
    frozen = inputs.frozen(run)
    unread = frozenset((run.assignment or {}).get("unread", ()))
    return [
        Thin(record.id, record.title, record.organisation, record.language, words, lacks)
        for side in (frozen.challenges, frozen.solutions)
        for record in sorted(side, key=lambda record: record.id)
        for words in [_words(record.written().values())]
        if (
            lacks := _lacks(
                words,
                record.themes,
                record.summary,
                record.language,
                frozen.settings.working_language,
                unread=record.id in unread,
            )
        )
    ]


def before_a_run(session: Session, actor: Actor, of: Programme) -> list[Thin] | None:
    """Return what is thin among all that a run of a programme could take now.

    Returns
    -------
    thin : list of Thin or None
        As for `of_run`.

    Raises
    ------
    NotPermitted
        If the actor may not read all submissions.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    taken = (
        Submission.programme_id == of.id,
        col(Submission.state).in_(TAKEN[Basis.SUBMITTED]),
    )
    if session.exec(select(func.count()).select_from(Submission).where(*taken)).one() > MOST:
        return None
    statement = (
        select(Submission, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(*taken)
        .order_by(col(Submission.kind), col(Submission.code))
    )
    return [
        Thin(row.code, row.title, organisation, row.language, words, lacks)
        for row, organisation in session.exec(statement)
        for words in [_words(_read_of(session, row))]
        if (
            lacks := _lacks(
                words,
                row.themes,
                row.summary,
                row.language,
                of.working_language,
                # a run may recognise it: that would take long while somebody waits
                unread=row.language is None and not row.summary,
            )
        )
    ]


def _read_of(session: Session, row: Submission) -> list[str]:
    """Return the texts of a submission that a run would read, its title and summary apart."""
    own = inputs.own_passages(session, row)
    ours = [row.content.get(name, "") for name in _PASSAGES[row.kind]]
    return [*ours, *(one["text"] for one in own.values())]


def _words(passages: Iterable[str]) -> int:
    return sum(len(passage.split()) for passage in passages)


def _lacks(
    words: int,
    themes: Sequence[str],
    summary: str,
    language: str | None,
    working_language: str,
    *,
    unread: bool,
) -> list[Lack]:
    """Return what a submission lacks for a good ranking; nothing if it tells enough."""
    lacking = {
        Lack.THEMES: not themes,
        # The ranking compares the summary where the passages are of another language.
        Lack.SUMMARY: language not in {None, working_language} and not summary,
        Lack.LANGUAGE: unread,
        Lack.WORDS: words < SHORT,
    }
    return [lack for lack, is_so in lacking.items() if is_so]
