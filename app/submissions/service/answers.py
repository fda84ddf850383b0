"""Writing one answer of a submission at a time, as the pages do: nobody loses what they wrote.

Two people of a team who write different answers at once save both. Of two who write the same
answer the second is told, and sees both versions: an answer is saved only on top of what its
writer has seen of it, and nothing else of the submission matters.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict
from app.core.base.merge_patch import Patch
from app.questions.answering import is_blank
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service import drafts, queries
from app.submissions.service.answered import answers_of, fingerprint


def answer(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    answers: Mapping[str, Any],
    *,
    seen: str,
) -> Submission:
    """Save answers that belong together, if they are as their writer has seen them.

    Parameters
    ----------
    answers : mapping
        By name, such as `title` or `content.problem`; None for an empty one.
    seen : str
        The `fingerprint` of the same answers when the writer began.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or not write it.
    TransitionNotAllowed
        If it is not being written at present.
    Conflict
        If somebody has changed one of these answers since, into something else.
    Unprocessable
        If an answer cannot be taken.
    """
    submission = queries.get(session, actor, kind, key)
    policy.require(
        actor, Action.DRAFT_WRITE, submission.organisation_id, shared_id=submission.id
    )
    # Until the end of the transaction: what is compared here is what is replaced.
    session.refresh(submission, with_for_update=True)
    stored = answers_of(submission, answers)
    sent = {name: None if is_blank(value) else value for name, value in answers.items()}
    if stored == sent:
        return submission
    if fingerprint(submission, answers) != seen:
        raise Conflict(
            "Somebody of your team has changed this answer since you began.",
            remedy="Read both versions, and save the one that shall stand.",
        )
    return drafts.change(session, actor, kind, key, _patch_of(answers))


def _patch_of(answers: Mapping[str, Any]) -> Patch:
    whole: dict[str, Any] = {}
    for name, value in answers.items():
        head, _, key = name.partition(".")
        if key:
            whole.setdefault(head, {})[key] = value
        else:
            whole[head] = value
    return Patch(whole)
