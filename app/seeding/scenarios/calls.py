"""One call of a scenario, from its opening to the release of its decisions."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING
from app.core.base.merge_patch import Patch
from app.core.tables.importing import read_table
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.schemas import NewDecision, NewRelease
from app.decisions.service import drafts as decisions
from app.decisions.service import releases
from app.decisions.service import steps as decision_steps
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallDraft
from app.reviews.lifecycle import Confidence, ConflictKind, Recommendation, ReviewState
from app.reviews.models import ConflictOfInterest, Review
from app.reviews.schemas.reviews import NewComment, ReviewStepTaken, ReviewText
from app.reviews.service import assigning, conflicts, rankings, reading, rubrics, writing
from app.reviews.service import steps as review_steps
from app.screening.schemas import NewExclusion
from app.screening.service import exclusions
from app.seeding.loader import SEEDS
from app.seeding.scenarios import words
from app.seeding.scenarios.cast import Cast
from app.submissions.lifecycle import KINDS, Kind, State
from app.submissions.models import Submission
from app.submissions.records import ChallengeRecord, Place, SolutionRecord
from app.submissions.schemas import NewChallenge, NewSolution, StepTaken
from app.submissions.service import drafts, steps
from app.submissions.service.own_columns import RECORDS
from app.themes import service as themes

Say = Callable[[str], None]
"""Tells somebody at a terminal how far it is."""
Record = ChallengeRecord | SolutionRecord

NEW: Final[Mapping[Kind, type[NewChallenge] | type[NewSolution]]] = {
    Kind.CHALLENGE: NewChallenge,
    Kind.SOLUTION: NewSolution,
}

REVIEWS: Final = 3
"""Reviews that each submission gets."""
OPEN_FOR: Final = timedelta(days=42)
ANSWER_IN: Final = timedelta(days=14)
_BEST: Final = 4.7
"""How good reviewers find what the real edition has selected, so that it is selected here."""
_GOOD: Final = (2.0, 4.1)
_SEVERITY: Final = 0.4
_NOISE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario needs to know of a call.

    Attributes
    ----------
    selected, reserve, learning_track : int
        How many submissions get each outcome; all others are not selected.
    one_gives_back : bool
        Whether a selected team declines its place, which goes to one of the reserves.
    """

    kind: CallKind
    title: str
    selected: int
    reserve: int
    learning_track: int
    one_gives_back: bool = False


@dataclass
class Stage:
    """Where a scenario is played: its programme, its people, and who hears how far it is."""

    session: Session
    programme: Programme
    cast: Cast
    staff: Actor
    lead: Actor
    reviewers: Sequence[Actor]
    say: Say
    chance: random.Random = field(default_factory=lambda: random.Random(2023))  # noqa: S311 -- a play, not a secret


def play(stage: Stage, played: Played) -> dict[str, Submission]:
    """Play a call to the release; return its submissions by their ids in the files."""
    session, chance = stage.session, stage.chance
    call = _open(stage, played)
    records = _records(session, played.kind)
    rows = {record.id: _sent(stage, call, record) for record in records}
    _close(stage, call)
    stage.say(f"{len(rows)} {played.kind} from {_countries(records)} countries were submitted.")
    _screen(stage, rows)
    real = {row.id for key, row in rows.items() if not is_generated(key)}
    quality = {
        row.id: _BEST if row.id in real else chance.uniform(*_GOOD) for row in rows.values()
    }
    reviews = _review(stage, call, quality)
    stage.say(f"{len(reviews)} reviews of {len(stage.reviewers)} reviewers were handed in.")
    _decide(stage, call, played)
    released = releases.release(
        session, stage.lead, NewRelease(call_id=call.code, answer_by=now() + ANSWER_IN)
    )
    stage.say(
        f"{released.decisions} decisions were released together, {played.selected} of them "
        "selected."
    )
    if played.one_gives_back:
        _promote(stage, rows)
    return rows


def is_generated(key: str) -> bool:
    """Tell whether the id of a record is that of a generated one."""
    return key.startswith("G")


def selected(session: Session, rows: Mapping[str, Submission]) -> list[Submission]:
    """Return what was selected, in the order of codes."""
    return sorted(
        (row for row in rows.values() if row.state in {State.SELECTED, State.ACCEPTED}),
        key=lambda row: row.code,
    )


