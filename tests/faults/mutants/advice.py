"""Faults in what an advisor reads and when, and in who hears what the board says."""

from typing import Final

from tests.faults.mutants.planting import Fault

QUERIES: Final = "app/advice/queries.py"
READING: Final = "app/advice/service/reading.py"
ADVISING: Final = "app/advice/service/advising.py"
COUNTING: Final = "app/advice/service/counting.py"
PUTTING: Final = "app/advice/service/consultations.py"
SAID: Final = "tests/advice/test_advising.py::"
PUT: Final = "tests/advice/test_before_the_board.py::"

FAULTS: Final = (
    Fault(
        "an advisor reads before the declaration",
        READING,
        "(self.has_declared and not self.is_barred(item))",
        "(not self.is_barred(item))",
        (f"{SAID}test_before_the_declaration_an_advisor_sees_who_asks_and_no_text",),
    ),
    Fault(
        "an advisor reads what they are close to",
        READING,
        "(self.has_declared and not self.is_barred(item))",
        "self.has_declared",
        (f"{SAID}test_of_what_an_advisor_is_close_to_they_see_the_code_alone",),
    ),
    Fault(
        "an advisor advises on what they are close to",
        ADVISING,
        "    if reader.is_barred(item):\n",
        "    if False:\n",
        (f"{SAID}test_nobody_advises_on_or_asks_about_what_they_may_not_read",),
    ),
    Fault(
        "what a team writes anew is before the board",
        READING,
        "AWAY: Final = GONE | {State.DRAFT, State.RETURNED, State.INELIGIBLE}",
        "AWAY: Final = GONE",
        (f"{SAID}test_what_is_with_its_team_again_is_read_by_no_advisor",),
    ),
    Fault(
        "who still reviews reads the ranking as an advisor",
        READING,
        "if is_readable and item.submission_id not in self.writing:",
        "if is_readable:",
        (f"{SAID}test_who_still_reviews_a_submission_is_not_shown_what_the_others_say",),
    ),
    Fault(
        "an advisor of one programme reads what is before another board",
        QUERIES,
        "        col(Advisor.programme_id) == col(Consultation.programme_id),\n",
        "",
        (f"{SAID}test_nobody_advises_on_or_asks_about_what_they_may_not_read",),
    ),
    Fault(
        "who is asked no more reads on",
        QUERIES,
        "        col(Advisor.is_active),\n        assigned(",
        "        assigned(",
        (f"{SAID}test_who_is_asked_no_more_reads_nothing",),
    ),
    Fault(
        "an advisor reads the advice of others",
        QUERIES,
        "        assigned(actor, Action.ADVICE_READ, Advice.user_id),\n",
        "",
        (f"{SAID}test_an_advisor_reads_their_own_advice_and_staff_all",),
    ),
    Fault(
        "everybody hears what the board says of a submission",
        COUNTING,
        "        return Heard()\n    items",
        "        pass\n    items",
        (f"{SAID}test_nobody_else_hears_what_the_board_has_said",),
    ),
    Fault(
        "questions about what one is close to are read",
        ADVISING,
        "        if reader.is_readable(item)\n    ]",
        "    ]",
        (f"{SAID}test_questions_about_what_one_is_close_to_are_not_read",),
    ),
    Fault(
        "a draft can be put before the board",
        PUTTING,
        "(DECIDED | {State.ELIGIBLE}) - GONE",
        "frozenset(State)",
        (f"{PUT}test_what_nobody_decides_about_is_not_put_before_the_board",),
    ),
)
