"""What a reviewer may know: of the submission by how far they are, of the others at the end."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.attachments.models import Attachment
from app.attachments.service import reading as attachments
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.organisations.models import Organisation
from app.programmes.models import Programme
from app.questions.answering import readable, spoken
from app.questions.forms import Audience, QuestionType
from app.reviews import queries
from app.reviews.lifecycle import DONE, LIVE, READING, ReviewState
from app.reviews.models import Review, ReviewComment
from app.reviews.schemas.reviews import (
    MOST_COMMENTS,
    MOST_OTHERS,
    Answered,
    CommentRead,
    DiscussionRead,
    NewComment,
    OtherReviewRead,
    ReviewedFile,
    ReviewedSupport,
    SubjectRead,
    Told,
)
from app.reviews.service import conflicts
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service import asking
from app.teams.schemas import SupportState
from app.teams.service import support

PASSAGES: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHALLENGE: passages_of(ChallengeFields),
    Kind.SOLUTION: passages_of(SolutionFields),
}


def subject(session: Session, review: Review) -> SubjectRead:
    """Return what the reviewer of a review that the reader was given may know at present.

    Of what is assigned: title, organisation and themes, or a code alone where the call is
    blind. The text comes with the declaration, and so do the files, but for blind calls: a
    letterhead tells who the team is, and nobody can take it out. Where a conflict of interest
    stands, and once a review is not asked for any more, the code alone is left.
    """
    submission = session.get_one(Submission, review.submission_id)
    rubric = queries.rubric_of(session, review.call_id)
    is_blind = rubric is None or rubric.is_blind
    known: dict[str, Any] = {"code": submission.code, "kind": submission.kind}
    is_barred = conflicts.is_barred(session, review.user_id, submission)
    if review.state not in LIVE or is_barred:
        return SubjectRead(**known)
    may_read = review.state in READING
    if may_read or not is_blind:
        known |= {"title": submission.title, "themes": submission.themes}
        known["language"] = submission.language
    if not is_blind:
        team = session.get_one(Organisation, submission.organisation_id)
        known |= {"organisation": team.name, "country": team.country}
    if may_read:
        known |= text_of(session, submission)
        files = attachments.for_reviewers(session, submission)
        if is_blind:
            known["withheld_files"] = len(files) or None
        else:
            known["support"] = _support(session, submission)
            known["files"] = [ReviewedFile.model_validate(one) for one in files]
    return SubjectRead(**known)


def _support(session: Session, submission: Submission) -> ReviewedSupport | None:
    found = support.described(session, submission)
    if found.state is not SupportState.SUPPORTED:
        return None
    return ReviewedSupport.model_validate(found, from_attributes=True)


def text_of(session: Session, submission: Submission) -> dict[str, Any]:
    """Return what a team has written, as far as it is for reviewers and advisors."""
    return {
        "summary": submission.summary,
        "passages": [
            Told(name=name, text=text)
            for name in PASSAGES[submission.kind]
            if (text := submission.content.get(name))
        ],
        "answers": _own_answers(session, submission),
    }


def _own_answers(session: Session, submission: Submission) -> list[Answered]:
    """Return what was said to questions of the call's own that are for reviewers."""
    form = asking.form_of(session, submission)
    told = readable(form, asking.whole(submission), Audience.REVIEWERS)
    return [
        Answered(question=one.title, answer="\n".join(spoken(told[one.key])))
        for one in form.questions
        if one.key in told
        and one.key in submission.answers
        and one.type is not QuestionType.FILE  # its names stand among the files, if at all
    ]


def file(session: Session, review: Review, key: UUID) -> Attachment:
    """Return a file of the submission of a review that the reader was given.

    Raises
    ------
    NotFound
        If there is none, or none that its reviewer may read at present.
    """
    known = subject(session, review).files or ()
    if key not in {one.id for one in known}:
        raise NotFound(Message("There is no file {key}.", key=key))
    return session.get_one(Attachment, key)


