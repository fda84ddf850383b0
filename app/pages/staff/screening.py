"""The queue of what is to be screened, and one submission with all that was found in it."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of, without_empty
from app.core.storage.database import reading
from app.matchmaking.findings import LookedThrough
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.pages.staff.many_steps import ASKS_SUMMARY, STEPS
from app.programmes import service as programmes
from app.programmes.schemas import CallQuery
from app.screening import queries
from app.screening.lifecycle import LIFE
from app.screening.schemas import FindingKind, NewExclusion, QueueQuery
from app.screening.service import exclusions, findings, texts, theme_proposals
from app.submissions.lifecycle import CALLS, State
from app.submissions.lifecycle import LIFE as STEPS_OF
from app.submissions.models import Submission
from app.submissions.schemas import MOST_THEMES, READS
from app.submissions.service import asking, returning, revisions
from app.submissions.service import queries as submissions
from app.themes import service as themes

router = APIRouter()

NAMES: Final[Mapping[FindingKind, Message]] = MappingProxyType(
    {
        FindingKind.APPEAL: Message("Appeal"),
        FindingKind.ANSWERED: Message("Sent again, completed"),
        FindingKind.OVERDUE: Message("Not answered in time"),
        FindingKind.PROPOSED: Message("Proposed as not eligible"),
        FindingKind.UNCONFIRMED: Message("Waits for the team to confirm it"),
        FindingKind.CONDITION: Message("Condition not met"),
        FindingKind.INCOMPLETE: Message("Incomplete"),
        FindingKind.LANGUAGE: Message("Language not read"),
        FindingKind.SUMMARY: Message("Summary missing"),
        FindingKind.NEAR_DUPLICATE: Message("Near-duplicate"),
        FindingKind.COPIED: Message("Copied text"),
        FindingKind.LIST: Message("List of words"),
        FindingKind.CLAIMED: Message("Themes not described"),
        FindingKind.NOTHING: Message("Nothing found"),
    }
)
"""What people call what was found."""
_Typed = Annotated[str, Field(max_length=20_000)]
_Key = Annotated[str, Field(max_length=80)]


class Asked(QueueQuery):
    """The filters of the queue; what a form leaves empty is not asked."""

    done: Annotated[str | None, Field(max_length=30)] = None
    """Which notice the frame of the page shows."""

    _filled_in = model_validator(mode="before")(without_empty)


class Proposal(BaseModel):
    """That a submission is not eligible, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    rule: _Typed = ""
    feedback: _Typed = ""


