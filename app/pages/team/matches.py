"""Matches: an offer in words and passages, a free answer, and how to reach the other team."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.conversations import queries as conversations
from app.conversations.schemas import RoomRead
from app.conversations.service import rooms
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matches import queries
from app.matches.lifecycle import LIFE, OVER, DeclineReason, MatchState
from app.matches.models import Match
from app.matches.schemas import MatchQuery, MatchStepTaken
from app.matches.service import reading, steps
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import MATCH_MEANS
from app.programmes import service as programmes
from app.themes import service as themes

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
MOST: Final = 200
"""How many matches of one's own teams are shown at once."""
HAPPENED: Final[Mapping[MatchState, Message]] = {
    MatchState.DECLINED: Message("One of the two teams cannot take part."),
    MatchState.LAPSED: Message("Not both teams accepted before the date, so it has lapsed."),
    MatchState.WITHDRAWN: Message("One of the two teams takes no part any more."),
    MatchState.REPLACED: Message("Nothing came of it."),
    MatchState.ENDED: Message("The work together ended before its time."),
}
"""What became of a match, as both teams read it."""


class Said(BaseModel):
    """What is sent with a step of a match."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=20_000)
    expected: str = Field(max_length=100)


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


@router.get("/matches")
@needs(Action.MATCH_ANSWER)
def show_matches(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List the matches of the reader's own teams."""
    found = queries.matches(session, actor, MatchQuery(sort="-created_at", limit=MOST)).rows
    return page.render("team/matches.html", matches=found)


@router.get("/matches/{match}")
@within(Action.MATCH_READ)
def show_match(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, match: Reference
) -> Response:
    """Show an offer and what became of it; to staff with both answers."""
    found = queries.get(session, actor, match)
    if policy.has_any_reach(actor, Action.MATCH_READ):
        return _staff_page(page, session, actor, found)
    read = reading.shown(session, actor, found, page.language)
    _, offers = steps.offers(session, actor, found.id)
    return page.render(
        "team/match.html",
        match=read,
        of=programmes.programme(session, found.programme_id),
        languages_of=queries.languages_of(session, found),
        offers=[one for one in offers if not one.reason],
        room=_room(session, actor, found),
        settled_at=found.settled_at,
        happened=HAPPENED.get(found.state),
        labels=themes.labels(session, page.language),
    )


def _staff_page(page: Page, session: Session, actor: Actor, match: Match) -> Response:
    of = programmes.programme(session, match.programme_id)
    _, offers = steps.offers(session, actor, match.id)
    mine = [one for one in offers if policy.allows(actor, LIFE.step(one.name).action)]
    before = session.get(Match, match.replaces_id) if match.replaces_id else None
    return page.under("show_programme_matches", of.code).render(
        "team/match_for_staff.html",
        match=reading.shown(session, actor, match),
        of=of,
        offers=mine,
        line=reading.in_words(session, match, page.language),
        replaces=before,
        is_over=match.state in OVER,
        room=_room(session, actor, match),
        may_visit=policy.allows(actor, Action.CONVERSATION_VISIT),
        may_replace=policy.allows(actor, Action.MATCH_WRITE)
        and match.run_id is not None
        and steps.is_replaceable(match),
    )


def _room(session: Session, actor: Actor, match: Match) -> RoomRead | None:
    """Return that the two teams talk, if they can."""
    if not conversations.has_room(match):
        return None
    found = rooms.read(session, actor, match.id)
    return None if type(found) is RoomRead and not _watches(actor) else found


def _watches(actor: Actor) -> bool:
    return policy.has_any_reach(actor, Action.MATCH_READ)


@router.get("/matches/{match}/steps/{step}")
@within(*STEPS)
def show_match_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, match: Reference, step: str
) -> Response:
    """Say what an answer or another step means, before it is taken."""
    return _step_page(page, session, actor, match, step, Form())


@router.post("/matches/{match}/steps/{step}")
@within(*STEPS)
def move_match(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    match: Reference,
    step: str,
    form: SaidForm,
) -> Response:
    """Answer an offer or move a match, and show what has become of it."""
    found = queries.get(session, actor, match)
    if (said := form.value) is None:
        return _step_page(page, session, actor, match, step, form, 422)
    try:
        taken = MatchStepTaken.model_validate({"why": said.why or None, "reason": said.reason})
        steps.take(session, actor, found.id, step, taken, Expected(said.expected))
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _step_page(page, session, actor, match, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, match, step, form, refusal.status)
    except Stale:
        return _step_page(page, session, actor, match, step, Form(), 412)
    except Conflict as refusal:
        return _step_page(page, session, actor, match, step, form, refusal.status)
    return go_to(f"/matches/{found.code}", done=f"match-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    match = queries.get(session, actor, key)
    step = LIFE.step(name)
    own = queries.sides_of(session, actor, match, Action.MATCH_ANSWER)
    if step.action is not Action.MATCH_ANSWER:
        policy.require(actor, step.action)
    elif not own:
        steps.refuse_stranger()
    session.refresh(match)
    _, offers = steps.offers(session, actor, match.id)
    read: Any = reading.shown(session, actor, match)
    return page.render(
        "team/match_step.html",
        status=status,
        match=read,
        other=None if not own else read.solution if own[0] == "challenge" else read.challenge,
        step=step,
        means=MATCH_MEANS[name],
        offer=next((one for one in offers if one.name == name), None),
        form=form,
        reasons=list(DeclineReason),
        overtaken=status == Stale.status,
        expected=entity_tag(read),
    )
