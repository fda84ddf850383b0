"""Who gets what answer from the pages: nobody known, a token that is good for nothing, people.

A row names the statuses for a stranger, for the holder of a token without scopes, for somebody
of a team who is signed in, and for staff with a token. What the addresses name belongs to
others, or to nobody. 303 leads on: a stranger to where one signs in.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """The statuses of one page."""

    stranger: int
    narrow: int
    person: int
    staff: int


def everybody(status: int) -> Row:
    """Return the row of a page that is the same to all."""
    return Row(status, status, status, status)


EXPECTED: Mapping[str, Row] = {
    # on the way in and out
    "home": everybody(200),
    "choose_language": everybody(422),
    "show_sign_in": everybody(200),
    "sign_in": everybody(422),
    "show_second_factor": everybody(303),
    "pass_second_factor": everybody(422),
    "show_enrolment": everybody(303),
    "enrol": everybody(401),
    "show_consent": everybody(303),
    "consent": everybody(422),
    "sign_out": everybody(303),
    "show_invitation": everybody(404),
    "accept_invitation": everybody(422),
    "show_reset": everybody(200),
    "ask_for_reset": everybody(422),
    "set_new_password": everybody(422),
    "go_to_provider": everybody(403),
    "come_back": everybody(403),
    "show_provider_consent": everybody(403),
    "accept_with_provider": everybody(403),
    # of one's own: a program sees no page of a browser, and changes nothing
    "show_confirm": Row(303, 303, 200, 303),
    "confirm": Row(401, 401, 422, 401),
    "show_profile": Row(303, 200, 200, 200),
    "show_password": Row(303, 200, 200, 200),
    "change_password": Row(401, 422, 422, 422),
    "show_sessions": Row(303, 303, 200, 303),
    "sign_others_out": Row(401, 403, 303, 303),
    "sign_one_out": Row(401, 403, 404, 404),
    "show_letter_choices": Row(303, 303, 200, 303),
    "choose_letters": Row(401, 401, 303, 401),
    "show_tokens": Row(303, 303, 200, 303),
    "make_token": Row(401, 403, 422, 422),
    "revoke_token": Row(401, 403, 404, 404),
    "change_preferences": Row(401, 401, 303, 401),
    # for everybody
    "show_calls": everybody(200),
    "show_call": everybody(200),
    "show_catalogue": everybody(200),
    "show_published": everybody(404),
    "download_sheet": everybody(404),
    "show_how_it_ranks": everybody(200),
    "show_data": everybody(200),
    "show_accessibility": everybody(200),
    "show_contact": everybody(200),
    "enter_demonstration": everybody(404),
    "show_components": everybody(404),
    # of teams: what others have begun looks as if there were nothing
    "show_tasks": Row(303, 200, 200, 200),
    "show_submissions": Row(303, 403, 200, 403),
    "show_new": Row(303, 403, 200, 403),
    "begin": Row(401, 403, 422, 403),
    "show_topic": Row(303, 404, 404, 404),
    "save_topic": Row(401, 404, 404, 404),
    "show_submission": Row(303, 404, 404, 404),
    "show_check": Row(303, 404, 404, 404),
    "show_fitting": Row(303, 404, 404, 404),
    "show_receipt": Row(303, 404, 404, 404),
    "download_receipt": Row(303, 404, 404, 404),
    "show_step": Row(303, 404, 404, 404),
    "take_step": Row(401, 404, 404, 404),
    # of public notices before they are public
    # decisions: refused in the same words whether there is one or not
    "show_decisions": Row(303, 403, 403, 200),
    "show_call_decisions": Row(303, 403, 403, 200),
    "show_draft_many": Row(303, 403, 403, 303),
    "draft_many": Row(401, 403, 403, 422),
    "discard_many": Row(401, 403, 403, 422),
    "show_decision": Row(303, 403, 403, 404),
    "write_decision": Row(401, 403, 403, 404),
    "show_decision_step": Row(303, 404, 404, 404),
    "move_decision": Row(401, 404, 404, 404),
    "show_release": Row(303, 403, 403, 200),
    "release_call": Row(401, 403, 403, 403),
    "show_call_letters": Row(303, 403, 403, 200),
    "show_call_letter": Row(303, 403, 403, 404),
    "write_call_letter": Row(401, 403, 403, 404),
    "show_notices": Row(303, 403, 403, 200),
    "begin_notice": Row(401, 403, 403, 422),
    "show_notice_form": Row(303, 403, 403, 404),
    "write_notice": Row(401, 403, 403, 404),
    "show_notice": Row(303, 404, 404, 404),
    "show_notice_step": Row(303, 404, 404, 404),
    "move_notice": Row(401, 404, 404, 404),
    # of programmes
    "show_programmes": Row(303, 403, 403, 303),
    "show_programme": Row(303, 403, 403, 200),
    "show_challenges": Row(303, 403, 403, 200),
    "show_solutions": Row(303, 403, 403, 200),
    "show_similar": Row(303, 404, 404, 404),
    "show_side_by_side": Row(303, 404, 404, 404),
    "show_similar_pairs": Row(303, 403, 403, 200),
    "show_many": Row(303, 403, 403, 303),
    "take_many": Row(401, 403, 403, 422),
    "show_comparison": Row(303, 403, 403, 200),
    "show_board": Row(303, 404, 404, 200),
    "show_move": Row(303, 403, 403, 422),
    "keep_move": Row(401, 403, 403, 422),
    "undo_move": Row(401, 403, 403, 404),
    "show_what_if": Row(303, 404, 404, 200),
    "show_fairness": Row(303, 404, 404, 200),
    "show_fairness_chart": Row(303, 404, 404, 200),
    "show_regrets": Row(303, 404, 404, 200),
    "show_programme_map": Row(303, 403, 403, 200),
    "show_figures": Row(303, 404, 404, 200),
    "show_scores_chart": Row(303, 404, 404, 200),
    "show_standings_chart": Row(303, 404, 404, 200),
    "show_run_map": Row(303, 404, 404, 200),
    "show_runs": Row(303, 403, 403, 200),
    "start_run": Row(401, 403, 403, 409),
    "show_run": Row(303, 404, 404, 200),
    "take_run_step": Row(401, 403, 403, 409),
    "show_bench": Row(303, 404, 404, 200),
    "show_cost": Row(303, 404, 404, 404),
    "decide": Row(401, 403, 403, 422),
    "undo": Row(401, 403, 403, 404),
    # of calls and programmes: those who are not a lead read about a step, and take none
    "show_programme_calls": Row(303, 403, 403, 200),
    "draft_call": Row(401, 403, 403, 422),
    "show_new_call": Row(303, 403, 403, 200),
    "show_programme_call": Row(303, 403, 403, 200),
    "show_call_preview": Row(303, 403, 403, 200),
    "show_call_form": Row(303, 403, 403, 200),
    "change_call": Row(401, 403, 403, 403),
    "show_closing": Row(303, 403, 403, 200),
    "change_closing": Row(401, 403, 403, 403),
    "show_late_permits": Row(303, 403, 403, 200),
    "permit_late": Row(401, 403, 403, 422),
    "take_late_permit_back": Row(401, 403, 403, 404),
    "show_call_step": Row(303, 403, 403, 403),
    "take_call_step": Row(401, 403, 403, 403),
    "show_import": Row(303, 403, 403, 200),
    "look_through": Row(401, 403, 403, 422),
    "store_import": Row(401, 403, 403, 422),
    "show_new_programme": Row(303, 403, 403, 200),
    "begin_programme": Row(401, 403, 403, 422),
    "show_programme_form": Row(303, 403, 403, 200),
    "change_programme": Row(401, 403, 403, 412),
    # of people: staff know of teams and of those who wait to join one
    "show_own_organisation": Row(303, 403, 200, 403),
    "show_people": Row(303, 403, 403, 200),
    "show_users": Row(303, 403, 200, 403),
    "show_organisation": Row(303, 403, 403, 200),
    "show_new_organisation": Row(303, 403, 403, 200),
    "add_organisation": Row(401, 403, 403, 422),
    "show_invite": Row(303, 403, 403, 200),
    "invite": Row(401, 403, 403, 422),
    "invite_again": Row(401, 403, 403, 404),
    "show_user": Row(303, 404, 404, 404),
    "give_role": Row(401, 403, 403, 403),
    "take_role": Row(401, 403, 403, 403),
    "remove_authenticator": Row(401, 403, 403, 403),
    "end_sessions": Row(401, 403, 403, 403),
    "show_user_step": Row(303, 403, 403, 403),
    "take_user_step": Row(401, 403, 403, 403),
    "show_letters": Row(303, 403, 403, 200),
    "hand_letter_over": Row(401, 403, 403, 404),
    # of the record: its whole for auditors and administrators alone
    "show_audit": Row(303, 403, 403, 200),
    "show_verification": Row(303, 403, 403, 403),
}