class Confirmed(BaseModel):
    """Which of the proposed themes are confirmed."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(max_length=100)
    themes: list[_Key] = Field(default=[], max_length=MOST_THEMES)


ProposalForm = Annotated[Form[Proposal], Depends(form_of(Proposal))]
ConfirmedForm = Annotated[Form[Confirmed], Depends(form_of(Confirmed))]


@router.get("/programmes/{programme}/screening")
@needs(Action.SUBMISSION_SCREEN)
def show_screening(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """List the calls of a programme, and how much of each is to be screened."""
    of = programmes.programme(session, programme)
    asked = CallQuery(programme=[of.code], sort="opens_at", limit=50)
    calls = programmes.calls(session, actor, asked).rows
    counts = queries.counts(session, actor, of.id)
    return page.render(
        "staff/screening.html",
        programme=of,
        calls=[(call, counts.get(call.id, {})) for call in calls],
        states=[State.SUBMITTED, State.RETURNED, State.INELIGIBLE, State.ELIGIBLE],
    )


@router.get("/programmes/{programme}/calls/{call}/screening")
@needs(Action.SUBMISSION_SCREEN)
def show_call_screening(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    asked: Annotated[Asked, Query()],
) -> Response:
    """List what of a call is to be screened, with what was found in each."""
    found, of = call_of(session, actor, programme, call)
    opened = partial(reading, request.app.state.database)
    compute = findings.queue(session, actor, found.id, asked, opened)
    place = f"{place_of(found, of)}/screening"
    kept = asked.model_dump(mode="json", include={"finding"}, exclude_defaults=True)
    kind = next(kind for kind, of_kind in CALLS.items() if of_kind is found.kind)
    labels = themes.labels(session, page.language)

    def shown() -> Response:
        queue = compute()
        following = urlencode({**kept, "after": queue.following}, doseq=True)
        return page.under("show_screening", of.code).render(
            "staff/call_screening.html",
            programme=of,
            call=found,
            kind=kind,
            place=place,
            queue=queue,
            asked=asked,
            names=NAMES,
            kinds=list(FindingKind),
            labels=labels,
            steps=[(name, STEPS_OF.step(name).label) for name in STEPS],
            asks_summary=ASKS_SUMMARY,
            following=f"{place}?{following}" if queue.following else None,
        )

    return InTurn(shown)


@router.get("/submissions/{submission}/screening")
@within(Action.EXCLUSION_READ)
def show_screening_of(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
) -> Response:
    """Show one submission beside all that was found in it."""
    found = submissions.find(session, actor, submission)
    return _page(request, page, session, actor, found, Form())


@router.post("/submissions/{submission}/screening")
@within(Action.SUBMISSION_SCREEN)
def propose_not_eligible(
    request: Request,
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    form: ProposalForm,
) -> Response:
    """Propose that a submission is not eligible, for a second person."""
    found = submissions.find(session, actor, submission)
    if (said := form.value) is None:
        return _page(request, page, session, actor, found, form, 422)
    try:
        new = NewExclusion.model_validate({"submission_id": found.id, **said.model_dump()})
        exclusions.propose(session, actor, new)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _page(request, page, session, actor, found, form, 422)
    return go_to(f"/submissions/{found.code}/screening", done="exclusion-proposed")


@router.post("/submissions/{submission}/proposed-themes")
@within(Action.SUBMISSION_SCREEN)
def confirm_proposed_themes(
    session: SessionDep, actor: ActorDep, submission: Reference, form: ConfirmedForm
) -> Response:
    """Add the themes that were ticked."""
    found = submissions.find(session, actor, submission)
    if (said := form.value) is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    place = f"/submissions/{found.code}/screening"
    if not said.themes:
        return go_to(place, done="nothing-ticked")
    expected = Expected(said.expected)
    theme_proposals.confirm(session, actor, found.kind, found.id, said.themes, expected)
    return go_to(place, done="themes-added")


def _page(
    request: Request,
    page: Page,
    session: Session,
    actor: Actor,
    submission: Submission,
    form: Form[Proposal],
    status: int = 200,
) -> Response:
    of = programmes.programme(session, submission.programme_id)
    call = programmes.call_of(session, submission.call_id)
    may_screen = policy.allows(actor, Action.SUBMISSION_SCREEN)
    opened = partial(reading, request.app.state.database)
    sent = revisions.of_submission(session, actor, submission.id)
    compare = revisions.changes(session, actor, submission.id, sent[0].number) if sent else None
    current = queries.pending(session, submission.id)
    values: dict[str, Any] = {
        "programme": of,
        "call": call,
        "queue": f"{place_of(call, of)}/screening",
        "submission": submission,
        "team": organisations.organisation(session, actor, submission.organisation_id),
        "titles": returning.titles(session, submission),
        "texts": _texts(session, submission),
        "conditions": asking.conditions(session, submission),
        "labels": themes.labels(session, page.language),
        "revisions": sent,
        "current": current,
        "current_offers": _offers(session, actor, current),
        "earlier": [
            one
            for one in queries.of_submission(session, actor, submission.id)
            if one is not current
        ],
        "is_barred": queries.proposed(session, submission) is not None,
        "obstacle": exclusions.obstacle(session, submission),
        "may_screen": may_screen,
        "form": form,
        "expected": entity_tag(READS[submission.kind].model_validate(submission)),
        "names": NAMES,
    }
    look = findings.of_one(session, actor, submission, opened) if may_screen else None
    propose = (
        theme_proposals.proposed(session, actor, submission.id)
        if may_screen and submission.state is State.SUBMITTED
        else None
    )

    def shown() -> Response:
        line, seen = look() if look else (None, None)
        return page.under("show_screening", of.code).render(
            "staff/screening_of.html",
            status=status,
            **values,
            line=line,
            marks=_marks(seen),
            changes=compare().changes if compare and len(sent) > 1 else [],
            proposed=[
                (one, list(dict.fromkeys(word.lower() for word in one.words)))
                for one in (propose() if propose else [])
            ],
        )

    return InTurn(shown)


def _offers(session: Session, actor: Actor, current: Any) -> list[Any]:
    if current is None:
        return []
    _, offers = exclusions.offers(session, actor, current)
    return [one for one in offers if policy.allows(actor, LIFE.step(one.name).action)]


def _texts(session: Session, submission: Submission) -> dict[str, str]:
    """Return what a submission says, by the key of the question."""
    told = texts.screened(submission, asking.form_of(session, submission)).texts
    summary = {"summary": submission.summary} if submission.summary else {}
    return {"title": submission.title, **told, **summary}


def _marks(seen: LookedThrough | None) -> dict[str, list[tuple[int, int]]]:
    """Return which places of each text were copied or are lists, none within another."""
    found: dict[str, list[tuple[int, int]]] = {}
    for spot in sorted(seen.spots if seen else (), key=lambda one: (one.field, one.start)):
        places = found.setdefault(spot.field, [])
        start = max(spot.start, places[-1][1]) if places else spot.start
        if start < spot.stop:
            places.append((start, spot.stop))
    return found
