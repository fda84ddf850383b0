"""A code is as good as the key of what it names, and tells no more, on every route.

The operations are those of the authorisation matrix that name something with a code.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import pytest

from app.access.policy import Role
from app.core.storage import audit
from app.core.storage.database import reading, transaction
from app.decisions.models import Decision
from app.matches.models import Match
from app.matchmaking.models import MatchRun
from app.notices.models import PublicNotice
from app.programmes.models import Call, Programme
from app.register.models import Practice
from app.screening.models import Exclusion
from app.submissions.models import Submission
from tests.attachments import access_matrix as attachments
from tests.conversations import access_matrix as conversations
from tests.decisions import access_matrix as decisions
from tests.duplicates import access_matrix as duplicates
from tests.enquiries import access_matrix as enquiries
from tests.gaps import access_matrix as gaps
from tests.interests import access_matrix as interests
from tests.matches import access_matrix as matches
from tests.matchmaking import access_matrix as matchmaking
from tests.notices import access_matrix as notices
from tests.programmes import access_matrix as programmes
from tests.questions import access_matrix as questions
from tests.register import access_matrix as register
from tests.reviews import access_matrix as reviews
from tests.screening import access_matrix as screening
from tests.statistics import access_matrix as statistics
from tests.submissions import access_matrix as submissions
from tests.teams import access_matrix as teams
from tests.test_authorisation import suited
from tests.world import World, names_in

TABLES: Final[Mapping[str, Any]] = {
    "programme_id": Programme,
    "call_id": Call,
    "challenge_id": Submission,
    "solution_id": Submission,
    "submission_id": Submission,
    "decision_id": Decision,
    "exclusion_id": Exclusion,
    "notice_id": PublicNotice,
    "practice_id": Practice,
    "run_id": MatchRun,
    "match_id": Match,
    "counterpart_id": Submission,
    "conversation_id": Match,
}
NOWHERE: Final = {
    "programme_id": "no-such-programme",
    "call_id": "no-such-call",
    "challenge_id": "CH-1999-999",
    "solution_id": "SO-1999-999",
    "submission_id": "CH-1999-998",
    "decision_id": "CH-1999-996",
    "exclusion_id": "CH-1999-995",
    "notice_id": "CH-1999-997",
    "practice_id": "PR-1999-999",
    "run_id": "RUN-1999-999",
    "match_id": "MA-1999-999",
    "counterpart_id": "SO-1999-998",
    "conversation_id": "MA-1999-998",
}
WITHOUT_CODES: Final = (
    *("verdict", "release", "permit_back", "read_late_permit"),
    *(
        "_review_step",
        "read_review ",
        "replace_review ",
        "reviewed",
        "discussion",
        "create_comment",
    ),
    *("conflict", "reviewer", "read_attachment", "attachment_step"),
    *("read_entry ", "join_entry ", "read_call_invitation", "enquiry"),
)
MADE: Final = (
    *("begin_", "add_collaborator", "create_thread", "add_team_comment", "add_entry"),
    *("add_message", "propose_meeting", "add_agreed_task", "add_room_file", "invite_to_call"),
)
ENDED: Final = {"take_collaborator_off", "remove_team_comment", "take_message_back"}
"""What is not there any more when it is asked for the second time."""
FEATURES: Final = (
    *(
        attachments,
        conversations,
        decisions,
        duplicates,
        enquiries,
        interests,
        gaps,
        matches,
        matchmaking,
        notices,
        programmes,
        register,
        reviews,
        screening,
    ),
    *(questions, screening, statistics, submissions, teams),
)
CASES: Final = {
    case: rows
    for feature in FEATURES
    for case, rows in feature.EXPECTED.items()
    if "any" not in rows and not any(word in f"{case} " for word in WITHOUT_CODES)
}


def code_of(world: World, name: str, key: Any) -> Any:
    """The code of what a key names; the key again where nothing is there or has a code."""
    if name not in TABLES or not isinstance(key, UUID):
        return key
    with reading(world.client.app.state.database) as session:  # type: ignore[attr-defined]  # -- it is a FastAPI
        row = session.get(TABLES[name], key)
        return row.code if row is not None else NOWHERE[name]


def coded(world: World, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: code_of(world, name, key) for name, key in names.items()}


def test_every_route_that_names_what_has_a_code_is_tried(world: World) -> None:
    with_codes = {
        operation
        for operation, (_, path) in world.operations.items()
        if names_in(path) & set(TABLES)
    }

    assert {case.partition(" ")[0] for case in CASES} == with_codes
    assert len(with_codes) >= 24


@pytest.mark.no_cover
@pytest.mark.parametrize("case", CASES)
def test_a_code_gets_everybody_the_answer_of_the_key(world: World, case: str) -> None:
    for kind in {*CASES[case]} - ({"own"} if case in ENDED else set()):
        for role in Role:
            keys = suited(case, world, role, kind)
            codes = coded(world, keys)

            assert told(world, case, role, codes) == told(world, case, role, keys), (role, kind)


@pytest.mark.no_cover
@pytest.mark.parametrize("case", [case for case, rows in CASES.items() if "hidden" in rows])
def test_the_code_of_what_is_hidden_looks_like_that_of_nothing(world: World, case: str) -> None:
    """In status, body, and in what the database is asked; the code itself apart."""
    for role in Role:
        hidden = coded(world, world.hidden)
        shown = [
            (told(world, case, role, names), world.ask(role, case, names).extensions)
            for names in (world.other | hidden, world.other | NOWHERE)
        ]

        if shown[0][0][0] not in {200, 409, 412}:  # staff see the drafts of calls
            assert shown[0] == shown[1], role


@pytest.mark.parametrize(
    "kind",
    [
        "calls",
        "challenges",
        "solutions",
        "decisions",
        "notices",
        "practices",
        "match-runs",
        "matches",
        "programmes",
    ],
)
def test_every_list_of_what_has_a_code_is_filtered_by_it_and_by_that_of_the_programme(
    world: World, kind: str
) -> None:
    lead = {"Authorization": f"Bearer {world.secrets[Role.LEAD]}"}

    def listed(query: str = "") -> list[str]:
        answer = world.client.get(f"/api/v1/{kind}?{query}", headers=lead)
        return [item["code"] for item in answer.json()["items"]]

    one = listed()[0]
    assert listed(f"code={one}") == listed(f"code={one.swapcase()}&code=none") == [one]
    assert listed("code=none") == []
    if kind in {"programmes", "practices"}:
        return
    programme = world.other["programme_id"]
    code = code_of(world, "programme_id", programme)
    by_key = listed(f"programme={programme}")
    assert by_key
    assert by_key == listed(f"programme={code}") == listed(f"programme={code.upper()}")
    assert listed("programme=none") == []


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.AUDITOR, Role.ADMIN])
def test_the_record_is_filtered_by_the_code_of_a_subject_as_by_its_key(
    world: World, role: Role, name: str
) -> None:
    with transaction(world.client.app.state.database) as session:  # type: ignore[attr-defined]  # -- it is a FastAPI
        row = session.get_one(TABLES[name], world.other[name])
        key, code = str(row.id), row.code
        audit.record(session, None, "touch", "call", row.id)

    def numbers(*subjects: str) -> list[int]:
        answer = world.client.get(
            "/api/v1/audit",
            params={"subject": subjects},
            headers={"Authorization": f"Bearer {world.secrets[role]}"},
        )
        return [item["number"] for item in answer.json()["items"]]

    assert numbers(key)
    assert numbers(code) == numbers(code.swapcase()) == numbers(key, "none") == numbers(key)
    assert numbers("none") == []


def told(
    world: World, case: str, role: Role, names: Mapping[str, Any]
) -> tuple[int, dict[str, Any] | str]:
    """What is told to somebody, without the names that they gave."""
    answer = world.ask(role, case, names)
    method, path = world.operations[case.partition(" ")[0]]
    if "json" not in answer.headers["content-type"]:
        return answer.status_code, sha256(answer.content).hexdigest()
    if answer.status_code == 200:
        whole: dict[str, Any] = answer.json()
        if case.startswith(MADE):  # what is made has another key each time
            return 200, {"title": whole.get("title")}
        return 200, whole if method == "get" else {"id": whole.get("id")}
    text = answer.text
    for name in names_in(path):
        for written in (names[name], code_of(world, name, names[name])):
            text = text.replace(str(written), f"<{name}>")
    return answer.status_code, text
