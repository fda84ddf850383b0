"""The answers of a submission by name, and what tells whether they have changed."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from app.questions.answering import is_blank
from app.submissions.models import Submission

CONTENT = "content."
ANSWERS = "answers."


def answers_of(submission: Submission, names: Collection[str]) -> dict[str, Any]:
    """Return answers by name, such as `title` or `content.problem`; blank ones are None.

    `answers.` and a key name the answer to a question of the call.
    """
    found = {name: _answer(submission, name) for name in names}
    return {name: None if is_blank(value) else value for name, value in found.items()}


def _answer(submission: Submission, name: str) -> Any:
    if name.startswith(CONTENT):
        return submission.content.get(name.removeprefix(CONTENT))
    if name.startswith(ANSWERS):
        return submission.answers.get(name.removeprefix(ANSWERS))
    return getattr(submission, name)


def fingerprint(submission: Submission, names: Collection[str]) -> str:
    """Return what tells whether answers have changed: a hash of what stands there."""
    answers = json.dumps(answers_of(submission, names), sort_keys=True)
    return hashlib.sha256(answers.encode()).hexdigest()[:32]
