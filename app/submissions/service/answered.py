"""The answers of a submission by name, and what tells whether they have changed."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from app.submissions.models import Submission

CONTENT = "content."


def answers_of(submission: Submission, names: Collection[str]) -> dict[str, Any]:
    """Return answers by name, such as `title` or `content.problem`; empty ones are None."""
    return {
        name: (
            submission.content.get(name.removeprefix(CONTENT))
            if name.startswith(CONTENT)
            else getattr(submission, name)
        )
        or None
        for name in names
    }


def fingerprint(submission: Submission, names: Collection[str]) -> str:
    """Return what tells whether answers have changed: a hash of what stands there."""
    answers = json.dumps(answers_of(submission, names), sort_keys=True)
    return hashlib.sha256(answers.encode()).hexdigest()[:32]
