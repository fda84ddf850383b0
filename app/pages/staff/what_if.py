"""What if: a run assigned under other conditions, beside what it assigned; never stored."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.numbers import Decimal, Whole
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import without_empty
from app.interests import queries as interests
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.schemas.assignments import (
    CapacityNamed,
    NewWhatIf,
    PairNamed,
)
from app.matchmaking.schemas.settings import Objective
from app.matchmaking.service import assignment_queries, bench
from app.pages.layout import PageDep, go_to
from app.pages.staff.rooms import place_of, run_of

router = APIRouter()

_CODE: Final = "[A-Za-z0-9][A-Za-z0-9-]{1,59}"
PAIR: Final = f"^{_CODE}:{_CODE}$"
CAPACITY: Final = f"^{_CODE}:[0-9]{{1,4}}$"
ROWS: Final = 3
"""Empty rows for pairs that the form offers."""

Pairs = Annotated[
    list[Annotated[str, Field(pattern=PAIR, max_length=130)]], Field(max_length=100)
]
Capacities = Annotated[
    list[Annotated[str, Field(pattern=CAPACITY, max_length=70)]], Field(max_length=100)
]


class Conditions(BaseModel):
    """What the form asks; what is left empty stays as the run had it.

    A pair is written as two codes with a colon between, a capacity as a code and a number.
    """

    model_config = ConfigDict(extra="forbid")

    text_weight: Decimal | None = Field(default=None, ge=0, le=1)
    interest_weight: Decimal | None = Field(default=None, ge=0, le=1)
    objective: Objective | None = None
    providers_min: Whole | None = Field(default=None, ge=0, le=100)
    providers_max: Whole | None = Field(default=None, ge=1, le=100)
    require_all: bool | None = None
    cross_border: bool | None = None
    lock: Pairs = []
    forbid: Pairs = []
    capacity: Capacities = []

    _filled_in = model_validator(mode="before")(without_empty)

    @property
    def is_as_in_the_run(self) -> bool:
        """Tell whether nothing is asked otherwise."""
        return not self.in_address

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The conditions as fields of a form, by which they go from page to page."""
        stated = self.model_dump(mode="json", exclude_defaults=True, include=NAMES)
        return [
            (name, str(value).lower() if isinstance(value, bool) else str(value))
            for name, values in stated.items()
            for value in (values if isinstance(values, list) else [values])
        ]

    @property
    def in_address(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.fields)

    def asked(self) -> NewWhatIf:
        """Return the same as the service asks for it."""
        stated = self.model_dump(
            exclude_none=True, include=NAMES - {"lock", "forbid", "capacity"}
        )
        return NewWhatIf(
            **stated,
            locked=[_pair(pair) for pair in self.lock],
            forbidden=[_pair(pair) for pair in self.forbid],
            capacities=[_capacity(pair) for pair in self.capacity],
        )


NAMES: Final = {*Conditions.model_fields}
"""What a page may say besides, such as a filter, is no condition."""

ConditionsDep = Annotated[Conditions, Query()]


@router.get("/programmes/{programme}/runs/{run}/what-if")
@within(Action.RUN_READ)
def show_what_if(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    conditions: ConditionsDep,
) -> Response:
    """Ask for other conditions, and show the answer beside the assignment of the run."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    whole = bench.bench(session, found, reader=actor)
    values: dict[str, Any] = {
        "programme": of,
        "run": found,
        "conditions": conditions,
        "challenges": [row.challenge for row in whole.rows],
        "providers": list(whole.solutions.values()),
        "reads_interests": interests.reads_all(actor),
        "present": assignment_queries.assignment(session, actor, found.id),
        "rows": ROWS,
    }
    if conditions.is_as_in_the_run:
        return page.render("staff/what_if.html", **values, answer=None, errors=())
    try:
        compute = assignment_queries.what_if(
            session, actor, found.id, conditions.asked(), request.app.state.settings
        )
    except Unprocessable as refusal:
        return page.render(
            "staff/what_if.html", status=422, **values, answer=None, errors=refusal.errors
        )
    return InTurn(
        lambda: page.render("staff/what_if.html", **values, answer=compute(), errors=())
    )


def _pair(written: str) -> PairNamed:
    challenge, _, solution = written.partition(":")
    return PairNamed(challenge_id=challenge, solution_id=solution)


def _capacity(written: str) -> CapacityNamed:
    solution, _, number = written.partition(":")
    return CapacityNamed(solution_id=solution, capacity=min(int(number), 1000))
