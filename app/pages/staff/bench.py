"""The match bench: a challenge, its ranked providers, one pair, a verdict and its cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.advice.service import counting
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.base.references import LONGEST, Reference
from app.core.http.access import needs, within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading
from app.core.tables.exporting import Named
from app.interests import queries as interests
from app.matchmaking.lifecycle import HAS_RESULT, Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.reasons import lead_of, phrases_of
from app.matchmaking.schemas.suggestions import SuggestionRead
from app.matchmaking.schemas.verdicts import NewVerdict, VerdictRead
from app.matchmaking.service import bench, costs, queries, verdict_queries, verdicts
from app.matchmaking.service.bench import Bench, Row
from app.pages.layout import Page, PageDep, go_to
from app.pages.notices import Notice
from app.pages.staff.rooms import place_of, run_of
from app.programmes.models import Programme
from app.themes import service as themes

router = APIRouter()

HIGH: Final = 3
"""Up to which place a provider stands high for another challenge."""
SHOWN: Final = 50
"""How many providers of a challenge are shown."""
RECORDED: Final = {
    Outcome.CHOSEN: Message("Recorded: {provider} is chosen for {challenge}."),
    Outcome.RESERVE: Message("Recorded: {provider} is in reserve for {challenge}."),
    Outcome.REJECTED: Message("Recorded: {provider} is rejected for {challenge}."),
    Outcome.UNDECIDED: Message(
        "Taken back. Nothing is decided about {provider} for {challenge}."
    ),
}
"""What the page says after a verdict."""

Code = Annotated[str | None, Query(max_length=80)]


class Show(StrEnum):
    """Which challenges the bench lists."""

    ALL = "all"
    OPEN = "open"
    COMPLETE = "complete"


class VerdictForm(NewVerdict):
    """A verdict as the bench sends it; the run stands in the address."""

    run_id: str = Field(default="", max_length=LONGEST)


VerdictFormDep = Annotated[Form[VerdictForm], Depends(form_of(VerdictForm))]


@dataclass(frozen=True, slots=True)
class Focus:
    """What the reader looks at.

    Attributes
    ----------
    row : Row or None
        The challenge; None where the run has no suggestion.
    lines : sequence of SuggestionRead
        Its providers, the best first.
    line : SuggestionRead or None
        The pair in focus.
    """

    row: Row | None = None
    lines: Sequence[SuggestionRead] = ()
    line: SuggestionRead | None = None


@router.get("/programmes/{programme}/runs/{run}/bench")
@within(Action.RUN_READ)
def show_bench(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    challenge: Code = None,
    solution: Code = None,
    show: Show = Show.ALL,
    verdict: UUID | None = None,
) -> Response:
    """Show one challenge of a run with its providers, and one pair of them."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    noted = verdict_queries.verdict(session, actor, verdict) if verdict is not None else None
    return _bench_page(
        page, session, actor, found, of, challenge, solution, show=show, noted=noted
    )


def _bench_page(
    page: Page,
    session: Session,
    actor: Actor,
    run: MatchRun,
    of: Programme,
    challenge: UUID | str | None,
    solution: UUID | str | None,
    *,
    show: Show = Show.ALL,
    noted: Any = None,
    form: Form[VerdictForm] | None = None,
    status: int = 200,
    overtaken: bool = False,
) -> Response:
    whole = bench.bench(session, run, firsts=True, reader=actor)
    shown = [row for row in whole.rows if _is_shown(row, show)]
    focus = _focus(session, actor, whole, shown or whole.rows, challenge, solution)
    history = bench.history(session, run.id, focus.row.challenge.id) if focus.row else ()
    labels = themes.labels(session, page.language)
    named: Named = {key: (label,) for key, label in labels.items()}
    return page.render(
        "staff/bench.html",
        status=status,
        programme=of,
        run=run,
        bench=whole,
        rows=shown,
        show=show,
        focus=focus,
        form=form or Form(),
        overtaken=overtaken,
        done=_notice(whole, focus, of, noted) if noted is not None else page.notice,
        history=history,
        newest=max((v.number for v, _ in history if _is_about(v, focus)), default=0),
        shared={line.id: _shared(line, labels) for line in focus.lines},
        leads={line.id: lead_of(line, named) for line in focus.lines},
        elsewhere=_elsewhere(whole, focus, bench.high_places(session, run.id, HIGH)),
        providers={line.solution.id: line.solution for line in focus.lines},
        untold=_untold(run, focus),
        following=_next_open(whole, focus.row),
        labels=labels,
        heard=counting.of_pair(session, actor, focus.line.challenge.id, focus.line.solution.id)
        if focus.line
        else None,
        **_interests(session, actor, focus),
        may_decide=policy.has_any_reach(actor, Action.VERDICT_WRITE),
        outcomes=Outcome,
    )


