"""Which entries the navigation has for whom, and which page lights which: one table."""

from collections.abc import Iterator
from typing import Final

from app.access.policy import Action, Actor
from app.core.base.messages import Message
from app.pages.entry_readers import (
    Entry,
    Link,
    Links,
    Row,
    every,
    everybody,
    of_programmes,
    own,
    own_alone,
    own_assigned,
    strangers,
)


def _pages(*names: str) -> frozenset[str]:
    return frozenset(names)


_CALLS: Final = _pages(
    *("show_programme_calls", "show_programme_call", "show_call_preview", "show_call_meter"),
    *("show_call_step", "take_call_step", "show_new_call", "draft_call"),
    *("show_call_form", "change_call", "show_closing", "change_closing"),
    *("show_builder", "show_question", "save_question", "move_question", "remove_question"),
    *("show_next_edition", "begin_edition"),
    *("show_rule", "save_rule", "remove_rule", "ask_for_support", "show_trial", "try_form"),
    *("show_form_step", "take_form_step"),
    *("show_late_permits", "permit_late", "take_late_permit_back"),
    *("show_entries", "begin_entry", "join_entry"),
    *("show_programme_form", "change_programme"),
    *("show_import", "look_through", "store_import"),
)
_PEOPLE: Final = _pages(
    *("show_people", "show_organisation", "show_new_organisation", "add_organisation"),
    *("show_invite", "invite", "invite_again", "show_user", "give_role", "take_role"),
    *("remove_authenticator", "end_sessions", "show_user_step", "take_user_step"),
)
_ASKED: Final = _pages("show_own_questions", "withdraw_question")
_asks: Final = own_assigned(Action.ENQUIRY_ASK)
_USERS: Final = _pages("show_users")
_LETTERS: Final = _pages("show_letters", "hand_letter_over")
_REVIEWING: Final = _pages(
    *("show_reviewing", "show_call_reviews", "show_rubric", "write_rubric", "show_ranking"),
    *("show_reviewers", "show_reviewer", "write_reviewer", "name_tie", "remove_tie"),
    *("show_review_plan", "store_plan", "show_conflicts", "look_for_conflicts"),
    *("show_conflict_step", "move_conflict"),
)
_SCREENING: Final = _pages(
    *("show_screening", "show_call_screening", "show_screening_of", "propose_not_eligible"),
    *("confirm_proposed_themes", "show_exclusion_step", "move_exclusion"),
)
_BOARD: Final = _pages(
    *("show_consultations", "write_advisor", "show_new_consultation", "put_before_board"),
    *("show_consultation_step", "move_consultation"),
)
_OF_A_PROGRAMME: Final = (
    _CALLS
    | _SCREENING
    | _REVIEWING
    | _BOARD
    | _pages(
        *("show_programme", "show_challenges", "show_solutions", "show_similar_pairs"),
        *("show_runs", "start_run", "show_run", "take_run_step"),
        *("show_bench", "decide", "undo", "show_cost", "ask_owner"),
        *("show_board", "show_move", "keep_move", "undo_move", "show_notices"),
        *("show_decisions", "show_call_decisions", "show_draft_many", "draft_many"),
        *("discard_many", "show_release", "release_call", "show_call_letters"),
        *("show_call_letter", "write_call_letter"),
        *("show_what_if", "show_comparison", "show_many", "take_many"),
        *("show_programme_map", "show_figures", "show_fairness", "show_regrets"),
        *("show_agreement", "adopt_weight", "drop_weight"),
        *("show_gaps", "show_call_invitation", "invite_team"),
        *("show_scores_chart", "show_standings_chart", "show_run_map", "show_fairness_chart"),
        *("show_coverage", "show_coverage_chart", "show_run_coverage", "show_peers"),
    )
)

