"""Who may do what: the whole table, spelt out once more by hand."""

from itertools import product
from uuid import uuid4

import pytest

from app.access import policy
from app.access.descriptions import DESCRIPTIONS
from app.access.policy import GRANTS, GUARDED, OPERATOR, Action, Actor, May, Reach, Role
from app.core.base.errors import NotPermitted

STAFF = {
    "organisation:read",
    "programme:write",
    "call:write",
    "call:extend",
    "submission:read",
    "submission:screen",
    "exclusion:read",
    "exclusion:approve",
    "submission:import",
    "submission:enter",
    "decision:read",
    "decision:write",
    "review:read",
    "review:assign",
    "conflict:resolve",
    "advice:read",
    "advice:ask",
    "notice:read",
    "notice:write",
    "enquiry:read",
    "enquiry:manage",
    "practice:read",
    "practice:curate",
    "interest:read",
    "interest:ask",
    "gap:read",
    "gap:invite",
    "run:read",
    "run:start",
    "verdict:write",
    "match:read",
    "match:write",
    "conversation:visit",
    "job:read",
    "organisation:write",
    "outbox:read",
    "audit:read",
    "notes:read",
    "team:invite",
    "webhook:programme",
}
AUDIT = {"audit:read", "audit:read-all"}
ANY = {
    "member": set(),
    "reviewer": set(),
    "advisor": {"run:read"},
    "staff": STAFF,
    "lead": STAFF
    | {"call:publish", "decision:approve", "decision:release"}
    | {"notice:publish", "notice:withdraw", "match:offer", "user:read", "weight:adopt"},
    "auditor": {
        "organisation:read",
        "submission:read",
        "gap:read",
        "run:read",
        "match:read",
        "job:read",
    }
    | {"notes:read", "decision:read", "notice:read", "review:read", "advice:read"}
    | {"enquiry:read", "practice:read"}
    | {"exclusion:read", "interest:read"}
    | AUDIT,
    "admin": {
        "organisation:read",
        "organisation:write",
        "user:read",
        "user:write",
        "team:invite",
        "webhook:programme",
        "token:write",
        "outbox:read",
        "reason:erase",
        *AUDIT,
    },
}
OWN = {
    "member": {
        "organisation:read",
        "draft:read",
        "draft:write",
        "draft:comment",
        "draft:share",
        "submission:submit",
        "submission:withdraw",
        "submission:answer",
        "submission:appeal",
        "submission:read",
        "notice:read",
        "notice:approve",
        "notice:withdraw",
        "enquiry:read",
        "enquiry:answer",
        "practice:read",
        "practice:write",
        "interest:read",
        "interest:write",
        "match:read",
        "match:answer",
        "conversation:read",
        "conversation:write",
        "webhook:team",
        "user:read",
    },
    "reviewer": {"organisation:read"},
    "advisor": {"organisation:read"},
}
ASSIGNED = {
    "member": {"enquiry:ask"},
    "reviewer": {"review:read", "review:write", "enquiry:ask"},
    "advisor": {"advice:read", "advice:write", "enquiry:ask"},
}
SHARED = {
    "read": {"draft:read", "submission:read"},
    "comment": {"draft:read", "submission:read", "draft:comment"},
    "write": {"draft:read", "submission:read", "draft:comment", "draft:write"},
    "enter": set[str](),  # for staff alone
}
EVERYBODY = {"session:own", "token:own", "webhook:own"}


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    role: Role, action: Action
) -> None:
    own, other = uuid4(), uuid4()
    actor = Actor(uuid4(), {role: frozenset({own})})
    to_any, to_own = action in ANY[role], action in OWN.get(role, set()) | EVERYBODY

    assert policy.allows(actor, action, own) is (to_any or to_own)
    assert policy.allows(actor, action, other) is to_any
    assert policy.allows(actor, action) is to_any


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_what_is_assigned_to_somebody_is_theirs_alone_by_an_assigned_grant(
    role: Role, action: Action
) -> None:
    actor = Actor(uuid4(), {role: frozenset({uuid4()})})
    narrow = Actor(actor.user_id, actor.roles, frozenset())
    nobody = Actor(None, actor.roles)
    to_any, to_own = action in ANY[role], action in ASSIGNED.get(role, set())

    assert policy.allows(actor, action, assignee_id=actor.user_id) is (to_any or to_own)
    assert policy.allows(actor, action, assignee_id=uuid4()) is to_any
    assert policy.allows(nobody, action, assignee_id=None) is to_any
    assert not policy.allows(narrow, action, assignee_id=actor.user_id)
    assert policy.assigned_reach(actor, action) == (actor.user_id if to_own else None)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("may", May)
