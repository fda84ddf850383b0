"""The list of suggestions hands out what is stored, and says what reading one alone says."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlmodel import Session

from app.access.policy import Role
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.matchmaking.schemas.suggestions import ContributionRead, SuggestionRead, completed
from tests.conftest import SignIn
from tests.factories import a_run, a_suggestion, a_user

READ = TypeAdapter(list[ContributionRead])
THEME = {"kind": "theme", "feature": "sdg:10", "share": 0.0525016787742599, "words": []}
WORD = {"kind": "word", "feature": "rivièr", "share": 1e-05, "words": ["Rivière", "rivières"]}
MISSING = {
    "kind": "missing",
    "feature": "text",
    "share": 0.0,
    "words": [],
    "sides": ["challenge"],
}
PASSAGES = {
    "challenge": {"field": "problem", "text": 'She said "flood"]}\n', "marks": [[10, 15]]},
    "solution": None,
}


def test_each_line_of_the_list_is_what_reading_it_alone_says(
    session: Session, as_user: SignIn
) -> None:
    run = a_run(session)
    hub = {"places": 3, "eligible": 4, "expected": 1.5}
    some = a_suggestion(session, run, contributions=[THEME, WORD], passages=PASSAGES, hub=hub)
    a_suggestion(session, run, contributions=[WORD, MISSING], band="high", stability=0.5)
    a_suggestion(session, run, contributions=[], turns_at=0.25, assigned=True)
    pair = some.model_dump(include={"run_id", "challenge_id", "solution_id"})
    verdict = Verdict(**pair, number=1, outcome=Outcome.CHOSEN, reason='They "fit".')
    session.add(verdict)
    staff = as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/match-runs/{run.id}/suggestions"

    items = staff.get(address).json()["items"]

    alone = [
        staff.get(f"{address}/{item['challenge']['id']}/{item['solution']['id']}").json()
        for item in items
    ]
    assert items == alone
    assert {json.dumps(item["verdict"] is None) for item in items} == {"true", "false"}
    assert [list(item) for item in items] == [list(SuggestionRead.model_fields)] * 3
    assert [item["hub"] for item in items if item["hub"]] == [hub]


def test_a_page_of_the_list_names_the_next_and_has_the_tag_of_what_it_says(
    session: Session, as_user: SignIn
) -> None:
    run = a_run(session)
    for _ in range(3):
        a_suggestion(session, run, contributions=[WORD])
    staff = as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/match-runs/{run.id}/suggestions"

    first, again = (staff.get(f"{address}?limit=2") for _ in range(2))
    last = staff.get(first.json()["next"])

    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert first.headers["Vary"] == last.headers["Vary"] == "Accept"
    assert first.headers["ETag"] == again.headers["ETag"] != last.headers["ETag"]
    assert (len(first.json()["items"]), len(last.json()["items"])) == (2, 1)
    assert last.json()["next"] is None
    assert "Link" not in last.headers


TEXTS = st.text() | st.sampled_from(['"]}', '"sides": ', '"words": []}', "\\", '"feature": '])
STORED = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["word", "theme", "meaning", "missing"]),
            "feature": TEXTS,
            "share": st.floats(allow_nan=False, allow_infinity=False),
            "words": st.lists(TEXTS, max_size=3),
        },
        optional={
            "sides": st.lists(st.sampled_from(["challenge", "solution"]), max_size=2),
        },
    ),
    max_size=4,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(stored=STORED, separators=st.sampled_from([None, (",", ":")]))
def test_stored_contributions_get_their_sides_whatever_their_texts_hold(
    stored: list[dict[str, Any]], separators: tuple[str, str] | None
) -> None:
    found = json.loads(completed(json.dumps(stored, separators=separators)))

    assert found == [{"phrase": None, "sides": [], **contribution} for contribution in stored]
    assert found == READ.dump_python(READ.validate_python(stored), mode="json")


@pytest.mark.parametrize("stored", [[THEME, WORD], [WORD], [THEME], []])
def test_plain_contributions_are_not_read_to_be_written(
    stored: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.matchmaking.schemas.suggestions._CONTRIBUTIONS", None)

    found = json.loads(completed(json.dumps(stored)))

    assert found == [contribution | {"phrase": None, "sides": []} for contribution in stored]
