"""What the people of a scenario write: rubrics, reviews and feedback, all of it made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.decisions.lifecycle import DecisionOutcome
from app.programmes.lifecycle import CallKind
from app.reviews.schemas.rubrics import Criterion, RubricDraft

POINTS: Final = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion, and what reviewers say where it is met and where it is not."""

    key: str
    title: str
    hint: str
    weight: int
    worst: str
    best: str
    praise: str
    doubt: str


JUDGED: Final[Mapping[CallKind, tuple[Judged, ...]]] = {
    CallKind.CHALLENGES: (
        Judged(
            "need",
            "How great the need is",
            "Who has the problem, how many, how badly?",
            3,
            "hardly anybody has it",
            "many people have it every day",
            "The need is told in a way that one sees the people who have it.",
            "How many people have the problem stays open; a figure would help.",
        ),
        Judged(
            "clarity",
            "How clearly the problem is told",
            "Would a colleague from another country understand it?",
            2,
            "it stays unclear what goes wrong",
            "anybody sees what goes wrong, and where",
            "The text tells step by step what goes wrong.",
            "The text speaks of aims, and less of what goes wrong today.",
        ),
        Judged(
            "readiness",
            "How ready the team is to try something",
            "Has it tried something? Can it change what stands in the way?",
            2,
            "nobody could try anything",
            "the team can begin at once",
            "The team has tried something, and says openly what came of it.",
            "It is not said who in the office could try something new.",
        ),
    ),
    CallKind.SOLUTIONS: (
        Judged(
            "experience",
            "How much the team has done itself",
            "What happened, and not what could be done.",
            3,
            "a plan",
            "years of practice, with what was learned",
            "The team tells what it has done itself, and in which order.",
            "Much of it is a plan; less is told of what happened.",
        ),
        Judged(
            "evidence",
            "How the results are known",
            "Figures, an evaluation, the people who use it.",
            2,
            "nothing is known of results",
            "somebody else has evaluated it",
            "The results are given in figures, with their source.",
            "How the results are known is not said.",
        ),
        Judged(
            "transfer",
            "How well it can be done elsewhere",
            "What it takes, and what the team can give.",
            2,
            "bound to its place",
            "done in several places already",
            "What another government needs is named, costs included.",
            "What it would take in another country stays open.",
        ),
    ),
}


def rubric(kind: CallKind, due_at: datetime, wanted: int) -> RubricDraft:
    """Return by what the submissions of a call are reviewed."""
    return RubricDraft(
        points=POINTS,
        criteria=[
            Criterion(
                key=one.key,
                title=one.title,
                hint=one.hint,
                weight=one.weight,
                anchors=[one.worst, *[""] * (POINTS - 2), one.best],
            )
            for one in JUDGED[kind]
        ],
        wanted=wanted,
        due_at=due_at,
    )


def _ends(kind: CallKind, scores: Mapping[str, float]) -> tuple[Judged, Judged]:
    """Return the criteria with the highest and with the lowest score, in their order."""
    judged = JUDGED[kind]
    return max(judged, key=lambda one: scores[one.key]), min(
        judged, key=lambda one: scores[one.key]
    )


def comment(kind: CallKind, scores: Mapping[str, float]) -> str:
    """Return what a reviewer writes to the team."""
    best, worst = _ends(kind, scores)
    if best is worst:
        return best.praise if scores[best.key] > POINTS / 2 else worst.doubt
    return f"{best.praise} {worst.doubt}"


_NEXT: Final = {
    DecisionOutcome.SELECTED: "We look forward to working with you.",
    DecisionOutcome.RESERVE: "You are on the reserve list. If a place becomes free, we write.",
    DecisionOutcome.LEARNING_TRACK: "We would like you to join the learning track, where teams "
    "with similar questions meet.",
    DecisionOutcome.NOT_SELECTED: "We hope that you hand it in again, with what you learn "
    "until then.",
}


def feedback(
    kind: CallKind,
    title: str,
    reviews: Sequence[Mapping[str, float]],
    outcome: DecisionOutcome,
) -> str:
    """Return what a team reads about its own submission."""
    means = {
        one.key: sum(review[one.key] for review in reviews) / len(reviews)
        for one in JUDGED[kind]
    }
    best, worst = _ends(kind, means)
    return (
        f"{len(reviews)} reviewers from other countries have read “{title}”. What they valued "
        f"most: {best.title.lower()} ({means[best.key]:.1f} of {POINTS} points). {best.praise} "
        f"What they missed most: {worst.title.lower()} ({means[worst.key]:.1f}). {worst.doubt} "
        f"{_NEXT[outcome]}"
    )