def test_staff_reach_of_what_is_shared_only_what_they_enter_for_a_team(
    may: May, action: Action
) -> None:
    given, other = uuid4(), uuid4()
    actor = Actor(uuid4(), {Role.STAFF: frozenset({uuid4()})}, shared={may: frozenset({given})})
    entered = may is May.ENTER and action in {Action.DRAFT_READ, Action.DRAFT_WRITE}

    assert policy.allows(actor, action, shared_id=given) is (
        entered or action in ANY[Role.STAFF]
    )
    assert policy.allows(actor, action, shared_id=other) is (action in ANY[Role.STAFF])


@pytest.mark.parametrize(("may", "action"), list(product(May, Action)))
def test_a_collaborator_may_do_what_the_table_says_with_one_submission(
    may: May, action: Action
) -> None:
    given, other, owner = uuid4(), uuid4(), uuid4()
    actor = Actor(uuid4(), shared={may: frozenset({given})})
    narrow = Actor(uuid4(), scopes=frozenset(), shared=actor.shared)
    expected = action in SHARED[may] | (EVERYBODY if may is not May.ENTER else set())

    assert policy.allows(actor, action, owner, shared_id=given) is expected
    assert policy.allows_somewhere(actor, action) is expected
    assert not policy.allows(actor, action, owner, shared_id=other)
    assert not policy.allows(actor, action, owner)
    assert not policy.allows(narrow, action, owner, shared_id=given)


@pytest.mark.parametrize("role", Role)
def test_who_works_for_the_incubator_is_no_collaborator(role: Role) -> None:
    given = uuid4()
    roles = {role: frozenset({uuid4()})}
    actor = Actor(uuid4(), roles, shared={May.WRITE: frozenset({given})})

    writes = policy.allows(actor, Action.DRAFT_WRITE, uuid4(), shared_id=given)

    assert writes is (role not in GUARDED)


def test_what_is_shared_counts_among_what_decides_about_permission() -> None:
    given = uuid4()
    actor = Actor(uuid4())
    reader = Actor(actor.user_id, shared={May.READ: frozenset({given})})
    writer = Actor(actor.user_id, shared={May.WRITE: frozenset({given})})

    assert len({one.permissions for one in (actor, reader, writer)}) == 3


def test_every_role_and_every_action_stands_in_the_table() -> None:
    assert set(GRANTS) == set(Role)
    assert {action for grants in GRANTS.values() for action in grants} == set(Action)


def test_two_roles_add_up() -> None:
    own = uuid4()
    actor = Actor(uuid4(), {Role.MEMBER: frozenset({own}), Role.AUDITOR: frozenset({uuid4()})})

    assert policy.allows(actor, Action.DRAFT_WRITE, own)
    assert policy.allows(actor, Action.SUBMISSION_READ, uuid4())
    assert not policy.allows(actor, Action.DRAFT_READ, uuid4())


