"""A whole edition, played: from two calls to released decisions and confirmed matches."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import OPERATOR, Action, Actor, own_reach
from app.core.base.clock import now
from app.core.storage.database import Database, reading, transaction
from app.matches import queries as match_queries
from app.matches.lifecycle import DeclineReason, MatchState
from app.matches.models import Match
from app.matches.schemas import MatchStepTaken, NewOffers, NewPreparation, NewReplacement
from app.matches.service import offers, replacements
from app.matches.service import steps as match_steps
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.runs import AssignmentRead, NewRun
from app.matchmaking.schemas.verdicts import Decision
from app.matchmaking.service import run_requests, verdicts
from app.notices import service as notices
from app.notices.schemas import NewNotice, NoticeStepTaken
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind
from app.programmes.models import Programme
from app.programmes.queries import programme_or_none
from app.programmes.schemas import ProgrammeDraft, Providers
from app.seeding.scenarios.calls import Played, Say, Stage, play, selected
from app.seeding.scenarios.cast import Cast
from app.seeding.scenarios.talks import talk
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps

PROGRAMME: Final = "whole-edition"
TITLE: Final = "A whole edition (generated, beside what is public of the first one)"
NOTES: Final = (
    "Played by `counterpart demo --scenario`. 4 challenges and 8 solutions are those that are "
    "public of the first edition; “(played)” stands behind the names of their organisations. "
    "All others are made up, and so are all people, reviews, decisions and answers: the "
    "programme has the size of the real one."
)
ANSWER_IN: Final = timedelta(days=21)

CALLS: Final = (
    Played(CallKind.CHALLENGES, "Call for challenges", 4, 4, 30),
    Played(CallKind.SOLUTIONS, "Call for solutions", 8, 4, 8, one_gives_back=True),
)
"""As many of each outcome as the first edition had, where that is known."""

CarryOut = Callable[[MatchRun], None]
"""Waits until a run has ended, which is computed outside of every transaction."""


class Scenario(StrEnum):
    """How far the demonstration is played."""

    DECISIONS = "decisions"
    MATCHES = "matches"


def play_edition(
    database: Database, settings: Settings, scenario: Scenario, carry_out: CarryOut, say: Say
) -> None:
    """Play what has not been played yet; a second time nothing is added.

    Each part is played whole or not at all, so that one that was ended midway begins anew.

    Raises
    ------
    Unavailable
        If the run fails.
    """
    with transaction(database) as session:
        if programme_or_none(session, PROGRAMME) is None:
            play_decisions(session, say)
    if scenario is Scenario.MATCHES:
        with transaction(database) as session:
            programme = programmes.programme(session, PROGRAMME)
            run = None
            if not match_queries.of_programme(session, programme.id):
                lead = Cast(session).of_demonstration("lead")
                new = NewRun(programme_id=PROGRAMME)
                run = run_requests.request_run(session, lead, new, settings)
        if run is not None:
            carry_out(run)
            with transaction(database) as session:
                _play_offers(session, run.id, settings.public_url, say)
        _replace(database, settings, say)


def play_decisions(session: Session, say: Say) -> Programme:
    """Play both calls to their release, in the caller's transaction."""
    say("Playing a whole edition; this takes a minute ...")
    cast = Cast(session)
    staff, lead = cast.of_demonstration("staff"), cast.of_demonstration("lead")
    programme = programmes.create_programme(
        session,
        OPERATOR,
        ProgrammeDraft(
            code=PROGRAMME,
            title=TITLE,
            zone="Europe/Paris",
            providers=Providers(min=2, max=2),
            notes=NOTES,
        ),
    )
    reviewers = cast.reviewers(staff, programme)
    stage = Stage(session, programme, cast, staff, lead, reviewers, say)
    for call, key, real in zip(
        CALLS, ("challenge_owner", "solution_provider"), ("C1", "P1"), strict=True
    ):
        rows = play(stage, call)
        cast.join(key, rows[real].organisation_id)
        chosen = selected(session, rows)
        for row in chosen:
            _accepted(stage, row)
        if call.kind is CallKind.CHALLENGES:
            for row in chosen:
                _noticed(stage, row)
            say(f"{len(chosen)} public notices were approved by their teams and published.")
    return programme


