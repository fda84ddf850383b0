"""Fairness and coverage: of a programme, and of one of its runs.

Whoever reads this report gets the same figures: it is made to be handed on. Staff find the real
ones on their own pages, beside the submissions themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.assignments import NewWhatIf
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.service import assignment_queries
from app.matchmaking.service import queries as runs
from app.matchmaking.service.run_figures import FIRST
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.settings import Settings
from app.statistics.schemas.coverage import (
    NO_ASSIGNMENT,
    AssignedRead,
    CoverageRead,
    DivisionRead,
    EvenRead,
    FairnessRead,
    FigureRead,
    GroupRead,
    SideRead,
)
from app.statistics.schemas.groups import Division, FunnelStage
from app.statistics.service.counting import Counted, by_theme, counted, divided
from app.statistics.service.disclosure import Shown, Told, may_be_told, protect
from app.statistics.service.proportions import share_of
from app.submissions.lifecycle import Basis, Kind

DIVISIONS: Final = (
    Division.REGION,
    Division.LEVEL,
    Division.LANGUAGE,
    Division.EXPERIENCE,
)
"""By what the report counts; countries are told within their regions."""
FUNNEL: Final = (
    FunnelStage.SUBMITTED,
    FunnelStage.ELIGIBLE,
    FunnelStage.SELECTED,
    FunnelStage.MATCHED,
)
"""The stages that lie within each other."""
BEFORE_A_RUN: Final[Mapping[Basis, int]] = {
    Basis.SUBMITTED: 1,
    Basis.ELIGIBLE: 2,
    Basis.SELECTED: 3,
}
"""How many of these a submission has come through that a run takes."""
OBJECTIVE: Final = "leximin"
"""What makes an assignment the most even one."""

Figures = Mapping[FunnelStage, int | None]


def of_programme(
    session: Session, actor: Actor, key: UUID | str, settings: Settings
) -> CoverageRead:
    """Return the report of a programme, with the suggestions of its newest run.

    Raises
    ------
    NotFound
        If there is no such programme.
    NotPermitted
        If the actor may not read the submissions of all teams.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    programme = programmes.programme(session, key)
    newest = (
        select(MatchRun.id)
        .where(MatchRun.programme_id == programme.id, col(MatchRun.state).in_(HAS_RESULT))
        .order_by(col(MatchRun.created_at).desc(), col(MatchRun.code).desc())
    )
    run_id = session.exec(newest).first()
    run = runs.run(session, actor, run_id) if run_id is not None else None
    return _coverage(session, programme, run, settings.suppression_limit)


def of_run(
    session: Session, actor: Actor, key: UUID | str, settings: Settings
) -> Callable[[], FairnessRead]:
    """Return what makes the report of a run, with the most even assignment.

    Raises
    ------
    NotFound
        If the actor may not know of the run.
    Conflict
        If the run has no result yet, or never will.
    """
    run = runs.ended_run(session, actor, key)
    programme = session.get_one(Programme, run.programme_id)
    coverage = _coverage(session, programme, run, settings.suppression_limit)
    even = _even(session, actor, run, settings)

    def compute() -> FairnessRead:
        return FairnessRead(**dict(coverage), assignment=even())

    return compute


# --- who came how far ----------------------------------------------------------------------


def _coverage(
    session: Session, programme: Programme, run: MatchRun | None, limit: int
) -> CoverageRead:
    chains: list[Sequence[FunnelStage]] = [FUNNEL]
    run_id = None if run is None else run.id
    if run is not None:
        basis = Basis(run.settings.get("basis", Basis.SELECTED))
        chains.append((*FUNNEL[: BEFORE_A_RUN[basis]], FunnelStage.SUGGESTED))
    return CoverageRead(
        programme=programme.code,
        run=None if run is None else run.code,
        first=FIRST,
        limit=limit,
        sides=[
            side_of(kind, counted(session, programme.id, kind, run_id), chains, limit)
            for kind in Kind
        ],
    )


def side_of(
    kind: Kind,
    rows: Sequence[Counted],
    chains: Sequence[Sequence[FunnelStage]],
    limit: int,
    *,
    known: bool = False,
    themes: bool = False,
) -> SideRead:
    """Return how far the submissions of a kind came, as far as it may be told.

    Parameters
    ----------
    chains : sequence of sequence of FunnelStage
        Stages that lie within each other. All chains have the same beginning.
    known : bool
        Whether what everybody knows by the catalogue is reckoned with.
    themes : bool
        Whether it is told by theme as well.
    """
    told = [
        protect(
            [
                *(divided(rows, chain, by, known=known) for by in DIVISIONS),
                *(by_theme(rows, chain, known=known) if themes else ()),
            ],
            limit,
        )
        for chain in chains
    ]
    tables = [_joined(shown, chains) for shown in zip(*told, strict=True)]
    divisions = list[DivisionRead]()
    for by, table in zip(DIVISIONS, tables[: len(DIVISIONS)], strict=True):
        divisions.append(
            DivisionRead(
                division=by,
                groups=[_group(part) for part in table.parts],
                rest=_counts(table.rest),
            )
        )
        if by is Division.REGION:
            divisions.append(_countries(table))
    if themes:
        divisions.append(_themes(tables[len(DIVISIONS) :]))
    return SideRead(kind=kind, figures=_figures(tables[0].figures), divisions=divisions)


