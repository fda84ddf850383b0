"""Who reads which field: marks are put into every field that is not for everybody.

Then everybody reads all there is to be read, one by one and as lists, in JSON, CSV and XLSX.
A mark that shows up in anything that somebody gets was shown to them.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select, update

from app.access.policy import Role
from app.accounts.lifecycle import Purpose
from app.accounts.models import (
    Identity,
    Membership,
    OneTimeLink,
    Password,
    RecoveryCode,
    SecondFactor,
    Token,
    User,
)
from app.advice.models import Advice, BoardItem, BoardQuestion
from app.conversations.models import AgreedTask, Conversation, Meeting, RoomMessage
from app.core.base.clock import now
from app.core.storage import audit, audit_reasons
from app.core.storage.database import Database, transaction
from app.core.storage.idempotency_keys import IdempotencyKey
from app.core.storage.outbox import Letter
from app.decisions.models import Decision
from app.enquiries.models import Enquiry
from app.interests.models import Interest
from app.interests.scale import InterestWord
from app.matches.models import Match
from app.matchmaking.models import MatchRun, Verdict
from app.notices.models import PublicNotice
from app.programmes.models import Call, Programme
from app.questions.models import CallForm
from app.screening.models import Exclusion
from app.submissions.lifecycle import State
from app.submissions.models import Revision, Submission
from tests.conversations.world import in_conversation
from tests.factories import a_challenge, a_user, an_organisation
from tests.world import World

STAFF = {Role.STAFF, Role.LEAD}
READERS: Mapping[str, set[Role]] = {
    # What staff note for themselves.
    "notes on a programme": STAFF | {Role.AUDITOR},
    "notes on a call": STAFF | {Role.AUDITOR},
    "notes on a match": STAFF | {Role.AUDITOR},
    "why a team declined a match": STAFF | {Role.AUDITOR},
    # What is between a team and the staff.
    "what a team was told": STAFF | {Role.AUDITOR},
    "what a team has handed in": STAFF | {Role.AUDITOR},
    "what a team has not handed in": set(),
    "what a team answers to its call": STAFF | {Role.AUDITOR},
    "what a team answers to what is not asked": set(),
    "what is asked and not used yet": STAFF,
    "what is proposed as not eligible": STAFF | {Role.AUDITOR},
    "why a team appealed": STAFF | {Role.AUDITOR},
    "what is asked and not answered": STAFF | {Role.AUDITOR},
    "why a question is declined": STAFF | {Role.AUDITOR},
    "what a side says of the other": STAFF | {Role.AUDITOR},
    "what staff asked a team": STAFF | {Role.AUDITOR},
    "what a team sent before": STAFF | {Role.AUDITOR},
    "what is decided and not released": STAFF | {Role.AUDITOR},
    "what is not public yet": STAFF | {Role.AUDITOR},
    # What two teams say to each other, and where both let the staff.
    "what two teams say to each other": set(),
    "what two teams let the staff read": STAFF,
    # What the advisory board says, but for one's own.
    "the advice of another": STAFF | {Role.AUDITOR},
    "what an advisor asks of another programme": STAFF | {Role.AUDITOR},
    # What people decide, and what they decide upon.
    "the reason of a verdict": STAFF | {Role.AUDITOR, Role.ADVISOR},
    "the frozen inputs of a run": set(),
    # People.
    "a stranger's address": {Role.LEAD, Role.ADMIN},
    "what a colleague is elsewhere": {Role.LEAD, Role.ADMIN},
    "a letter": STAFF | {Role.ADMIN},
    "a letter that lets its holder in": {Role.ADMIN},
    "what was done to a programme": STAFF | {Role.AUDITOR, Role.ADMIN},
    "what was done to a person": {Role.AUDITOR, Role.ADMIN},
    # What opens doors.
    "the name of another's token": set(),
    "the hash of a token": set(),
    "the hash of a password": set(),
    "a second factor": set(),
    "a recovery code": set(),
    "a one-time link": set(),
    "who somebody is elsewhere": set(),
    "an answer that is kept": set(),
}
"""The roles that get to see each of these, of people and things that are not their own."""


def mark(field: str) -> str:
    """Return a word for it that stands nowhere else."""
    return f"mark-{sorted(READERS).index(field):03}-of-its-own"


@pytest.fixture(scope="module")
def seen(world: World) -> Mapping[Role, str]:
    """All that each role gets to read."""
    database = cast(FastAPI, world.client.app).state.database
    elsewhere = marked(database, world)
    return {role: "\n".join(readings(world, role)).replace(*elsewhere) for role in Role}


def marked(database: Database, world: World) -> tuple[str, str]:
    """Put the marks in; return a key that stands for a mark, and the mark."""
    with transaction(database) as session:
        of_content(session, world)
        of_people(session, world)
        secrets(session, world)
        return a_place_elsewhere(session, world), mark("what a colleague is elsewhere")


def of_content(session: Session, world: World) -> None:
    for table, field in (
        (Programme, "notes on a programme"),
        (Call, "notes on a call"),
        (Match, "notes on a match"),
    ):
        session.execute(update(table).values(notes=mark(field)))
    kept = audit_reasons.keep(session, None, mark("why a team declined a match"))
    session.execute(update(Match).values(decline_reason_id=UUID(kept["id"])))
    submitted = session.get_one(Submission, world.other["challenge_id"])
    submitted.message = mark("what a team was told")
    submitted.summary = mark("what a team has handed in")
    submitted.appeal = mark("why a team appealed")
    submitted.asked = {"problem": mark("what staff asked a team")}
    sent = session.exec(select(Revision).where(Revision.submission_id == submitted.id)).one()
    sent.summary = mark("what a team sent before")
    for exclusion in session.exec(select(Exclusion)):
        exclusion.rule = exclusion.message = mark("what is proposed as not eligible")
        exclusion.feedback = mark("what is proposed as not eligible")
    statement = select(Interest).where(Interest.challenge_id == submitted.id)
    interest = session.exec(statement).one()
    interest.value, interest.told_at = InterestWord.VERY, now()
    interest.reason = mark("what a side says of the other")
    enquiry = session.get_one(Enquiry, world.other["enquiry_id"])
    enquiry.body = mark("what is asked and not answered")
    enquiry.reason = mark("why a question is declined")
    submitted.answers = {"own": mark("what a team answers to its call")}
    aside = mark("what a team answers to what is not asked")
    submitted.aside = {
        "hidden": {"other": aside},
        "earlier": [{"key": "x", "title": aside, "value": aside, "number": 1}],
    }
    prepared = session.exec(
        select(CallForm).where(CallForm.call_id == world.other["call_id"])
    ).one()
    title = mark("what is asked and not used yet")
    question = {"key": "own", "type": "date", "title": title}
    prepared.content = {**prepared.content, "questions": [question]}
    notice = session.get_one(PublicNotice, world.other["notice_id"])
    notice.message = mark("what is not public yet")
    for decision in session.exec(select(Decision)):
        decision.reasons = decision.message = mark("what is decided and not released")
        decision.feedback = f"{mark('what is decided and not released')} {decision.code}"
    for key, word in (
        (world.other["conversation_id"], "what two teams let the staff read"),
        (of_strangers(session, world), "what two teams say to each other"),
    ):
        room = session.exec(select(Conversation).where(Conversation.match_id == key)).one()
        for told, name in ((RoomMessage, "body"), (Meeting, "topic"), (AgreedTask, "title")):
            of_room = update(told).where(told.conversation_id == room.id)  # type: ignore[arg-type]  # -- each has it
            session.execute(of_room.values({name: mark(word)}))
    draft = session.get_one(Submission, world.hidden["challenge_id"])
    draft.summary = mark("what a team has not handed in")
    session.execute(update(Verdict).values(reason=mark("the reason of a verdict")))
    item = session.get_one(BoardItem, world.other["item_id"])
    asked = session.get_one(BoardQuestion, world.other["question_id"])
    asked.question = mark("what an advisor asks of another programme")
    for said in session.exec(select(Advice).where(Advice.item_id == item.id)):
        said.comment = mark("the advice of another")
    run = session.exec(select(MatchRun)).one()
    frozen = [
        {**one, "text": mark("the frozen inputs of a run"), "summary": ""}
        for one in run.challenges
    ]
    run.challenges = frozen
    audit.record(
        session,
        None,
        "write",
        "programme",
        world.other["programme_id"],
        told=mark("what was done to a programme"),
    )


def of_strangers(session: Session, world: World) -> UUID:
    """Return the match of two teams of which nobody is who reads."""
    challenge = a_challenge(session, state=State.SELECTED)
    world.strangers = in_conversation(session, a_user(session), challenge.id)
    return world.strangers["conversation_id"]


def of_people(session: Session, world: World) -> None:
    address = mark("a stranger's address") + "@example.org"
    stranger = a_user(session, email=address)
    told = mark("what was done to a person")
    audit.record(session, None, "write", "user", stranger.id, told=told)
    letter = session.get_one(Letter, world.other["letter_id"])
    letter.body = mark("a letter")
    session.add(
        Letter(
            user_id=stranger.id,
            recipient="x@example.org",
            subject="Your link",
            body=mark("a letter that lets its holder in"),
            confidential=True,
        )
    )


def secrets(session: Session, world: World) -> None:
    user_id, at = world.other["user_id"], now()
    token = session.get_one(Token, world.other["token_id"])
    token.name = mark("the name of another's token")
    token.digest = mark("the hash of a token")
    rows = [
        Password(user_id=user_id, hashed=mark("the hash of a password")),
        SecondFactor(user_id=user_id, sealed=mark("a second factor")),
        RecoveryCode(user_id=user_id, digest=mark("a recovery code")),
        Identity(user_id=user_id, issuer="x", subject=mark("who somebody is elsewhere")),
        OneTimeLink(
            user_id=user_id,
            purpose=Purpose.RESET,
            digest=mark("a one-time link"),
            ends_at=at,
        ),
        IdempotencyKey(
            actor_id=user_id, key="k", fingerprint="", body=mark("an answer that is kept")
        ),
    ]
    session.add_all(rows)


def a_place_elsewhere(session: Session, world: World) -> str:
    """Give each member a colleague who is something in an organisation of others."""
    colleague = session.exec(
        select(User.id)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(Membership.organisation_id == world.own[Role.MEMBER]["organisation_id"])
    ).one()
    membership = Membership(
        user_id=colleague, organisation_id=an_organisation(session).id, role=Role.REVIEWER
    )
    session.add(membership)
    session.flush()
    return str(membership.id)


def readings(world: World, role: Role) -> Iterator[str]:
    """Yield every answer that somebody in this role gets."""
    described = world.client.get("/openapi.json").json()["paths"]
    for method, path in world.operations.values():
        if method != "get":
            continue
        content = described[path]["get"]["responses"]["200"].get("content", {})
        kinds = ("own", "other", "hidden", "strangers")
        for address in {path.format(**world.named(role, kind)) for kind in kinds}:
            for media in content:
                yield read(world, role, address, media)


def read(world: World, role: Role, address: str, media: str) -> str:
    headers = {"Authorization": f"Bearer {world.secrets[role]}", "Accept": media}
    answer: Any = world.client.get(address, headers=headers)
    # As it is: what a team has added may be any of the kinds that its address tells of.
    if answer.status_code != 200 or "spreadsheet" not in answer.headers["content-type"]:
        return str(answer.text)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


@pytest.mark.no_cover
@pytest.mark.parametrize("field", READERS)
def test_a_field_is_read_by_those_for_whom_it_is_and_by_nobody_else(
    seen: Mapping[Role, str], field: str
) -> None:
    readers = {role for role, text in seen.items() if mark(field) in text}

    assert readers == READERS[field]


def test_a_member_filters_by_nothing_that_members_may_not_read(world: World) -> None:
    """A filter would tell what the colleague is elsewhere as well as a column does."""
    everybody = world.client.get(
        "/api/v1/users", headers={"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}
    ).json()["items"]
    held = {m["organisation_id"] for u in everybody for m in u["memberships"]}
    member = {"Authorization": f"Bearer {world.secrets[Role.MEMBER]}"}
    own = str(world.own[Role.MEMBER]["organisation_id"])

    found = {
        organisation: world.client.get(
            f"/api/v1/users?organisation={organisation}", headers=member
        ).json()["items"]
        for organisation in held
    }

    assert len(held) > 5
    assert [organisation for organisation, people in found.items() if people] == [own]
    refused = world.client.get("/api/v1/matches?sort=notes", headers=member)
    assert refused.status_code == 400