def _open(stage: Stage, played: Played) -> Call:
    at = now().replace(second=0, microsecond=0)
    made = programmes.create_call(
        stage.session,
        stage.staff,
        CallDraft(
            programme_id=stage.programme.code,
            kind=played.kind,
            code=f"{stage.programme.code}-{played.kind}",
            title=played.title,
            opens_at=at - OPEN_FOR,
            closes_at=at + timedelta(hours=1),
            zone=stage.programme.zone,
        ),
    )
    programmes.take_step(stage.session, stage.lead, made.id, "publish")
    call = programme_queries.call_named(stage.session, stage.programme.code, made.code)
    assert call is not None  # noqa: S101 -- it was made a moment ago
    draft = words.rubric(played.kind, at + timedelta(days=21), REVIEWS)
    rubrics.write(stage.session, stage.staff, call, draft, None)
    return call


def _close(stage: Stage, call: Call) -> None:
    """Let the deadline be now: what a team sends from here on is too late."""
    patch = Patch({"closes_at": now().isoformat()})
    programmes.change_call(stage.session, stage.lead, call.id, patch, ANYTHING)


def _records(session: Session, kind: CallKind) -> list[Record]:
    """Return what is submitted: what the first edition has published, and companions."""
    place = Place(themes=themes.keys(session))
    real, generated = (
        _read(SEEDS / folder / f"{kind}.jsonl", kind, place)
        for folder in ("first_edition", "companions")
    )
    # What is said of them here, nobody has said of the real ones.
    played = (
        record.model_copy(update={"organisation": f"{record.organisation} (played)"})
        for record in real
    )
    return [*played, *generated]


def _read(file: Path, kind: CallKind, place: Place) -> list[Record]:
    return [record for _, record in read_table(file, RECORDS[kind], context=place)]


def _countries(records: Sequence[Record]) -> int:
    return len({record.country[0] for record in records})


def _sent(stage: Stage, call: Call, record: Record) -> Submission:
    """Let a team write its submission and send it."""
    kind = KINDS[call.kind]
    organisation_id, actor = stage.cast.team(record)
    new = NEW[kind].model_validate(
        {
            "call_id": call.id,
            "organisation_id": organisation_id,
            "title": record.title,
            "language": record.language,
            "summary": record.summary,
            "themes": record.themes,
            "content": record.content(),
        }
    )
    row = drafts.create(stage.session, actor, kind, new, most=2)
    return steps.take(stage.session, actor, kind, row.id, "submit", StepTaken())


def _screen(stage: Stage, rows: Mapping[str, Submission]) -> None:
    """Let staff look at everything; one of two that say the same two people exclude."""
    session = stage.session
    for key, row in rows.items():
        if key == TWIN:
            new = NewExclusion(submission_id=row.code, rule=_RULE, feedback=_TWICE)
            exclusion = exclusions.propose(session, stage.staff, new)
            exclusions.take(session, stage.lead, exclusion.id, "approve")
        else:
            steps.take(session, stage.staff, row.kind, row.id, "pass", StepTaken())


TWIN: Final = "GC68"
"""A generated challenge that says nearly the same as the one before it."""
_RULE: Final = "Each problem is sent once."
_TWICE: Final = (
    "Another office of your country has sent nearly the same text, which takes part. You are "
    "welcome to work on it together."
)


def _review(stage: Stage, call: Call, quality: Mapping[UUID, float]) -> list[Review]:
    """Ask reviewers by the best plan until nothing lacks one, and let them write."""
    session = stage.session
    conflicts.scan(session, stage.staff, call)
    _resolve(stage, call)
    severity = {one.user_id: stage.chance.gauss(0, _SEVERITY) for one in stage.reviewers}
    done: list[Review] = []
    by_person = {one.user_id: one for one in stage.reviewers}
    declared = False
    while asked := assigning.store(
        session, stage.staff, call, assigning.preview(session, stage.staff, call)()
    ):
        for review in asked:
            actor = by_person[review.user_id]
            if not declared:
                declared = True
                said = ReviewStepTaken(reason=_KNOWS)
                review_steps.take(session, actor, review.id, "declare-conflict", said)
                continue
            mean = quality[review.submission_id] + severity[review.user_id]
            done.append(_written(stage, call, actor, review, mean))
    _discuss(stage, call)
    return done


_KNOWS: Final = "I advised this office two years ago, on the same question."


def _resolve(stage: Stage, call: Call) -> None:
    """Let the lead confirm what was found: whoever works for a government does not judge it."""
    found = select(ConflictOfInterest).where(ConflictOfInterest.call_id == call.id)
    for conflict in stage.session.exec(found).all():
        same = ConflictKind.SAME_GOVERNMENT in conflict.kinds
        said = ReviewStepTaken(
            reason="They work for the same government."
            if same
            else "They work for an organisation that is close to the team."
        )
        conflicts.resolve(stage.session, stage.lead, conflict.id, "confirm", said)


