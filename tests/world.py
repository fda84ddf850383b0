"""One of everything and somebody in every role, for tests that try every route.

What would change something is only tried (`dry_run`), or names a state that is not the
current one: so one database serves any number of tries.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from httpx2 import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Action, Role
from app.accounts.models import BrowserSession, Membership, Token, User
from app.accounts.service import authenticate, digest_of
from app.advice.models import Advisor
from app.core.base.translations import language
from app.core.storage import audit
from app.core.storage.idempotency_keys import Answer, IdempotencyKey
from app.core.storage.jobs import Job
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionState
from app.decisions.models import Release
from app.matches.lifecycle import MatchState
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import Suggestion, Verdict
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.register.lifecycle import PracticeState
from app.reviews.service import assigning
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import form_files, revisions
from tests.advice.world import ADVISING, before_the_board
from tests.attachments.samples import an_attachment
from tests.conversations.world import CONVERSATIONS, in_conversation
from tests.enquiries.people import an_enquiry
from tests.factories import (
    a_call,
    a_challenge,
    a_decision,
    a_form,
    a_late_permit,
    a_match,
    a_notice,
    a_practice,
    a_programme,
    a_run,
    a_session,
    a_solution,
    a_suggestion,
    a_text,
    a_token,
    a_user,
    an_exclusion,
    an_organisation,
    organisation_of,
    themes,
)
from tests.gaps.people import invites, told_before
from tests.interests.telling import asked_about
from tests.reviews.people import a_rubric
from tests.reviews.world import REVIEWING, reviewed_by
from tests.teams.people import a_thread, collaborates, entered
from tests.webhooks.world import WEBHOOKS, told_by_webhook

UNTRIED = {
    *("ask_what_if", "create_token", "hand_letter_over"),
    *("create_webhook", "rotate_webhook"),
    *("attach_to_challenge", "attach_to_solution", "add_room_file"),
}
"""What changes nothing anyhow, such as a file that is none, and what is so secret that no
answer of it is kept."""
ABSENT = {
    *("programme_id", "organisation_id", "run_id", "verdict_id", "job_id", "event_number"),
    *("user_id", "membership_id", "token_id", "session_id", "letter_id", "notice_id"),
    "permit_id",
    *("exclusion_id", "collaborator_id", "thread_id", "comment_id", "entry_id"),
    *("decision_id", "release_id", "match_id", "review_id", "conflict_id", "reviewer_id"),
    *("consultation_id", "advisor_id", "item_id", "question_id", "advice_id"),
    *("webhook_id", "delivery_id", "counterpart_id", "invitation_id", "watched_id"),
    *("conversation_id", "message_id", "meeting_id", "task_id", "file_id"),
    "enquiry_id",
}
"""Where nothing is hidden from everybody, two absent things stand for hidden and absent."""


@dataclass
class World:
    """One of everything, and somebody in every role."""

    client: TestClient
    operations: Mapping[str, tuple[str, str]]
    statements: list[str]
    secrets: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    strangers: dict[str, Any] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    answers: dict[tuple[object, ...], Response] = field(default_factory=dict)
    renew: Callable[[], None] = lambda: None
    """Begins the sessions again that were ended: nothing of that can only be tried."""

    def ask(self, who: str, case: str, names: Mapping[str, Any]) -> Response:
        """Return the answer to a request about the things of these names; ask once."""
        path = self.operations[case.partition(" ")[0]][1]
        named = tuple(str(names[name]) for name in sorted(names_in(path)))
        if (who, case, named) not in self.answers:
            self.answers[who, case, named] = self._ask(who, case, names)
        return self.answers[who, case, named]

    def _ask(self, who: str, case: str, names: Mapping[str, Any]) -> Response:
        operation, _, step = case.partition(" ")
        method, path = self.operations[operation]
        headers = {"Idempotency-Key": uuid4().hex}
        if secret := self.secrets.get(who):
            headers["Authorization"] = f"Bearer {secret}"
        if method in {"put", "patch"}:
            headers["If-Match"] = '"another state"'
        tried = method == "post" and operation not in UNTRIED
        query = {"dry_run": "true"} if tried else {}
        address = path.format(**names, step=step)
        body = self.bodies.get(operation)
        if operation.startswith("end_"):
            self.renew()
        self.statements.clear()
        answer: Response = self.client.request(
            method, address, json=body, headers=headers, params=query
        )
        # How often somebody has asked is written down now and then: it tells of nothing else.
        counting = ("INSERT INTO attempt", "BEGIN IMMEDIATE")
        answer.extensions["statements"] = [
            one for one in self.statements if not one.startswith(counting)
        ]
        return answer

    def repeated(
        self, session: Session, who: str, case: str, names: Mapping[str, Any], first: Answer
    ) -> Response:
        """Return the answer to a request that seems to have been answered before."""
        operation, _, step = case.partition(" ")
        path = self.operations[operation][1].format(**names, step=step)
        body = self.bodies.get(operation)
        content = b"" if body is None else json.dumps(body).encode()
        key, secret = uuid4().hex, self.secrets[who]
        actor = authenticate(session, secret)
        assert actor.user_id is not None
        session.add(
            IdempotencyKey(
                actor_id=actor.user_id,
                credential_id=actor.credential_id,
                permissions=actor.permissions,
                key=key,
                fingerprint=hashlib.sha256(f"POST {path}?\n".encode() + content).hexdigest(),
                **first._asdict(),
            )
        )
        session.commit()
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
        if content:
            headers["Content-Type"] = "application/json"
        answer: Response = self.client.post(path, content=content, headers=headers)
        return answer

    def named(self, role: Role, kind: str) -> dict[str, Any]:
        """Return the names of the things of one kind, as this role would write them."""
        if kind == "absent":
            return {name: nowhere(name) for name in self.other}
        return self.other | (self.own[role] if kind == "own" else getattr(self, kind, {}))


def nowhere(name: str) -> Any:
    if name in {"form_number", "revision_number"}:
        return uuid4().int % 1_000 + 1_000
    counted = {"job_id", "event_number"}
    return uuid4().int % 10**6 + 10**6 if name in counted else uuid4()


def names_in(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", path)) - {"step"}


def people(world: World, session: Session) -> None:
    """Fill an empty database with it."""
    themes(session)
    programme = a_programme(session)
    selected = {"programme_id": programme.id, "state": State.SELECTED}
    call, drafted = (
        a_call(session, programme_id=programme.id, state=state)
        for state in (CallState.PUBLISHED, CallState.DRAFT)
    )
    suggestion = _suggested(session, programme.id)
    submitted = a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    revisions.keep(session, submitted).number = 7004
    offered = a_solution(session, programme_id=programme.id, state=State.SUBMITTED)
    chosen = a_challenge(session, **selected)
    shown = a_solution(session, **selected)
    permit = a_late_permit(session, call)
    deciding, releasing = (a_call(session, programme_id=programme.id) for _ in range(2))
    a_decision(session, call_id=releasing.id, state=DecisionState.APPROVED)
    undecided = a_challenge(session, call_id=deciding.id, state=State.ELIGIBLE)
    world.other = {
        "organisation_id": permit.organisation_id,
        "programme_id": programme.id,
        "call_id": call.id,
        "challenge_id": submitted.id,
        "solution_id": offered.id,
        "submission_id": submitted.id,
        "notice_id": a_notice(
            session, programme_id=programme.id, state=NoticeState.PROPOSED
        ).id,
        "practice_id": a_practice(session, state=PracticeState.OFFERED).id,
        "permit_id": permit.id,
        "decision_id": a_decision(session, call_id=deciding.id, state=DecisionState.READY).id,
        "exclusion_id": an_exclusion(session, call_id=call.id).id,
        "revision_number": 7004,
        "release_id": _a_release(session, call),
        "form_number": a_form(session, call, number=7002, used_since=None).number,
        "run_id": suggestion.run_id,
        "verdict_id": _a_verdict(session, suggestion),
        "job_id": _a_job(session, None),
        **_a_colleague(session),
    }
    audit.record(session, None, "touch", "call", call.id, reason="They fit.")
    world.other["event_number"] = 1
    world.hidden = {
        "call_id": drafted.id,
        "form_number": a_form(session, drafted, number=7001).number,
        "challenge_id": a_challenge(session, call_id=call.id).id,
        "solution_id": a_solution(session, call_id=offered.call_id).id,
        "submission_id": a_challenge(session, call_id=call.id).id,
        "practice_id": a_practice(session).id,
        **{name: nowhere(name) for name in ABSENT},
    }
    world.other |= reviewed_by(session, None, deciding)
    world.other |= before_the_board(session, None, deciding)
    world.other["collaborator_id"] = _a_collaborator(session, submitted)
    world.other |= _a_remark(session, submitted, a_user(session))
    world.other["entry_id"] = entered(session, a_challenge(session, call_id=call.id)).id
    asked_about(session, submitted, offered)
    world.other["counterpart_id"] = offered.id
    world.other |= told_by_webhook(session, None)
    world.other["attachment_id"] = an_attachment(session, submitted).id
    world.other["watched_id"] = offered.call_id
    invited = told_before(session)
    a_user(session, organisation_id=invited.organisation_id)
    world.other["invitation_id"] = invites(session, offered, chosen)
    unseen = session.get_one(Submission, world.hidden["challenge_id"])
    world.hidden["attachment_id"] = an_attachment(session, unseen).id
    for one in (call, drafted):
        a_rubric(session, one)
    for role in Role:
        user = a_user(session, role)
        world.secrets[role] = a_token(session, user)
        _with_narrow_tokens(world, session, role, user)
        owned = {"organisation_id": organisation_of(session, user)}
        draft = a_challenge(session, call_id=call.id, **owned)
        world.own[role] = {
            **owned,
            "challenge_id": draft.id,
            "submission_id": draft.id,
            "attachment_id": an_attachment(session, draft).id,
            "collaborator_id": _a_collaborator(session, draft),
            **_a_remark(session, draft, user),
            "entry_id": entered(session, draft).id,
            "counterpart_id": asked_about(session, draft, offered).solution_id,
            "notice_id": a_notice(session, programme_id=programme.id, **owned).id,
            "practice_id": a_practice(session, **owned).id,
            "decision_id": a_decision(session, call_id=deciding.id, **owned).id,
            "exclusion_id": an_exclusion(session, proposed_by=user.id, **owned).id,
            "solution_id": a_solution(session, call_id=offered.call_id, **owned).id,
            "job_id": _a_job(session, user.id),
            "user_id": user.id,
            "token_id": _a_spare_token(session, user),
            "session_id": a_session(session, user).id,
            **reviewed_by(session, user, deciding),
            **before_the_board(session, user, deciding),
            **told_by_webhook(session, user, world.secrets[role]),
        }
    _matched(session, world)
    asked = _asked(session, world)
    things = {
        "asked": asked,
        "invited": invited.id,
        "call": call.id,
        "offered": offered.call_id,
        "s": suggestion,
        "chosen": chosen.id,
    }
    things |= {"undecided": undecided.id, "releasing": releasing.id}
    things["shown"] = shown.id
    things["reviewer"] = a_user(session, Role.REVIEWER).id
    things["form_file"] = a_form_file(session, call)
    things["undecided_call"] = deciding.id
    session.add(Advisor(programme_id=programme.id, user_id=a_user(session, Role.ADVISOR).id))
    things["advisor"] = a_user(session, Role.ADVISOR).id
    things["plan"] = assigning.inputs(session, OPERATOR, call).tag
    _with_bodies(world, things)


def a_form_file(session: Session, call: Call) -> dict[str, str]:
    """The form of a call, filled in and brought back as JSON."""
    name, content = form_files.hand_out(session, call, language("en"), as_json=True)
    form = json.loads(content)
    form["rows"][0]["answer"] = "Early warning of floods"
    packed = b64encode(json.dumps(form).encode()).decode("ascii")
    return {"name": name, "content": packed}


def good_for_nothing(role: Role) -> str:
    """Return whose token has no scope."""
    return f"{role} with no scope"


def without(role: Role, action: str) -> str:
    """Return whose token has every scope but one."""
    return f"{role} without {action}"


def _with_narrow_tokens(world: World, session: Session, role: Role, user: User) -> None:
    world.secrets[good_for_nothing(role)] = a_token(session, user, scopes=[])
    for action in Action:
        others = [other for other in Action if other is not action]
        world.secrets[without(role, action)] = a_token(session, user, scopes=others)


def sessions_of(session: Session) -> Callable[[], None]:
    """Return what begins again the sessions that a test has ended."""
    rows = [row.model_dump() for row in session.exec(select(BrowserSession))]

    def renew() -> None:
        held = set(session.exec(select(BrowserSession.id)))
        session.add_all(BrowserSession(**row) for row in rows if row["id"] not in held)
        session.commit()

    return renew


def _suggested(session: Session, programme_id: UUID) -> Suggestion:
    """A line of a run that waits, as one does that is computed again."""
    run = a_run(session, programme_id=programme_id, state=RunState.QUEUED)
    suggestion = a_suggestion(session, run)
    for side in ("challenge", "solution"):
        row = session.get_one(Submission, getattr(suggestion, f"{side}_id"))
        setattr(run, f"{side}s", [{"id": row.code, "title": row.title, "text": "Floods."}])
    return suggestion


def _a_collaborator(session: Session, submission: Submission) -> UUID:
    """Somebody who works on a submission of another team."""
    return collaborates(session, submission, a_user(session)).id


def _a_remark(session: Session, submission: Submission, user: User) -> dict[str, UUID]:
    """What somebody has said beside a question."""
    comment = a_thread(session, submission, user)
    return {"thread_id": comment.thread_id, "comment_id": comment.id}


def _a_release(session: Session, call: Call) -> UUID:
    """A release of some day."""
    release = Release(programme_id=call.programme_id, call_id=call.id, decisions=1, letters=1)
    session.add(release)
    session.flush()
    return release.id


def _a_verdict(session: Session, suggestion: Suggestion) -> UUID:
    pair = suggestion.model_dump(include={"run_id", "challenge_id", "solution_id"})
    verdict = Verdict(**pair, number=1, outcome=Outcome.CHOSEN, reason="They fit.")
    session.add(verdict)
    session.flush()
    return verdict.id


def _a_colleague(session: Session) -> dict[str, UUID]:
    """Somebody with one role to spare, a token, and a letter."""
    user = a_user(session)
    spare = Membership(
        user_id=user.id, organisation_id=an_organisation(session).id, role=Role.REVIEWER
    )
    session.add(spare)
    letter = Letter(user_id=user.id, recipient=user.email, subject="Hello", body="Well?")
    session.add(letter)
    session.flush()
    return {
        "user_id": user.id,
        "membership_id": spare.id,
        "token_id": _a_spare_token(session, user),
        "session_id": a_session(session, user).id,
        "letter_id": letter.id,
    }


def _a_spare_token(session: Session, user: User) -> UUID:
    secret = a_token(session, user)
    return session.exec(select(Token.id).where(Token.digest == digest_of(secret))).one()


def _a_job(session: Session, user_id: Any) -> int | None:
    job = Job(name="none", arguments={}, requested_by=user_id)
    session.add(job)
    session.flush()
    return job.id


def _matched(session: Session, world: World) -> None:
    """An offer of each person's own challenge, and one of two other teams that is not sent."""
    for role in Role:
        own = {"challenge_id": world.own[role]["challenge_id"]}
        if role is Role.MEMBER:
            own["solution_id"] = world.other["solution_id"]
        world.own[role]["match_id"] = a_match(session, state=MatchState.OFFERED, **own).id
        user = session.get_one(User, world.own[role]["user_id"])
        world.own[role] |= in_conversation(session, user, own["challenge_id"])
    other = {name: world.other[name] for name in ("challenge_id", "solution_id")}
    world.other["match_id"] = a_match(session, state=MatchState.PREPARED, **other).id
    world.other |= in_conversation(session, None, world.other["challenge_id"])


