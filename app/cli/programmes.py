"""Commands about programmes and their calls: list, add, publish."""

from datetime import datetime
from typing import Annotated, Final

import typer

from app.access.policy import OPERATOR
from app.cli.console import database_of, draft_of, settings_at_hand
from app.cli.screen import out, plain_table, show_table
from app.core.storage.database import reading, transaction
from app.programmes import queries, service
from app.programmes.lifecycle import CallKind
from app.programmes.schemas import (
    CallDraft,
    CallQuery,
    ProgrammeDraft,
    ProgrammeQuery,
    Providers,
)

_MOST: Final = 200
_REFUSAL: Final = "This cannot be added."


def list_programmes() -> None:
    """List the programmes: code, title, zone, and providers for each challenge."""
    table = plain_table("Code", "Title", "Zone", "Providers", whole=("Code",))
    with database_of(settings_at_hand()) as database, reading(database) as session:
        for row in service.programmes(session, ProgrammeQuery(limit=_MOST)).rows:
            providers = f"{row.providers_min} to {row.providers_max}"
            table.add_row(row.code, row.title, row.zone, providers)
    show_table(
        table, "There is no programme. Add one with: counterpart programme add CODE TITLE"
    )


def add_programme(
    code: Annotated[str, typer.Argument(help="A short code, such as gov2gov-2027.")],
    title: Annotated[str, typer.Argument(help="What the programme is called.")],
    zone: Annotated[str, typer.Option(help="IANA time zone, such as Europe/Paris.")] = "UTC",
    providers: Annotated[
        int, typer.Option(min=1, max=20, help="Providers wished for each challenge.")
    ] = 2,
) -> None:
    """Add a programme, in which calls can be opened."""
    draft = draft_of(
        ProgrammeDraft,
        _REFUSAL,
        code=code,
        title=title,
        zone=zone,
        providers=Providers(min=providers, max=providers),
    )
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        added = service.create_programme(session, OPERATOR, draft)
        out.print(f"Added {added.code}.", markup=False)


def list_calls() -> None:
    """List the calls: programme, code, kind, state, and when they are open."""
    table = plain_table(
        *("Programme", "Code", "Kind", "State", "Phase", "Open from", "until", "Zone"),
        whole=("Programme", "Code"),
    )
    with database_of(settings_at_hand()) as database, reading(database) as session:
        codes = {
            row.id: row.code
            for row in service.programmes(session, ProgrammeQuery(limit=_MOST)).rows
        }
        for row in service.calls(session, OPERATOR, CallQuery(limit=_MOST)).rows:
            table.add_row(
                codes.get(row.programme_id, ""),
                row.code,
                row.kind,
                row.state,
                row.phase,
                _local(row.opens_local),
                _local(row.closes_local),
                row.zone,
            )
    show_table(
        table, "There is no call. Add one with: counterpart call add PROGRAMME CODE TITLE"
    )


def add_call(
    programme: Annotated[str, typer.Argument(help="Code of the programme.")],
    code: Annotated[str, typer.Argument(help="A short code of the call.")],
    title: Annotated[str, typer.Argument(help="What the call is called.")],
    kind: Annotated[CallKind, typer.Option(help="What the call asks for.")],
    opens: Annotated[
        str, typer.Option(help="When it opens, such as 2027-01-11T09:00:00+01:00.")
    ],
    closes: Annotated[str, typer.Option(help="The first instant that is too late.")],
    zone: Annotated[
        str | None, typer.Option(help="IANA time zone; that of the programme by default.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it at once.")] = False,
) -> None:
    """Add a call to a programme; nobody sees it before it is published."""
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        found = service.programme(session, programme)
        draft = draft_of(
            CallDraft,
            _REFUSAL,
            programme_id=found.id,
            kind=kind,
            code=code,
            title=title,
            zone=zone or found.zone,
            opens_at=opens,
            closes_at=closes,
        )
        added = service.create_call(session, OPERATOR, draft)
        if publish:
            service.take_step(session, OPERATOR, added.id, "publish")
        out.print(f"Added {added.code}{', published' * publish}.", markup=False)


def publish_call(
    programme: Annotated[str, typer.Argument(help="Code of the programme.")],
    code: Annotated[str, typer.Argument(help="Code of the call.")],
) -> None:
    """Publish a call; it is open between its dates."""
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        found = queries.known_call(session, programme, code)
        service.take_step(session, OPERATOR, found.id, "publish")
        out.print(f"Published {found.code}.", markup=False)


def _local(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"
