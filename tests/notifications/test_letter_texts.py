"""How letters read: texts with fields, of which none says what it should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.base.translations import LANGUAGES, language
from app.notifications.letter_faults import faults
from app.notifications.letter_texts import (
    FIELDS,
    TEXTS,
    LetterKind,
    Template,
    default,
    filled,
)

VALUES = {name: f"<{name}>" for name in FIELDS}


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_each_letter_of_ours_is_whole_in_each_language(kind: LetterKind, tag: str) -> None:
    template = default(kind, language(tag))

    letter = filled(template, VALUES)

    assert [*faults(kind, template)] == []
    assert [name for name in TEXTS[kind].needed if f"<{name}>" not in letter.body] == []
    if tag != "en":
        assert template.body != TEXTS[kind].body.template


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{feedback}", None),
        ("{{not a field}} {feedback}", None),
        ("Nothing for anybody", "Put {feedback} where it shall stand."),
        ("{feedback} {score}", "{score} is no field that can stand here."),
        ("{feedback.__class__}", "{feedback.__class__} is no field that can stand here."),
        ("{feedback[0]}", "{feedback[0]} is no field that can stand here."),
        ("{feedback!r}", "{feedback!r} is no field that can stand here."),
        ("{feedback:>9999}", "{feedback:>9999} is no field that can stand here."),
        ("{}", "{} is no field that can stand here."),
        ("{0}", "{0} is no field that can stand here."),
        ("{answer} {feedback}", "{answer} is no field that can stand here."),
        ("{feedback} {feedback}", "{feedback} may stand there once."),
        ("{feedback", "Braces stand for fields alone."),
        ("feedback}", "Braces stand for fields alone."),
    ],
)
def test_only_named_fields_stand_in_a_template(body: str, told: str | None) -> None:
    found = [*faults(LetterKind.RESERVE, Template("About {code}", body))]

    assert [error.pointer for error in found] == ([] if told is None else ["/body"])
    if told is not None:
        assert found[0].detail.startswith(told)
        names = told.startswith(("Put", "{feedback} may")) or "{code}, {title}, {organisation}"
        assert names is True or names in found[0].detail


@pytest.mark.parametrize("name", ["feedback", "answer"])
def test_no_long_text_stands_in_a_subject(name: str) -> None:
    found = [*faults(LetterKind.SELECTED, Template(f"{{{name}}}", "{feedback} {answer}"))]

    assert [error.pointer for error in found] == ["/subject"]


@given(value=st.text(alphabet="{}abcdefkn \n", max_size=40))
def test_what_a_team_wrote_is_never_read_as_a_template(value: str) -> None:
    values = VALUES | {"feedback": f"({value})"}

    letter = filled(Template("About {code}", "Dear team {{x}} {feedback}"), values)

    kept = value
    while "\n\n\n" in kept:
        kept = kept.replace("\n\n\n", "\n\n")
    assert letter.body == f"Dear team {{x}} ({kept})\n"


def test_an_empty_field_leaves_no_gap_and_a_subject_is_one_line() -> None:
    values = VALUES | {"answer": "", "title": "Two\nlines"}

    letter = filled(Template("On {title}", "{feedback}\n\n{answer}\n\nBye"), values)

    assert letter == Template("On Two lines", "<feedback>\n\nBye\n")
