"""Commands about people: adding users, making tokens."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError

from app.accounts import service
from app.accounts.schemas import Level, UserDraft
from app.cli.console import database_of, out, settings_of
from app.core.database import transaction
from app.core.errors import Unprocessable
from app.core.problems import field_errors
from app.policy import OPERATOR, Role


def add_user(
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    name: Annotated[str, typer.Option(help="Name of the person, as others shall see it.")],
    role: Annotated[Role, typer.Option(help="What the person is in the organisation.")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation.")],
    country: Annotated[str, typer.Option(help="Its country: ISO 3166-1, such as FR, or EU.")],
    level: Annotated[Level, typer.Option(help="Its level of government.")] = Level.OTHER,
) -> None:
    """Add somebody who may sign in, the first administrator too.

    The organisation is made if there is none of this name in this country.
    """
    try:
        # As a whole, so that all that is wrong is told at once.
        draft = UserDraft.model_validate(
            {
                "email": email,
                "name": name,
                "role": role,
                "organisation": {"name": organisation, "country": country, "level": level},
            }
        )
    except ValidationError as error:
        raise Unprocessable(
            "The user cannot be added.",
            errors=field_errors(error.errors()),
            remedy="Mend what is listed and call the command again.",
        ) from error
    with database_of(settings_of()) as database, transaction(database) as session:
        service.add_user(session, OPERATOR, draft)
    out.print(f"Added. Make a token with: counterpart token {email}", soft_wrap=True)


def token(
    email: Annotated[str, typer.Argument(help="E-mail address of the user.")],
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it holds.")] = 90,
) -> None:
    """Make a token for the HTTP interface and print it; it cannot be shown again."""
    with database_of(settings_of()) as database, transaction(database) as session:
        secret = service.issue_token(
            session, OPERATOR, email, name=name, lifetime=timedelta(days=days)
        )
    typer.echo(secret)
