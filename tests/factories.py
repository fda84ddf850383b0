"""Rows for tests: a test names only what matters to it."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import pyotp
from sqlmodel import Session, SQLModel, select

from app.access.policy import OPERATOR, Role
from app.accounts import service as accounts
from app.accounts.lifecycle import Stage
from app.accounts.models import BrowserSession, Membership, Password, SecondFactor, Token, User
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import NewDecision, NewRelease
from app.decisions.service import drafts, releases
from app.decisions.service import steps as decisions
from app.matches.lifecycle import HIDDEN, MatchState
from app.matches.models import Match
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun, Suggestion
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.notices.schemas import NoticeText
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.questions.checking import in_full
from app.questions.forms import Form, Question, Rule, stored
from app.questions.models import CallForm
from app.register import service as register
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.submissions.lifecycle import Kind, State
from app.submissions.models import LatePermit, Submission
from app.submissions.schemas import PREFIXES, ChallengeContent, SolutionContent
from app.themes.models import Theme

Row = TypeVar("Row", bound=SQLModel)

_numbers = itertools.count(1)

THEMES = ["policy-domain:ENVI", "practice:data-sharing"]


def _saved(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def an_organisation(session: Session, **fields: Any) -> Organisation:
    fields.setdefault("name", f"Ministry {next(_numbers)}")
    fields.setdefault("country", "FR")
    return _saved(session, Organisation(**fields))


def a_user(session: Session, role: Role = Role.MEMBER, **fields: Any) -> User:
    """A user with one role in an organisation of their own, or in the one given."""
    organisation_id = fields.pop("organisation_id", None) or an_organisation(session).id
    number = next(_numbers)
    fields.setdefault("email", f"user-{number}@example.org")
    fields.setdefault("name", f"User {number}")
    user = _saved(session, User(**fields))
    _saved(session, Membership(user_id=user.id, organisation_id=organisation_id, role=role))
    return user


def a_token(session: Session, user: User, **fields: Any) -> str:
    """A secret that signs the user in."""
    secret = f"cpt_test-{next(_numbers)}"
    fields.setdefault("expires_at", now() + timedelta(hours=1))
    token = Token(user_id=user.id, name="test", digest=accounts.digest_of(secret), **fields)
    _saved(session, token)
    return secret


def a_session(session: Session, user: User, **fields: Any) -> BrowserSession:
    """A browser in which the user has signed in."""
    fields.setdefault("digest", f"digest-{next(_numbers)}")
    fields.setdefault("ends_at", now() + timedelta(hours=1))
    fields.setdefault("confirmed_at", now())
    row = BrowserSession(user_id=user.id, stage=Stage.COMPLETE, **fields)
    return _saved(session, row)


PASSWORD = "torn violet cabinet rowing"  # noqa: S105 -- of people who do not exist
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 -- of no authenticator
KEY = "3Xo0FX2Dq0cFzcVw6Cj1hGd5wq0lV7kV9Jmz8q3yZ7A="
"""A key of tests, which seals nothing of anybody."""


@cache
def _hashed() -> str:
    """The hash of `PASSWORD`, made once: each takes long on purpose."""
    return accounts.hash_password(PASSWORD)


def a_person(session: Session, role: Role = Role.MEMBER, **fields: Any) -> User:
    """A user who can sign in with `PASSWORD` and has agreed to what is stored."""
    fields.setdefault("consented_at", now())
    user = a_user(session, role, **fields)
    _saved(session, Password(user_id=user.id, hashed=_hashed()))
    return user


def an_authenticator(session: Session, user: User) -> pyotp.TOTP:
    """The authenticator of a user who has enrolled one."""
    sealed = Keyring([KEY]).encrypt(SECRET)
    _saved(session, SecondFactor(user_id=user.id, sealed=sealed, enrolled_at=now()))
    return pyotp.TOTP(SECRET)


def organisation_of(session: Session, user: User) -> UUID:
    """The organisation of a user with one membership."""
    held = select(Membership.organisation_id).where(Membership.user_id == user.id)
    return session.exec(held).one()


def a_theme(session: Session, key: str, **fields: Any) -> Theme:
    facet, code = key.split(":")
    fields.setdefault("labels", {"en": code.capitalize()})
    return _saved(session, Theme(key=key, facet=facet, code=code, **fields))


def themes(session: Session) -> None:
    """The themes that drafts of tests name."""
    for key in THEMES:
        a_theme(session, key)


def a_programme(session: Session, **fields: Any) -> Programme:
    fields.setdefault("code", f"programme-{next(_numbers)}")
    fields.setdefault("title", "A programme")
    fields.setdefault("zone", "Europe/Paris")
    fields.setdefault("working_language", "en")
    fields.setdefault("providers_min", 1)
    fields.setdefault("providers_max", 1)
    return _saved(session, Programme(**fields))


def a_call(session: Session, kind: CallKind = CallKind.CHALLENGES, **fields: Any) -> Call:
    """An open call."""
    if "programme_id" not in fields:
        fields["programme_id"] = a_programme(session).id
    fields.setdefault("code", f"call-{next(_numbers)}")
    fields.setdefault("title", f"Call for {kind}")
    fields.setdefault("opens_at", datetime(2020, 1, 1, tzinfo=UTC))
    fields.setdefault("closes_at", datetime(2100, 1, 1, tzinfo=UTC))
    fields.setdefault("ends_at", fields["closes_at"])
    fields.setdefault("zone", "Europe/Paris")
    fields.setdefault("state", CallState.PUBLISHED)
    return _saved(session, Call(kind=kind, **fields))


QUESTIONS: list[dict[str, Any]] = [
    {"key": "problem", "required": True},
    {"key": "outcome", "required": True},
    {"key": "scale", "type": "choice", "title": "For whom?", "options": ["City", "Country"]},
    {
        "key": "cities",
        "type": "number",
        "title": "How many cities?",
        "required": True,
        "least": 1,
        "shown_if": {"question": "scale", "says": ["City"]},
        "audience": "staff",
    },
]
"""A form of a call for challenges: one of its own questions depends on the other."""


def a_form(session: Session, call: Call, **fields: Any) -> CallForm:
    """A version of what a call asks, in use unless it says otherwise."""
    asked = [Question.model_validate(one) for one in fields.pop("questions", QUESTIONS)]
    rules = [Rule.model_validate(one) for one in fields.pop("rules", [])]
    form = Form(
        questions=tuple(in_full(call.kind, one) for one in asked),
        rules=tuple(rules),
        support=fields.pop("support", False),
    )
    fields.setdefault("number", 1)
    fields.setdefault("used_since", now())
    return _saved(session, CallForm(call_id=call.id, content=stored(form), **fields))


def a_late_permit(session: Session, call: Call, **fields: Any) -> LatePermit:
    """For some team, until an hour after the call has closed for all."""
    if "organisation_id" not in fields:
        fields["organisation_id"] = an_organisation(session).id
    fields.setdefault("until", call.closes_at + timedelta(hours=1))
    fields.setdefault("reason", "Their network was down on the last day.")
    return _saved(session, LatePermit(call_id=call.id, **fields))


def a_challenge(session: Session, **fields: Any) -> Submission:
    fields.setdefault("title", "Early flood warnings")
    fields.setdefault(
        "content",
        ChallengeContent(
            problem="Our river floods twice a year.", outcome="Households are warned in time."
        ).model_dump(),
    )
    return _a_submission(session, Kind.CHALLENGE, CallKind.CHALLENGES, fields)


def a_solution(session: Session, **fields: Any) -> Submission:
    fields.setdefault("title", "River sensors that warn")
    content = SolutionContent(experience="We put flood sensors into our river.")
    fields.setdefault("content", content.model_dump())
    return _a_submission(session, Kind.SOLUTION, CallKind.SOLUTIONS, fields)


def _a_submission(
    session: Session, kind: Kind, asked: CallKind, fields: dict[str, Any]
) -> Submission:
    if "call_id" not in fields:
        programme_id = fields.pop("programme_id", None) or a_programme(session).id
        fields["call_id"] = a_call(session, asked, programme_id=programme_id).id
    fields["programme_id"] = session.get_one(Call, fields["call_id"]).programme_id
    if "organisation_id" not in fields:
        fields["organisation_id"] = an_organisation(session).id
    fields.setdefault("state", State.DRAFT)
    if fields["state"] is not State.DRAFT:
        fields.setdefault("submitted_at", now())
    fields.setdefault("code", f"{PREFIXES[kind]}-2020-{next(_numbers):03}")
    fields.setdefault("language", "en")
    fields.setdefault("themes", list(THEMES))
    return _saved(session, Submission(kind=kind, **fields))


def a_text(language: str = "en", **fields: Any) -> dict[str, Any]:
    """What a notice says in one language."""
    fields.setdefault("title", "Early flood warnings")
    fields.setdefault("problem", "Our river floods twice a year.")
    fields.setdefault("outcome", "Households are warned in time.")
    return NoticeText(language=language, **fields).model_dump()


def a_notice(session: Session, **fields: Any) -> PublicNotice:
    """The notice of a selected challenge, a draft unless a state is given."""
    about = {n: fields.pop(n) for n in ("programme_id", "organisation_id") if n in fields}
    challenge = fields.pop("challenge", None) or a_challenge(
        session, state=State.SELECTED, **about
    )
    if fields.get("state") is NoticeState.PUBLISHED:
        fields.setdefault("published_at", now())
    fields.setdefault("texts", [a_text()])
    fields.setdefault("themes", list(THEMES))
    for name in ("code", "programme_id", "organisation_id"):
        fields[name] = getattr(challenge, name)
    return _saved(session, PublicNotice(challenge_id=challenge.id, **fields))


def a_practice(session: Session, **fields: Any) -> Practice:
    """A practice of a team, a draft unless a state is given; what is listed can be read."""
    owner = session.get_one(
        Organisation, fields.pop("organisation_id", None) or an_organisation(session).id
    )
    state = fields.get("state", PracticeState.DRAFT)
    fields = {
        "code": f"PR-2020-{next(_numbers):03}",
        "title": "One counter for people who move",
        "summary": "A city tells fourteen offices by one form.",
        "text": "People tell the city once. The city tells the other offices.",
        "results": "",
        "language": "en",
        "works_in": ["en"],
        "themes": list(THEMES),
        "sources": [],
        "offered_at": None if state is PracticeState.DRAFT else now(),
        **fields,
    }
    if state is PracticeState.LISTED:
        fields |= {"listed_at": now(), "first_listed_at": now()}
    practice = _saved(
        session,
        Practice(
            organisation_id=owner.id,
            organisation=owner.name,
            countries=[owner.country],
            **fields,
        ),
    )
    if state is PracticeState.LISTED:
        register.publish(session, practice)
    return practice


def a_match(session: Session, **fields: Any) -> Match:
    """A match of two of one programme, completed unless a state is given.

    What is offered can be answered for a week.
    """
    if "challenge_id" not in fields:
        fields["challenge_id"] = a_challenge(session, state=State.SELECTED).id
    programme_id = session.get_one(Submission, fields["challenge_id"]).programme_id
    if "solution_id" not in fields:
        row = a_solution(session, programme_id=programme_id, state=State.SELECTED)
        fields["solution_id"] = row.id
    state = fields.setdefault("state", MatchState.COMPLETED)
    if state not in HIDDEN | {MatchState.COMPLETED}:
        fields.setdefault("offered_at", now())
        fields.setdefault("answer_by", now() + timedelta(days=7))
    fields.setdefault("code", f"MA-2020-{next(_numbers):03}")
    return _saved(session, Match(programme_id=programme_id, **fields))


def a_decision(session: Session, **fields: Any) -> Decision:
    """A decision about an eligible submission, a draft unless a state is given."""
    about = {n: fields.pop(n) for n in ("call_id", "organisation_id") if n in fields}
    submission = fields.pop("submission", None) or a_challenge(
        session, state=State.ELIGIBLE, **about
    )
    number = next(_numbers)
    fields.setdefault("outcome", DecisionOutcome.SELECTED)
    fields.setdefault("reasons", "All reviewers agreed.")
    fields.setdefault("feedback", f"What stands in your text convinced us, point {number}.")
    fields.setdefault("language", "en")
    drafter = fields.get("drafted_by")
    fields.setdefault("writers", [] if drafter is None else [str(drafter)])
    state = fields.setdefault("state", DecisionState.DRAFT)
    if state in {DecisionState.APPROVED, DecisionState.RELEASED, DecisionState.CORRECTED}:
        fields.setdefault("approved_at", now())
    if state in {DecisionState.RELEASED, DecisionState.CORRECTED}:
        fields.setdefault("released_at", now())
    for name in ("programme_id", "call_id", "kind", "code"):
        fields[name] = getattr(submission, name)
    return _saved(session, Decision(submission_id=submission.id, **fields))


def an_exclusion(session: Session, **fields: Any) -> Exclusion:
    """That a submitted challenge is not eligible, proposed unless a state is given."""
    about = {n: fields.pop(n) for n in ("call_id", "organisation_id") if n in fields}
    submission = fields.pop("submission", None) or a_challenge(
        session, state=State.SUBMITTED, **about
    )
    fields.setdefault("rule", "Governments alone take part.")
    fields.setdefault("feedback", "No authority has signed what you sent.")
    if fields.get("state", ExclusionState.PROPOSED) is not ExclusionState.PROPOSED:
        fields.setdefault("settled_at", now())
    for name in ("programme_id", "call_id", "kind", "code"):
        fields[name] = getattr(submission, name)
    fields.setdefault("sent_at", submission.submitted_at)
    return _saved(session, Exclusion(submission_id=submission.id, **fields))


def decided(
    session: Session,
    *submissions: Submission,
    outcome: DecisionOutcome = DecisionOutcome.SELECTED,
    answer_by: datetime | None = None,
) -> list[Decision]:
    """Decisions about eligible submissions of one call, released as people release them."""
    made = []
    for submission in submissions:
        new = NewDecision(
            submission_id=submission.id,
            outcome=outcome,
            reasons="All reviewers agreed.",
            feedback=f"What stands in {submission.code} convinced us.",
        )
        made.append(drafts.draft(session, OPERATOR, new))
        for step in ("hand-over", "approve"):
            decisions.take(session, OPERATOR, made[-1].id, step)
    new_release = NewRelease(call_id=submissions[0].call_id, answer_by=answer_by)
    releases.release(session, OPERATOR, new_release)
    return made


def a_run(session: Session, **fields: Any) -> MatchRun:
    """A run that is complete, with no suggestions yet."""
    if "programme_id" not in fields:
        fields["programme_id"] = a_programme(session).id
    fields.setdefault("code", f"RUN-2020-{next(_numbers):03}")
    fields.setdefault("state", RunState.COMPLETE)
    fields.setdefault(
        "settings",
        {
            "top": 10,
            "text_weight": 0.6,
            "providers_min": 1,
            "providers_max": 1,
            "working_language": "en",
        },
    )
    for name in ("challenges", "solutions"):
        fields.setdefault(name, [])
        fields.setdefault(f"n_{name}", len(fields[name]))
    fields.setdefault("digest", "0" * 64)
    return _saved(session, MatchRun(**fields))


def a_suggestion(session: Session, run: MatchRun, **fields: Any) -> Suggestion:
    """A suggestion of a run, of a challenge and a solution of its programme."""
    for name, make in (("challenge_id", a_challenge), ("solution_id", a_solution)):
        if name not in fields:
            row = make(session, programme_id=run.programme_id, state=State.SELECTED)
            fields[name] = row.id
    fields.setdefault("rank", 1)
    fields.setdefault("score", 0.5)
    fields.setdefault("text_part", 0.3)
    fields.setdefault("theme_part", 0.2)
    fields.setdefault("coverage", 1.0)
    fields.setdefault("assigned", False)
    fields.setdefault("contributions", [])
    fields.setdefault("passages", {"challenge": None, "solution": None})
    return _saved(session, Suggestion(run_id=run.id, **fields))
