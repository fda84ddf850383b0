"""What people keep in their own tables is taken in under the words that they use."""

import csv
import unicodedata
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR
from app.core.storage.audit import AuditEvent
from app.core.tables.row_errors import FaultyTable
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import importing
from tests.factories import a_call, a_challenge, a_theme, themes


def a_csv(folder: Path, *rows: list[str]) -> Path:
    path = folder / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def faults_of(session: Session, call: Call, file: Path, *, update: bool = False) -> list[str]:
    take = importing.update_from_file if update else importing.import_file
    with pytest.raises(FaultyTable) as refusal:
        take(session, OPERATOR, call, file)
    return [str(fault).replace(str(file), file.name) for fault in refusal.value.faults]


NAMES = ["Reference", "Titre", "Organisation name", "Pays", "Level of government", "Langue"]
FLOODS = ["C-1", "Early flood warnings", "Ministère de l'Eau", "France", "National", "français"]


@pytest.fixture
def call(session: Session) -> Call:
    themes(session)
    a_theme(
        session,
        "practice:digital-inclusion",
        labels={"en": "Digital inclusion", "fr": "Inclusion numérique"},
    )
    return a_call(session)


@pytest.mark.parametrize(
    "names",
    [
        ["Identifiant", "Titre", "Équipe", "Pays", "Niveau", "Langue", "Thèmes", "Texte"],
        ["Código", "Título", "Institución", "País", "Nivel", "Idioma", "Temas", "Texto"],
        [
            "Referência",
            "TÍTULO",
            "Equipa",
            "Pai\u0301s",
            "Nivel",
            "Lingua",
            "Temas",
            "Descrição",
        ],
    ],
)
def test_columns_are_named_in_the_languages_of_our_pages(
    session: Session, call: Call, tmp_path: Path, names: list[str]
) -> None:
    file = a_csv(tmp_path, names, [*FLOODS, "Digital inclusion", "Rivers."])

    [taken] = importing.import_file(session, OPERATOR, call, file)

    assert (taken.external_id, taken.title, taken.themes) == (
        "C-1",
        "Early flood warnings",
        ["practice:digital-inclusion"],
    )


@pytest.mark.parametrize(
    "written",
    [
        "Digital inclusion",
        "INCLUSION NUME\u0301RIQUE",
        "practice:digital-inclusion",
        "Practice:Digital-Inclusion",
    ],
)
def test_themes_are_named_or_keyed(
    session: Session, call: Call, tmp_path: Path, written: str
) -> None:
    file = a_csv(
        tmp_path, [*NAMES, "Topics", "Problem statement"], [*FLOODS, written, "Rivers."]
    )

    [taken] = importing.import_file(session, OPERATOR, call, file)

    owner = session.exec(select(Organisation)).one()
    assert (taken.external_id, taken.title, taken.language, taken.themes) == (
        "C-1",
        "Early flood warnings",
        "fr",
        ["practice:digital-inclusion"],
    )
    assert taken.content["problem"] == "Rivers."
    assert (owner.name, owner.country, owner.level) == ("Ministère de l'Eau", "FR", "central")


def test_a_name_of_two_themes_is_asked_about(
    session: Session, call: Call, tmp_path: Path
) -> None:
    a_theme(session, "sdg:inclusion", labels={"en": "digital  Inclusion"})
    file = a_csv(tmp_path, [*NAMES, "themes", "text"], [*FLOODS, "Digital inclusion", "x"])

    assert faults_of(session, call, file) == [
        "file.csv, line 2, themes, item 1: More than one theme is called 'Digital inclusion'. "
        "Write one of: practice:digital-inclusion, sdg:inclusion."
    ]


def test_a_theme_that_is_nearly_named_is_suggested(
    session: Session, call: Call, tmp_path: Path
) -> None:
    file = a_csv(tmp_path, [*NAMES, "themes", "text"], [*FLOODS, "Digital inclusoin", "x"])

    assert faults_of(session, call, file) == [
        "file.csv, line 2, themes, item 1: 'Digital inclusoin' is not the key of a theme. "
        "Did you mean practice:digital-inclusion?"
    ]


@pytest.mark.parametrize(
    ("kind", "column", "found"),
    [
        (CallKind.CHALLENGES, "Capacity", "solutions"),
        (CallKind.CHALLENGES, "What was done", "solutions"),
        (CallKind.SOLUTIONS, "Problem", "challenges"),
    ],
)
def test_a_file_for_the_other_call_is_called_what_it_is(
    session: Session, tmp_path: Path, kind: CallKind, column: str, found: str
) -> None:
    file = a_csv(tmp_path, [*NAMES, column], [*FLOODS, "1"])

    assert faults_of(session, a_call(session, kind), file) == [
        f"file.csv, line 1: This is a file of {found}. "
        "Bring it where these are wanted, or choose another file."
    ]


@pytest.mark.parametrize("again", ["ide\u0301-1", "IDÉ-1", "idé\u20111"])
def test_an_id_that_reads_the_same_is_taken(
    session: Session, call: Call, tmp_path: Path, again: str
) -> None:
    header = [*NAMES, "text"]
    importing.import_file(
        session, OPERATOR, call, a_csv(tmp_path, header, ["idé-1", *FLOODS[1:], "x"])
    )

    [fault] = faults_of(session, call, a_csv(tmp_path, header, [again, *FLOODS[1:], "x"]))

    assert "is in this call already" in fault


