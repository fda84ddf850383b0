"""Faults in the register of practices: what of it is public, and who has a say in it."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/register/lifecycle.py"
SERVICE: Final = "app/register/service.py"
QUERIES: Final = "app/register/queries.py"
STATES: Final = "tests/register/test_lifecycle.py::"
OFFERING: Final = "tests/register/test_offering.py::"
OPEN: Final = "tests/register/test_open_register.py::"

FAULTS: Final = (
    Fault(
        "staff read the drafts of practices",
        QUERIES,
        "col(Practice.state).not_in(PRIVATE)",
        "col(Practice.id).is_not(None)",
        (f"{OFFERING}test_a_draft_is_its_teams_alone_and_staff_read_what_is_offered",),
    ),
    Fault(
        "staff read the new text of a listed practice while its team writes it",
        QUERIES,
        "if row.state in PRIVATE and row.organisation_id not in own",
        "if False",
        (f"{OFFERING}test_staff_read_no_draft_in_a_list_or_a_table_either",),
    ),
    Fault(
        "anyone who sees a practice moves it along",
        SERVICE,
        "    policy.require(actor, step.action, practice.organisation_id)\n",
        "",
        (f"{OFFERING}test_nobody_of_another_team_writes_or_moves_it_and_staff_do_not_write",),
    ),
    Fault(
        "a team offers in the name of another one",
        SERVICE,
        "    policy.require(actor, Action.PRACTICE_WRITE, owner_id)\n    return owner_id\n",
        "    return owner_id\n",
        (f"{OFFERING}test_nobody_offers_in_the_name_of_another_organisation",),
    ),
    Fault(
        "who works for the incubator lists what their own organisation offers",
        SERVICE,
        "        is_own=practice.organisation_id in own,\n",
        "        is_own=False,\n",
        (
            f"{OFFERING}test_somebody_of_the_staff_decides_about_nothing_of_their_own_organisation",
        ),
    ),
    Fault(
        "a token for the register alone hides whose member its person is",
        SERVICE,
        "    own = actor.roles.get(Role.MEMBER, frozenset())\n",
        "    own = policy.own_reach(actor, Action.PRACTICE_WRITE)\n",
        (f"{OFFERING}test_a_narrow_token_does_not_hide_whose_member_its_person_is",),
    ),
    Fault(
        "what is withdrawn stays in the register",
        SERVICE,
        "        _take_off(session, practice)\n",
        "",
        (f"{OFFERING}test_what_is_withdrawn_or_removed_is_gone_from_the_register",),
    ),
    Fault(
        "an offer replaces what is listed before staff agree",
        SERVICE,
        '        practice.offered_at = at\n        practice.message = ""\n',
        '        practice.offered_at = at\n        practice.message = ""\n'
        "        if practice.listed_at is not None:\n"
        "            publish(session, practice)\n",
        (f"{OFFERING}test_a_new_text_takes_the_place_of_what_is_listed_once_staff_agree",),
    ),
    Fault(
        "a practice is offered with gaps",
        LIFE,
        "        Action.PRACTICE_WRITE,\n        missing=_incomplete,\n",
        "        Action.PRACTICE_WRITE,\n",
        (f"{STATES}test_what_is_offered_is_whole",),
    ),
    Fault(
        "anybody enters practices of others",
        SERVICE,
        "    policy.require(actor, Action.PRACTICE_CURATE)\n    known",
        "    known",
        (f"{OPEN}test_an_entry_is_made_once_and_by_who_looks_after_the_register",),
    ),
    Fault(
        "a team begins as many practices as it likes",
        SERVICE,
        '    if next_number(session, f"practices {owner_id}") > MOST_PRACTICES:\n',
        '    if next_number(session, f"practices {owner_id}") < 0:\n',
        (f"{OFFERING}test_an_organisation_begins_a_bounded_number",),
    ),
    Fault(
        "a practice that staff have not listed becomes a solution",
        SERVICE,
        "    if practice.state is not PracticeState.LISTED:\n",
        "    if False:\n",
        (f"{OFFERING}test_a_listed_practice_becomes_a_draft_of_a_solution",),
    ),
)
