"""Existing challenges and solutions are taken in from a file: all of them, or none."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, SQLModel, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotPermitted
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, transaction
from app.core.storage.reference_numbers import Counter
from app.core.tables.row_errors import FaultyTable
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind, CallState
from app.programmes.models import Call
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from app.submissions.service import importing
from tests.factories import THEMES, a_call, a_challenge, themes

YEAR = datetime.now(UTC).year
STAFF = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})})
FLOODS = {
    "id": "C-1",
    "title": "Early flood warnings",
    "organisation": "Ministry of Water",
    "country": ["NL"],
    "level": "central",
    "themes": THEMES,
    "problem": "Our river floods.",
    "outcome": "Households are warned.",
}
SENSORS = {
    "id": "S-1",
    "title": "Sensors in rivers",
    "organisation": "City of Aarhus",
    "country": ["DK"],
    "language": "da",
    "summary": "Sensors warn in time.",
    "experience": "Vi har sat sensorer i åen.",
    "capacity": 3,
}


def a_file(folder: Path, *records: dict[str, Any], name: str = "file.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def a_csv(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(n for r in records for n in r)))
        writer.writeheader()
        for record in records:
            writer.writerow(
                {n: ";".join(v) if isinstance(v, list) else v for n, v in record.items()}
            )
    return path


def take_in(session: Session, call: Call, file: Path, actor: Actor = OPERATOR) -> list[str]:
    """What the command does; returns the codes of what was taken in."""
    added = importing.import_file(session, actor, call, file)
    return [submission.code for submission in added]


def faults_of(session: Session, call: Call, file: Path) -> list[str]:
    with pytest.raises(FaultyTable) as refusal:
        take_in(session, call, file)
    return [str(fault).replace(str(file), file.name) for fault in refusal.value.faults]


def everything(session: Session) -> dict[str, int]:
    kinds: tuple[type[SQLModel], ...] = (Submission, Organisation, AuditEvent, Counter)
    return {kind.__name__: len(session.exec(select(kind)).all()) for kind in kinds}


def test_a_challenge_is_taken_in_as_submitted_with_a_code_of_ours(
    session: Session, tmp_path: Path
) -> None:
    themes(session)
    call = a_call(session)
    before = now()

    codes = take_in(session, call, a_file(tmp_path, FLOODS), STAFF)

    taken = session.exec(select(Submission)).one()
    owner = session.exec(select(Organisation)).one()
    assert codes == [f"CH-{YEAR}-001"]
    assert taken.submitted_at is not None
    assert before <= taken.submitted_at <= now()
    assert taken.model_dump(exclude={"id", "created_at", "updated_at", "submitted_at"}) == {
        "version": 1,
        "answer_by": None,
        "appeal": "",
        "asked": None,
        "programme_id": call.programme_id,
        "call_id": call.id,
        "organisation_id": owner.id,
        "kind": Kind.CHALLENGE,
        "code": codes[0],
        "external_id": "C-1",
        "handed_in": None,
        "reused": None,
        "answers": {},
        "aside": None,
        "form_id": None,
        "title": "Early flood warnings",
        "language": None,
        "summary": "",
        "content": ChallengeContent(
            problem="Our river floods.", outcome="Households are warned."
        ).model_dump(),
        "themes": THEMES,
        "state": State.SUBMITTED,
        "message": "",
    }
    assert (owner.name, owner.country, owner.subdivision, owner.level) == (
        "Ministry of Water",
        "NL",
        None,
        "central",
    )
    session.commit()
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(e.actor_id, e.action, e.subject_kind, e.subject_id, e.facts) for e in events] == [
        (STAFF.user_id, "add", "organisation", owner.id, {}),
        (STAFF.user_id, "import", "challenge", taken.id, {"id": "C-1"}),
    ]


@pytest.mark.parametrize("write", [a_file, a_csv])
def test_solutions_come_as_jsonl_or_csv(session: Session, tmp_path: Path, write: Any) -> None:
    call = a_call(session, CallKind.SOLUTIONS)
    second = SENSORS | {"id": "S-2", "capacity": 0, "themes": []}

    codes = take_in(session, call, write(tmp_path, SENSORS, second))

    taken = session.exec(select(Submission).order_by(col(Submission.code))).all()
    content = SolutionContent(experience="Vi har sat sensorer i åen.", capacity=3).model_dump()
    assert codes == [f"SO-{YEAR}-001", f"SO-{YEAR}-002"]
    assert [(t.external_id, t.language, t.summary, t.content) for t in taken] == [
        ("S-1", "da", "Sensors warn in time.", content),
        ("S-2", "da", "Sensors warn in time.", content | {"capacity": 0}),
    ]


def test_a_single_text_goes_to_the_first_passage(session: Session, tmp_path: Path) -> None:
    text = {"title": "One text alone", "organisation": "City", "country": "FR", "text": "Here."}
    calls = a_call(session), a_call(session, CallKind.SOLUTIONS)

    for call in calls:
        take_in(session, call, a_file(tmp_path, {"id": "1", **text}))

    challenge, solution = session.exec(select(Submission).order_by(col(Submission.kind))).all()
    assert challenge.content == ChallengeContent(problem="Here.").model_dump()
    assert solution.content == SolutionContent(experience="Here.").model_dump()


def test_an_organisation_is_made_once_for_each_name_and_country(
    session: Session, tmp_path: Path
) -> None:
    themes(session)
    records = [
        FLOODS | {"id": f"C-{number}", "country": country}
        for number, country in enumerate(["NL", "NL", "BE"])
    ]

    take_in(session, a_call(session), a_file(tmp_path, *records))

    owners = session.exec(select(Organisation).order_by(col(Organisation.country))).all()
    assert [(o.name, o.country) for o in owners] == [
        ("Ministry of Water", "BE"),
        ("Ministry of Water", "NL"),
    ]


def test_every_fault_of_form_is_listed_at_once(session: Session, tmp_path: Path) -> None:
    themes(session)
    file = a_file(
        tmp_path,
        FLOODS | {"country": "UK", "title": "Ooh"},
        FLOODS | {"id": "C-2", "problem": "x" * 200_000, "countri": "NL"},
        FLOODS | {"id": "C-2", "themes": ["open source"]},
    )
    before = everything(session)

    faults = faults_of(session, a_call(session), file)

    assert faults == [
        "file.jsonl, line 1, title: It has 3 characters; the minimum is 5. "
        "Give a title of 5 to 200 characters on one line.",
        "file.jsonl, line 1, country, item 1: 'UK' is not a country code of ISO 3166-1. "
        "Write GB.",
        "file.jsonl, line 2, problem: It has 200,000 characters; the maximum is 20,000. "
        "Give plain text of at most 20,000 characters.",
        "file.jsonl, line 2, countri: There is no such field. Did you mean country?",
        "file.jsonl, line 3, id: 'C-2' stands on line 2 already. Give each record its own id.",
        "file.jsonl, line 3, themes, item 1: 'open source' is not the key of a theme. "
        "Write facet:code, such as practice:open-source or sdg:10.",
    ]
    assert everything(session) == before


def test_every_fault_against_what_is_there_is_listed_at_once(
    session: Session, tmp_path: Path
) -> None:
    themes(session)
    call = a_call(session)
    a_challenge(session, call_id=call.id, external_id="C-1")
    file = a_file(
        tmp_path,
        FLOODS | {"organisation": "", "country": []},
        FLOODS | {"id": "C-2", "country": ["NL", "BE"]},
        FLOODS | {"id": "C-3", "themes": ["practice:data-sharin", "sdg:99"]},
        FLOODS | {"id": "C-4", "organisation": "M" * 201, "country": "UK", "themes": "sdg:99"},
        FLOODS | {"id": "C-5"},
    )
    before = everything(session)

    faults = faults_of(session, call, file)

    assert faults == [
        "file.jsonl, line 1, id: 'C-1' is in this call already. Leave it out.",
        "file.jsonl, line 1, organisation: It is missing. Name the organisation.",
        "file.jsonl, line 1, country: A submission has one country; here are 0. "
        "Give the country of the organisation, such as FR.",
        "file.jsonl, line 2, country: A submission has one country; here are 2. "
        "Give the country of the organisation, such as FR.",
        "file.jsonl, line 3, themes, item 1: There is no theme 'practice:data-sharin'. "
        "Did you mean practice:data-sharing?",
        "file.jsonl, line 3, themes, item 2: There is no theme 'sdg:99'. "
        "GET /api/v1/themes lists them.",
        "file.jsonl, line 4, organisation: It has 201 characters; the maximum is 200. "
        "Give the name of the organisation in 2 to 200 characters.",
        "file.jsonl, line 4, country, item 1: 'UK' is not a country code of ISO 3166-1. "
        "Write GB.",
        "file.jsonl, line 4, themes, item 1: There is no theme 'sdg:99'. "
        "GET /api/v1/themes lists them.",
    ]
    assert everything(session) == before


def test_a_csv_file_whose_quotes_do_not_pair_up_is_refused(
    session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "file.csv"
    file.write_text('id,title,text\nC-1,"Early flood" warnings,Floods.\n', encoding="utf-8")

    [fault] = faults_of(session, a_call(session), file)

    assert fault.startswith("file.csv, line 2: The quotation marks of the row do not pair up")


def test_the_same_file_is_not_taken_in_twice(session: Session, tmp_path: Path) -> None:
    themes(session)
    call = a_call(session)
    file = a_file(tmp_path, FLOODS)
    take_in(session, call, file)
    before = everything(session)

    faults = faults_of(session, call, file)

    assert faults == ["file.jsonl, line 1, id: 'C-1' is in this call already. Leave it out."]
    assert everything(session) == before
    assert take_in(session, a_call(session), file) == [f"CH-{YEAR}-002"]


def test_a_call_that_has_closed_still_takes_in_what_exists(
    session: Session, tmp_path: Path
) -> None:
    themes(session)
    closed = a_call(session, closes_at=datetime(2024, 1, 14, 23, tzinfo=UTC))

    assert take_in(session, closed, a_file(tmp_path, FLOODS)) == [f"CH-{YEAR}-001"]


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.CANCELLED])
def test_a_call_that_is_not_published_takes_nothing_in(
    session: Session, tmp_path: Path, state: CallState
) -> None:
    call = a_call(session, state=state)

    with pytest.raises(Conflict) as refusal:
        take_in(session, call, a_file(tmp_path, FLOODS))

    assert refusal.value.detail == f"The call {call.code} is {state}."
    assert everything(session)["Submission"] == 0


def test_only_staff_and_the_operator_may_import(session: Session, tmp_path: Path) -> None:
    themes(session)
    file = a_file(tmp_path, FLOODS)
    may = {
        role
        for role in Role
        if permitted(session, file, Actor(uuid4(), {role: frozenset({uuid4()})}))
    }

    assert may == {Role.STAFF, Role.LEAD}
    assert permitted(session, file, OPERATOR)


def permitted(session: Session, file: Path, actor: Actor) -> bool:
    try:
        take_in(session, a_call(session), file, actor)
    except NotPermitted:
        return False
    return True


def test_a_failure_in_the_middle_leaves_nothing_behind(
    session: Session, database: Database, tmp_path: Path
) -> None:
    themes(session)
    call = a_call(session)
    a_challenge(session, code=f"CH-{YEAR}-002")  # the code that the second record gets
    session.commit()
    before = everything(session)
    session.commit()
    file = a_file(tmp_path, FLOODS, FLOODS | {"id": "C-2"})

    with pytest.raises(Conflict), transaction(database) as writing:
        take_in(writing, call, file)

    assert everything(session) == before
