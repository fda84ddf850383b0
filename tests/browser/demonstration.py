"""The demonstration on loopback, as `make run` has it, with somebody of each role signed in."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import StorageState
from pydantic import SecretStr
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.accounts import service as accounts
from app.cli.runs import carry_out
from app.core.base.clock import now
from app.core.storage.database import Database, connect, reading, transaction
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.enquiries.lifecycle import EnquiryState
from app.main import create_app
from app.matchmaking.models import Suggestion
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.service import run_requests
from app.notices.lifecycle import NoticeState
from app.operations import migrating
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallQuery, CallRead
from app.register.lifecycle import PracticeState
from app.register.models import Practice
from app.seeding import demonstration, loader
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, NewChallenge, NewSolution
from app.submissions.service import drafts
from tests.browser.advised import ADVISOR, advised
from tests.browser.asking import a_call_that_asks
from tests.browser.counted import counted
from tests.browser.hooked import hooked
from tests.browser.reviewed import REVIEWER, reviewed
from tests.browser.screened import screened
from tests.browser.watched import watched
from tests.conversations.people import talked
from tests.enquiries.people import a_published_challenge, an_enquiry
from tests.factories import (
    KEY,
    a_call,
    a_challenge,
    a_decision,
    a_notice,
    a_practice,
    a_programme,
    a_text,
    organisation_of,
)
from tests.interests.telling import asked_about, said
from tests.matches.rounds import a_round, answer, confirmed, offered, prepared
from tests.processes import get, in_this_process

TITLE = "Early warning of floods in small rivers"
PARTICIPATION = (
    "In every district we hold assemblies, offline and on an online participation platform. "
    "Moderators of community organisations invite low-income residents, and everybody gets a "
    "personal answer on what their input has changed."
)
OFFERS = (
    "River sensors that warn a village by telephone",
    "An open map of floods, drawn with schools",
    "Gauges for small rivers at a tenth of the price",
    "Neighbours who warn each other",
    "A forecast made of rain radar and old maps",
    "One number to call when the water rises",
)
SUMMARY = "Small rivers rise within an hour. A region looks for teams that warn households."


@dataclass(frozen=True)
class Demonstration:
    """A service that shows the first edition.

    Attributes
    ----------
    names : mapping
        What the addresses of `places` name.
    links : mapping
        The address at which each of the people signs in, once.
    """

    origin: str
    database: Database
    names: Mapping[str, str]
    links: Mapping[str, str]

    def signed_in(self, role: str) -> StorageState:
        """Return what a browser keeps in which somebody has signed in; a link works once.

        No browser opens the link: it would also draw the page that it leads to, for each role
        of each file.
        """
        answer = get(self.links[role], timeout=60)
        assert answer.is_redirect, answer.text
        return {
            "cookies": [
                {
                    "name": cookie.name,
                    "value": cookie.value or "",
                    "domain": "127.0.0.1",
                    "path": cookie.path,
                    "httpOnly": True,
                    "secure": cookie.secure,
                    "sameSite": "Lax",
                    "expires": cookie.expires or -1,
                }
                for cookie in answer.cookies.jar
            ],
            "origins": [],
        }


@dataclass(frozen=True)
class Template:
    """A database with all that the demonstration shows, for each file of tests to copy.

    Attributes
    ----------
    names : mapping
        What the addresses of `places` name.
    """

    path: Path
    names: Mapping[str, str]


def template(folder: Path) -> Template:
    """Make what the demonstration shows, which takes some seconds."""
    path = folder / "demonstration.db"
    settings = _settings(path)
    database = connect(settings.database_url)
    names = _filled(database, settings)
    database.dispose()
    return Template(path, names)


@contextmanager
def demonstrated(template: Template, folder: Path) -> Iterator[Demonstration]:
    """Serve a demonstration of its own in this folder, which lives as long as the block."""
    settings = _settings(Path(shutil.copy(template.path, folder)))
    database = connect(settings.database_url)
    app = create_app(settings)
    links = app.state.demonstration_links
    with in_this_process(app) as origin:
        yield Demonstration(
            origin,
            database,
            template.names,
            {
                key: f"{origin}/demonstration?code={links.add(email)}"
                for key, email in (
                    *((person.key, person.email) for person in demonstration.PEOPLE),
                    ("reviewer", REVIEWER),
                    ("advisor", ADVISOR),
                )
            },
        )
    database.dispose()


def _settings(path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{path}", secret_keys=SecretStr(KEY), log_level="ERROR"
    )


def _filled(database: Database, settings: Settings) -> dict[str, str]:
    migrating.migrate(database)
    with transaction(database) as session:
        loader.load_first_edition(session)
        demonstration.prepare(session, at=now())
        demonstration.set_passwords(session, accounts.hash_password("a-b-c-d-e-f-g"))
    with transaction(database) as session:
        programme = programmes.programme(session, loader.PROGRAMME)
        new = NewRun(programme_id=programme.id)
        run = run_requests.request_run(session, OPERATOR, new, settings)
        names = {"programme": programme.code, "run": run.code}
    carry_out(database, settings, run)
    with transaction(database) as session:
        calls = programmes.calls(session, OPERATOR, CallQuery(limit=50)).rows
        call = next(c for c in calls if c.phase == "open" and c.kind == "challenges")
        owner = accounts.user_with(session, demonstration.PEOPLE[0].email)
        assert owner is not None
        team = frozenset({organisation_of(session, owner)})
        actor = Actor(owner.id, {Role.MEMBER: team})
        draft = NewChallenge.model_validate(
            {
                "call_id": call.id,
                "title": TITLE,
                "themes": ["policy-domain:ENVI"],
                "content": {"problem": "Our small rivers rise within an hour."},
            }
        )
        mine = drafts.create(session, actor, Kind.CHALLENGE, draft, most=50)
        names |= {"call": str(call.id), "mine": mine.code}
        names |= _offered(session, [c for c in calls if c.phase == "open"])
        names |= {"person": str(owner.id), "organisation": str(*team)}
        names |= _noticed(session, *team)
        names |= _enquired(session, *team)
        names |= _practised(session, *team)
        names |= _matched(session, *team)
        names |= hooked(session, owner.id, next(iter(team)), programme.id)
        names |= counted(session)
        names |= watched(session)
    with reading(database) as session:
        best = session.exec(select(Suggestion).order_by(col(Suggestion.rank))).first()
        assert best is not None
        for name in ("challenge", "solution"):
            row = session.get_one(Submission, getattr(best, f"{name}_id"))
            names[name] = row.code
    with transaction(database) as session:
        names["copy"] = _a_near_duplicate(session, names["challenge"])
    return names


def _a_near_duplicate(session: Session, code: str) -> str:
    """Hand a challenge in that tells half of another one, with a sentence of its own."""
    first = session.exec(select(Submission).where(Submission.code == code)).one()
    told = {name: text for name, text in first.content.items() if text}
    told |= {"problem": f"{told['problem']} In our region two other offices have it too."}
    return a_challenge(
        session,
        call_id=first.call_id,
        title=f"{first.title}, in another region",
        content=ChallengeContent.model_validate(told).model_dump(),
        state=State.SUBMITTED,
    ).code


def _noticed(session: Session, team: UUID) -> dict[str, str]:
    """Let selected challenges of another programme have a notice, or none yet."""
    programme = a_programme(session, code="second-edition", title="Second edition")
    call = a_call(
        session,
        programme_id=programme.id,
        title="Call for challenges of the second edition",
        closes_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    common: dict[str, Any] = {"call_id": call.id, "themes": ["policy-domain:ENVI"]}
    text = a_text(summary=SUMMARY, help_wanted="How to place sensors in small rivers.")
    asked = a_notice(
        session,
        challenge=a_challenge(session, organisation_id=team, state=State.SELECTED, **common),
        state=NoticeState.PROPOSED,
        texts=[text, a_text("fr", title="Crues soudaines des petites rivières")],
        themes=["policy-domain:ENVI"],
        names_country=True,
    )
    draft = a_notice(
        session,
        challenge=a_challenge(session, state=State.SELECTED, **common),
        message="Please leave out the name of the office.",
        texts=[text],
        themes=["policy-domain:ENVI"],
    )
    without = a_challenge(session, state=State.SELECTED, **common)
    decisions = _decided(session, team, call.id) | reviewed(session, programme.id)
    decisions |= advised(session, programme.id, decisions["reviewed"])
    return {
        "my_notice": asked.code,
        "draft_notice": draft.code,
        "without_notice": without.code,
        "second_call": call.code,
        **decisions,
        **a_call_that_asks(session, programme, team),
        **screened(session, programme, team),
        "second": programme.code,
    }


def _enquired(session: Session, team: UUID) -> dict[str, str]:
    """Let people ask about a published challenge of the team, in each of the states."""
    programme = a_programme(session, code="asking-edition", title="An edition with questions")
    text = a_text(title="Warning of floods in small rivers", summary=SUMMARY)
    published = a_published_challenge(
        session,
        challenge=a_challenge(
            session,
            organisation_id=team,
            state=State.SELECTED,
            programme_id=programme.id,
            title="Warning of floods in small rivers",
        ),
        texts=[text],
        themes=["policy-domain:ENVI"],
        names_country=True,
    )
    provider = next(one for one in demonstration.PEOPLE if one.key == "solution_provider")
    asker = accounts.user_with(session, provider.email)
    asked: tuple[dict[str, Any], ...] = (
        {"body": "May the sensors send over the public telephone network?"},
        {
            "body": "Combien de rivières faudrait-il équiper la première année ?",
            "language": "fr",
            "state": EnquiryState.ANSWERED,
            "answer": "Twelve small rivers, of which four have a gauge already.",
            "corrected_at": now(),
            "edited_at": now(),
        },
        {
            "body": "Our company is the best for this. When can we call?",
            "state": EnquiryState.DECLINED,
            "reason": "It is an advertisement, and no question about the challenge.",
        },
        {"body": "", "state": EnquiryState.WITHDRAWN},
    )
    for number, fields in enumerate(asked, 1):
        an_enquiry(session, published, asker, number=number, **fields)
    return {"enquired": published.code}


def _practised(session: Session, team: UUID) -> dict[str, str]:
    """Let a team have practices of its own, and another one offer one."""
    of_a_city = session.exec(select(Practice.code).order_by(col(Practice.code))).first()
    assert of_a_city is not None
    draft = a_practice(
        session,
        organisation_id=team,
        title="A hotline for people who look after their parents",
        text="",
        message="Please tell since when it runs, and for how many people.",
    )
    listed = a_practice(
        session,
        organisation_id=team,
        state=PracticeState.LISTED,
        results="Nine of ten forms are done within a day.",
        works_in=["pt", "en"],
        sources=["https://city.example.org/move", "Yearly report of the city, 2025"],
        source_date=date(2026, 3, 1),
    )
    offered = a_practice(
        session,
        state=PracticeState.OFFERED,
        title="Letters of the tax office in plain words",
        summary="A tax office has rewritten its 60 most frequent letters with their readers.",
        text="We read each letter with ten people who had got it, and wrote it anew.",
    )
    return {
        "listed": of_a_city,
        "my_practice": draft.code,
        "my_listed": listed.code,
        "offered_practice": offered.code,
    }


def _matched(session: Session, team: UUID) -> dict[str, str]:
    """Let offers of another round stand in several of their states."""
    of = a_round(session, challenges=3, solutions=6)
    for row, title in zip(of.solutions, OFFERS, strict=True):
        row.title = title
    of.challenges[0].organisation_id = team
    sent = offered(session, of, (0, 0), (0, 1), (1, 2), (1, 3))
    confirmed(session, of, sent[1])
    talked(session, of, sent[1])
    answer(session, of, sent[2], "solution", "decline", reason="Nobody has time in autumn.")
    prepared(session, of, (2, 4))
    asked_about(session, of.challenges[0], of.solutions[4])
    said(session, of.challenges[0], of.solutions[5], Kind.CHALLENGE, "rather_not")
    why = "We advise the same ministry already."
    said(session, of.challenges[0], of.solutions[5], Kind.SOLUTION, "cannot", reason=why)
    pair = [of.challenges[0].code, of.solutions[5].code]
    of.run.interests = [[*pair, "solution", "cannot"]]
    programme = session.get_one(Programme, of.run.programme_id)
    programme.title = "A round of matchmaking"
    waiting, known, lost, _ = (match.code for match in sent)
    return {
        "round": programme.code,
        "round_run": of.run.code,
        "match_offered": waiting,
        "match_confirmed": known,
        "match_declined": lost,
        "round_challenge": of.challenges[0].code,
        "round_refused": of.solutions[5].code,
    }


def _decided(session: Session, team: UUID, call_id: UUID) -> dict[str, str]:
    """Let decisions of a call stand in each of their states, and one call be ready."""
    about: dict[str, Any] = {"call_id": call_id, "themes": ["policy-domain:ENVI"]}
    rows = {
        state.value: a_challenge(
            session, state=State.ELIGIBLE, title=f"Warning of floods, {state.value}", **about
        )
        for state in (DecisionState.DRAFT, DecisionState.READY, DecisionState.APPROVED)
    }
    for state, row in rows.items():
        a_decision(session, submission=row, state=DecisionState(state))
    undecided = a_challenge(session, state=State.ELIGIBLE, **about)
    soon = datetime(2100, 6, 14, 16, tzinfo=UTC)
    mine = a_challenge(
        session,
        organisation_id=team,
        state=State.SELECTED,
        answer_by=soon,
        message="Your figures on small rivers convinced every reviewer.",
        **about,
    )
    a_decision(session, submission=mine, state=DecisionState.RELEASED, answer_by=soon)
    reserve = a_challenge(session, state=State.RESERVE, **about)
    a_decision(
        session,
        submission=reserve,
        state=DecisionState.RELEASED,
        outcome=DecisionOutcome.RESERVE,
    )
    programme_id = session.get_one(Call, call_id).programme_id
    # over, as the other one: the calls that teams find open are those of the demonstration
    over = datetime(2021, 1, 1, tzinfo=UTC)
    ready = a_call(
        session, programme_id=programme_id, title="A call that is ready", closes_at=over
    )
    a_decision(session, call_id=ready.id, state=DecisionState.APPROVED)
    return {
        **{f"decision_{state}": row.code for state, row in rows.items()},
        "undecided": undecided.code,
        "my_selected": mine.code,
        "reserve": reserve.code,
        "ready_call": ready.code,
    }


def _offered(session: Session, calls: list[CallRead]) -> dict[str, str]:
    """Let the provider of the demonstration have begun solutions: one told, one not yet."""
    provider = accounts.user_with(session, demonstration.PEOPLE[1].email)
    assert provider is not None
    team = organisation_of(session, provider)
    actor = Actor(provider.id, {Role.MEMBER: frozenset({team})})
    call = next(c for c in calls if c.kind == "solutions")
    told = (PARTICIPATION, "")
    codes = []
    for experience in told:
        draft = NewSolution.model_validate(
            {
                "call_id": call.id,
                "title": "Neighbourhood assemblies, online and offline",
                "themes": ["practice:citizen-engagement", "practice:digital-inclusion"],
                "content": {"experience": experience},
            }
        )
        codes.append(drafts.create(session, actor, Kind.SOLUTION, draft, most=50).code)
    return dict(zip(("offer", "silent_offer"), codes, strict=True))