def _asked(session: Session, world: World) -> str:
    """A question about each person's own challenge, and one about another's, published."""
    for names in world.own.values():
        drafted = session.get_one(PublicNotice, names["notice_id"])
        names["enquiry_id"] = an_enquiry(session, drafted).id
    other = a_notice(
        session, programme_id=world.other["programme_id"], state=NoticeState.PUBLISHED
    )
    world.other["enquiry_id"] = an_enquiry(session, other).id
    return other.code


def _with_bodies(world: World, things: Mapping[str, Any]) -> None:
    draft = {"title": "Early warning", "content": {}}
    programme_id = str(world.other["programme_id"])
    world.bodies = {
        "create_programme": {"code": "another", "title": "Another one"},
        "change_programme": {"notes": "Hm."},
        "create_call": {
            "programme_id": programme_id,
            "kind": "challenges",
            "code": "another",
            "title": "Another one",
            "opens_at": "2026-01-01T00:00:00Z",
            "closes_at": "2027-01-01T00:00:00Z",
        },
        "change_call": {"notes": "Hm."},
        "add_entry": {
            "organisation_id": str(world.other["organisation_id"]),
            "title": "Early warning of floods",
            "reason": "They have sent it on paper.",
        },
        "ask_for_interest": {
            "challenge_id": str(things["chosen"]),
            "solutions": [str(things["shown"])],
        },
        "tell_interest": {"value": "very", "reason": "We meet the same people."},
        "adopt_text_weight": {"taught_by": programme_id},
        "begin_next_edition": {"code": "another-one", "title": "Another one"},
        "replace_form": {"questions": [{"key": "problem", "required": True}]},
        "permit_late": {
            "organisation_id": str(world.other["organisation_id"]),
            "until": "2101-01-01T00:00:00Z",
            "reason": "Their network was down.",
        },
        "invite_to_call": {
            "challenge": str(things["chosen"]),
            "solution": str(things["invited"]),
        },
        "create_challenge": draft | {"call_id": str(things["call"])},
        "create_solution": draft | {"call_id": str(things["offered"])},
        "create_from_form_file": things["form_file"],
        "create_decision": {
            "submission_id": str(things["undecided"]),
            "outcome": "selected",
        },
        "replace_decision": {"outcome": "reserve"},
        "change_decision": {"outcome": "reserve"},
        "create_exclusion": {
            "submission_id": str(world.other["solution_id"]),
            "rule": "Governments alone take part.",
            "feedback": "No authority has signed what you sent.",
        },
        "take_exclusion_step": {"reason": "The ministry has signed it."},
        "add_collaborator": {"email": "helper@example.org", "name": "Ann", "may": "write"},
        "add_support": {"name": "Ann", "office": "Director", "email": "ann@example.org"},
        "create_thread": {"question": "problem", "body": "Newer figures?"},
        "add_team_comment": {"body": "Not yet."},
        "change_team_comment": {"body": "Figures of 2025?"},
        "add_themes_to_challenge": {"themes": ["practice:data-sharing"]},
        "add_themes_to_solution": {"themes": ["practice:data-sharing"]},
        "create_release": {"call_id": str(things["releasing"])},
        "create_enquiry": {
            "notice_id": things["asked"],
            "language": "en",
            "body": "By radio?",
        },
        "edit_enquiry": {"body": "By radio?"},
        "take_enquiry_step": {"answer": "Yes.", "language": "en", "reason": "It names people."},
        "create_notice": {"challenge_id": str(things["chosen"])},
        "replace_notice": {"texts": [a_text()]},
        "change_notice": {"names_country": True},
        "create_practice": {"title": "One counter for people who move"},
        "replace_practice": {"title": "One counter for people who move"},
        "change_practice": {"title": "One counter for all who move"},
        "take_practice_step": {"reason": "Since when does it run?"},
        "begin_solution_of_practice": {"call_id": str(things["offered"])},
        "create_run": {"programme_id": programme_id},
        "take_match_step": {"why": "no_time", "reason": "We move house."},
        "replace_match": {
            "solution_id": str(world.other["solution_id"]),
            "answer_by": "2101-01-01T00:00:00Z",
        },
        "prepare_offers": {"run_id": str(things["s"].run_id)},
        "send_offers": {
            "run_id": str(things["s"].run_id),
            "answer_by": "2101-01-01T00:00:00Z",
        },
        "ask_what_if": {},
        "undo_verdict": {"reason": "The wrong line."},
        "create_organisation": {"name": "Another one", "country": "NL"},
        "update_organisation": {"name": "Another one", "country": "NL"},
        "invite_user": {
            "email": "zoe@example.org",
            "name": "Zoe",
            "role": "member",
            "organisation": {"name": "Another one", "country": "NL"},
        },
        "add_membership": {
            "role": "advisor",
            "organisation_id": str(world.other["organisation_id"]),
        },
        "hand_over": {"to": str(world.own[Role.STAFF]["user_id"])},
        "take_user_step": {},
        **REVIEWING,
        **ADVISING,
        **WEBHOOKS,
        **CONVERSATIONS,
        "create_advisor": {"programme_id": programme_id, "user_id": str(things["advisor"])},
        "create_consultation": {
            "call_id": str(things["undecided_call"]),
            "title": "Which to take",
            "due_at": "2101-01-01T00:00:00Z",
        },
        "create_planned_reviews": {"expected": things["plan"]},
        "create_review": {
            "submission_id": str(world.other["reviewed_id"]),
            "user_id": str(world.own[Role.REVIEWER]["user_id"]),
        },
        "create_reviewer": {
            "programme_id": programme_id,
            "user_id": str(things["reviewer"]),
        },
        "create_token": {"name": "another", "scopes": ["organisation:read"]},
        "create_verdict": {
            "run_id": str(things["s"].run_id),
            "challenge_id": str(things["s"].challenge_id),
            "solution_id": str(things["s"].solution_id),
            "outcome": "rejected",
            "reason": "They fit.",
        },
    }
    for kind in ("challenge", "solution"):
        world.bodies |= {f"replace_{kind}": draft, f"change_{kind}": {"title": "Another"}}
