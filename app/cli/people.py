"""Commands about people: adding users, links and tokens for them, keys, what is kept."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from sqlmodel import Session

from app.access.policy import OPERATOR, Action, Role
from app.accounts import service
from app.accounts.models import User
from app.accounts.service import one_time_links, second_factor
from app.cli.console import database_of, draft_of, settings_at_hand
from app.cli.screen import out, plain_table, show_table
from app.core.base.encryption import Keyring, new_key
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.database import reading, transaction
from app.operations import retention
from app.organisations.schemas import Level, OrganisationDraft, UserDraft, UserQuery
from app.organisations.service import organisations, people
from app.webhooks.service import having


def add_user(
    email: Annotated[str, typer.Argument(help="Email address.")],
    name: Annotated[str, typer.Option(help="Name of the person, as others shall see it.")],
    role: Annotated[Role, typer.Option(help="What the person is in the organisation.")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation.")],
    country: Annotated[str, typer.Option(help="Its country: ISO 3166-1, such as FR, or EU.")],
    level: Annotated[Level, typer.Option(help="Its level of government.")] = Level.OTHER,
) -> None:
    """Add somebody who may sign in, the first administrator too.

    Prints a link that works once, within seven days: hand it to the person, who sets a
    password there. The organisation is made if there is none of this name in this country.
    """
    # As a whole, so that all that is wrong is told at once.
    draft = draft_of(
        UserDraft,
        "The user cannot be added.",
        email=email,
        name=name,
        role=role,
        organisation={"name": organisation, "country": country, "level": level},
    )
    settings = settings_at_hand()
    with database_of(settings) as database, transaction(database) as session:
        user = people.add_user(session, OPERATOR, draft)
        address = one_time_links.link_for(
            session, OPERATOR, user, public_url=settings.public_url
        )
    out.print("Added. A password can be set once, within seven days, at:", soft_wrap=True)
    typer.echo(address)
    out.print(f"For a program, make a token with: counterpart token {email}", soft_wrap=True)


def list_users() -> None:
    """List the people, their roles and organisations."""
    table = plain_table("Email", "Name", "State", "Roles", whole=("Email",))
    with database_of(settings_at_hand()) as database, reading(database) as session:
        query: UserQuery | None = UserQuery(limit=200)
        while query:
            found = people.users(session, OPERATOR, query)
            held = {m.organisation_id for user in found.rows for m in user.memberships}
            names = {
                key: organisations.organisation(session, OPERATOR, key).name for key in held
            }
            for user in found.rows:
                roles = "; ".join(
                    f"{m.role}, {names[m.organisation_id]}" for m in user.memberships
                )
                table.add_row(*map(escape, (user.email, user.name, user.state, roles)))
            query = UserQuery(limit=200, cursor=found.cursor) if found.cursor else None
    show_table(table, "There is nobody yet. Add somebody with: counterpart user add EMAIL ...")


def give_role(
    email: Annotated[str, typer.Argument(help="Email address of the user.")],
    role: Annotated[Role, typer.Argument(help="What the person is in the organisation.")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation.")],
    country: Annotated[str, typer.Option(help="Its country: ISO 3166-1, such as FR, or EU.")],
    level: Annotated[Level, typer.Option(help="Its level of government.")] = Level.OTHER,
) -> None:
    """Give somebody one more role in an organisation.

    The organisation is made if there is none of this name in this country. The person has to
    sign in again.
    """
    draft = draft_of(
        OrganisationDraft,
        "The role cannot be given.",
        name=organisation,
        country=country,
        level=level,
    )
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        user = _known(session, email)
        people.grant(session, OPERATOR, user, draft, role)
    out.print(f"{email} is {role} in {organisation}.", markup=False, soft_wrap=True)


def _known(session: Session, email: str) -> User:
    user = service.user_with(session, email)
    if user is None:
        raise NotFound(
            Message("No user has the address {email}.", email=email),
            remedy="`counterpart user list` lists the people.",
        )
    return user


def link(
    email: Annotated[str, typer.Argument(help="Email address of the user.")],
    without_second_factor: Annotated[
        bool, typer.Option(help="Also remove the authenticator, if it is lost.")
    ] = False,
) -> None:
    """Make a link by which somebody sets a password, and print it; it works once.

    For anyone who waits for an invitation that was lost, and for the last administrator.
    """
    settings = settings_at_hand()
    with database_of(settings) as database, transaction(database) as session:
        user = _known(session, email)
        if without_second_factor:
            people.remove_second_factor(session, OPERATOR, user.id)
        address = one_time_links.link_for(
            session, OPERATOR, user, public_url=settings.public_url
        )
    typer.echo(address)


def key() -> None:
    """Make a key for COUNTERPART_SECRET_KEYS and print it."""
    typer.echo(new_key().decode())


def reseal() -> None:
    """Encrypt second factors and secrets of webhooks with the first of COUNTERPART_SECRET_KEYS.

    After that the other keys can be taken away.
    """
    settings = settings_at_hand()
    with database_of(settings) as database, transaction(database) as session:
        keyring = Keyring(settings.keys)
        counts = [one.reencrypt(session, keyring) for one in (second_factor, having)]
        done, lost = map(sum, zip(*counts, strict=True))
    out.print(f"{done} sealed by the first key; {lost} are opened by none of the keys.")


def purge() -> None:
    """Erase people after the retention time, and remove what has expired.

    People who left longer ago than COUNTERPART_RETENTION_DAYS are erased, letters are
    removed after COUNTERPART_LETTER_DAYS, events after COUNTERPART_EVENT_DAYS, sessions, links
    and counts when they have ended.
    Workers do so every hour; this does it at once.
    """
    settings = settings_at_hand()
    with database_of(settings) as database, transaction(database) as session:
        removed = retention.purge(session, settings)
    out.print(
        ", ".join(f"{name}: {number}" for name, number in asdict(removed).items()),
        highlight=False,
        soft_wrap=True,
    )


def token(
    email: Annotated[str, typer.Argument(help="Email address of the user.")],
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it holds.")] = 90,
    scope: Annotated[
        list[Action] | None,
        typer.Option(help="What it is good for; repeat it. Without: all that the user may."),
    ] = None,
) -> None:
    """Make a token for the HTTP interface and print it; it cannot be shown again."""
    with database_of(settings_at_hand()) as database, transaction(database) as session:
        secret = service.issue_token(
            session,
            OPERATOR,
            email,
            name=name,
            lifetime=timedelta(days=days),
            scopes=scope or None,
        )
    typer.echo(secret)
