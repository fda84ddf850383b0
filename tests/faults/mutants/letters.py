"""Faults in what letters say, to whom, and how often."""

from typing import Final

from tests.faults.mutants.planting import Fault

LETTERS: Final = "app/notifications/letter_texts.py"
CHECKED: Final = "app/notifications/letter_faults.py"
TEMPLATES: Final = "app/notifications/service/templates.py"
TELLING: Final = "app/notifications/service/telling.py"
CHOICES: Final = "app/notifications/service/choices.py"
REMINDERS: Final = "app/submissions/service/reminders.py"
DIGEST: Final = "app/insights/digest.py"
WRITTEN: Final = "tests/notifications/test_letter_texts.py::"
TOLD: Final = "tests/submissions/test_letters.py::"
CHOSEN: Final = "tests/notifications/test_choices.py::"
WEEKLY: Final = "tests/insights/test_digest.py::"
PAGES: Final = "tests/pages/test_letter_pages.py::"

FAULTS: Final = (
    # --- texts ---
    Fault(
        "a template reaches into what it is filled with",
        CHECKED,
        "if name is not None and (name not in allowed or spec or conversion):",
        "if name is not None and name.partition('.')[0] not in allowed:",
        (f"{WRITTEN}test_only_named_fields_stand_in_a_template",),
    ),
    Fault(
        "what a team wrote is read as a template",
        LETTERS,
        '    return "".join(\n        literal + (values[name] if name is not None else "")\n',
        '    return text.format(**values).format(**values) if values else "".join(\n'
        '        literal + (values[name] if name is not None else "")\n',
        (f"{WRITTEN}test_what_a_team_wrote_is_never_read_as_a_template",),
    ),
    Fault(
        "a letter leaves the feedback out",
        CHECKED,
        "if name not in _named(template.body):",
        'if name not in _named(template.body) and name != "feedback":',
        (f"{WRITTEN}test_only_named_fields_stand_in_a_template",),
    ),
    Fault(
        "staff write the letters that tell of decisions",
        TEMPLATES,
        "    policy.require(actor, writing_of(kind))\n    written",
        "    policy.require(actor, Action.CALL_WRITE)\n    written",
        (f"{PAGES}test_staff_write_the_letters_on_the_way_and_leads_those_of_decisions",),
    ),
    # --- to whom ---
    Fault(
        "who wants no letters misses what they have to do",
        TELLING,
        "user for user in readers if not optional or kind not in user.unwanted_letters",
        "user for user in readers if kind not in user.unwanted_letters",
        (f"{TOLD}test_who_does_not_want_a_letter_gets_only_what_they_cannot_do_without",),
    ),
    Fault(
        "a person can turn off what they would miss",
        CHOICES,
        "        if not TEXTS[kind].is_optional\n",
        "        if kind not in TEXTS\n",
        (f"{CHOSEN}test_what_somebody_would_miss_always_comes",),
    ),
    Fault(
        "a digest tells what its reader may not see",
        DIGEST,
        "for task in tasks_of(session, actor_of(session, user.id))",
        "for task in tasks_of(session, OPERATOR)",
        (f"{WEEKLY}test_each_of_the_staff_reads_what_waits_for_them_once_a_week",),
    ),
    # --- how often ---
    Fault(
        "a reminder comes every hour",
        REMINDERS,
        "takes(call, at, last) and (key, since) not in told:\n",
        "takes(call, at, last):\n",
        (f"{TOLD}test_who_has_a_draft_is_reminded_once_for_each_date_and_nobody_else",),
    ),
    Fault(
        "two workers remind twice",
        REMINDERS,
        "    if is_first(session, one.kind, one.submission.id, one.since):\n",
        "    if is_first(session, one.kind, one.submission.id, one.since) or one:\n",
        (f"{TOLD}test_of_two_workers_that_remind_at_once_one_does",),
    ),
    Fault(
        "who began yesterday is reminded of last week",
        REMINDERS,
        "(date for date in dates if begun_at <= date <= at)",
        "(date for date in dates if date <= at)",
        (f"{TOLD}test_a_reminder_is_due_a_week_and_a_day_before_for_what_was_there_then",),
    ),
    Fault(
        "a digest comes every hour",
        DIGEST,
        "or not is_first(session, LetterKind.DIGEST, user.id, due)",
        "or not due",
        (f"{WEEKLY}test_each_of_the_staff_reads_what_waits_for_them_once_a_week",),
    ),
    Fault(
        "who was silent too long keeps a place that another one has got",
        "app/decisions/service/steps.py",
        "            submissions.lose_place(session, actor, place, zone)\n",
        "            place.updated_at = now()\n",
        (
            "tests/decisions/test_places.py::"
            "test_a_silent_team_loses_the_place_that_another_one_gets_and_is_told",
        ),
    ),
)
"""All planted faults, by what they would harm."""