def test_a_role_reaches_the_organisations_in_which_it_is_held_and_no_others() -> None:
    team, board = uuid4(), uuid4()
    roles = {Role.MEMBER: frozenset({team}), Role.REVIEWER: frozenset({board})}
    actor = Actor(uuid4(), roles)

    assert policy.own_reach(actor, Action.DRAFT_READ) == {team}
    assert policy.own_reach(actor, Action.ORGANISATION_READ) == {team, board}
    assert not policy.allows(actor, Action.DRAFT_WRITE, board)


def test_nobody_reaches_what_belongs_to_nobody_by_an_own_grant() -> None:
    actor = Actor(uuid4(), {Role.MEMBER: frozenset()})

    assert not policy.allows(actor, Action.SUBMISSION_READ, None)


def test_a_refusal_names_the_roles_and_the_action() -> None:
    actor = Actor(uuid4(), {Role.REVIEWER: frozenset(), Role.ADVISOR: frozenset()})

    with pytest.raises(NotPermitted) as refusal:
        policy.require(actor, Action.RUN_START)

    assert (
        refusal.value.detail == "Your roles (advisor, reviewer) do not include run:start here."
    )


def test_somebody_without_a_role_may_do_nothing() -> None:
    nobody = Actor(uuid4())

    assert not any(policy.allows(nobody, action, uuid4()) for action in Action)
    with pytest.raises(NotPermitted, match=r"Your roles \(none\)"):
        policy.require_somewhere(nobody, Action.MATCH_READ)


def test_the_operator_writes_for_no_team() -> None:
    own = {action for action in Action if policy.allows(OPERATOR, action)}

    assert set(Action) - own == {
        Action.DRAFT_READ,
        Action.DRAFT_WRITE,
        Action.DRAFT_COMMENT,
        Action.DRAFT_SHARE,
        Action.SUBMISSION_SUBMIT,
        Action.SUBMISSION_WITHDRAW,
        Action.SUBMISSION_ANSWER,
        Action.SUBMISSION_APPEAL,
        Action.NOTICE_APPROVE,
        Action.ENQUIRY_ASK,
        Action.ENQUIRY_ANSWER,
        Action.PRACTICE_WRITE,
        Action.INTEREST_WRITE,
        Action.MATCH_ANSWER,
        Action.CONVERSATION_READ,
        Action.CONVERSATION_WRITE,
        Action.REVIEW_WRITE,
        Action.ADVICE_WRITE,
        Action.SESSION_OWN,
        Action.TOKEN_OWN,
        Action.WEBHOOK_OWN,
        Action.WEBHOOK_TEAM,
    }


def test_reach_has_two_kinds() -> None:
    assert {reach for grants in GRANTS.values() for reach in grants.values()} == set(Reach)


def test_a_scope_takes_away_and_never_adds() -> None:
    own = uuid4()
    roles = {Role.MEMBER: frozenset({own}), Role.AUDITOR: frozenset({own})}
    actor = Actor(uuid4(), roles, frozenset({Action.DRAFT_READ, Action.RUN_START}))

    assert policy.allows(actor, Action.DRAFT_READ, own)
    assert not policy.allows(actor, Action.DRAFT_WRITE, own)
    assert not policy.allows(actor, Action.RUN_READ)
    assert not policy.allows(actor, Action.RUN_START)
    with pytest.raises(NotPermitted, match="Your token does not include draft:write"):
        policy.require(actor, Action.DRAFT_WRITE, own)
    with pytest.raises(NotPermitted, match=r"Your roles \(auditor, member\) do not"):
        policy.require(actor, Action.RUN_START)


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_a_token_without_scopes_reaches_nothing(role: Role, action: Action) -> None:
    own = uuid4()
    actor = Actor(uuid4(), {role: frozenset({own})}, frozenset())

    assert not policy.allows(actor, action, own)
    assert not policy.has_any_reach(actor, action)
    assert policy.own_reach(actor, action) == frozenset()


def test_every_permission_is_said_in_words_of_its_own() -> None:
    assert set(DESCRIPTIONS) == set(Action)
    assert len(set(DESCRIPTIONS.values())) == len(Action)
