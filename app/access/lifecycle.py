"""How a life is read off its table: each feature's `lifecycle.py` holds the table.

A step leads from some states to one, needs a permission, may be closed for the
moment (409), and may lack something (422, all of it at once). Services `advance`,
interfaces show `offers`; nothing else compares states.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar
from uuid import UUID

from app.access.policy import Action, Actor, allows
from app.core.base.errors import (
    Conflict,
    FieldError,
    NotFound,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.messages import Message, Word

State = TypeVar("State", bound=StrEnum)
Facts = TypeVar("Facts")


def _never_closed(_: object) -> None:
    return None


def _nothing_missing(_: object) -> Sequence[FieldError]:
    return ()


@dataclass(frozen=True, slots=True)
class Step(Generic[State, Facts]):
    """One allowed move.

    Attributes
    ----------
    name : str
        As in the address of the step.
    label : str
        What the move does, for people.
    sources, target : states
    action : Action
        The permission that it needs.
    closed : callable
        Returns why the step cannot be taken at present, or None.
    missing : callable
        Returns everything that has to be done first.
    """

    name: str
    label: str
    sources: frozenset[State]
    target: State
    action: Action
    closed: Callable[[Facts], Conflict | None] = _never_closed
    missing: Callable[[Facts], Sequence[FieldError]] = _nothing_missing


@dataclass(frozen=True, slots=True)
class Offer:
    """One step from here, and whether this person can take it now."""

    name: str
    label: str
    target: str
    open: bool
    reason: str | None
    missing: Sequence[FieldError]


class Life(Generic[State, Facts]):
    """The table of one kind of thing.

    Parameters
    ----------
    noun : str
        What lives it, with its article, such as `A call`.
    steps : Step
        In the order in which they are shown.
    """

    def __init__(self, noun: str, *steps: Step[State, Facts]) -> None:
        self.noun = noun
        self.steps: Mapping[str, Step[State, Facts]] = MappingProxyType(
            {step.name: step for step in steps}
        )

    def step(self, name: str) -> Step[State, Facts]:
        """Return a step by its name.

        Raises
        ------
        NotFound
            If there is none of this name.
        """
        found = self.steps.get(name)
        if found is None:
            raise NotFound(
                Message("There is no step called {name}.", name=name),
                remedy=Message("The steps are: {steps}.", steps=", ".join(self.steps)),
            )
        return found

    def advance(self, state: State, step: Step[State, Facts], facts: Facts) -> State:
        """Return the state after the step; the caller stores it.

        Raises
        ------
        TransitionNotAllowed
            If the step does not start from this state.
        Conflict
            If it is closed at present.
        Unprocessable
            If something has to be done first; `errors` names all of it.
        """
        if state not in step.sources:
            raise TransitionNotAllowed(
                Message(
                    "{noun} that is {state} cannot take the step {step}.",
                    noun=Message(self.noun),
                    state=Word(state),
                    step=step.name,
                ),
                remedy=self._ways(state),
            )
        if closed := step.closed(facts):
            raise closed
        if missing := step.missing(facts):
            raise Unprocessable(
                Message("The step {step} needs one more thing.", step=step.name)
                if len(missing) == 1
                else Message(
                    "The step {step} needs {n} more things.", step=step.name, n=len(missing)
                ),
                errors=missing,
            )
        return step.target

    def _ways(self, state: State) -> Message:
        ways = ", ".join(step.name for step in self.open_from(state))
        if not ways:
            return Message("Nothing leads on from here.")
        return Message("Open from here: {ways}.", ways=ways)

    def open_from(self, state: State) -> Iterator[Step[State, Facts]]:
        """Yield the steps that start from a state, in the order of the table."""
        return (step for step in self.steps.values() if state in step.sources)

    def offers(
        self,
        actor: Actor,
        owner_id: UUID | None,
        state: State,
        facts: Facts,
        assignee_id: UUID | None = None,
        shared_id: UUID | None = None,
    ) -> list[Offer]:
        """Return every step from here, open or not for this person, and why not."""
        return [
            self._offer(
                step, facts, allows(actor, step.action, owner_id, assignee_id, shared_id)
            )
            for step in self.open_from(state)
        ]

    def _offer(self, step: Step[State, Facts], facts: Facts, is_allowed: bool) -> Offer:
        if not is_allowed:
            reason: str | None = Message(
                "Your roles do not include {action} here.", action=step.action
            )
        else:
            closed = step.closed(facts)
            reason = closed.detail if closed else None
        missing = tuple(step.missing(facts))
        is_open = reason is None and not missing
        label = Message.of(step.label)
        return Offer(step.name, label, step.target, is_open, reason, missing)