@dataclass(frozen=True, slots=True)
class _Table:
    """What is told of a group by all chains together."""

    key: str
    figures: Figures
    parts: Sequence["_Table"]
    rest: Figures


def _joined(shown: Sequence[Shown], chains: Sequence[Sequence[FunnelStage]]) -> _Table:
    """Join what chains tell of one group: where they begin alike, they tell the same."""

    def figures(told: Callable[[Shown], Told]) -> dict[FunnelStage, int | None]:
        found: dict[FunnelStage, int | None] = {}
        for one, chain in zip(shown, chains, strict=True):
            found |= dict(zip(chain, told(one) or [None] * len(chain), strict=True))
        return {stage: found[stage] for stage in FunnelStage if stage in found}

    parts = [{part.key: part for part in one.parts} for one in shown]
    return _Table(
        shown[0].key,
        figures(lambda one: one.counts),
        [_joined([part[key] for part in parts], chains) for key in parts[0]],
        figures(lambda one: one.rest),
    )


def _countries(regions: _Table) -> DivisionRead:
    """Return the countries of all regions of which something is told."""
    told = [(region.key, part) for region in regions.parts for part in region.parts]
    rest: dict[FunnelStage, int | None] = {}
    for stage, whole in regions.figures.items():
        left = (whole or 0) - sum(part.figures[stage] or 0 for _, part in told)
        is_whole = all(part.figures[stage] is not None for _, part in told)
        rest[stage] = None if whole is None or (is_whole and not left) else left
    return DivisionRead(
        division=Division.COUNTRY,
        groups=[_group(part, region) for region, part in told],
        rest=_counts(rest),
    )


def _themes(tables: Sequence[_Table]) -> DivisionRead:
    """Return the themes of which something is told; a submission names several of them."""
    groups = [_group(part) for table in tables for part in table.parts if part.key]
    nothing = dict.fromkeys(tables[0].figures) if tables else {}
    return DivisionRead(division=Division.THEME, groups=groups, rest=_counts(nothing))


def _group(table: _Table, region: str | None = None) -> GroupRead:
    return GroupRead(key=table.key, region=region, figures=_figures(table.figures))


def _figures(figures: Figures) -> list[FigureRead]:
    """Return figures, with shares of what was submitted where both are told."""
    submitted = figures[FunnelStage.SUBMITTED]
    return [
        FigureRead(stage=stage, count=count, **_share(stage, count, submitted))
        for stage, count in figures.items()
    ]


def _counts(figures: Figures) -> list[FigureRead]:
    """Return figures without shares: at each stage it is another rest."""
    return [FigureRead(stage=stage, count=count) for stage, count in figures.items()]


def _share(
    stage: FunnelStage, count: int | None, submitted: int | None
) -> Mapping[str, float | None]:
    if stage is FunnelStage.SUBMITTED or count is None or submitted is None:
        return {}
    share = share_of(count, submitted)
    return {} if share is None else asdict(share)


# --- the most even assignment ----------------------------------------------------------------


def _even(
    session: Session, actor: Actor, run: MatchRun, settings: Settings
) -> Callable[[], EvenRead]:
    """Return what tells of the assignment of a run, and of the most even one."""
    stored = run.assignment and AssignmentRead.model_validate(run.assignment)
    limit = settings.suppression_limit
    adopted = _in_short(stored, run, limit) if stored else None
    if adopted is not None and adopted.objective == OBJECTIVE:
        same = EvenRead(adopted=adopted, most_even=adopted, cost=0, reason=None)
        return lambda: same
    new = NewWhatIf(objective=OBJECTIVE)
    try:
        ask = assignment_queries.what_if(session, actor, run.id, new, settings, plainly=True)
    except Conflict as refusal:  # too large to be asked while somebody waits
        told = refusal.detail
        return lambda: EvenRead(adopted=adopted, most_even=None, cost=None, reason=told)

    def compute() -> EvenRead:
        even = _in_short(ask().assignment, run, limit)
        if even is None:
            return EvenRead(adopted=adopted, most_even=None, cost=None, reason=NO_ASSIGNMENT)
        cost = None
        if adopted is not None and adopted.mean is not None and even.mean is not None:
            cost = round(adopted.mean - even.mean, 4)
        return EvenRead(adopted=adopted, most_even=even, cost=cost, reason=None)

    return compute


def _in_short(assignment: AssignmentRead, run: MatchRun, limit: int) -> AssignedRead | None:
    """Return what may be told of an assignment: how large it is unless few have a provider.

    Nor if few have none. Pairs are withheld with challenges: often they are as many.
    """
    if assignment.total is None:
        return None
    n = len(assignment.pairs)
    served = len({challenge for challenge, _ in assignment.pairs})
    is_told = all(may_be_told(one, limit) for one in (n, served, run.n_challenges - served))
    return AssignedRead(
        objective=assignment.objective,
        pairs=n if is_told else None,
        challenges=served if is_told else None,
        mean=round(assignment.total / n, 4) if n else None,
        lowest=min(assignment.fairness, default=None),
    )
