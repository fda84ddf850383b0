"""Faults in questions about challenges: who learns who asked, and what is public."""

from typing import Final

from tests.faults.mutants.planting import Fault

READING: Final = "app/enquiries/queries.py"
ASKING: Final = "app/enquiries/service.py"
LIVES: Final = "app/enquiries/lifecycle.py"
OUTBOX: Final = "app/notifications/service/outbox.py"
HIDDEN: Final = "tests/enquiries/test_nobody_learns_who_asked.py::"
ASKED: Final = "tests/enquiries/test_asking.py::"
RULES: Final = "tests/enquiries/test_lifecycle.py::"
ALL: Final = f"{HIDDEN}test_nobody_who_reads_all_there_is_finds_who_asked"
RECORD: Final = f"{HIDDEN}test_the_record_tells_that_somebody_asked_and_of_nobody_who"
LETTER: Final = (
    f"{HIDDEN}test_a_letter_to_who_asked_is_shown_to_nobody_and_handed_over_by_nobody"
)
FORGOTTEN: Final = f"{HIDDEN}test_who_was_erased_or_asked_long_ago_is_known_to_nobody_any_more"
PUBLIC: Final = f"{ASKED}test_a_question_is_public_with_its_answer_and_not_before"
WITHDRAWN: Final = f"{ASKED}test_a_question_is_withdrawn_until_it_is_answered_and_its_text_goes"
BOUNDS: Final = f"{RULES}test_a_question_can_be_asked_but_for_these_reasons"

FAULTS: Final = (
    Fault(
        "the record names who asks",
        ASKING,
        '    _record(session, None, "ask", enquiry)\n',
        '    _record(session, actor.user_id, "ask", enquiry)\n',
        (RECORD,),
    ),
    Fault(
        "the record names who withdraws a question",
        ASKING,
        "    who = None if step.action is Action.ENQUIRY_ASK else actor.user_id\n",
        "    who = actor.user_id\n",
        (RECORD,),
    ),
    Fault(
        "the outbox lists letters to who asked",
        OUTBOX,
        "    statement = select(Letter).where(~col(Letter.discreet))\n",
        "    statement = select(Letter)\n",
        (LETTER,),
    ),
    Fault(
        "a letter to who asked is read by its key",
        OUTBOX,
        "    if found is None or found.discreet:\n",
        "    if found is None:\n",
        (LETTER,),
    ),
    Fault(
        "letters to who asked are as those to others",
        ASKING,
        "        discreet=True,\n",
        "",
        (LETTER, ALL),
    ),
    Fault(
        "lines of the log name who asks",
        "app/accounts/dependencies.py",
        '    if not is_unnamed(request.scope["endpoint"]):\n',
        "    if True:\n",
        (f"{HIDDEN}test_the_lines_of_the_log_do_not_name_who_asks_and_those_of_others_do",),
    ),
    Fault(
        "what others have asked is one's own",
        READING,
        "    return col(Enquiry.asker_id) == me if me is not None else false()\n",
        "    return col(Enquiry.asker_id).is_not(None) if me is not None else false()\n",
        (
            f"{ASKED}test_staff_decline_a_question_and_the_asker_alone_reads_why",
            f"{ASKED}test_questions_are_bounded_for_each_person_and_challenge",
        ),
    ),
    Fault(
        "who was erased stays known as who asked",
        ASKING,
        "or_(col(Enquiry.asker_id).in_(erased), old)",
        "old",
        (FORGOTTEN,),
    ),
    Fault(
        "who asked is forgotten while the question waits",
        ASKING,
        "    old = (col(Enquiry.state) != EnquiryState.WAITING) & (col(Enquiry.updated_at)"
        " < before)\n",
        "    old = col(Enquiry.updated_at) < before\n",
        (FORGOTTEN,),
    ),
    Fault(
        "questions are public before they are answered",
        READING,
        "        .where(Enquiry.notice_id == notice.id, Enquiry.state =="
        " EnquiryState.ANSWERED)\n",
        "        .where(Enquiry.notice_id == notice.id)\n",
        (PUBLIC,),
    ),
    Fault(
        "the team reads why a question was declined",
        READING,
        "    return EnquiryStaffRead if policy.has_any"
        "_reach(actor, Action.ENQUIRY_READ) else EnquiryRead\n",
        "    return EnquiryStaffRead\n",
        (f"{ASKED}test_staff_decline_a_question_and_the_asker_alone_reads_why",),
    ),
    Fault(
        "the text of a withdrawn question stays",
        ASKING,
        '        enquiry.body = ""\n',
        "        enquiry.body = enquiry.body\n",
        (WITHDRAWN,),
    ),
    Fault(
        "one person fills a challenge with questions",
        LIVES,
        "    if facts.waiting_of_person >= MOST_OF_PERSON:\n",
        "    if facts.waiting_of_person > MOST_OF_PERSON:\n",
        (BOUNDS,),
    ),
    Fault(
        "asking goes on though staff have closed it",
        LIVES,
        "    if facts.is_halted:\n",
        "    if False:\n",
        (BOUNDS,),
    ),
    Fault(
        "an answer is given that nobody would read",
        LIVES,
        "    if facts.is_public:\n        return None\n    return Conflict(",
        "    if True:\n        return None\n    return Conflict(",
        (f"{RULES}test_nothing_is_answered_that_nobody_would_read",),
    ),
    Fault(
        "somebody asks any number of questions in a day",
        ASKING,
        "    if queries.asked_within(session, actor, DAY) >= MOST_IN_A_DAY:\n",
        "    if False:\n",
        (f"{ASKED}test_a_person_asks_so_much_in_a_day_about_all_challenges",),
    ),
)
