"""What the machines share that walk lives at random: how far they go, and how one is run.

A machine is told the same as the service, keeps a model as plain as can be, and says what must
come of it; the tables of its model are written out, and are not the ones of the service.
"""

from collections.abc import Callable

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlmodel import Session

from app.core.base.errors import AppError
from app.core.storage.database import Database, transaction


class Lives(RuleBasedStateMachine):
    """A machine over a database; every walk begins with rows of its own."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    def refusal_of(self, use_case: Callable[[Session], object]) -> type[AppError] | None:
        """Carry out a use case as a request would; return how it was refused, if it was."""
        try:
            with transaction(self.database) as session:
                use_case(session)
        except AppError as refusal:
            return type(refusal)
        return None


def walk(machine: type[Lives], database: Database, *, walks: int, steps: int) -> None:
    """Walk so many lives at random, each of so many steps at the most; the same each time."""

    class HeldHere(machine):  # type: ignore[misc, valid-type]  # -- the machine is known only now
        def __init__(self) -> None:
            super().__init__(database)

    some = settings(
        # What fails is shown as it was found: to make it shorter takes minutes.
        phases=(Phase.generate,),
        deadline=None,
        derandomize=True,
        max_examples=walks,
        stateful_step_count=steps,
    )
    run_state_machine_as_test(HeldHere, settings=some)