def test_a_code_of_ours_is_taken_too(session: Session, call: Call, tmp_path: Path) -> None:
    there = a_challenge(session, call_id=call.id, state=State.SUBMITTED)

    [fault] = faults_of(
        session, call, a_csv(tmp_path, [*NAMES, "text"], [there.code, *FLOODS[1:], "x"])
    )

    assert "is in this call already" in fault


# --- updating ---


def test_rows_with_a_known_id_change_what_they_say_and_leave_the_rest(
    session: Session, call: Call, tmp_path: Path
) -> None:
    first = a_csv(
        tmp_path,
        [*NAMES, "themes", "problem", "outcome"],
        [*FLOODS, "Digital inclusion", "Rivers flood.", "All are warned."],
        ["C-2", "Dry summers", *FLOODS[2:], "", "No rain.", ""],
    )
    floods, dry = importing.import_file(session, OPERATOR, call, first)
    changed = a_csv(
        tmp_path,
        [*NAMES[:4], "problem", "outcome", "themes"],
        ["c-1", "Early warnings of floods", *FLOODS[2:4], "", "Everybody is warned.", ""],
        [dry.code, "Dry summers", *FLOODS[2:4], "No rain.", "", ""],
        ["C-3", "A third challenge", *FLOODS[2:4], "New.", "", ""],
    )

    taken_in = importing.update_from_file(session, OPERATOR, call, changed)

    assert [s.external_id for s in taken_in.updated] == ["C-1"]
    assert [s.external_id for s in taken_in.added] == ["C-3"]
    assert (floods.title, floods.language, floods.themes) == (
        "Early warnings of floods",
        "fr",
        ["practice:digital-inclusion"],
    )
    assert (floods.content["problem"], floods.content["outcome"]) == (
        "Rivers flood.",
        "Everybody is warned.",
    )
    session.commit()
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "update")).all()
    assert [(e.subject_id, e.facts) for e in events] == [(floods.id, {"id": "c-1"})]


def test_a_row_of_another_organisation_changes_nothing(
    session: Session, call: Call, tmp_path: Path
) -> None:
    header = [*NAMES[:4], "text"]
    importing.import_file(session, OPERATOR, call, a_csv(tmp_path, header, [*FLOODS[:4], "x"]))
    other = a_csv(tmp_path, header, [*FLOODS[:2], "City of Lyon", "FR", "y"])

    [fault] = faults_of(session, call, other, update=True)

    assert fault.endswith(
        "belongs to Ministère de l'Eau in FR. Name this one, or give another id."
    )


def test_what_a_team_is_writing_is_not_changed_by_a_file(
    session: Session, call: Call, tmp_path: Path
) -> None:
    draft = a_challenge(session, call_id=call.id, external_id="C-1", title="A draft of a team")
    file = a_csv(tmp_path, [*NAMES[:4], "text"], [*FLOODS[:4], "y"])

    [fault] = faults_of(session, call, file, update=True)

    assert "is in this call already" in fault
    assert session.get_one(Submission, draft.id).title == "A draft of a team"
    assert len(session.exec(select(col(Submission.id))).all()) == 1


# --- names of organisations ---


@pytest.mark.parametrize(
    "again",
    [
        "MINISTÈRE DE L'EAU",
        "Ministère  de l'Eau",
        "Ministère de l\u2019Eau",
        "Ministère de l\u2019eau",
    ],
)
@pytest.mark.parametrize("update", [False, True])
def test_a_name_that_reads_as_another_is_told_and_makes_no_twin(
    session: Session, call: Call, tmp_path: Path, again: str, update: bool
) -> None:
    header = [*NAMES[:4], "text"]
    importing.import_file(session, OPERATOR, call, a_csv(tmp_path, header, [*FLOODS[:4], "x"]))
    file = a_csv(tmp_path, header, ["C-2", FLOODS[1], again, "FR", "x"])

    [fault] = faults_of(session, call, file, update=update)

    assert fault == (
        f"file.csv, line 2, organisation: {again.replace('  ', '  ')!r} reads like "
        '"Ministère de l\'Eau", which is another way to write it. '
        "Write Ministère de l'Eau, or tell the two apart by their names."
    )
    assert len(session.exec(select(Organisation)).all()) == 1


def test_two_ways_to_write_a_name_within_one_file_are_told(
    session: Session, call: Call, tmp_path: Path
) -> None:
    header = [*NAMES[:4], "text"]
    rows = [["C-1", *FLOODS[1:4], "x"], ["C-2", FLOODS[1], "ministère de l'eau", "FR", "x"]]

    [fault] = faults_of(session, call, a_csv(tmp_path, header, *rows))

    assert fault.startswith('file.csv, line 3, organisation: "ministère de l\'eau" reads like')


def test_one_name_composed_or_not_is_one_organisation(
    session: Session, call: Call, tmp_path: Path
) -> None:
    header = [*NAMES[:4], "text"]
    rows = [
        ["C-1", *FLOODS[1:4], "x"],
        ["C-2", FLOODS[1], unicodedata.normalize("NFD", FLOODS[2]), "FR", "x"],
        ["C-3", FLOODS[1], FLOODS[2], "Belgique", "x"],
    ]

    importing.import_file(session, OPERATOR, call, a_csv(tmp_path, header, *rows))

    owners = session.exec(select(Organisation).order_by(col(Organisation.country))).all()
    assert [(o.name, o.country) for o in owners] == [(FLOODS[2], "BE"), (FLOODS[2], "FR")]
