"""Challenge to challenge: who has a similar problem, also where no provider is found.

Proposed to the staff, who bring the teams together; no team reads of another by this.
"""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.matches.lifecycle import LIVE
from app.matches.models import Match
from app.matchmaking import deferred
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.settings import FLOOR
from app.matchmaking.schemas.suggestions import PassagesRead
from app.matchmaking.service import inputs
from app.organisations.models import Organisation
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.settings import Settings
from app.statistics.schemas.peers import (
    MOST_CHALLENGES,
    MOST_PEERS,
    ChallengeWithPeersRead,
    PeerRead,
    PeersRead,
)
from app.submissions.lifecycle import DECIDED, GONE, Kind, State
from app.submissions.models import Submission
from app.submissions.records import AnsweredChallenge

COMPARED: Final = (DECIDED | {State.SUBMITTED, State.ELIGIBLE}) - GONE
"""The states of challenges that are compared: sent, and not withdrawn; selected or not."""


def peers(
    session: Session, actor: Actor, key: UUID | str, settings: Settings
) -> Callable[[], PeersRead]:
    """Return what finds for each challenge of a programme those with a similar problem.

    Raises
    ------
    NotFound
        If there is no such programme.
    NotPermitted
        If the actor may not read the submissions of all teams.
    Conflict
        If there are too many to compare while somebody waits.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    programme = programmes.programme(session, key)
    rows = _compared(session, programme)
    served = set(
        session.exec(
            select(Match.challenge_id).where(
                Match.programme_id == programme.id, col(Match.state).in_(LIVE)
            )
        ).all()
    )
    records = [
        AnsweredChallenge.model_validate(inputs.record(session, row, owner))
        for row, owner in rows
    ]
    chosen = inputs.chosen(programme, settings, top=MOST_PEERS, floor=FLOOR)
    teams = {row.code: row.organisation_id for row, _ in rows}
    languages = {row.code: row.language for row, _ in rows}
    has_provider = {row.code: row.id in served for row, _ in rows}
    parties = {
        row.code: PartyRead(
            id=row.id,
            code=row.code,
            title=row.title,
            organisation=owner.name,
            country=owner.country,
        )
        for row, owner in rows
    }
    code = programme.code

    def compute() -> PeersRead:
        found = deferred.peers(chosen, records, teams, settings) if records else {}
        return PeersRead(
            programme=code,
            challenges=[
                ChallengeWithPeersRead(
                    challenge=parties[one],
                    language=languages[one],
                    has_provider=has_provider[one],
                    peers=[
                        PeerRead(
                            challenge=parties[meeting.challenge],
                            language=languages[meeting.challenge],
                            words=list(meeting.words),
                            themes=list(meeting.themes),
                            passages=PassagesRead.model_validate(meeting.passages),
                            other_language=meeting.other_language,
                        )
                        for meeting in found.get(one, ())
                    ],
                )
                for one in sorted(parties, key=lambda one: (has_provider[one], one))
            ],
        )

    return compute


def _compared(
    session: Session, programme: Programme
) -> Sequence[tuple[Submission, Organisation]]:
    where = (
        Submission.programme_id == programme.id,
        Submission.kind == Kind.CHALLENGE,
        col(Submission.state).in_(COMPARED),
    )
    n = session.exec(select(func.count()).select_from(Submission).where(*where)).one()
    if n > MOST_CHALLENGES:
        raise Conflict(
            Message(
                "These are {n:,} challenges; at most {most:,} are compared with each other.",
                n=n,
                most=MOST_CHALLENGES,
            ),
            remedy="Ask for near-duplicates, which are found among more.",
        )
    return session.exec(
        select(Submission, Organisation)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .where(*where)
        .order_by(col(Submission.code))
    ).all()
