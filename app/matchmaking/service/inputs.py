"""What the engine is asked with: settings, and submissions as records."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, and_, col, or_, select

from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.interests.scale import InterestWord
from app.matchmaking.models import MatchRun
from app.matchmaking.results import RunInputs, Said
from app.matchmaking.schemas.settings import FLOOR, Objective, RunSettings
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.questions.answering import passages
from app.settings import Settings
from app.submissions.lifecycle import FOUND_ELIGIBLE, TAKEN, Basis, Kind
from app.submissions.models import Submission
from app.submissions.records import (
    AnsweredChallenge,
    AnsweredSolution,
    ChallengeRecord,
    SolutionRecord,
)
from app.submissions.service import asking

Reader = Callable[
    [Sequence[dict[str, Any]], Sequence[dict[str, Any]]],
    tuple[list[ChallengeRecord], list[SolutionRecord]],
]
"""Reads the frozen challenges and solutions of a run."""


MOST_BACKGROUND: Final = 1_000
"""Earlier submissions by which words are weighed: more of them change hardly anything."""


def chosen(
    programme: Programme,
    settings: Settings,
    *,
    top: int | None,
    text_weight: float | None = None,
    objective: Objective = "leximin",
    require_all: bool = False,
    floor: float = FLOOR,
    rejected: Sequence[tuple[str, str]] = (),
    basis: Basis = Basis.SELECTED,
    interest_weight: float = 0.0,
) -> RunSettings:
    """Return what is asked for, filled up from the programme and the settings."""
    weights = (text_weight, programme.text_weight, settings.text_weight)
    return RunSettings(
        top=top or settings.shortlist_size,
        text_weight=next(weight for weight in weights if weight is not None),
        providers_min=programme.providers_min,
        providers_max=programme.providers_max,
        working_language=programme.working_language,
        objective=objective,
        require_all=require_all,
        floor=floor,
        rejected=tuple(rejected),
        basis=basis,
        interest_weight=interest_weight,
        encoder=settings.embedding_sha256,
    )


def taken(
    session: Session, programme_id: UUID, kind: Kind, basis: Basis = Basis.SELECTED
) -> list[dict[str, Any]]:
    """Return what of a programme has come so far at least, in the order of codes."""
    statement = (
        select(Submission, Organisation)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(
            Submission.programme_id == programme_id,
            Submission.kind == kind,
            col(Submission.state).in_(TAKEN[basis]),
        )
        .order_by(col(Submission.code))
    )
    return [record(session, row, owner) for row, owner in session.exec(statement)]


def record(session: Session, row: Submission, organisation: Organisation) -> dict[str, Any]:
    """Return a submission as a record of the exchange format.

    What its call asks of its own is beside it as `own`, as far as it has a part in the
    matching and is asked: with the question, so that the record names what was read.
    """
    return {
        "id": row.code,
        "organisation": organisation.name,
        "country": [organisation.country],
        **_told(session, row),
    }


def _told(session: Session, row: Submission) -> dict[str, Any]:
    return {
        "title": row.title,
        "language": row.language,
        "summary": row.summary,
        "themes": sorted(row.themes),
        **{name: value for name, value in row.content.items() if value != ""},
        **({"own": own} if (own := own_passages(session, row)) else {}),
    }


def own_passages(session: Session, row: Submission) -> dict[str, dict[str, str]]:
    """Return what the matching reads of answers to questions of a call, by key."""
    if row.form_id is None:
        return {}
    form = asking.form_of(session, row)
    titles = {one.key: one.title for one in form.questions}
    return {
        key: {"title": titles[key], "part": part.value, "text": text}
        for key, (part, text) in passages(form, row.answers).items()
    }


def background(
    session: Session, programme: Programme, basis: Basis = Basis.SELECTED
) -> list[dict[str, Any]]:
    """Return what else was found eligible in a programme and in earlier ones, by codes.

    Nothing is ranked of it and nobody is named: it tells how rare words are where few texts
    are ranked. The newest, at most `MOST_BACKGROUND`.

    Parameters
    ----------
    basis : Basis
        How far what is ranked has come; that is left out.
    """
    here = col(Programme.id) == programme.id
    statement = (
        select(Submission)
        .join(Programme, col(Programme.id) == col(Submission.programme_id))
        .where(
            or_(
                and_(here, col(Submission.state).not_in(TAKEN[basis])),
                col(Programme.created_at) < programme.created_at,
            ),
            col(Submission.state).in_(FOUND_ELIGIBLE),
        )
        .order_by(col(Programme.created_at).desc(), col(Submission.code).desc())
        .limit(MOST_BACKGROUND)
    )
    found = [
        {"kind": row.kind.value, "id": row.code, **_told(session, row)}
        for row in session.exec(statement)
    ]
    return sorted(found, key=lambda one: str(one["id"]))


def loaded(run: MatchRun) -> MatchRun:
    """Load all that a run was asked with, so that it can be read without a session."""
    for name in ("challenges", "solutions", "background", "interests"):
        getattr(run, name)
    return run


def frozen(
    run: MatchRun, *, only: Collection[str] | None = None, heeding: bool = False
) -> RunInputs:
    """Return what a run was asked with.

    Parameters
    ----------
    only : collection of str, optional
        The codes of the records that are read; None for all of them.
    heeding : bool, default=False
        Whether what sides have said of each other goes in: for those alone who may read it.

    Raises
    ------
    Conflict
        If a newer version of the service has frozen it.
    """
    read = FORMATS.get(run.record_format)
    if read is None:
        raise Conflict(
            Message(
                "The records of the run {run} are of the format {format}, which this version "
                "cannot read.",
                run=run.code,
                format=run.record_format,
            ),
            remedy="Ask the newer version that made the run.",
        )
    settings = RunSettings.model_validate(run.settings)
    sides = (
        [record for record in side if only is None or record["id"] in only]
        for side in (run.challenges, run.solutions)
    )
    elsewhere: dict[str, list[dict[str, Any]]] = {kind: [] for kind in Kind}
    for one in run.background if only is None else ():
        elsewhere[one["kind"]].append({n: value for n, value in one.items() if n != "kind"})
    challenges, solutions = read(elsewhere[Kind.CHALLENGE], elsewhere[Kind.SOLUTION])
    return RunInputs(
        settings,
        *read(*sides),
        background=(*challenges, *solutions),
        interests=said_in(run.interests) if heeding else (),
    )


def said_in(stored: Sequence[Sequence[str]]) -> list[Said]:
    """Return what sides had said of each other, as it is stored with a run."""
    return [
        (challenge, solution, Kind(side), InterestWord(word))
        for challenge, solution, side, word in stored
    ]


def _first_format(
    challenges: Sequence[dict[str, Any]], solutions: Sequence[dict[str, Any]]
) -> tuple[list[ChallengeRecord], list[SolutionRecord]]:
    """Read records of the exchange format, as it is since the first run."""
    return (
        [ChallengeRecord.model_validate(record) for record in challenges],
        [SolutionRecord.model_validate(record) for record in solutions],
    )


def second_format(
    challenges: Sequence[dict[str, Any]], solutions: Sequence[dict[str, Any]]
) -> tuple[list[ChallengeRecord], list[SolutionRecord]]:
    """Read records that name what else was read: answers to questions of their calls."""
    return (
        [AnsweredChallenge.model_validate(record) for record in challenges],
        [AnsweredSolution.model_validate(record) for record in solutions],
    )


FORMATS: Final[Mapping[int, Reader]] = MappingProxyType({1: _first_format, 2: second_format})
"""How the records of each format are read; none is ever taken out."""

CURRENT_FORMAT: Final = max(FORMATS)
"""In which records are frozen now."""


def keys_of(session: Session, codes: Collection[str]) -> dict[str, UUID]:
    """Return the keys of submissions that the engine knows by their codes."""
    statement = select(Submission.code, Submission.id).where(col(Submission.code).in_(codes))
    return dict(session.exec(statement).all())