def zones(session: Session, reviews: Sequence[Review]) -> dict[UUID, str]:
    """Return in whose time the dates of reviews were announced, by programme."""
    keys = {review.programme_id for review in reviews}
    statement = select(Programme.id, Programme.zone).where(col(Programme.id).in_(keys))
    return dict(session.exec(statement).all())


def discussion(session: Session, actor: Actor, review: Review) -> DiscussionRead:
    """Return the other reviews of the submission that were handed in, and the words about them.

    Raises
    ------
    Conflict
        If the reader is the reviewer, and has not closed their own review yet.
    """
    _require_closed(session, actor, review)
    every = queries.of_submission(session, review.submission_id)
    number = {one.id: place for place, one in enumerate(every, 1)}
    return DiscussionRead(
        reviews=[
            OtherReviewRead(
                number=number[one.id],
                scores=one.scores,
                mean=mean_of(one, weights(session, one)),
                comment_team=one.comment_team,
                recommendation=one.recommendation,
                confidence=one.confidence,
            )
            for one in every
            if one.state in DONE and one.id != review.id
        ][:MOST_OTHERS],
        comments=[
            CommentRead(
                id=one.id,
                number=number.get(one.review_id) if one.review_id else None,
                by_you=one.user_id is not None and one.user_id == actor.user_id,
                body=one.body,
                created_at=one.created_at,
            )
            for one in _comments(session, review)
        ],
    )


def _comments(session: Session, review: Review) -> Sequence[ReviewComment]:
    statement = (
        select(ReviewComment)
        .where(ReviewComment.submission_id == review.submission_id)
        .order_by(col(ReviewComment.created_at), col(ReviewComment.id))
    )
    return session.exec(statement.limit(MOST_COMMENTS)).all()


def say(session: Session, actor: Actor, review: Review, new: NewComment) -> ReviewComment:
    """Add a word to the discussion of the submission.

    Raises
    ------
    NotPermitted
        If the actor is neither its reviewer nor may assign reviews.
    Conflict
        If the reviewer has not closed their own review yet, or all has been said.
    """
    is_own = policy.allows(actor, Action.REVIEW_WRITE, assignee_id=review.user_id)
    if not is_own:
        policy.require(actor, Action.REVIEW_ASSIGN)
    _require_closed(session, actor, review)
    if len(_comments(session, review)) >= MOST_COMMENTS:
        raise Conflict("This discussion is full.", remedy="Talk to the staff.")
    comment = ReviewComment(
        submission_id=review.submission_id,
        review_id=review.id if is_own else None,
        user_id=actor.user_id,
        body=new.body,
    )
    session.add(comment)
    session.flush()
    audit.record(session, actor.user_id, "comment", "review", review.id)
    return comment


def _require_closed(session: Session, actor: Actor, review: Review) -> None:
    """Do nothing, or refuse a reviewer who has not closed their own review of the submission.

    Whoever has one looks at it first, whichever other role they hold.
    """
    own = None
    if actor.user_id is not None:
        own = queries.live(session, review.submission_id, actor.user_id)
    if own is None and policy.has_any_reach(actor, Action.REVIEW_READ):
        return
    submission = session.get_one(Submission, review.submission_id)
    if (
        own is None
        or own.state is not ReviewState.LOCKED
        or conflicts.is_barred(session, own.user_id, submission)
    ):
        raise Conflict(
            "What others have written is read when one's own review is closed.",
            remedy="Hand your review in, and take the step `compare`.",
        )


def weights(session: Session, review: Review) -> dict[str, int]:
    """Return the weight of each criterion of a review."""
    rubric = queries.rubric_of(session, review.call_id)
    return {one["key"]: one["weight"] for one in rubric.criteria} if rubric else {}


def mean_of(review: Review, weighed: Mapping[str, int]) -> float:
    """Return the weighted mean of the scores of a review; 0 without any."""
    scored = {key: score for key, score in review.scores.items() if key in weighed}
    total = sum(weighed[key] for key in scored)
    return sum(weighed[key] * score for key, score in scored.items()) / total if total else 0.0