def _interests(session: Session, actor: Actor, focus: Focus) -> dict[str, Any]:
    """Return what a page shows of what both sides of the pair in focus say."""
    pair = (focus.line.challenge.id, focus.line.solution.id) if focus.line else None
    return {
        "reads_interests": interests.reads_all(actor),
        "said_today": interests.of_pair(session, actor, *pair) if pair else {},
        "may_ask_interest": policy.has_any_reach(actor, Action.INTEREST_ASK),
    }


def _is_shown(row: Row, show: Show) -> bool:
    return show is Show.ALL or row.is_complete is (show is Show.COMPLETE)


def _focus(
    session: Session,
    actor: Actor,
    whole: Bench,
    rows: Sequence[Row],
    challenge: UUID | str | None,
    solution: UUID | str | None,
) -> Focus:
    """Return what an address names, or else the first that is open."""
    if not rows:
        return Focus()
    row = next((row for row in whole.rows if _names(challenge, row.challenge)), None)
    row = row or next((row for row in rows if not row.is_complete), rows[0])
    lines = queries.best(session, actor, whole.run.id, [row.challenge.id], SHOWN)
    line = next((line for line in lines if _names(solution, line.solution)), None)
    line = line or next((line for line in lines if line.verdict is None), lines[0])
    return Focus(row, lines, line)


def _is_about(verdict: VerdictRead, focus: Focus) -> bool:
    return focus.line is not None and verdict.solution_id == focus.line.solution.id


