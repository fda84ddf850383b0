"""Who gets what answer from every route, about things of their own, of others, hidden, absent.

The rows stand beside the tests of each feature (`access_matrix.py`). The routes come from
the description of the interface: a new one without a row fails. One database serves all of
it; whatever would change something is only tried (`dry_run`), or names a state that is not
the current one (412 says that everything else was granted).
"""

from typing import Any
from uuid import uuid4

import pytest

from app.access.policy import Role
from tests.access_matrix import Matrix
from tests.accounts import access_matrix as accounts
from tests.advice import access_matrix as advice
from tests.attachments import access_matrix as attachments
from tests.conversations import access_matrix as conversations
from tests.decisions import access_matrix as decisions
from tests.duplicates import access_matrix as duplicates
from tests.enquiries import access_matrix as enquiries
from tests.gaps import access_matrix as gaps
from tests.insights import access_matrix as insights
from tests.interests import access_matrix as interests
from tests.matches import access_matrix as matches
from tests.matchmaking import access_matrix as matchmaking
from tests.notices import access_matrix as notices
from tests.notifications import access_matrix as notifications
from tests.operations import access_matrix as operations
from tests.organisations import access_matrix as organisations
from tests.programmes import access_matrix as programmes
from tests.questions import access_matrix as questions
from tests.register import access_matrix as register
from tests.reviews import access_matrix as reviews
from tests.screening import access_matrix as screening
from tests.statistics import access_matrix as statistics
from tests.submissions import access_matrix as submissions
from tests.teams import access_matrix as teams
from tests.themes import access_matrix as themes
from tests.webhooks import access_matrix as webhooks
from tests.world import World, names_in

FEATURES = (
    accounts,
    advice,
    attachments,
    conversations,
    decisions,
    duplicates,
    enquiries,
    gaps,
    insights,
    interests,
    statistics,
    matches,
    matchmaking,
    notices,
    notifications,
    operations,
    organisations,
    programmes,
    questions,
    register,
    reviews,
    screening,
    submissions,
    teams,
    themes,
    webhooks,
)
EXPECTED: Matrix = {
    case: rows for feature in FEATURES for case, rows in feature.EXPECTED.items()
}


# --- the matrix --------------------------------------------------------------------------


def test_every_operation_has_its_row_and_there_is_no_other(world: World) -> None:
    assert sum(len(feature.EXPECTED) for feature in FEATURES) == len(EXPECTED)
    assert {case.partition(" ")[0] for case in EXPECTED} == set(world.operations)


@pytest.mark.no_cover
@pytest.mark.parametrize("case", EXPECTED)
def test_each_role_gets_what_the_table_says(world: World, case: str) -> None:
    kinds = EXPECTED[case]

    found = {
        kind: {
            role: world.ask(role, case, suited(case, world, role, kind)).status_code
            for role in Role
        }
        for kind in kinds
    }

    assert found == kinds


def suited(case: str, world: World, role: Role, kind: str) -> dict[str, Any]:
    """Return names of things; a pair of a run is one that it lists, a call fits the case."""
    names = world.named(role, kind)
    if case in {"read_gaps", "invite_to_call"} and kind == "other":
        names |= {"call_id": names["watched_id"]}
    if case == "read_suggestion" and kind == "other":
        listed = world.ask(Role.STAFF, "list_suggestions", names).json()["items"][0]
        names |= {f"{side}_id": listed[side]["id"] for side in ("challenge", "solution")}
    return names


@pytest.mark.parametrize("case", [c for c, rows in EXPECTED.items() if "hidden" in rows])
def test_what_is_hidden_looks_like_what_is_absent(world: World, case: str) -> None:
    """In status, body, headers and work; the address apart, which they gave themselves.

    What the database is asked tells how long an answer takes, and unlike a clock it does
    not depend on the machine.
    """
    for role in Role:
        names = names_in(world.operations[case.partition(" ")[0]][1])
        shown = []
        for kind in ("hidden", "absent"):
            named = world.named(role, kind)
            answer = world.ask(role, case, named)
            text = answer.text
            for name in names:
                text = text.replace(str(named[name]), f"<{name}>")
            headers = dict(answer.headers) | {"x-request-id": "", "content-length": ""}
            work = answer.extensions["statements"]
            shown.append((answer.status_code, text, headers, work))

        if shown[0][0] not in {200, 409, 412}:  # staff see the drafts of calls
            assert shown[0] == shown[1], role


@pytest.mark.parametrize("case", EXPECTED)
def test_nobody_gets_in_without_a_token_that_holds(world: World, case: str) -> None:
    world.secrets["somebody"] = "cpt_nobody-has-this"

    for who in ("anonymous", "somebody"):
        answer = world.ask(who, case, world.other | {"solution_id": uuid4()})

        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert "etag" not in answer.headers


LISTS = {
    "list_organisations": ("read_organisation", "organisation_id"),
    "list_programmes": ("read_programme", "programme_id"),
    "list_calls": ("read_call", "call_id"),
    "list_challenges": ("read_challenge", "challenge_id"),
    "list_solutions": ("read_solution", "solution_id"),
    "list_decisions": ("read_decision", "decision_id"),
    "list_notices": ("read_notice", "notice_id"),
    "list_practices": ("read_practice", "practice_id"),
    "list_releases": ("read_release", "release_id"),
    "list_runs": ("read_run", "run_id"),
}


@pytest.mark.parametrize("listing", LISTS)
def test_what_a_list_shows_can_be_read_one_by_one_and_nothing_else(
    world: World, listing: str
) -> None:
    """Hypha enforced its scope in the detail view only; here both ask the same question."""
    reading, name = LISTS[listing]
    everything = {
        item["id"]
        for role in Role
        for item in world.ask(role, listing, world.other).json().get("items", [])
    }
    some = sorted(everything)[:7]
    assert some

    for role in Role:
        items = world.ask(role, listing, world.other).json().get("items", [])
        readable = {
            number
            for number in some
            if world.ask(role, reading, {name: number}).status_code == 200
        }

        assert {item["id"] for item in items} & {*some} == readable, role


def test_a_team_sees_its_own_matches_only(world: World) -> None:
    """A member whose challenge was matched sees that match, and staff see all of them."""
    seen = {
        role: {m["id"] for m in world.ask(role, "list_matches", {}).json()["items"]}
        for role in (Role.MEMBER, Role.STAFF)
    }

    # one that is offered, and one with a room
    names = ("match_id", "conversation_id")
    of_teams = {str(world.own[role][name]) for role in Role for name in names}
    assert seen == {
        Role.MEMBER: {str(world.own[Role.MEMBER][name]) for name in names},
        Role.STAFF: of_teams | {str(world.other[name]) for name in names},
    }


def test_the_tries_have_changed_nothing(world: World) -> None:
    states = {
        item["state"] for item in world.ask(Role.MEMBER, "list_challenges", {}).json()["items"]
    }
    notices = {
        item["state"] for item in world.ask(Role.MEMBER, "list_notices", {}).json()["items"]
    }
    runs = world.ask(Role.STAFF, "list_runs", {}).json()["items"]

    # that of an exclusion, that of a notice, that of a decision
    assert states == {"draft", "submitted", "selected", "eligible"}
    assert notices == {"draft"}
    assert len(runs) == 1
