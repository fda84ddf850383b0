"""Columns of JSON come back as they were written, whoever wrote the JSON."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, cast
from sqlmodel import Session, select, update

from app.core.storage.database import Database, reading, transaction
from app.core.storage.json_columns import Written, written
from app.submissions.models import Submission
from tests.factories import a_challenge
from tests.matching.strategies import promise

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@promise
@given(VALUES | st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_reads_as_with_the_standard_library(value: Any) -> None:
    assert json.loads(written(value)) == value
    assert written(written(value)) == written(value)


def test_what_is_written_already_is_stored_as_it_stands(
    session: Session, database: Database
) -> None:
    a_challenge(session)
    session.commit()
    document = Written('{"problem": "Wasser, \\u6c34"}')

    with transaction(database) as writing:
        writing.execute(update(Submission).values(content=document))

    with reading(database) as found:
        stored = found.execute(select(cast(Submission.content, Text))).scalar_one()
        read = found.exec(select(Submission.content)).one()
    assert (stored, read) == (document, {"problem": "Wasser, 水"})
