"""One submission: its topics while it is written, its text and its way afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.attachments.service import reading as attachments
from app.core.base.entity_tags import entity_tag
from app.core.base.errors import BadQuery, FieldError
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep
from app.matches import queries as matches
from app.notices import queries as notices
from app.organisations.models import Organisation
from app.pages.layout import Page, PageDep
from app.pages.origins import Origin, OriginDep
from app.pages.step_texts import HAPPENED
from app.pages.topics import Topic, topics_in
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.programmes.schemas import CallRead
from app.questions.answering import shown, spoken
from app.submissions.lifecycle import DECIDED, EDITABLE, LIFE, TAKES_PART, Kind, State
from app.submissions.models import Submission
from app.submissions.reuse_schemas import (
    LeftOutRead,
    MeterRead,
    ReusedAnswerRead,
    ReusedRead,
)
from app.submissions.schemas import (
    READS,
)
from app.submissions.service import asking, late_permits, queries, returning, reuse, steps
from app.submissions.service.history import history
from app.teams import queries as comments
from app.teams.service import entries, support
from app.themes import service as themes

router = APIRouter()

READ = (Action.SUBMISSION_READ, Action.DRAFT_READ)
NOTHING_REUSED = ReusedRead(
    meter=MeterRead(asked=0, answered=0, reused=0, minutes=0, minutes_spared=0),
    answers=[],
    left_out=[],
)
SENDING = frozenset({"submit", "enter", "resubmit"})
"""Steps that a team takes after it has looked through its answers."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A topic of a submission, and how far it is.

    Attributes
    ----------
    topic : Topic
    missing : sequence of FieldError
        What it lacks before the submission can be sent.
    value : str
        What stands there, as text; empty if nothing does.
    answer : Any
        The answer to a question of the call, as it is kept; None if there is none.
    reused : tuple of ReusedAnswerRead
        Which of its answers are those of an earlier submission.
    left_out : tuple of LeftOutRead
        Which of them could not be taken over.
    """

    topic: Topic
    missing: tuple[FieldError, ...]
    value: str
    reused: tuple[ReusedAnswerRead, ...] = ()
    left_out: tuple[LeftOutRead, ...] = ()
    answer: Any = None

    @property
    def is_done(self) -> bool:
        """Tell whether something stands there and nothing is missing."""
        return bool(self.value) and not self.missing


def described(session: Session, actor: Actor, submission: Submission) -> dict[str, Any]:
    """Return what all pages of a submission show."""
    call = programmes.call_of(session, submission.call_id)
    programme: Programme = programmes.programme(session, submission.programme_id)
    team = session.get_one(Organisation, submission.organisation_id)
    read: CallRead = programmes.describe(actor, call)
    about = {"owner_id": submission.organisation_id, "shared_id": submission.id}
    return {
        "submission": submission,
        "call": read,
        "due": late_permits.closing(
            session, call, submission.organisation_id, submission.created_at
        ),
        "of": programme,
        "team": team,
        "is_team": policy.allows(actor, Action.DRAFT_READ, **about),
        "entry": entries.of_submission(session, submission),
        "enters": policy.has_any_reach(actor, Action.SUBMISSION_ENTER),
        "is_member": policy.allows(actor, Action.DRAFT_SHARE, submission.organisation_id),
        "may_comment": policy.allows(actor, Action.DRAFT_COMMENT, **about),
        "writable": policy.allows(actor, Action.DRAFT_WRITE, **about)
        and submission.state in EDITABLE,
    }


def reused_by(session: Session, actor: Actor, submission: Submission) -> ReusedRead:
    """Return what a submission has from an earlier one, as far as its reader may know."""
    # Who is no member of the team knows nothing of its other submissions.
    if policy.allows(actor, Action.DRAFT_READ, submission.organisation_id):
        return reuse.reused(session, actor, submission)
    return NOTHING_REUSED


def asked_of(
    session: Session, submission: Submission, *, along_with: str = ""
) -> tuple[Topic, ...]:
    """Return the topics that a team is asked, as its answers are at present.

    Parameters
    ----------
    along_with : str
        The key of one that is there although its question is not shown at present: somebody
        of the team may have its page open.
    """
    form = asking.form_of(session, submission)
    programme = programmes.programme(session, submission.programme_id)
    every = topics_in(submission.kind, form, language=programme.working_language)
    keys = {one.key for one in shown(form, asking.whole(submission))}
    return tuple(one for one in every if one.question is None or one.key in keys | {along_with})


def topics_of(
    session: Session,
    submission: Submission,
    offers: list[Offer],
    reused: ReusedRead = NOTHING_REUSED,
    *,
    along_with: str = "",
) -> list[Answered]:
    """Return the topics of a submission, each with what it lacks, and where it is from."""
    sending = next((offer for offer in offers if offer.name in SENDING), None)
    missing = sending.missing if sending else ()
    return [
        Answered(
            topic,
            tuple(
                e for e in missing if e.pointer.rpartition("/")[2] == (topic.field or topic.key)
            ),
            _value(submission, topic),
            tuple(one for one in reused.answers if one.answer in topic.names),
            tuple(one for one in reused.left_out if one.answer in topic.names),
            submission.answers.get(topic.key) if topic.is_own else None,
        )
        for topic in asked_of(session, submission, along_with=along_with)
    ]


def _value(submission: Submission, topic: Topic) -> str:
    match topic.key:
        case "title":
            return submission.title
        case "themes":
            return ", ".join(submission.themes)
        case "summary":
            return submission.summary
    if topic.is_own:
        return "; ".join(spoken(submission.answers.get(topic.key)))
    return str(submission.content.get(topic.field) or "")


@router.get("/submissions/{submission}")
@within(*READ)
def show_submission(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
    origin: OriginDep,
) -> Response:
    """Show the topics of what is being written, or what was submitted and its way since."""
    found = queries.find(session, actor, submission)
    _, offers = steps.offers(session, actor, found.kind, found.id)
    values = described(session, actor, found)
    reused = reused_by(session, actor, found)
    name = "team/topics.html" if values["writable"] else "team/submission.html"
    before, behind = _neighbours(session, actor, found, origin)
    return in_list(page, found, values).render(
        name,
        **values,
        before=before,
        behind=behind,
        origin=origin,
        **_notice_of(session, actor, found),
        may_assign_reviews=policy.has_any_reach(actor, Action.REVIEW_ASSIGN)
        and found.state in DECIDED | {State.ELIGIBLE},
        may_screen=policy.has_any_reach(actor, Action.EXCLUSION_READ)
        and found.submitted_at is not None,
        asked_titles=returning.titles(session, found),
        may_read_decision=policy.has_any_reach(actor, Action.DECISION_READ)
        and found.state in DECIDED | {State.ELIGIBLE},
        matches=matches.of_submission(session, actor, found.id),
        topics=topics_of(session, found, offers, reused),
        meter=reused.meter,
        support=support.described(session, found),
        open_comments=comments_of(session, actor, found),
        files=attachments.kept(session, actor, found),
        **_form_of(session, actor, found),
        offers=[offer for offer in offers if _is_for(actor, found, offer)],
        history=[(HAPPENED[event.step], event.at) for event in history(session, found)],
        labels=themes.labels(session, page.language),
        # What others tell is for those alone who may read all of it.
        compared=policy.has_any_reach(actor, Action.SUBMISSION_READ),
    )


def comments_of(session: Session, actor: Actor, submission: Submission) -> Mapping[str, int]:
    """Return how many threads are open beside each question, for those who may read them."""
    about = {"owner_id": submission.organisation_id, "shared_id": submission.id}
    if not policy.allows(actor, Action.DRAFT_COMMENT, **about):
        return {}
    return comments.open_by_question(comments.threads(session, actor, submission))


def _form_of(session: Session, actor: Actor, submission: Submission) -> dict[str, Any]:
    """Return what a page shows of the form: newer questions, what is aside, who takes part."""
    is_of_team = policy.allows(
        actor, Action.DRAFT_READ, submission.organisation_id, shared_id=submission.id
    )
    return {
        "asked_anew": is_of_team and asking.newer(session, submission) is not None,
        "aside": asking.earlier(session, actor, submission) if is_of_team else [],
        "conditions": asking.conditions(session, submission),
        "form": asking.form_of(session, submission),
        "expected": entity_tag(READS[submission.kind].model_validate(submission)),
    }


def _notice_of(session: Session, actor: Actor, submission: Submission) -> dict[str, Any]:
    """Return the public notice of a challenge, and whether its reader may begin one."""
    if submission.kind is not Kind.CHALLENGE:
        return {"notice_of_it": None, "may_begin_notice": False}
    notice = notices.of_challenge(session, actor, submission)
    may_begin = policy.has_any_reach(actor, Action.NOTICE_WRITE)
    return {
        "notice_of_it": notice,
        "may_begin_notice": may_begin and not notice and submission.state in TAKES_PART,
    }


def _neighbours(
    session: Session, actor: Actor, submission: Submission, origin: Origin | None
) -> tuple[Any | None, Any | None]:
    """Return what stands before and behind a submission in the list that led to it."""
    if (
        origin is None
        or origin.kind is not submission.kind
        or not policy.has_any_reach(actor, Action.SUBMISSION_SCREEN)
    ):
        return None, None
    asked = origin.asked.model_copy(update={"programme": [submission.programme_id]})
    try:
        return queries.neighbours(session, actor, asked, submission)
    except BadQuery:  # an address that somebody has changed names no list
        return None, None


def in_list(page: Page, submission: Submission, values: dict[str, Any]) -> Page:
    """Return the page as a part of the list in which staff find the submission."""
    return page.under(f"show_{submission.kind}s", values["of"].code)


def place_of(submission: Submission, origin: Origin | None) -> str:
    """Return the address of a submission, with the list that led to it."""
    place = f"/submissions/{submission.code}"
    return f"{place}?{origin.query}" if origin else place


def _is_for(actor: Actor, submission: Submission, offer: Offer) -> bool:
    action = LIFE.step(offer.name).action
    return policy.allows(actor, action, submission.organisation_id)


@router.get("/submissions/{submission}/check")
@within(*READ)
def show_check(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show all answers once more, and what is missing, before they are sent."""
    found = queries.find(session, actor, submission)
    _, offers = steps.offers(session, actor, found.kind, found.id)
    sending = [offer for offer in offers if offer.name in SENDING]
    for_reader = [offer for offer in sending if _is_for(actor, found, offer)]
    return page.render(
        "team/check.html",
        **described(session, actor, found),
        topics=topics_of(session, found, offers, reused_by(session, actor, found)),
        files=attachments.kept(session, actor, found),
        conditions=asking.conditions(session, found),
        support=support.described(session, found),
        unsupported=support.lacking(session, found),
        offer=next(iter(for_reader + sending), None),
        sends=bool(for_reader),
        expected=entity_tag(READS[found.kind].model_validate(found)),
        labels=themes.labels(session, page.language),
    )
