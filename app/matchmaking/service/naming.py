"""Finding what somebody names of a run, in conditions under which it is asked once more."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session

from app.core.base.errors import AppError, FieldError, Unprocessable
from app.core.base.messages import Message
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.assignments import PairNamed
from app.matchmaking.service import inputs


class Naming:
    """Finds the codes of what is in a run, and gathers what is not."""

    def __init__(self, session: Session, run: MatchRun) -> None:
        sides = [[record["id"] for record in side] for side in (run.challenges, run.solutions)]
        self.challenges, self.solutions = (
            {name: code for code, key in keys.items() for name in (key, code)}
            for keys in (inputs.keys_of(session, side) for side in sides)
        )
        self.errors: list[FieldError] = []

    def pair(self, name: str, at: int, pair: PairNamed) -> tuple[str, str]:
        """Return the codes of a pair."""
        pointer = f"/{name}/{at}"
        return (
            self.code(f"{pointer}/challenge_id", pair.challenge_id, self.challenges),
            self.code(f"{pointer}/solution_id", pair.solution_id, self.solutions),
        )

    def code(self, pointer: str, reference: UUID | str, codes: Mapping[UUID | str, str]) -> str:
        """Return the code of what is named, or note that the run does not hold it."""
        if reference not in codes:
            self.errors.append(
                FieldError(
                    pointer,
                    Message("The run does not contain {reference}.", reference=reference),
                )
            )
        return codes.get(reference, "")

    def refusal(self) -> AppError:
        """Return the refusal of all that was not found."""
        return Unprocessable("The conditions are not valid.", errors=self.errors)