def _written(stage: Stage, call: Call, actor: Actor, review: Review, mean: float) -> Review:
    """Let a reviewer declare that nothing stands between, read, write, and hand it in."""
    session = stage.session
    review_steps.take(session, actor, review.id, "accept")
    scores = {
        one.key: min(words.POINTS, max(1, round(stage.chance.gauss(mean, _NOISE))))
        for one in words.JUDGED[call.kind]
    }
    total = sum(scores.values()) / len(scores)
    text = ReviewText(
        scores=scores,
        comment_team=words.comment(call.kind, scores),
        recommendation=_recommended(total),
        confidence=stage.chance.choice([*Confidence]),
    )
    writing.save(session, actor, review.id, text, seen=writing.fingerprint(review))
    return review_steps.take(session, actor, review.id, "submit")


def _promote(stage: Stage, rows: Mapping[str, Submission]) -> None:
    """Let a team give its place back, and a reserve get it: one that can take on most."""
    session = stage.session
    *_, gone = selected(session, rows)
    reserves = [row for row in rows.values() if row.state is State.RESERVE]
    comes = max(reserves, key=lambda row: row.content.get("capacity", 1))
    team = stage.cast.member_of(gone.organisation_id)
    steps.take(session, team, gone.kind, gone.id, "decline", StepTaken())
    correction = decisions.draft(
        session,
        stage.staff,
        NewDecision(
            submission_id=comes.id,
            outcome=DecisionOutcome.SELECTED,
            reasons=f"A reserve that can take on several challenges; {gone.code} has given its "
            "place back.",
            feedback=f"A place has become free, and we would be glad if “{comes.title}” took "
            "part.",
            language="en",
            answer_by=now() + ANSWER_IN,
            in_place_of=gone.code,
        ),
    )
    for actor, name in (
        (stage.staff, "hand-over"),
        (stage.lead, "approve"),
        (stage.lead, "correct"),
    ):
        decision_steps.take(session, actor, correction.id, name)
    stage.say(f"{gone.code} gave its place back, and {comes.code} got it.")


def _recommended(mean: float) -> Recommendation:
    if mean >= 4:
        return Recommendation.SELECT
    return Recommendation.UNDECIDED if mean >= 3 else Recommendation.SET_ASIDE


def _discuss(stage: Stage, call: Call) -> None:
    """Let two reviewers of the submission on which they differ most talk about it."""
    session = stage.session
    rows = rankings.ranking(session, stage.staff, call, 1)().rows
    code = max(rows, key=lambda row: row.disagreement).code
    reviews = session.exec(
        select(Review)
        .where(Review.code == code, Review.state == ReviewState.SUBMITTED)
        .order_by(col(Review.submitted_at))
    ).all()
    by_person = {one.user_id: one for one in stage.reviewers}
    for review, said in zip(reviews, _TALK, strict=False):
        actor = by_person[review.user_id]
        review_steps.take(session, actor, review.id, "compare")
        reading.say(session, actor, review, NewComment(body=said))


_TALK: Final = (
    "We read it differently. To me the problem is one that other countries have solved.",
    "I missed a word on who in the office could try it. With that I would score as you did.",
)


def _decide(stage: Stage, call: Call, played: Played) -> None:
    """Let staff draft a decision for everything, and a lead approve it."""
    session = stage.session
    ranked = rankings.ranking(session, stage.staff, call, played.selected)().rows
    places = (
        [DecisionOutcome.SELECTED] * played.selected
        + [DecisionOutcome.RESERVE] * played.reserve
        + [DecisionOutcome.LEARNING_TRACK] * played.learning_track
    )
    for number, row in enumerate(ranked):
        outcome = places[number] if number < len(places) else DecisionOutcome.NOT_SELECTED
        scores = [
            review.scores
            for review in session.exec(
                select(Review).where(
                    Review.code == row.code,
                    col(Review.state).in_({ReviewState.SUBMITTED, ReviewState.LOCKED}),
                )
            )
        ]
        decision = decisions.draft(
            session,
            stage.staff,
            NewDecision(
                submission_id=row.code,
                outcome=outcome,
                reasons=f"Place {number + 1} of {len(ranked)} by the corrected mean "
                f"({row.corrected:.2f}, {row.reviews} reviews).",
                feedback=words.feedback(call.kind, row.title, scores, outcome),
                language="en",
            ),
        )
        decision_steps.take(session, stage.staff, decision.id, "hand-over")
        decision_steps.take(session, stage.lead, decision.id, "approve")
