"""Tables say what identifiers name, to those who may know of it."""

from uuid import uuid4

from sqlmodel import Session

from app.access.policy import OPERATOR, Actor, Role
from app.insights.queries import names_of, zone_of
from app.submissions.lifecycle import State
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_theme,
    a_user,
    an_organisation,
    organisation_of,
)


def test_everything_that_has_a_name_is_named(session: Session) -> None:
    owner = an_organisation(session, name="Ministry of Water", country="NL")
    challenge = a_challenge(session, organisation_id=owner.id, state=State.SUBMITTED)
    run = a_run(session)
    ann = a_user(session, name="Ann")
    theme = a_theme(session, "practice:open-data", labels={"en": "Open data"})

    found = names_of(
        session,
        OPERATOR,
        {
            "organisation": {owner.id},
            "submission": {challenge.id, uuid4()},
            "any": {run.id, ann.id, challenge.call_id, challenge.programme_id},
            "theme": {theme.key, "a word"},
        },
    )

    assert found[owner.id] == ("Ministry of Water", "Netherlands")
    assert found[challenge.id] == (challenge.code, challenge.title)
    assert found[run.id] == (run.code,)
    assert found[ann.id] == ("Ann",)
    assert found["practice:open-data"] == ("Open data",)
    assert len(found) == 7


def test_nobody_is_told_the_name_of_what_is_not_theirs(session: Session) -> None:
    member = a_user(session)
    actor = Actor(member.id, {Role.MEMBER: frozenset({organisation_of(session, member)})})
    theirs = a_challenge(session, state=State.SUBMITTED)
    others = {theirs.id, theirs.organisation_id, a_run(session).id, a_user(session).id}

    found = names_of(session, actor, {"any": {*others, member.id}})

    assert set(found) == {member.id}


def test_the_zone_is_that_of_the_newest_programme(session: Session) -> None:
    assert zone_of(session) == "UTC"

    a_programme(session, zone="Europe/Lisbon")

    assert zone_of(session) == "Europe/Lisbon"
