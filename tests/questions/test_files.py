"""Questions of a call as columns of files: exported, filled in, taken in again."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.core.tables.row_errors import FaultyTable
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.questions import service as questions
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import importing, templates
from app.submissions.service.importing import Sent
from tests.conftest import SignIn
from tests.factories import a_call, a_challenge, a_form, a_user, themes

STAFF = Actor(None, {Role.STAFF: frozenset()})
ASKED: list[dict[str, Any]] = [
    {"key": "problem", "required": True},
    {"key": "outcome", "required": True},
    {"key": "scale", "type": "choice", "title": "For whom?", "options": ["City", "Country"]},
    {
        "key": "homes",
        "type": "number",
        "title": "How many homes (about)?",
        "shown_if": {"question": "scale", "says": ["City"]},
    },
    {"key": "tools", "type": "choices", "title": "Region", "options": ["Maps", "A, b"]},
    {"key": "since", "type": "date", "title": "Since when?"},
    {"key": "ready", "type": "yes_no", "title": "Are you ready?", "required": True},
    {"key": "partner", "type": "country", "title": "Country"},
    {"key": "spoken", "type": "language", "title": "Which language?"},
    {"key": "page", "type": "link", "title": "Where can we read more?"},
    {"key": "story", "type": "long_text", "title": "Tell us more"},
]
ANSWERS: dict[str, Any] = {
    "scale": "City",
    "homes": 2.5,
    "tools": ["Maps", "A, b"],
    "since": "2020-02-29",
    "ready": False,
    "partner": "PT",
    "spoken": "fr",
    "page": "https://example.org/a?b=c",
    "story": "=1+1\nand more; of it",
}


@pytest.fixture
def call(session: Session) -> Call:
    themes(session)
    made = a_call(session)
    a_form(session, made, questions=ASKED)
    return made


def sent(session: Session, call: Call, answers: dict[str, Any]) -> Submission:
    form = questions.current(session, call.id)
    assert form is not None
    return a_challenge(
        session, call_id=call.id, state=State.SUBMITTED, form_id=form.id, answers=answers
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_table_is_taken_in_again_with_the_same_answers(
    session: Session, as_user: SignIn, call: Call, kind: str
) -> None:
    made = sent(session, call, ANSWERS)
    client = as_user(a_user(session, Role.STAFF))

    table = client.get(f"/api/v1/challenges?call={call.id}&format={kind}")
    made.answers = {}
    session.flush()
    importing.update_from_file(session, STAFF, call, Sent(f"a.{kind}", table.content))

    session.refresh(made)
    assert made.answers == ANSWERS


def test_a_table_of_a_call_has_a_column_for_each_of_its_questions(
    session: Session, as_user: SignIn, call: Call
) -> None:
    sent(session, call, ANSWERS)
    client = as_user(a_user(session, Role.STAFF))

    named = client.get(
        f"/api/v1/challenges?call={call.id}&format=csv&columns=answers.scale,answers.ready"
    )
    whole = client.get(f"/api/v1/challenges?call={call.id}&format=csv").text.splitlines()[0]
    every = client.get("/api/v1/challenges?format=csv").text.splitlines()[0]

    assert named.text.lstrip("\ufeff").splitlines() == [
        '"For whom?","Are you ready?"',
        '"City","no"',
    ]
    # These titles are names of other columns: the key stands in their place.
    for heading in ("answers tools", "answers partner", "How many homes (about)?"):
        assert heading in whole
    assert ',"Answers",' in every


def test_a_workbook_to_fill_in_offers_what_may_be_chosen_and_is_taken_in(
    session: Session, call: Call
) -> None:
    form = questions.form_of_call(session, call)
    book = openpyxl.load_workbook(io.BytesIO(templates.template(call.kind, [], form)))
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    row = {
        "Id*": "1",
        "Title*": "Early flood warnings",
        "Organisation*": "City of Lyon",
        "Country*": "France",
        "Problem": "It floods.",
        "For whom?": "city",
        "How many homes (about)?": 12,
        "Are you ready?*": "Yes",
        "answers partner": "Portugal",
        "Which language?": "French",
        "answers tools": "A, b; Maps",
    }
    assert {*row} <= {*header}
    assert not {"Tried", "Affected", "Help wanted"} & {*header}
    sheet.append([row.get(name) for name in header])
    file = io.BytesIO()
    book.save(file)

    taken = importing.update_from_file(session, STAFF, call, Sent("a.xlsx", file.getvalue()))

    (made,) = taken.added
    assert made.answers == {
        "scale": "City",
        "homes": 12,
        "tools": ["Maps", "A, b"],
        "ready": True,
        "partner": "PT",
        "spoken": "fr",
    }
    lists = {
        rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"
    }
    assert len(lists) == 9


def test_what_is_wrong_in_a_row_is_named_with_its_line_and_its_remedy(
    session: Session, call: Call
) -> None:
    file = (
        "id,title,organisation,country,problem,tried,For whom?,Since when?\n"
        "1,Early warnings,City of Lyon,FR,It floods.,Letters,Village,soon\n"
    )

    with pytest.raises(FaultyTable) as refusal:
        importing.update_from_file(session, STAFF, call, Sent("a.csv", file.encode()))

    assert [(f.line, f.field, str(f.problem)) for f in refusal.value.faults] == [
        (2, "tried", "The call does not ask for it."),
        (2, "scale", "'Village' is not in the list. Choose one of: City; Country."),
        (
            2,
            "since",
            "It is no date that exists. Write year, month and day, as in 2027-02-15.",
        ),
    ]
    assert session.exec(select(Submission)).all() == []


def test_a_blank_cell_changes_nothing_and_what_is_hidden_waits(
    session: Session, call: Call
) -> None:
    made = sent(session, call, {"scale": "City", "homes": 5, "ready": True})
    file = f"id,title,organisation,country,For whom?,ready\n{made.code},{made.title},"
    owner = session.get_one(type(made), made.id).organisation_id
    from app.organisations.models import Organisation  # noqa: PLC0415 -- of this test alone

    name = session.get_one(Organisation, owner).name
    file += f"{name},FR,Country,\n"

    importing.update_from_file(session, STAFF, call, Sent("a.csv", file.encode()))

    assert made.answers == {"scale": "Country", "ready": True}
    assert made.aside == {"hidden": {"homes": 5}}


def test_a_template_of_a_call_is_for_its_kind_and_for_those_who_see_the_call(
    session: Session, as_user: SignIn, call: Call
) -> None:
    member = as_user(a_user(session))

    assert member.get(f"/api/v1/challenges/template?call={call.id}").status_code == 200
    assert member.get(f"/api/v1/solutions/template?call={call.id}").status_code == 400
    assert member.get("/api/v1/challenges/template?call=no-such-call").status_code == 404
    assert CallKind.CHALLENGES is call.kind


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]))
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "scale": st.just("City"),
        "tools": st.lists(st.sampled_from(["Maps", "A, b"]), unique=True, min_size=1),
        "ready": st.booleans(),
        "since": st.dates().map(lambda day: day.isoformat()),
        "partner": st.sampled_from(["FR", "GB", "EU", "CZ"]),
        "spoken": st.sampled_from(["fr", "en", "el", "pt"]),
        "story": TEXT,
    },
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(GIVEN)
def test_any_answers_come_back_from_a_file_as_they_were(
    session: Session, as_user: SignIn, call: Call, given_: dict[str, Any]
) -> None:
    from app.submissions.service import asking  # noqa: PLC0415 -- of this test alone

    made = sent(session, call, {})
    asking.put(asking.form_of(session, made), made, given_)
    before = dict(made.answers)
    client = as_user(a_user(session, Role.STAFF))

    table = client.get(f"/api/v1/challenges?call={call.id}&code={made.code}&format=csv")
    made.answers = {}
    session.flush()
    importing.update_from_file(session, STAFF, call, Sent("a.csv", table.content))

    session.refresh(made)
    assert made.answers == before