def _accepted(stage: Stage, row: Submission) -> None:
    team = stage.cast.member_of(row.organisation_id)
    steps.take(stage.session, team, row.kind, row.id, "accept", StepTaken())


def _noticed(stage: Stage, challenge: Submission) -> None:
    """Publish what a selected challenge says, as its team approves it."""
    session = stage.session
    notice = notices.begin(session, stage.staff, NewNotice(challenge_id=challenge.id))
    team = stage.cast.member_of(challenge.organisation_id)
    for actor, step in (
        (stage.staff, "propose"),
        (team, "approve"),
        (stage.lead, "publish"),
    ):
        notices.take_step(session, actor, notice.id, step, NoticeStepTaken())


def _play_offers(session: Session, run_id: UUID, public_url: str, say: Say) -> None:
    """Play from the run to consents: one provider declines, and one pair begins to talk."""
    cast = Cast(session)
    lead = cast.of_demonstration("lead")
    run = session.get_one(MatchRun, run_id)
    for challenge, solution in AssignmentRead.model_validate(run.assignment).pairs:
        new = Decision(
            run_id=run.id,
            challenge_id=challenge,
            solution_id=solution,
            outcome=Outcome.CHOSEN,
            reason="The best whole assignment holds this pair.",
        )
        ground = verdicts.ground(session, lead, new)
        verdicts.require_open(ground, new.outcome)
        verdicts.decide(session, lead, new, ground)
    offers.prepare(session, lead, NewPreparation(run_id=run.id))
    offers.send(session, lead, NewOffers(run_id=run.id, answer_by=now() + ANSWER_IN))
    declined, *others = match_queries.of_programme(session, run.programme_id)
    for match in others:
        _consented(session, cast, match)
    said = MatchStepTaken(
        why=DeclineReason.NO_TIME, reason="Two of us have changed offices this spring."
    )
    provider = _sides(session, cast, declined)[Kind.SOLUTION]
    match_steps.take(session, provider, declined.id, "decline", said)
    talking = _of_demonstration(session, cast, others)
    talk(session, _sides(session, cast, talking), talking.id, public_url)
    say(f"{len(others) + 1} offers were sent, {len(others)} were confirmed, 1 was declined.")


def _of_demonstration(session: Session, cast: Cast, found: Sequence[Match]) -> Match:
    """Return a match of which somebody can look around as its challenge owner."""
    own = own_reach(cast.of_demonstration("challenge_owner"), Action.CONVERSATION_WRITE)
    for match in found:
        if session.get_one(Submission, match.challenge_id).organisation_id in own:
            return match
    return found[0]


def _replace(database: Database, settings: Settings, say: Say) -> None:
    """Offer the cheapest other provider where one has declined, and let both sides consent."""
    with reading(database) as session:
        lead = Cast(session).of_demonstration("lead")
        programme = programmes.programme(session, PROGRAMME)
        declined = [
            one
            for one in match_queries.of_programme(session, programme.id)
            if one.state is MatchState.DECLINED
        ]
        asked = [
            (one.id, replacements.replacements(session, lead, one.id, settings))
            for one in declined
        ]
    for key, compute in asked:
        ways = [one for one in compute().candidates if one.problem is None]
        if not ways:
            say("Nobody can take the place of the provider that declined.")
            continue
        with transaction(database) as session:
            cast = Cast(session)
            new = NewReplacement(solution_id=ways[0].solution.code, answer_by=now() + ANSWER_IN)
            lead = cast.of_demonstration("lead")
            match = replacements.replace(session, lead, key, new)
            _consented(session, cast, match)
            rows = match_queries.of_programme(session, match.programme_id)
            confirmed = sum(one.state is MatchState.CONFIRMED for one in rows)
            say(f"Another provider took its place: {confirmed} matches are confirmed.")


def _sides(session: Session, cast: Cast, match: Match) -> Mapping[Kind, Actor]:
    """Return somebody of each side of a match."""
    keys = {Kind.CHALLENGE: match.challenge_id, Kind.SOLUTION: match.solution_id}
    return {
        side: cast.member_of(session.get_one(Submission, key).organisation_id)
        for side, key in keys.items()
    }


def _consented(session: Session, cast: Cast, match: Match) -> None:
    for actor in _sides(session, cast, match).values():
        match_steps.take(session, actor, match.id, "accept", MatchStepTaken())
