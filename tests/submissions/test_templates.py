"""A template is filled in with drop-downs and imported as it is."""

import io
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session

from app.access.policy import Role
from app.core.tables.importing import parse_table
from app.programmes.lifecycle import CallKind
from app.seeding.vocabularies import theme_names
from app.submissions.records import ChallengeRecord, SolutionRecord, Vocabulary, named
from app.submissions.service import templates
from tests.conftest import SignIn
from tests.factories import a_theme, a_user

VOCABULARY = Vocabulary(named(theme_names()))
RECORDS: dict[CallKind, Any] = {
    CallKind.CHALLENGES: ChallengeRecord,
    CallKind.SOLUTIONS: SolutionRecord,
}


def choices_of(book: Any) -> dict[str, list[str]]:
    """What each drop-down offers, by the name of its column."""
    sheet = book.worksheets[0]
    found = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            name, _, cells = rule.formula1.lstrip("=").partition("!")
            column = sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value
            found[column] = [
                cell.value for row in book[name][cells.replace("$", "")] for cell in row
            ]
    return found


@pytest.mark.parametrize("kind", RECORDS)
def test_every_choice_of_a_template_is_taken(kind: CallKind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(templates.template(kind, theme_names())))
    sheet, header = book.worksheets[0], [cell.value for cell in book.worksheets[0][1]]
    choices = choices_of(book)
    for line in range(max(map(len, choices.values()))):
        row = {name: values[line % len(values)] for name, values in choices.items()}
        row |= {"Id*": f"r{line}", "Title*": "A title", "Organisation*": "City of Lyon"}
        row |= {"Summary": "Text"}
        sheet.append([row.get(name) for name in header])
    file = io.BytesIO()
    book.save(file)

    records = [
        record
        for _, record in parse_table(
            file.getvalue(), "t.xlsx", RECORDS[kind], context=VOCABULARY
        )
    ]

    assert len(records) >= 250
    assert {"FR", "EU", "GB"} <= {country for record in records for country in record.country}
    assert {key for record in records for key in record.themes} == {
        key for key, _ in theme_names()
    }
    assert {record.level for record in records} == {"central", "regional", "local", "other"}


def test_the_service_offers_its_own_themes(session: Session, as_user: SignIn) -> None:
    a_theme(session, "practice:one", labels={"en": "The same"})
    a_theme(session, "practice:two", labels={"en": "The same"})
    a_theme(session, "practice:three", labels={"en": "Another"})
    member = as_user(a_user(session, Role.MEMBER))

    for kind in ("challenges", "solutions"):
        answer = member.get(f"/api/v1/{kind}/template")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.xlsx"'
        assert book.sheetnames[0] == kind.capitalize()
        assert sorted(choices_of(book)["Themes"]) == ["Another", "practice:one", "practice:two"]
