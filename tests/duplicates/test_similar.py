"""Those who may read everything see what tells nearly the same; nobody else learns of it."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Action, Role
from app.accounts.models import Membership
from app.core.base.errors import NotFound
from app.core.storage.database import Database, reading
from app.duplicates import service
from app.duplicates.schemas import MOST_SIMILAR
from app.matchmaking.engine import duplicates
from app.matchmaking.likenesses import SubmittedTexts
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.conftest import SignIn, statements_of
from tests.factories import (
    a_challenge,
    a_programme,
    a_solution,
    a_token,
    a_user,
    an_organisation,
    organisation_of,
)
from tests.matching.text.test_retelling import OTHER, STORY

HALF = STORY.split(" volunteers")[0]


def challenge_telling(session: Session, programme: Any, text: str, **fields: Any) -> Submission:
    content = ChallengeContent(problem=text, outcome="Nobody is surprised.").model_dump()
    fields = {"state": State.SUBMITTED, "title": "A title", "content": content} | fields
    row = a_challenge(session, programme_id=getattr(programme, "id", programme), **fields)
    session.commit()
    return row


def solution_telling(session: Session, programme: Any, text: str, **fields: Any) -> Submission:
    content = SolutionContent(experience=text).model_dump()
    fields = {"state": State.SUBMITTED, "title": "Another title", "content": content} | fields
    row = a_solution(session, programme_id=getattr(programme, "id", programme), **fields)
    session.commit()
    return row


def test_staff_see_each_that_tells_nearly_the_same_with_its_share_and_its_words(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY)
    copied = challenge_telling(
        session, programme, f"{OTHER} {STORY}", organisation_id=an_organisation(session).id
    )
    challenge_telling(session, programme, OTHER[:150])
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/challenges/{own.code}/similar").json()

    [found] = answer.pop("similar")
    assert answer == {
        "submission": answer["submission"],
        "least": 0.3,
        "n_compared": 2,
        "n_left_out": 0,
        "n_found": 1,
        "elsewhere": [],
    }
    assert answer["submission"]["code"] == own.code
    assert found["submission"] | {"organisation": None} == {
        "id": str(copied.id),
        "code": copied.code,
        "title": "A title",
        "organisation": None,
        "country": found["submission"]["country"],
        "kind": "challenge",
        "language": "en",
        "state": "submitted",
        "programme": programme.code,
    }
    assert found["of_this"] == 1.0
    assert 0.4 < found["of_other"] < 0.6
    here, there = found["beside"]["here"], found["beside"]["there"]
    assert (here["field"], there["field"]) == ("problem", "problem")
    assert [here["text"][a:b] for a, b in here["marks"]] == [STORY[4:-1]]
    assert [there["text"][a:b] for a, b in there["marks"]] == [STORY[4:-1]]
    assert (here["text"], here["start"], here["length"]) == (STORY, 0, len(STORY))
    assert there["text"] == f"{OTHER} {STORY}"


def test_what_was_copied_into_the_other_kind_or_stands_in_another_programme_is_told_apart(
    session: Session, as_user: SignIn
) -> None:
    earlier, programme = a_programme(session), a_programme(session)
    own = challenge_telling(session, programme, STORY)
    into = solution_telling(session, programme, STORY)
    before = challenge_telling(session, earlier, STORY)
    auditor = as_user(a_user(session, Role.AUDITOR))

    answers = [
        auditor.get(f"/api/v1/challenges/{own.id}/similar").json(),
        auditor.get(f"/api/v1/solutions/{into.id}/similar").json(),
    ]

    assert [answer["similar"] for answer in answers] == [[], []]
    assert [
        {(one["submission"]["code"], one["submission"]["programme"]) for one in a["elsewhere"]}
        for a in answers
    ] == [
        {(into.code, programme.code), (before.code, earlier.code)},
        {(own.code, programme.code), (before.code, earlier.code)},
    ]


def test_nothing_alike_is_an_empty_list(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY)
    challenge_telling(session, programme, OTHER)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/challenges/{own.code}/similar").json()

    assert (answer["similar"], answer["elsewhere"], answer["n_compared"]) == ([], [], 1)


def test_a_team_never_learns_who_tells_the_same_as_it(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    member = a_user(session, Role.MEMBER)
    own = challenge_telling(
        session, programme, STORY, organisation_id=organisation_of(session, member)
    )
    other = challenge_telling(session, programme, STORY)
    team = as_user(member)

    answers = [
        team.get(f"/api/v1{path}")
        for path in (
            f"/challenges/{own.code}/similar",
            f"/challenges/{own.code}/similar/{other.code}",
            f"/challenges/{own.code}/similar/{own.code}",
            f"/programmes/{programme.code}/similar",
            f"/challenges/{other.code}/similar",
            f"/challenges/{other.code}/similar/{own.code}",
        )
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 403, 404, 404]
    assert all(other.title not in a.text and "similar" not in a.json() for a in answers)


def test_advisors_who_read_runs_and_no_submissions_see_none(
    session: Session, as_user: SignIn
) -> None:
    own = challenge_telling(session, a_programme(session), STORY)
    advisor = as_user(a_user(session, Role.ADVISOR))

    answers = [
        advisor.get(f"/api/v1/challenges/{own.code}/similar"),
        advisor.get(f"/api/v1/challenges/{own.code}/similar/{own.code}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_no_draft_is_compared_not_even_ones_own(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session)
    user = a_user(session, Role.STAFF)
    team = an_organisation(session)
    session.add(Membership(user_id=user.id, organisation_id=team.id, role=Role.MEMBER))
    own = challenge_telling(session, programme, STORY)
    draft = challenge_telling(
        session, programme, STORY, state=State.DRAFT, organisation_id=team.id
    )
    staff = as_user(user)

    read = staff.get(f"/api/v1/challenges/{draft.code}")
    listed = staff.get(f"/api/v1/challenges/{own.code}/similar").json()
    pairs = staff.get(f"/api/v1/programmes/{programme.code}/similar").json()
    asked = staff.get(f"/api/v1/challenges/{draft.code}/similar")
    compared = staff.get(f"/api/v1/challenges/{own.code}/similar/{draft.code}")

    assert read.status_code == 200
    assert (listed["similar"], listed["n_compared"]) == ([], 0)
    assert (pairs["pairs"], pairs["n_compared"]) == ([], 1)
    assert (asked.status_code, compared.status_code) == (404, 404)


def test_a_token_for_other_things_reads_nothing_of_it(session: Session, client: Any) -> None:
    own = challenge_telling(session, a_programme(session), STORY)
    staff = a_user(session, Role.STAFF)
    secret = a_token(session, staff, scopes=[Action.RUN_READ])
    session.commit()

    answer = client.get(
        f"/api/v1/challenges/{own.code}/similar",
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == 404


def test_a_long_list_ends_and_says_how_many_there_are(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY)
    team = an_organisation(session).id
    for _ in range(MOST_SIMILAR + 3):
        challenge_telling(session, programme, STORY, call_id=own.call_id, organisation_id=team)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/challenges/{own.code}/similar").json()

    assert len(answer["similar"]) == MOST_SIMILAR
    assert answer["n_found"] == MOST_SIMILAR + 3


def test_where_there_are_too_many_to_compare_with_it_is_told_how_many_were_left_out(
    session: Session, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = a_programme(session)
    first, second, last = (challenge_telling(session, programme, STORY) for _ in range(3))
    challenge_telling(session, a_programme(session), STORY)
    staff = as_user(a_user(session, Role.STAFF))
    monkeypatch.setattr(service, "MOST_COMPARED", 2)

    answer = staff.get(f"/api/v1/challenges/{last.code}/similar").json()

    codes = [one["submission"]["code"] for one in answer["similar"]]
    assert codes == [first.code, second.code]
    assert (answer["n_compared"], answer["n_left_out"]) == (2, 1)


def test_a_long_passage_is_cut_at_the_words_in_common(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    before = " ".join(f"word{i}" for i in range(1500))
    own = challenge_telling(session, programme, f"{before} {STORY} {before[:3000]}")
    other = challenge_telling(session, programme, STORY)
    staff = as_user(a_user(session, Role.STAFF))

    [found] = staff.get(f"/api/v1/challenges/{own.code}/similar").json()["similar"]
    whole = staff.get(f"/api/v1/challenges/{own.code}/similar/{other.code}").json()

    here = found["beside"]["here"]
    assert (len(here["text"]), here["length"]) == (service.SHOWN, len(own.content["problem"]))
    assert STORY in here["text"]
    text = own.content["problem"]
    assert text[here["start"] :].startswith(here["text"])
    assert text[here["start"] - 1] == " "
    assert here["text"][slice(*here["marks"][0])] == STORY[4:-1]
    [passages] = whole["passages"]
    assert (passages["here"]["text"], passages["there"]["text"]) == (text, STORY)
    assert found["of_this"] == whole["of_here"]


def test_two_are_compared_passage_by_passage(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY, summary=OTHER)
    other = solution_telling(session, programme, f"{OTHER}\n\n{HALF}")
    staff = as_user(a_user(session, Role.STAFF))

    found = staff.get(f"/api/v1/challenges/{own.code}/similar/{other.code}").json()
    turned = staff.get(f"/api/v1/solutions/{other.code}/similar/{own.code}").json()

    assert (found["here"]["code"], found["there"]["code"]) == (own.code, other.code)
    assert (found["of_here"], found["of_there"]) == (turned["of_there"], turned["of_here"])
    assert [(one["here"]["field"], one["there"]["field"]) for one in found["passages"]] == [
        ("summary", "experience"),
        ("problem", "experience"),
    ]


def test_odd_texts_are_compared_like_any_other(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session)
    odd = f"😀 {STORY} مرحبا بالعالم {'é' * 19_000}"
    own = challenge_telling(session, programme, odd[:20_000])
    challenge_telling(session, programme, f"\u202e{STORY} שלום")
    challenge_telling(session, programme, "😀 ... 2024", title="2024!")
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/challenges/{own.code}/similar").json()

    [found] = answer["similar"]
    assert 0.9 < found["of_other"] < 1  # the other has one word of its own


def test_what_is_known_is_not_read_again_and_what_was_changed_is(
    session: Session, database: Database, as_user: SignIn
) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY)
    other = challenge_telling(session, programme, OTHER)
    staff = as_user(a_user(session, Role.STAFF))
    path = f"/api/v1/challenges/{own.code}/similar"
    first = staff.get(path).json()
    statements = statements_of(database)
    again = staff.get(path).json()
    n_known = _readings_of_texts(statements)

    other.content = ChallengeContent(problem=STORY).model_dump()
    session.commit()
    statements.clear()
    changed = staff.get(path).json()

    assert first == again
    assert first["similar"] == []
    assert [one["submission"]["code"] for one in changed["similar"]] == [other.code]
    assert _readings_of_texts(statements) == n_known + 1


def test_what_is_taken_back_while_somebody_waits_is_told_to_nobody(
    session: Session, database: Database
) -> None:
    programme = a_programme(session)
    own = challenge_telling(session, programme, STORY)
    other = challenge_telling(session, programme, STORY)
    opened = partial(reading, database)
    with opened() as asked:
        of_own, of_other = (
            service.similar(asked, OPERATOR, Kind.CHALLENGE, one.code, opened)
            for one in (own, other)
        )

    own.state, own.submitted_at = State.DRAFT, None
    session.commit()

    with pytest.raises(NotFound):
        of_own()
    assert of_other().similar == []


def _readings_of_texts(statements: list[str]) -> int:
    return sum("submission.content" in statement for statement in statements)


def test_memory_starts_anew_where_it_is_full() -> None:
    memory = duplicates.Memory(most=60)
    some = [SubmittedTexts(uuid4(), 1, {"problem": STORY}) for _ in range(4)]

    read = memory.read(some)
    memory.read([some[3]])

    assert len(read) == 4
    assert set(memory.known({one.key: 1 for one in some})) == {some[2].key, some[3].key}
    assert memory.known({some[3].key: 2}) == {}


# --- all pairs ---------------------------------------------------------------------------


def test_staff_see_all_pairs_of_a_programme_or_of_a_call(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    one = challenge_telling(session, programme, STORY)
    same = challenge_telling(session, programme, STORY, call_id=one.call_id)
    half = solution_telling(session, programme, f"{HALF}. {OTHER}")
    challenge_telling(session, a_programme(session), STORY)
    staff = as_user(a_user(session, Role.STAFF))
    call = session.exec(select(Submission.call_id).where(Submission.id == one.id)).one()

    whole = staff.get(f"/api/v1/programmes/{programme.code}/similar").json()
    narrow = staff.get(f"/api/v1/programmes/{programme.code}/similar?call={call}").json()

    assert [
        (pair["first"]["code"], pair["second"]["code"], pair["of_first"])
        for pair in whole["pairs"][:1]
    ] == [(one.code, same.code, 1.0)]
    assert {(pair["first"]["code"], pair["second"]["code"]) for pair in whole["pairs"][1:]} == {
        (one.code, half.code),
        (same.code, half.code),
    }
    assert (whole["n_compared"], whole["n_found"], whole["least"]) == (3, 3, 0.3)
    assert (narrow["n_compared"], narrow["n_found"]) == (2, 1)


def test_a_call_of_another_programme_is_none_of_this_one(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session)
    elsewhere = challenge_telling(session, a_programme(session), STORY)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.get(f"/api/v1/programmes/{programme.code}/similar?call={elsewhere.call_id}")

    assert answer.status_code == 404


def test_too_many_for_all_pairs_are_refused_with_what_to_do(
    session: Session, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = a_programme(session)
    for _ in range(2):
        challenge_telling(session, programme, STORY)
    staff = as_user(a_user(session, Role.STAFF))
    monkeypatch.setattr(service, "MOST_AT_ONCE", 1)

    answer = staff.get(f"/api/v1/programmes/{programme.code}/similar")

    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "These are 2 submissions; all pairs of at most 1 are compared."
    )
    assert "one call alone" in answer.json()["remedy"]
