"""Who gets what answer from the pages: nobody known, a token that is good for nothing, people.

A row names the statuses for a stranger, for the holder of a token without scopes, and for
somebody who is signed in. 303 leads on: a stranger to where one signs in.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """The statuses of one page."""

    stranger: int
    narrow: int
    person: int


def everybody(status: int) -> Row:
    """Return the row of a page that is the same to all."""
    return Row(status, status, status)


EXPECTED: Mapping[str, Row] = {
    # on the way in and out
    "home": everybody(307),
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
    "show_confirm": Row(303, 303, 200),
    "confirm": Row(401, 401, 422),
    "show_profile": Row(303, 200, 200),
    "change_preferences": Row(401, 401, 303),
    "show_password": Row(303, 200, 200),
    "change_password": Row(401, 422, 422),
    "show_sessions": Row(303, 303, 200),
    "sign_others_out": Row(401, 403, 303),
    "sign_one_out": Row(401, 403, 404),
    "show_tokens": Row(303, 303, 200),
    "make_token": Row(401, 403, 422),
    "revoke_token": Row(401, 403, 404),
}
