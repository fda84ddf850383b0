"""What a run says about a pair, frozen with the match: words and passages, and no score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.core.base.messages import Message
from app.core.tables.exporting import Named
from app.matches.models import Match
from app.matchmaking.models import Suggestion
from app.matchmaking.reasons import phrases_of, reasons_of
from app.matchmaking.schemas.suggestions import ContributionRead, NeedRead, PassagesRead
from app.themes import service as themes

_NO_REASON = Message("The staff of the incubator brought the two together.")


@dataclass(frozen=True, slots=True)
class Line:
    """What explains a pair, as it was when it was prepared."""

    needs: Sequence[NeedRead]
    contributions: Sequence[ContributionRead]
    passages: PassagesRead

    @property
    def phrases(self) -> list[str]:
        """What both mention, the strongest first."""
        return [*phrases_of(self.contributions)]

    @property
    def themes(self) -> list[str]:
        """Keys of the themes that both name."""
        return [one.feature for one in self.contributions if one.kind == "theme"]


def suggested(
    session: Session, run_id: UUID, challenge_id: UUID, solution_id: UUID
) -> Suggestion | None:
    """Return the line of a run on a pair; None where the run does not list it."""
    statement = select(Suggestion).where(
        Suggestion.run_id == run_id,
        Suggestion.challenge_id == challenge_id,
        Suggestion.solution_id == solution_id,
    )
    return session.exec(statement).first()


def frozen(line: Suggestion | None) -> dict[str, Any] | None:
    """Return what is kept of a line with the match."""
    if line is None:
        return None
    return {
        "needs": line.needs,
        "contributions": line.contributions,
        "passages": line.passages,
    }


def line_of(match: Match) -> Line | None:
    """Return what explains a match; None where no run lists the pair."""
    if match.reasons is None:
        return None
    return Line(
        [NeedRead.model_validate(one) for one in match.reasons["needs"]],
        [ContributionRead.model_validate(one) for one in match.reasons["contributions"]],
        PassagesRead.model_validate(match.reasons["passages"]),
    )


def named_in(session: Session, language: str) -> Named:
    """Return what themes are called in a language."""
    return {key: (label,) for key, label in themes.labels(session, language).items()}


def in_words(match: Match, names: Named) -> list[str]:
    """Say in sentences why the two are brought together."""
    line = line_of(match)
    return [_NO_REASON] if line is None else [*reasons_of(line, names)]
