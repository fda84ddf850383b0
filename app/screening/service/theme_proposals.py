"""Themes proposed from what a team has written, with the words that led there, to confirm."""

from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message, Word
from app.core.storage import audit
from app.matchmaking import deferred
from app.screening.schemas import ProposedThemeRead
from app.screening.service.texts import screened
from app.submissions.lifecycle import THEMES, Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import READS
from app.submissions.service import asking
from app.submissions.service import queries as submissions
from app.themes import service as themes


def proposed(
    session: Session, actor: Actor, key: UUID | str
) -> Callable[[], list[ProposedThemeRead]]:
    """Return what finds the themes of which a submission has the words.

    Raises
    ------
    NotPermitted
        If the actor may not screen.
    NotFound
        If there is no such submission, or none that the actor may read.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    submission = submissions.find(session, actor, key)
    one = screened(submission, asking.form_of(session, submission))
    names = dict(themes.names(session))
    texts = {"title": one.title, **one.texts}

    def compute() -> list[ProposedThemeRead]:
        return [
            ProposedThemeRead(
                key=found.key,
                share=found.share,
                words=[texts[field][start:stop] for field, start, stop in found.words],
            )
            for found in deferred.proposed_themes(one, names)
        ]

    return compute


def confirm(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    keys: Sequence[str],
    expected: Expected = ANYTHING,
) -> Submission:
    """Add themes to a submission that is screened; its team reads them there.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    NotPermitted
        If the actor may not screen.
    Stale
        If it is no longer as expected.
    Conflict
        If it is not screened.
    Unprocessable
        If a theme is not known, none is named, or a facet would have too many.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    submission = submissions.get(session, actor, kind, key)
    expected.require(READS[submission.kind].model_validate(submission))
    if submission.state is not State.SUBMITTED:
        raise Conflict(
            Message("The submission is {state}.", state=Word(submission.state)),
            remedy="Themes are added while it is screened.",
        )
    wanted = list(dict.fromkeys(key for key in keys if key not in submission.themes))
    if errors := _wrong(session, [*submission.themes, *wanted], wanted):
        raise Unprocessable("These themes cannot be added.", errors=errors)
    before = list(submission.themes)
    submission.themes = [*before, *wanted]
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "add-themes",
        submission.kind,
        submission.id,
        before=before,
        after=submission.themes,
    )
    return submission


def _wrong(session: Session, after: Sequence[str], wanted: Sequence[str]) -> list[FieldError]:
    if not wanted:
        return [FieldError("/themes", "Choose at least one theme.")]
    errors = themes.unknown(wanted, themes.keys(session))
    counts = Counter(key.partition(":")[0] for key in after)
    return errors + [
        FieldError(
            "/themes",
            Message(
                "A submission names at most {most} themes of {facet}; it would have {n}.",
                most=most,
                facet=facet,
                n=counts[facet],
            ),
        )
        for facet, (_, most) in THEMES.items()
        if counts[facet] > most
    ]
