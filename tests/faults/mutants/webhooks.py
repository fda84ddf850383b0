"""Faults in webhooks: what leads inside, what is told too early or to whom it must not be."""

from typing import Final

from tests.faults.mutants.planting import Fault

ADDRESSES: Final = "app/webhooks/addresses.py"
SENDING: Final = "app/webhooks/sending.py"
SIGNING: Final = "app/webhooks/signing.py"
RIGHTS: Final = "app/webhooks/rights.py"
QUERIES: Final = "app/webhooks/queries.py"
HAVING: Final = "app/webhooks/service/having.py"
SPREADING: Final = "app/webhooks/service/spreading.py"
DELIVERING: Final = "app/webhooks/service/delivering.py"
DECISIONS: Final = "app/decisions/service/steps.py"
WHERE: Final = "tests/webhooks/test_addresses.py::"
SENT: Final = "tests/webhooks/test_sending.py::"
SIGNED: Final = "tests/webhooks/test_signing.py::"
HAD: Final = "tests/webhooks/test_having.py::"
DELIVERED: Final = "tests/webhooks/test_delivering.py::"
HELD: Final = "tests/webhooks/test_before_release.py::"

FAULTS: Final = (
    # --- where it goes ---
    Fault(
        "what a name resolves to is not checked",
        SENDING,
        "        raise _Inside\n    if not found:",
        "        pass\n    if not found:",
        (f"{SENT}test_this_machine_is_not_reached_where_no_setting_says_so",),
    ),
    Fault(
        "one public address is enough for a name that leads inside as well",
        SENDING,
        "    if not all(is_outside(one, loopback=loopback) for one in found) or (",
        "    if not any(is_outside(one, loopback=loopback) for one in found) or (",
        (f"{SENT}test_one_address_inside_refuses_all_that_a_name_resolves_to",),
    ),
    Fault(
        "the connection is made to the name, which is resolved anew",
        SENDING,
        "                _numeric(target, address),\n",
        "                _numeric(target, target.host),\n",
        (f"{SENT}test_the_connection_goes_to_the_address_that_was_checked_and_names_the_host",),
    ),
    Fault(
        "a redirect is followed",
        SENDING,
        "        follow_redirects=False,\n",
        "        follow_redirects=True,\n",
        (f"{SENT}test_a_redirect_is_not_followed",),
    ),
    Fault(
        "a proxy of the environment is used",
        SENDING,
        "        trust_env=False,\n",
        "        trust_env=True,\n",
        (f"{SENT}test_no_proxy_of_the_environment_is_used",),
    ),
    Fault(
        "an address of IPv6 that holds one of IPv4 is taken",
        ADDRESSES,
        "        and not any(number in network for network in _INSIDE_6)\n",
        "",
        (f"{WHERE}test_an_address_inside_a_network_is_none_to_go_to",),
    ),
    Fault(
        "a number in another spelling is taken for a name",
        ADDRESSES,
        "    if not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):\n",
        "    if not all(map(_LABEL.fullmatch, labels)):\n",
        (f"{WHERE}test_an_address_that_is_not_plain_or_not_public_is_refused",),
    ),
    Fault(
        "a user may stand in an address",
        ADDRESSES,
        '    if "@" in parts.netloc:\n',
        '    if "@@" in parts.netloc:\n',
        (f"{WHERE}test_an_address_that_is_not_plain_or_not_public_is_refused",),
    ),
    # --- what it says, and how ---
    Fault(
        "the time is not signed",
        SIGNING,
        '    signed = f"{event_id}.{timestamp}.".encode() + body\n',
        '    signed = f"{event_id}.".encode() + body\n',
        (f"{SIGNED}test_a_signature_is_the_one_that_other_programs_of_the_convention_make",),
    ),
    Fault(
        "what no secret signs is sent",
        DELIVERING,
        "    if not keys:\n        return DeliveryProblem.NO_KEY\n",
        "",
        (f"{DELIVERED}test_nothing_is_sent_without_a_signature",),
    ),
    Fault(
        "an old secret signs for ever",
        DELIVERING,
        "webhook.before_until and webhook.before_until > now()",
        "webhook.before_until",
        (f"{DELIVERED}test_each_secret_signs_until_the_old_one_ends",),
    ),
    Fault(
        "a secret is stored as it is",
        HAVING,
        "        sealed=Keyring(settings.keys).encrypt(secret),\n",
        "        sealed=secret,\n",
        (f"{HAD}test_the_secret_is_in_one_answer_and_is_kept_encrypted",),
    ),
    # --- to whom ---
    Fault(
        "permission is not asked at delivery",
        DELIVERING,
        "    if not _is_told(actor, webhook, event):\n",
        "    if actor is None:\n",
        (f"{DELIVERED}test_who_has_lost_the_right_is_told_nothing_more",),
    ),
    Fault(
        "who has left is told on",
        RIGHTS,
        "    if user is None or user.state is not UserState.ACTIVE:\n",
        "    if user is None:\n",
        (f"{DELIVERED}test_who_has_lost_the_right_is_told_nothing_more",),
    ),
    Fault(
        "a webhook goes on when all access of its owner has ended",
        RIGHTS,
        "webhook.told_from <= user.access_ended_at",
        "webhook.told_from > user.access_ended_at",
        (f"{DELIVERED}test_a_webhook_ends_with_all_access_of_its_owner_and_says_so",),
    ),
    Fault(
        "a colleague reads the secret in the address of a webhook",
        QUERIES,
        "    if rights.is_own(actor, webhook):\n",
        "    if webhook.id:\n",
        (f"{HAD}test_a_colleague_reads_and_ends_a_webhook_and_changes_nothing_of_it",),
    ),
    Fault(
        "who has much waiting keeps everybody else waiting",
        DELIVERING,
        "key=lambda owner_id: self._served.get(owner_id, 0)",
        "key=lambda owner_id: 0",
        (f"{DELIVERED}test_owners_take_turns_however_much_one_of_them_has_waiting",),
    ),
    Fault(
        "a webhook outlives the token that has made it",
        RIGHTS,
        "    if token is None or token.revoked_at is not None or token.expires_at <= now():\n",
        "    if token is None:\n",
        (f"{DELIVERED}test_who_has_lost_the_right_is_told_nothing_more",),
    ),
    Fault(
        "a webhook is told more than its token reads",
        RIGHTS,
        "    return replace(actor, scopes=frozenset(a for a in Action if a in token.scopes))\n",
        "    return actor\n",
        (f"{DELIVERED}test_a_webhook_of_a_token_is_told_no_more_than_the_token_reads",),
    ),
    Fault(
        "events of other teams are told",
        RIGHTS,
        "            return event.organisation_id == webhook.organisation_id\n",
        "            return True\n",
        (
            f"{DELIVERED}test_an_event_goes_to_its_team_and_to_the_staff_of_its_programme_"
            "and_to_nobody_else",
        ),
    ),
    Fault(
        "anybody who reads a webhook leads it elsewhere",
        RIGHTS,
        "    if webhook.owner_id != actor.user_id:\n",
        "    if webhook.owner_id is None:\n",
        (f"{HAD}test_a_colleague_reads_and_ends_a_webhook_and_changes_nothing_of_it",),
    ),
    Fault(
        "kinds that one may not read can be chosen",
        HAVING,
        "    if beyond:\n",
        "    if beyond and not errors:\n        beyond = []\n    if beyond:\n",
        (f"{HAD}test_who_may_have_a_webhook_of_what",),
    ),
    Fault(
        "everybody reads the webhooks of programmes",
        QUERIES,
        "and_(true() if of_programmes else false(), col(Webhook.programme_id).is_not(None)),",
        "col(Webhook.programme_id).is_not(None),",
        (f"{HAD}test_a_list_holds_what_one_may_read_and_no_more",),
    ),
    # --- when ---
    Fault(
        "what is held until the release is told when it is approved",
        DECISIONS,
        "    decision.approved_by, decision.approved_at = _approval(actor, decision)\n",
        "    decision.approved_by, decision.approved_at = _approval(actor, decision)\n"
        "    from app.decisions.service import writing\n"
        "    writing.write(session, decision, submission)\n",
        (f"{HELD}test_a_decision_is_told_when_it_is_released_and_not_before",),
    ),
    Fault(
        "a paused webhook is told what happened meanwhile",
        SPREADING,
        "            and webhook.told_from <= event.occurred_at\n",
        "",
        (f"{DELIVERED}test_a_paused_webhook_is_told_nothing_of_what_happens_meanwhile",),
    ),
    Fault(
        "a slow receiver takes every place there is",
        DELIVERING,
        "        col(Webhook.owner_id).not_in(busy),\n",
        "",
        (f"{DELIVERED}test_of_one_owner_one_delivery_is_on_its_way_at_a_time",),
    ),
    Fault(
        "a receiver that fails is asked for ever",
        DELIVERING,
        "at - webhook.failing_since >= TRIED_FOR",
        "at - webhook.failing_since >= TRIED_FOR * 99",
        (
            f"{DELIVERED}test_a_week_of_failures_ends_a_webhook_and_its_owner_is_told_and_can_"
            "start_it_again",
        ),
    ),
    Fault(
        "what another worker has taken over is stored twice",
        DELIVERING,
        "    if delivery is None or delivery.claim != claimed.claim:\n",
        "    if delivery is None:\n",
        (f"{DELIVERED}test_a_worker_that_died_leaves_what_it_held_to_another_one",),
    ),
    Fault(
        "a webhook outlives all access of its owner",
        DELIVERING,
        "            col(Webhook.told_from) <= col(User.access_ended_at),\n",
        "            col(Webhook.told_from) < col(User.created_at),\n",
        (f"{DELIVERED}test_a_webhook_ends_with_all_access_of_its_owner_and_says_so",),
    ),
)