def _shared(line: SuggestionRead, labels: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the phrases and the themes of a pair, the strongest first."""
    shares = line.contributions
    found = [labels.get(c.feature, c.feature) for c in shares if c.kind == "theme"]
    return list(phrases_of(shares)), found


def _elsewhere(
    whole: Bench, focus: Focus, high: Mapping[UUID, int]
) -> dict[UUID, tuple[int, bool]]:
    """Return for how many others each provider stands high, and whether one has chosen it."""
    here = focus.row.challenge.id if focus.row is not None else None
    chosen = {
        key
        for (challenge, key), verdict in whole.verdicts.items()
        if challenge != here and verdict.outcome is Outcome.CHOSEN
    }
    return {
        line.solution.id: (
            high.get(line.solution.id, 0) - (line.rank <= HIGH),
            line.solution.id in chosen,
        )
        for line in focus.lines
    }


def _untold(run: MatchRun, focus: Focus) -> Sequence[str]:
    """Return what the challenge asks for and no solution of the run tells of."""
    if focus.row is None or run.assignment is None:
        return ()
    untold: Mapping[str, Sequence[str]] = run.assignment.get("untold", {})
    return untold.get(focus.row.challenge.code, ())


def _names(named: UUID | str | None, party: Any) -> bool:
    return named is not None and str(named) in {party.code, str(party.id)}


def _next_open(whole: Bench, row: Row | None) -> Row | None:
    """Return the next challenge after this one of which something is open."""
    if row is None:
        return None
    rows = [*whole.rows]
    at = rows.index(row)
    return next((one for one in rows[at + 1 :] + rows[:at] if not one.is_complete), None)


def _notice(whole: Bench, focus: Focus, of: Programme, noted: VerdictRead) -> Notice:
    challenges = {row.challenge.id: row.challenge for row in whole.rows}
    challenge = challenges.get(noted.challenge_id)
    provider = next(
        (line.solution for line in focus.lines if line.solution.id == noted.solution_id), None
    )
    newest = whole.verdicts.get((noted.challenge_id, noted.solution_id))
    text = Message(
        RECORDED[noted.outcome].template,
        provider=provider.organisation if provider else "",
        challenge=challenge.organisation if challenge else "",
    )
    undone = newest is not None and newest.id == noted.id
    place = f"{place_of(whole.run, of)}/verdicts/{noted.id}/undo"
    return Notice(text, place if undone else None)


def _ground(
    database: DatabaseDep, actor: ActorDep, run: Reference, form: VerdictFormDep
) -> verdicts.Ground | None:
    """Read what a verdict stands on and check it, before anybody waits for the writer."""
    if form.value is None:
        return None
    new = _new_verdict(form.value, run)
    with reading(database) as session:
        found = verdicts.ground(session, actor, new)
    verdicts.require_open(found, new.outcome)
    return found


def _new_verdict(said: VerdictForm, run: UUID | str) -> NewVerdict:
    return NewVerdict.model_validate({**said.model_dump(), "run_id": run})


@router.post("/programmes/{programme}/runs/{run}/verdicts")
@needs(Action.VERDICT_WRITE)
def decide(
    page: PageDep,
    actor: ActorDep,
    form: VerdictFormDep,
    ground: Annotated[verdicts.Ground | None, Depends(_ground)],
    session: SessionDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Record a verdict, and come back to the challenge."""
    found, of = run_of(session, actor, programme, run)
    if form.value is None or ground is None:
        named = form.written.get("challenge_id"), form.written.get("solution_id")
        challenge, solution = (n if isinstance(n, str) else None for n in named)
        return _bench_page(
            page, session, actor, found, of, challenge, solution, form=form, status=422
        )
    new = _new_verdict(form.value, found.code)
    try:
        made = verdicts.decide(session, actor, new, ground)
    except Conflict:
        return _bench_page(
            page,
            session,
            actor,
            found,
            of,
            new.challenge_id,
            new.solution_id,
            form=form,
            status=409,
            overtaken=True,
        )
    return _back(of, found, new.challenge_id, None, made.id)


@router.post("/programmes/{programme}/runs/{run}/verdicts/{verdict}/undo")
@needs(Action.VERDICT_WRITE)
def undo(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    verdict: UUID,
) -> Response:
    """Take the newest verdict on a pair back."""
    found, of = run_of(session, actor, programme, run)
    made = verdicts.undo(session, actor, verdict, "Undone on the bench.")
    return _back(of, found, made.challenge_id, made.solution_id, made.id)


def _back(
    of: Programme,
    run: MatchRun,
    challenge: UUID | str,
    solution: UUID | str | None,
    verdict: UUID,
) -> Response:
    named = {"challenge": challenge, "solution": solution, "verdict": verdict}
    query = urlencode({name: value for name, value in named.items() if value is not None})
    return go_to(f"{place_of(run, of)}/bench?{query}")


@router.get("/programmes/{programme}/runs/{run}/cost")
@within(Action.RUN_READ)
def show_cost(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    challenge: Annotated[Reference, Query()],
    solution: Annotated[Reference, Query()],
) -> Response:
    """Say what each verdict on a pair costs against the best that is still open."""
    found, of = run_of(session, actor, programme, run)
    settings = request.app.state.settings
    compute = costs.of_verdicts(session, actor, found.id, challenge, solution, settings)
    name = "staff/_cost.html" if page.is_partial else "staff/cost.html"
    return InTurn(lambda: page.render(name, programme=of, run=found, costs=compute()))
