"""The tables of roles, steps and refusals as Markdown, read off the code.

`make reference` writes them to `docs/reference.md`; a test fails while they differ.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from app.access.descriptions import DESCRIPTIONS
from app.access.lifecycle import Life
from app.access.policy import GRANTS, SHARED, Action, May, Reach, Role
from app.accounts import lifecycle as accounts
from app.advice import lifecycle as advice
from app.attachments import lifecycle as attachments
from app.core.base import errors
from app.core.base.errors import AppError
from app.core.tables.row_errors import FaultyTable
from app.decisions import lifecycle as decisions
from app.matches import lifecycle as matches
from app.matchmaking import lifecycle as matchmaking
from app.notices import lifecycle as notices
from app.programmes import lifecycle as programmes
from app.register import lifecycle as register
from app.reviews import lifecycle as reviews
from app.screening import lifecycle as screening
from app.submissions import lifecycle as submissions
from app.teams import lifecycle as teams
from app.webhooks import lifecycle as webhooks

HEAD: Final = """# Reference

`make reference` writes this page from the code; do not edit it. [The HTTP interface](api.md)
explains what stands here.
"""

LIVES: Final[Sequence[tuple[str, Life[Any, Any]]]] = (
    ("A challenge or a solution", submissions.LIFE),
    ("An exclusion", screening.LIFE),
    ("A file of a submission", attachments.LIFE),
    ("A thread beside a question", teams.LIFE),
    ("A review", reviews.LIFE),
    ("A conflict of interest", reviews.CONFLICT_LIFE),
    ("A consultation", advice.LIFE),
    ("A decision", decisions.LIFE),
    ("A match", matches.LIFE),
    ("A public notice", notices.LIFE),
    ("A practice", register.LIFE),
    ("A call", programmes.LIFE),
    ("A user", accounts.LIFE),
    ("A run", matchmaking.RUN_STEPS),
    ("A webhook", webhooks.LIFE),
)
"""The lives in which people take steps."""


def reference() -> str:
    """Return the page."""
    parts = (HEAD, *_roles(), *_steps(), *_refusals())
    return "\n".join(parts)


def _roles() -> Iterator[str]:
    yield "## Who may do what\n"
    yield (
        "`own`: to what belongs to an organisation in which the role is held, or to oneself. "
        "`any`: to everything.\n"
    )
    rows = (
        [
            f"`{action}`",
            DESCRIPTIONS[action],
            *(_reach(GRANTS[role].get(action)) for role in Role),
        ]
        for action in sorted(Action)
    )
    yield _table(["Permission", "For what", *(f"`{role}`" for role in Role)], rows)
    yield "A team shares one submission with a collaborator, who may do this with it:\n"
    shared = (
        [f"`{action}`", *("shared" if action in SHARED[may] else "" for may in May)]
        for action in sorted(SHARED[May.WRITE])
    )
    yield _table(["Permission", *(f"`{may}`" for may in May)], shared)


def _reach(reach: Reach | None) -> str:
    return "" if reach is None else reach.value


def _steps() -> Iterator[str]:
    yield "## Steps\n"
    for title, life in LIVES:
        yield f"### {title}\n"
        rows = (
            [
                ", ".join(sorted(source.replace("_", " ") for source in step.sources)),
                f"`{step.name}`",
                step.target.replace("_", " "),
                step.label,
                f"`{step.action}`",
            ]
            for step in life.steps.values()
        )
        yield _table(["From", "Step", "To", "What it does", "Permission"], rows)


def _refusals() -> Iterator[str]:
    yield "## Refusals\n"
    rows = (
        [str(kind.status), f"`{kind.code}`", kind.title, kind.remedy]
        for kind in sorted(refusals(), key=lambda kind: kind.status)
    )
    yield _table(["Status", "Code", "Title", "What to do"], rows)


def refusals() -> list[type[AppError]]:
    """Return every kind of refusal that has a code."""
    kinds = (
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, AppError) and hasattr(kind, "code")
    )
    return [*kinds, FaultyTable]


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
