"""Staff say what a call asks; what somebody answers already never changes."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.programmes.lifecycle import CallKind, CallState
from app.questions import service
from app.questions.models import CallForm
from app.questions.schemas import FormDraft, FormQuery
from tests.conftest import SignIn
from tests.factories import a_call, a_form, a_user
from tests.questions.conftest import Team

LEAD = Actor(None, {Role.LEAD: frozenset()})
STAFF = Actor(None, {Role.STAFF: frozenset()})
TEAM = Actor(None, {Role.MEMBER: frozenset()})

NEEDED: list[dict[str, Any]] = [
    {"key": "outcome", "required": True, "most_words": 200},
    {"key": "problem", "required": True},
]


def a_draft(*more: dict[str, Any], **fields: Any) -> FormDraft:
    return FormDraft.model_validate({"questions": [*NEEDED, *more], **fields})


OWN = {"key": "homes", "type": "number", "title": "How many homes?", "audience": "staff"}


def test_a_call_without_a_form_of_its_own_asks_the_built_in_one(session: Session) -> None:
    call = a_call(session, CallKind.SOLUTIONS)

    form = service.read(session, TEAM, call.id)

    assert (form.number, form.version, form.is_used, form.is_locked) == (0, 0, True, False)
    assert [(one.key, one.required, one.built_in) for one in form.questions] == [
        ("experience", True, True),
        *((key, False, True) for key in ("setting", "evidence", "failures", "transfer")),
        ("offer", False, True),
    ]
    assert str(form.questions[0].title) == "Your experience"


def test_staff_say_what_a_draft_call_asks_and_it_is_used_at_once(session: Session) -> None:
    call = a_call(session, state=CallState.DRAFT)

    made = service.replace(session, STAFF, call.id, a_draft(OWN))
    again = service.replace(session, STAFF, call.id, a_draft())

    assert (made.number, made.is_used, made.is_locked) == (1, True, False)
    assert [(one.key, one.most_words) for one in made.questions] == [
        ("outcome", 200),
        ("problem", None),
        ("homes", None),
    ]
    assert (again.number, len(again.questions)) == (1, 2)


def test_what_is_answered_stays_and_the_change_is_the_next_version(team: Team) -> None:
    session = team.session
    team.begins()
    before = dict(team.form.content)

    made = service.replace(session, LEAD, team.call.id, a_draft(OWN))
    changed = service.replace(session, LEAD, team.call.id, a_draft())

    assert (made.number, made.is_used) == (2, False)
    assert (changed.number, changed.is_used, len(changed.questions)) == (2, False, 2)
    session.refresh(team.form)
    assert team.form.content == before
    assert service.read(session, TEAM, team.call.id).number == 1
    assert service.used(session, LEAD, team.call.id).number == 1
    assert service.read(session, STAFF, team.call.id).number == 2

    _, used = service.use(session, LEAD, team.call.id)

    assert (used.number, used.is_used, used.is_locked) == (2, True, False)
    assert service.read(session, TEAM, team.call.id).number == 2


def test_a_version_that_nobody_answers_changes_in_a_published_call(team: Team) -> None:
    changed = service.replace(team.session, LEAD, team.call.id, a_draft(OWN))

    assert (changed.number, changed.is_used, changed.questions[2].key) == (1, True, "homes")


def test_a_version_that_is_prepared_can_be_thrown_away(team: Team) -> None:
    session = team.session
    team.begins()
    service.replace(session, LEAD, team.call.id, a_draft(OWN))

    service.discard(session, LEAD, team.call.id)

    assert [one.number for one in session.exec(select(CallForm))] == [1]
    for act in (service.discard, service.use):
        with pytest.raises(Conflict):
            act(session, LEAD, team.call.id)


def test_once_a_call_is_published_only_who_publishes_calls_changes_what_it_asks(
    team: Team,
) -> None:
    for act in (
        lambda: service.replace(team.session, STAFF, team.call.id, a_draft()),
        lambda: service.use(team.session, STAFF, team.call.id),
        lambda: service.discard(team.session, STAFF, team.call.id),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_what_a_cancelled_call_has_asked_stays(session: Session) -> None:
    call = a_call(session, state=CallState.CANCELLED)

    with pytest.raises(TransitionNotAllowed):
        service.replace(session, LEAD, call.id, a_draft())


def test_of_two_who_change_a_form_the_second_is_told(session: Session) -> None:
    call = a_call(session, state=CallState.DRAFT)
    seen = Expected(entity_tag(service.read(session, STAFF, call.id)))
    service.replace(session, STAFF, call.id, a_draft(OWN), seen)

    with pytest.raises(Stale):
        service.replace(session, STAFF, call.id, a_draft(), seen)


def test_a_form_that_cannot_be_answered_is_refused_as_a_whole(session: Session) -> None:
    call = a_call(session, state=CallState.DRAFT)

    with pytest.raises(Unprocessable) as refusal:
        service.replace(
            session,
            STAFF,
            call.id,
            FormDraft.model_validate({"questions": [{"key": "problem"}]}),
        )

    assert [error.pointer for error in refusal.value.errors] == [
        "/questions/0/required",
        "/questions",
    ]
    assert session.exec(select(CallForm)).all() == []


def test_who_does_not_write_calls_reads_nothing_of_what_is_prepared(team: Team) -> None:
    session = team.session
    a_form(session, team.call, number=2, used_since=None)
    query = FormQuery()

    found = [
        [one.number for one in service.versions(session, actor, team.call.id, query).rows]
        for actor in (TEAM, STAFF)
    ]
    assert found == [[1], [2, 1]]
    assert service.version(session, STAFF, team.call.id, 2).is_used is False
    with pytest.raises(NotFound):
        service.version(session, TEAM, team.call.id, 2)


def test_through_the_interface_a_form_is_read_changed_used_and_thrown_away(
    session: Session, as_user: SignIn
) -> None:
    call = a_call(session)
    lead = as_user(a_user(session, Role.LEAD))
    address = f"/api/v1/calls/{call.id}/form"
    first = lead.get(address)
    asked = [*NEEDED, OWN]

    made = lead.put(
        address, json={"questions": asked}, headers={"If-Match": first.headers["etag"]}
    )
    assert (made.status_code, made.json()["is_used"]) == (200, False)
    used = lead.post(f"{address}/use", headers={"If-Match": made.headers["etag"]})
    listed = lead.get(f"{address}/versions").json()["items"]

    assert (used.status_code, used.json()["is_used"]) == (200, True)
    assert listed == [used.json()]
    assert lead.get(f"{address}/versions/1").json() == used.json()
    assert lead.get(address).json() == used.json()
    assert lead.delete(address).status_code == 428
    assert lead.delete(address, headers={"If-Match": "*"}).status_code == 409
    sent_back = {name: used.json()[name] for name in ("questions", "rules")}
    for one in sent_back["questions"]:
        one.pop("built_in")
    again = lead.put(address, json=sent_back, headers={"If-Match": used.headers["etag"]})
    assert again.json()["questions"] == used.json()["questions"]
    events = session.exec(select(AuditEvent).where(AuditEvent.subject_id == call.id)).all()
    assert [(one.action, one.facts) for one in events] == [
        ("write-form", {"number": 1}),
        ("use-form", {"number": 1}),
        ("write-form", {"number": 1}),
    ]