ENTRIES: Final = (
    Entry(Message("Home"), "/", _pages("home"), strangers),
    Entry(Message("My tasks"), "/tasks", _pages("show_tasks")),
    Entry(
        Message("My submissions"),
        "/submissions",
        _pages(
            *("show_submissions", "show_new", "begin", "show_topic", "save_topic"),
            *("take_newest_form", "show_form_files", "look_at_form_file", "store_form_file"),
            *("show_check", "show_receipt", "download_receipt", "show_fitting", "add_file"),
            "move_entry",
            *("show_interests", "tell_interest_on_page", "undo_interest"),
            *("show_team", "name_for_team", "take_off_team", "show_team_comments"),
            *("say_in_team", "remove_comment", "move_thread", "ask_superior", "show_files"),
        ),
        own(Action.DRAFT_READ),
    ),
    Entry(
        Message("My matches"),
        "/matches",
        _pages(
            *("show_matches", "show_match", "show_match_step", "move_match"),
            *("show_conversation", "say_in_conversation", "show_meetings", "propose_times"),
            *("move_meeting", "download_meeting", "show_agreed", "agree_on_task"),
            *("move_agreed", "take_back_in_conversation", "read_in_conversation"),
            *("let_staff_in", "show_room_files", "add_file_to_room", "download_file_of_room"),
            "move_file_of_room",
        ),
        own_alone(Action.MATCH_ANSWER),
    ),
    Entry(
        Message("My reviews"),
        "/reviews",
        _pages("show_my_reviews"),
        own_assigned(Action.REVIEW_WRITE),
    ),
    Entry(
        Message("My advice"),
        "/advice",
        _pages("show_my_advice"),
        own_assigned(Action.ADVICE_WRITE),
    ),
    Entry(
        Message("Programmes"),
        "/programmes",
        _pages("show_programmes", "show_new_programme", "begin_programme") | _OF_A_PROGRAMME,
        of_programmes,
    ),
    Entry(
        Message("My organisation"),
        "/organisation",
        _pages("show_own_organisation"),
        own_alone(Action.USER_READ),
    ),
    Entry(
        Message("People"),
        "/people",
        _PEOPLE | _LETTERS | _pages("show_users"),
        every(Action.TEAM_INVITE),
    ),
    Entry(
        Message("Record"),
        "/audit",
        _pages("show_audit", "show_verification"),
        every(Action.AUDIT_READ),
    ),
    Entry(Message("Calls"), "/calls", _pages("show_calls", "show_call"), everybody),
    Entry(
        Message("Published challenges"),
        "/notices",
        _pages(
            *("show_catalogue", "show_published", "download_sheet", "show_card"),
            *("show_asking", "ask_on_page"),
        ),
        everybody,
    ),
    Entry(
        Message("Register of practices"),
        "/register",
        _pages(
            *("show_register", "show_listed", "show_practices", "show_new_practice"),
            *("make_practice", "show_practice", "show_practice_form", "write_practice"),
            *("show_practice_step", "move_practice", "begin_solution_from"),
        ),
        everybody,
    ),
    Entry(
        Message("How the ranking works"),
        "/how-the-ranking-works",
        _pages("show_how_it_ranks"),
        strangers,
    ),
    Entry(
        Message("Overview"),
        "/programmes/{programme}",
        _pages("show_programme", "show_programme_map", "show_many", "take_many"),
        of_programmes,
        Row.PROGRAMME,
    ),
    Entry(
        Message("Challenges"),
        "/programmes/{programme}/challenges",
        _pages("show_challenges"),
        every(Action.SUBMISSION_SCREEN),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Solutions"),
        "/programmes/{programme}/solutions",
        _pages("show_solutions"),
        every(Action.SUBMISSION_SCREEN),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Screening"),
        "/programmes/{programme}/screening",
        _SCREENING,
        every(Action.SUBMISSION_SCREEN),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Near-duplicates"),
        "/programmes/{programme}/similar",
        _pages("show_similar_pairs"),
        every(Action.SUBMISSION_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Reviews"),
        "/programmes/{programme}/reviews",
        _REVIEWING,
        every(Action.REVIEW_ASSIGN),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Advisory board"),
        "/programmes/{programme}/consultations",
        _BOARD,
        every(Action.ADVICE_ASK),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Decisions"),
        "/programmes/{programme}/decisions",
        _pages(
            *("show_decisions", "show_call_decisions", "show_draft_many", "draft_many"),
            *("discard_many", "show_release", "release_call", "show_call_letters"),
            *("show_call_letter", "write_call_letter"),
        ),
        every(Action.DECISION_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Gap watch"),
        "/programmes/{programme}/gaps",
        _pages("show_gaps", "show_call_invitation", "invite_team"),
        every(Action.GAP_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Public notices"),
        "/programmes/{programme}/notices",
        _pages("show_notices"),
        every(Action.NOTICE_WRITE),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Matchmaking"),
        "/programmes/{programme}/runs",
        _pages(
            *("show_runs", "start_run", "show_run", "take_run_step"),
            *("show_bench", "decide", "undo", "show_cost", "ask_owner"),
            *("show_board", "show_move", "keep_move", "undo_move"),
            *("show_what_if", "show_comparison"),
            *("show_figures", "show_scores_chart", "show_standings_chart", "show_run_map"),
            *("show_fairness", "show_fairness_chart", "show_regrets", "show_run_coverage"),
            *("show_agreement", "adopt_weight", "drop_weight"),
        ),
        every(Action.RUN_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Fairness and coverage"),
        "/programmes/{programme}/coverage",
        _pages("show_coverage", "show_coverage_chart", "show_peers"),
        every(Action.SUBMISSION_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Offers and matches"),
        "/programmes/{programme}/matches",
        _pages(
            *("show_programme_matches", "show_offers", "prepare_run_offers"),
            *("send_run_offers", "show_replacements", "offer_replacement"),
        ),
        every(Action.NOTES_READ),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Calls"),
        "/programmes/{programme}/calls",
        _CALLS,
        every(Action.CALL_WRITE),
        Row.PROGRAMME,
    ),
    Entry(
        Message("Organisations and invitations"),
        "/people",
        _PEOPLE,
        every(Action.TEAM_INVITE),
        Row.PEOPLE,
    ),
    Entry(Message("Users"), "/people/users", _USERS, every(Action.USER_READ), Row.PEOPLE),
    Entry(Message("Letters"), "/letters", _LETTERS, every(Action.OUTBOX_READ), Row.PEOPLE),
    Entry(
        Message("Your profile"),
        "/profile",
        _pages("show_profile", "change_preferences", "show_confirm", "confirm"),
        row=Row.ACCOUNT,
    ),
    Entry(
        Message("Your password"),
        "/profile/password",
        _pages("show_password", "change_password"),
        row=Row.ACCOUNT,
    ),
    Entry(
        Message("Where you are signed in"),
        "/profile/sessions",
        _pages("show_sessions", "sign_one_out", "sign_others_out"),
        row=Row.ACCOUNT,
    ),
    Entry(
        Message("Letters that you get"),
        "/profile/letters",
        _pages("show_letter_choices", "choose_letters"),
        row=Row.ACCOUNT,
    ),
    Entry(Message("Your questions"), "/my-questions", _ASKED, _asks, Row.ACCOUNT),
    Entry(
        Message("Your tokens"),
        "/profile/tokens",
        _pages("show_tokens", "make_token", "revoke_token"),
        own(Action.TOKEN_OWN),
        Row.ACCOUNT,
    ),
    Entry(
        Message("Webhooks"),
        "/webhooks",
        _pages(
            *("show_webhooks", "show_new_webhook", "make_webhook", "show_webhook"),
            *("show_webhook_form", "change_webhook_form", "rotate_webhook_secret"),
            *("step_webhook", "try_webhook", "replay_webhook_since", "replay_one_delivery"),
        ),
        own(Action.WEBHOOK_OWN),
        Row.ACCOUNT,
    ),
)

OUTSIDE: Final = frozenset(
    {
        *("choose_language", "show_sign_in", "sign_in", "sign_out", "go_to_provider"),
        *("come_back", "show_second_factor", "pass_second_factor", "show_enrolment", "enrol"),
        *("show_consent", "consent", "show_provider_consent", "accept_with_provider"),
        *("show_invitation", "accept_invitation", "show_components"),
        *("show_reset", "ask_for_reset", "set_new_password", "enter_demonstration"),
        *("show_data", "show_accessibility", "show_contact", "show_open_data"),
        *("show_statistics", "show_statistics_map", "show_statistics_chart"),
        *("show_submission", "show_step", "take_step", "show_similar", "show_side_by_side"),
        *("show_support", "show_support_asked", "give_support"),
        *("show_notice", "show_notice_step", "move_notice", "show_enquiries", "move_enquiry"),
        *("begin_notice", "show_notice_form", "write_notice", "move_asking"),
        *("show_decision", "write_decision", "show_decision_step", "move_decision"),
        *("show_review", "write_review", "show_review_step", "move_review"),
        *("download_file", "move_file", "download_reviewed_file"),
        *("show_discussion", "say_in_discussion", "show_choices", "ask_reviewer"),
        *("show_consultation", "declare_conflicts", "ask_about_consultation"),
        *("show_board_item", "write_advice", "ask_about_item", "answer_question"),
    }
)
"""Pages that light no entry: on the way in and out, those that the foot of every page names,
and a submission and its notice, to which teams and staff come from different lists."""


def rows(actor: Actor | None, endpoint: str, programme: str | None = None) -> Iterator[Links]:
    """Yield the rows that somebody sees on a page, the service's first.

    Parameters
    ----------
    actor : Actor or None
        None for somebody who is not signed in.
    endpoint : str
        The name of the page's endpoint; empty where no page answers.
    programme : str, optional
        Which programme the page is about.
    """
    lit = {entry.row for entry in ENTRIES if endpoint in entry.pages}
    for row in Row:
        if row is Row.SERVICE or row in lit:
            links = tuple(
                Link(
                    entry.label,
                    entry.path.format(programme=programme),
                    endpoint in entry.pages,
                )
                for entry in ENTRIES
                if entry.row is row and entry.sees(actor)
            )
            if links:
                yield Links(row.value, links)
