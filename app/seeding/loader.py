"""Loads the first edition through the services: what is there already is left alone."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.entity_tags import ANYTHING
from app.core.base.merge_patch import Patch
from app.core.base.text import comparable
from app.core.tables.importing import read_table
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.schemas import NewDecision, NewRelease
from app.decisions.service import drafts, releases
from app.decisions.service import steps as decisions
from app.matches import service as matches
from app.matches.models import Match
from app.notices import queries as notice_queries
from app.notices import service as notices
from app.notices.schemas import NewNotice, NoticeStepTaken
from app.programmes import queries
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallDraft, ProgrammeDraft, ProgrammeQuery, Providers
from app.register import service as practices
from app.register.schemas import PracticeEntry
from app.submissions.lifecycle import TAKES_PART, Kind
from app.submissions.models import Submission
from app.submissions.records import Place
from app.submissions.schemas import StepTaken
from app.submissions.service import importing, steps
from app.submissions.service.own_columns import RECORDS
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeDraft

SEEDS: Final = Path(__file__).parents[2] / "seeds"
PROGRAMME: Final = "gov2gov-2023"
_WORKS_IN: Final = re.compile(r"\bWorks in: ([a-z]{2,3}(?:, [a-z]{2,3})*)\b")


class _CallSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    kind: CallKind
    title: str
    opens_at: datetime
    closes_at: datetime
    zone: str
    notes: str = ""


class _ProgrammeSeed(BaseModel):
    """What the service keeps of the programme; the file tells more for people to read."""

    model_config = ConfigDict(extra="ignore")

    code: str
    title: str
    edition: str
    zone: str
    working_language: str
    providers_wanted: Providers
    notes: str
    calls: list[_CallSeed]


class _NoticeSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    challenge: str
    names_country: bool
    names_organisation: bool


class _CatalogueSeed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    notices: list[_NoticeSeed]


class _PairSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    challenge: str
    solution: str


class _PairingSeed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pairs: list[_PairSeed]


class _PracticeSeed(BaseModel):
    """A practice as `seeds/practices` tells it; its level has no place in the register."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    organisation: str
    country: list[str]
    level: str
    language: str
    experience: str
    evidence: str = ""
    themes: list[str]
    sources: list[str]
    notes: str

    def entry(self) -> PracticeEntry:
        """Return the entry of the register; the languages of the team stand in the notes."""
        spoken = _WORKS_IN.search(self.notes)
        return PracticeEntry(
            external_id=self.id,
            title=self.title,
            organisation=self.organisation,
            countries=self.country,
            language=self.language,
            text=self.experience,
            results=self.evidence,
            themes=self.themes,
            sources=self.sources,
            notes=self.notes,
            works_in=spoken[1].split(", ") if spoken else [],
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much a load has added."""

    themes: int
    challenges: int
    solutions: int
    notices: int
    matches: int
    practices: int


def load_first_edition(session: Session, folder: Path = SEEDS) -> Loaded:
    """Load the themes and the first edition; a second time adds nothing."""
    added = load_themes(session, folder / "themes")
    edition = folder / "first_edition"
    seed = _ProgrammeSeed.model_validate_json((edition / "programme.json").read_bytes())
    programme = _programme(session, seed)
    counts = {
        call.kind: _load_call(session, _call(session, programme, call), edition)
        for call in seed.calls
    }
    notices = _load_notices(session, programme, edition / "notices.json")
    matches = _load_pairs(session, programme, edition / "pairs.json")
    practices = load_practices(session, folder / "practices" / "practices.jsonl")
    return Loaded(
        added,
        counts[CallKind.CHALLENGES],
        counts[CallKind.SOLUTIONS],
        notices,
        matches,
        practices,
    )


def load_practices(session: Session, path: Path) -> int:
    """List the practices of a file in the register; return how many are new.

    Only what stands there is taken over: the day of a source is not known.
    """
    rows = (
        _PracticeSeed.model_validate_json(line) for line in path.read_text("utf-8").splitlines()
    )
    return sum(practices.enter(session, OPERATOR, row.entry()) is not None for row in rows)


def load_themes(session: Session, folder: Path = SEEDS / "themes") -> int:
    """Load the vocabularies; return how many themes are new."""
    return sum(
        themes.load(session, OPERATOR, facet, _concepts(folder / f"{facet}.json"))
        for facet in Facet
    )


def _concepts(path: Path) -> list[ThemeDraft]:
    concepts: Sequence[Any] = json.loads(path.read_bytes())["concepts"]
    return [ThemeDraft.model_validate(concept) for concept in concepts]


def _programme(session: Session, seed: _ProgrammeSeed) -> Programme:
    found = programmes.programmes(session, ProgrammeQuery(code=[seed.code])).rows
    if found:
        return found[0]
    draft = ProgrammeDraft(
        code=seed.code,
        title=f"{seed.title}: {seed.edition}",
        zone=seed.zone,
        working_language=seed.working_language,
        providers=seed.providers_wanted,
        notes=seed.notes,
    )
    return programmes.create_programme(session, OPERATOR, draft)


def _call(session: Session, programme: Programme, seed: _CallSeed) -> Call:
    return ensure_call(session, programme, CallDraft(programme_id=programme.id, **vars(seed)))


def ensure_call(session: Session, programme: Programme, draft: CallDraft) -> Call:
    """Return the call of this code, published; make it if it is not there."""
    call = queries.call_named(session, programme.code, draft.code)
    if call is None:
        call_id = programmes.create_call(session, OPERATOR, draft).id
        call = programmes.call(session, OPERATOR, call_id)
    if call.state is CallState.DRAFT:
        programmes.take_step(session, OPERATOR, call.id, "publish")
    return call


def _load_call(session: Session, call: Call, folder: Path) -> int:
    """Take in what the file of this call holds, and release that it is selected, as it was."""
    place = Place(themes=themes.keys(session))
    present = importing.imported(session, call)
    rows = read_table(folder / f"{call.kind}.jsonl", RECORDS[call.kind], context=place)
    missing = [record for _, record in rows if comparable(record.id) not in present]
    added = importing.import_records(session, OPERATOR, call, missing)
    for submission in added:
        steps.take(session, OPERATOR, submission.kind, submission.id, "pass", StepTaken())
        _decide(session, submission)
    if added:
        releases.release(session, OPERATOR, NewRelease(call_id=call.id))
    return len(added)


def _decide(session: Session, submission: Submission) -> None:
    decision = drafts.draft(
        session,
        OPERATOR,
        NewDecision(
            submission_id=submission.id,
            outcome=DecisionOutcome.SELECTED,
            reasons="Selected in the first edition.",
            feedback=f"{submission.code}, “{submission.title}”, was selected for the first "
            "edition of the incubator.",
            language="en",
        ),
    )
    for step in ("hand-over", "approve"):
        decisions.take(session, OPERATOR, decision.id, step)


def _load_notices(session: Session, programme: Programme, path: Path) -> int:
    """Publish what the challenges say, as they are public; return how many are new.

    Each goes through the hands of all who have a say in it; nobody of its team is here.
    """
    catalogue = _CatalogueSeed.model_validate_json(path.read_bytes())
    known = _submissions(session, programme)
    added = 0
    for seed in catalogue.notices:
        challenge = known[Kind.CHALLENGE, seed.challenge]
        if (
            challenge.state not in TAKES_PART
            or notice_queries.of_challenge(session, OPERATOR, challenge) is not None
        ):
            continue
        notice = notices.begin(session, OPERATOR, NewNotice(challenge_id=challenge.id))
        named = Patch(
            {
                "names_country": seed.names_country,
                "names_organisation": seed.names_organisation,
            }
        )
        notices.change(session, OPERATOR, notice.id, named, ANYTHING)
        team = Actor(None, {Role.MEMBER: frozenset({challenge.organisation_id})})
        for actor, step in ((OPERATOR, "propose"), (team, "approve"), (OPERATOR, "publish")):
            notices.take_step(session, actor, notice.id, step, NoticeStepTaken())
        added += 1
    return added


def _submissions(session: Session, programme: Programme) -> dict[Any, Submission]:
    """Return the submissions of a programme by their kind and their id in the files."""
    statement = select(Submission).where(Submission.programme_id == programme.id)
    return {(row.kind, row.external_id): row for row in session.exec(statement)}


def _load_pairs(session: Session, programme: Programme, path: Path) -> int:
    """Record the pairing that people made; return how many pairs are new."""
    pairing = _PairingSeed.model_validate_json(path.read_bytes())
    known = _submissions(session, programme)
    before = set(session.exec(select(col(Match.id))))
    recorded = {
        matches.record_match(
            session,
            OPERATOR,
            known[Kind.CHALLENGE, pair.challenge],
            known[Kind.SOLUTION, pair.solution],
            "Paired by people in the first edition.",
        ).id
        for pair in pairing.pairs
    }
    return len(recorded - before)
