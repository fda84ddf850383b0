"""Faults in what becomes public of a challenge, and who has a say in it."""

from typing import Final

from tests.faults.mutants.planting import Fault

LIFE: Final = "app/notices/lifecycle.py"
SERVICE: Final = "app/notices/service.py"
QUERIES: Final = "app/notices/queries.py"
OFFERS: Final = "app/matchmaking/service/offers.py"
PAGES: Final = "tests/pages/test_catalogue_pages.py::"
MEETINGS: Final = "tests/matchmaking/test_offers.py::"
GRANTS: Final = "app/access/grants.py"
STATES: Final = "tests/notices/test_lifecycle.py::"
CURATING: Final = "tests/notices/test_curating.py::"
APPROVING: Final = "tests/notices/test_approving.py::"
MATRIX: Final = "tests/test_authorisation.py::test_each_role_gets_what_the_table_says"

FAULTS: Final = (
    Fault(
        "a notice is published that its team has not approved",
        LIFE,
        '        "Publish the notice",\n        frozenset({',
        '        "Publish the notice",\n        frozenset({NoticeState.PROPOSED, ',
        (f"{STATES}test_a_step_leads_where_the_table_says_and_nowhere_else",),
    ),
    Fault(
        "a notice is published of a challenge that is not selected",
        LIFE,
        "        Action.NOTICE_PUBLISH,\n        closed=_not_selected,\n",
        "        Action.NOTICE_PUBLISH,\n",
        (f"{STATES}test_nothing_moves_towards_the_public_while_the_challenge_is_not_selected",),
    ),
    Fault(
        "a team is asked about half a notice",
        LIFE,
        "        closed=_not_selected,\n        missing=_incomplete,\n",
        "        closed=_not_selected,\n",
        (f"{STATES}test_a_team_is_asked_about_what_is_whole_in_each_language",),
    ),
    Fault(
        "a notice is withdrawn without a reason",
        LIFE,
        "        Action.NOTICE_WITHDRAW,\n        missing=_unexplained,\n",
        "        Action.NOTICE_WITHDRAW,\n",
        (f"{STATES}test_the_other_side_is_told_why",),
    ),
    Fault(
        "staff approve in the name of the team",
        GRANTS,
        "    Action.NOTICE_WRITE: Reach.ANY,\n",
        "    Action.NOTICE_WRITE: Reach.ANY,\n    Action.NOTICE_APPROVE: Reach.ANY,\n",
        (f"{APPROVING}test_nobody_takes_the_part_of_another",),
    ),
    Fault(
        "anyone who sees a notice moves it along",
        SERVICE,
        "    policy.require(actor, step.action, notice.organisation_id)\n",
        "",
        (f"{APPROVING}test_nobody_takes_the_part_of_another",),
    ),
    Fault(
        "an approved text is rewritten",
        SERVICE,
        "if notice.state is not NoticeState.DRAFT:",
        "if notice.state is NoticeState.PUBLISHED:",
        (f"{CURATING}test_what_somebody_has_read_is_not_rewritten",),
    ),
    Fault(
        "a team approves what it has not read",
        SERVICE,
        "    expected.require(NoticeRead.model_validate(notice))\n    challenge = ",
        "    challenge = ",
        (f"{APPROVING}test_an_approval_is_given_to_what_was_read",),
    ),
    Fault(
        "the notice of another team is read before it is public",
        "app/notices/queries.py",
        "select(PublicNotice).where(named(PublicNotice, key), readable(actor))",
        "select(PublicNotice).where(named(PublicNotice, key))",
        (f"{MATRIX}[read_notice]",),
    ),
    Fault(
        "an organisation is named whose country is not",
        "app/notices/schemas.py",
        'if named and not info.data.get("names_country"):',
        "if named and not info.data:",
        (f"{CURATING}test_what_cannot_be_taken_is_refused_and_changes_nothing",),
    ),
    # --- what is public ---
    Fault(
        "what is approved is public",
        QUERIES,
        "return and_(col(PublicNotice.state) == NoticeState.PUBLISHED, selected)",
        "return and_(col(PublicNotice.state) != NoticeState.DRAFT, selected)",
        (f"{PAGES}test_what_is_not_published_is_nowhere",),
    ),
    Fault(
        "a withdrawn challenge stays public",
        QUERIES,
        "return and_(col(PublicNotice.state) == NoticeState.PUBLISHED, selected)",
        "return col(PublicNotice.state) == NoticeState.PUBLISHED",
        (f"{PAGES}test_a_challenge_that_is_no_longer_selected_is_not_shown",),
    ),
    Fault(
        "a team is named that did not agree",
        QUERIES,
        ".name if notice.names_organisation else None,",
        ".name if notice.names_country else None,",
        (f"{PAGES}test_a_team_is_named_as_far_as_it_agreed",),
    ),
    Fault(
        "a filter tells the country that is not named",
        QUERIES,
        "col(PublicNotice.names_country), col(PublicNotice.organisation_id).in_(there)",
        "col(PublicNotice.organisation_id).in_(there)",
        (f"{PAGES}test_the_catalogue_is_searched_by_words_theme_country_and_programme",),
    ),
    Fault(
        "the choice of countries tells one that is not named",
        QUERIES,
        "== NoticeState.PUBLISHED, col(PublicNotice.names_country)",
        "== NoticeState.PUBLISHED",
        (f"{PAGES}test_countries_to_choose_from_are_those_that_are_named",),
    ),
    # --- what a provider is told ---
    Fault(
        "staff read what a team alone is told",
        OFFERS,
        "    policy.require(actor, Action.DRAFT_READ, row.organisation_id, shared_id=row.id)\n",
        "",
        (f"{MEETINGS}test_only_the_team_is_told",),
    ),
    Fault(
        "what is missing tells the country that is not named",
        OFFERS,
        "[one.country] if one.country else []",
        '[one.country or "NO"]',
        (
            f"{MEETINGS}test_a_challenge_of_the_same_country_is_left_out_where_its_country_is_named",
        ),
    ),
    Fault(
        "text that was copied from a notice counts",
        "app/matchmaking/engine/offering.py",
        "        screening.pool,\n        text_weight",
        "        pool,\n        text_weight",
        (f"{MEETINGS}test_text_that_was_copied_from_a_notice_does_not_count",),
    ),
)
