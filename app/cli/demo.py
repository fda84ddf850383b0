"""The demonstration: everything from nothing, on this machine, with the first edition."""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

import typer

from app.access.policy import OPERATOR
from app.accounts import service as accounts
from app.accounts.service.demonstration_links import DemonstrationLinks
from app.cli.console import DEMONSTRATION, settings_of
from app.cli.runs import carry_out, show_run
from app.cli.screen import err, out
from app.cli.serving import Port, listen, require_free
from app.core.base.clock import now
from app.core.base.encryption import new_key
from app.core.base.errors import Unprocessable
from app.core.base.files import write_whole
from app.core.base.messages import Message
from app.core.storage.database import Database, connect, reading, transaction
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import queries as matchmaking
from app.matchmaking.service import run_requests
from app.operations import migrating
from app.programmes import service as programmes
from app.seeding import demonstration, loader
from app.seeding.scenarios.cast import reviewer_address
from app.seeding.scenarios.edition import Scenario, play_edition
from app.settings import Settings

LIFETIME: Final = timedelta(days=7)


def demo(
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the demonstration keeps its database.")
    ] = DEMONSTRATION.parent,
    port: Port = 8000,
    tokens_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the tokens there as JSON (challenge_owner, solution_provider, "
            "staff, lead, administrator), readable by you alone.",
        ),
    ] = None,
    scenario: Annotated[
        Scenario | None,
        typer.Option(
            help="Play a whole edition of the real size as well, with generated teams: up to "
            "released decisions, or on to confirmed matches.",
        ),
    ] = None,
    serve: Annotated[bool, typer.Option(help="Serve the HTTP interface afterwards.")] = True,
) -> None:
    """Show the service with the real first edition: load it, match it, serve it.

    Everything stays in one folder; remove it to begin afresh. A second start finds
    all in place, ends the tokens and the password of the first and issues new ones.
    """
    if serve:
        # First of all: a start that is refused must not end the tokens of one that runs.
        require_free("127.0.0.1", port)
    _make_folder(data)
    settings = settings_of(
        database_url=f"sqlite:///{data / DEMONSTRATION.name}",
        log_level=os.environ.get("COUNTERPART_LOG_LEVEL", "WARNING"),
        public_url=f"http://127.0.0.1:{port}",
        secret_keys=_key(data / "secret-key"),
    )
    database = connect(settings.database_url)
    try:
        _prepare(database)
        run = _first_run(database, settings)
        if scenario is not None:
            play_edition(
                database,
                settings,
                scenario,
                lambda played: carry_out(database, settings, played),
                lambda line: err.print(line, markup=False, soft_wrap=True),
            )
        with reading(database) as session:
            show_run(session, run.id)
        out.print(f"The data are in {data / DEMONSTRATION.name}.", markup=False, soft_wrap=True)
        _hand_out_tokens(database, tokens_file)
        _hand_out_password(database)
    finally:
        database.dispose()
    if serve:
        out.print(
            f"Serving on http://127.0.0.1:{port} (sign in: /sign-in, documentation: /docs). "
            "Ctrl-C ends it.",
            soft_wrap=True,
        )
        listen(settings, "127.0.0.1", port, links=_hand_out_links(port, _addresses(scenario)))


def _prepare(database: Database) -> None:
    err.print("Preparing the database and the first edition ...")
    migrating.migrate(database)
    with transaction(database) as session:
        added = loader.load_first_edition(session)
        demonstration.prepare(session, at=now())
    if added.challenges:
        err.print(
            f"Loaded {added.challenges} challenges, {added.solutions} solutions, "
            f"{added.themes} themes and the {added.matches} pairs that people made."
        )


def _first_run(database: Database, settings: Settings) -> MatchRun:
    """Return the run that is there; carry one out if there is none."""
    with transaction(database) as session:
        programme = programmes.programme(session, loader.PROGRAMME)
        run = matchmaking.latest_run(session, OPERATOR, programme.id)
        if run is None:
            new = NewRun(programme_id=programme.id)
            run = run_requests.request_run(session, OPERATOR, new, settings)
    carry_out(database, settings, run)
    return run


def _hand_out_tokens(database: Database, tokens_file: Path | None) -> None:
    """End the tokens of an earlier start, and issue one for each role."""
    with transaction(database) as session:
        accounts.revoke_tokens(session, OPERATOR, name=demonstration.TOKEN_NAME)
        tokens = {
            person.key: accounts.issue_token(
                session,
                OPERATOR,
                person.email,
                name=demonstration.TOKEN_NAME,
                lifetime=LIFETIME,
            )
            for person in demonstration.PEOPLE
        }
        # Before the earlier ones have ended: if the file cannot be written, they hold on.
        if tokens_file:
            _make_folder(tokens_file.parent)
            write_whole(tokens_file, f"{json.dumps(tokens, indent=2)}\n".encode(), secret=True)
    if tokens_file:
        place = f"The tokens of this start are in {tokens_file}."
        out.print(place, markup=False, soft_wrap=True)
        return
    out.print("Tokens of this start, good for 7 days; earlier ones have ended:")
    for person in demonstration.PEOPLE:
        out.print(f"  {person.key:18} {tokens[person.key]}", highlight=False, soft_wrap=True)


def _hand_out_password(database: Database) -> None:
    """Set one password for the four people, new at each start, and print it once."""
    password = "-".join(secrets.token_hex(3) for _ in range(4))
    with transaction(database) as session:
        demonstration.set_passwords(session, accounts.hash_password(password))
    out.print("To sign in with a browser, until the next start:")
    for person in demonstration.PEOPLE:
        out.print(f"  {person.key:18} {person.email}", highlight=False, soft_wrap=True)
    out.print(f"  {'password of each':18} {password}", highlight=False, soft_wrap=True)


def _addresses(scenario: Scenario | None) -> dict[str, str]:
    """Return whom one can be, with their addresses; a scenario has a reviewer as well."""
    people = {person.key: person.email for person in demonstration.PEOPLE}
    return people if scenario is None else {**people, "reviewer": reviewer_address(1)}


def _hand_out_links(port: int, addresses: Mapping[str, str]) -> DemonstrationLinks:
    """Print a link for each of the people: it signs in once, from this machine alone."""
    links = DemonstrationLinks()
    out.print("To look around in a browser on this machine; each link works once:")
    for key, email in addresses.items():
        code = urlencode({"code": links.add(email)})
        place = f"http://127.0.0.1:{port}/demonstration?{code}"
        out.print(f"  {key:18} {place}", highlight=False, soft_wrap=True)
    return links


def _key(path: Path) -> str:
    """Return the key that seals the authenticators of this demonstration; make it once."""
    if not path.exists():
        write_whole(path, new_key(), secret=True)
    return path.read_text(encoding="ascii")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unprocessable(
            Message(
                "The folder {folder} cannot be made: {reason}.",
                folder=folder,
                reason=error.strerror,
            ),
            remedy="Name a folder in which you may write.",
        ) from error
