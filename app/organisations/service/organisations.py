"""Organisations: who takes part."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.base.text import comparable
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.organisations.models import Organisation
from app.organisations.schemas import OrganisationDraft, OrganisationQuery, OrganisationRead


def organisation_of(session: Session, actor: Actor, draft: OrganisationDraft) -> Organisation:
    """Return the organisation of this name and country; make it if it is new.

    Raises
    ------
    Conflict
        If there is one whose name reads the same and is written in another way.
    """
    found = _named(session, draft)
    if found is None:
        return _added(session, actor, draft)
    if found.name != draft.name:
        raise _taken(found)
    return found


def create_organisation(
    session: Session, actor: Actor, draft: OrganisationDraft
) -> Organisation:
    """Add an organisation.

    Raises
    ------
    NotPermitted
        If the actor may not change organisations.
    Conflict
        If there is one of this name in this country, or one whose name reads the same.
    """
    policy.require(actor, Action.ORGANISATION_WRITE)
    if other := _named(session, draft):
        raise _taken(other)
    return _added(session, actor, draft)


def update_organisation(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    draft: OrganisationDraft,
    expected: Expected = ANYTHING,
) -> Organisation:
    """Change what is told about an organisation, as a whole.

    Raises
    ------
    NotFound
        If there is none that the actor may read.
    NotPermitted
        If the actor may not change it.
    Stale
        If somebody has changed it since it was read.
    Conflict
        If another one has this name in this country, or one that reads the same.
    """
    found = organisation(session, actor, organisation_id)
    policy.require(actor, Action.ORGANISATION_WRITE, found.id)
    expected.require(OrganisationRead.model_validate(found))
    if other := _named(session, draft, but=found.id):
        raise _taken(other)
    found.sqlmodel_update(draft.model_dump())
    session.flush()
    audit.record(session, actor.user_id, "update", "organisation", found.id)
    return found


def _named(
    session: Session, draft: OrganisationDraft, *, but: UUID | None = None
) -> Organisation | None:
    """Return the organisation of this name, or else one whose name reads the same."""
    statement = select(Organisation).where(
        Organisation.name_read == comparable(draft.name),
        Organisation.country == draft.country,
        Organisation.id != but,
    )
    alike = session.exec(statement.order_by(col(Organisation.created_at))).all()
    return next((found for found in alike if found.name == draft.name), None) or next(
        iter(alike), None
    )


def names_that_read_alike(session: Session) -> dict[tuple[str, str], list[str]]:
    """Return the names of all organisations, by how they read and their country."""
    found: dict[tuple[str, str], list[str]] = {}
    statement = select(Organisation.name_read, Organisation.country, Organisation.name)
    for read, country, name in session.exec(statement.order_by(col(Organisation.created_at))):
        found.setdefault((read or "", country), []).append(name)
    return found


def _added(session: Session, actor: Actor, draft: OrganisationDraft) -> Organisation:
    organisation = Organisation(**draft.model_dump())
    session.add(organisation)
    session.flush()
    audit.record(session, actor.user_id, "add", "organisation", organisation.id)
    return organisation


def _taken(other: Organisation) -> Conflict:
    return Conflict(
        Message(
            "There is an organisation {name} in {country} already.",
            name=other.name,
            country=other.country,
        ),
        remedy="Use the one that is there, or tell them apart by their names.",
    )


def organisations(
    session: Session, actor: Actor, query: OrganisationQuery
) -> Page[Organisation]:
    """Return a page of the organisations that the actor may read."""
    statement = select(Organisation).where(
        within_reach(actor, Action.ORGANISATION_READ, Organisation.id)
    )
    if query.country:
        statement = statement.where(col(Organisation.country).in_(query.country))
    return page(
        session,
        statement,
        query,
        sortable={"name": Organisation.name, "country": Organisation.country},
        default="name",
        key=Organisation.id,
    )


def organisation(session: Session, actor: Actor, organisation_id: UUID) -> Organisation:
    """Return one organisation.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    found = session.exec(
        select(Organisation).where(
            Organisation.id == organisation_id,
            within_reach(actor, Action.ORGANISATION_READ, Organisation.id),
        )
    ).first()
    if found is None:
        raise NotFound(
            Message(
                "There is no organisation {organisation_id}.", organisation_id=organisation_id
            )
        )
    return found


def keys_of(
    session: Session, actor: Actor, names: Collection[str], countries: Collection[str]
) -> list[UUID]:
    """Return the keys of the organisations that the actor may read, of a name and a country.

    Parameters
    ----------
    names, countries : collection of str
        Of each one has to be met, by names as people read them; where there is none, any is.
    """
    statement = select(Organisation.id).where(
        within_reach(actor, Action.ORGANISATION_READ, Organisation.id)
    )
    if countries:
        statement = statement.where(col(Organisation.country).in_(countries))
    if names:
        statement = statement.where(
            col(Organisation.name_read).in_({comparable(name) for name in names})
        )
    return list(session.exec(statement))
