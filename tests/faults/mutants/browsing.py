"""Faults of what the pages add: answers saved one by one, many steps, links that sign in."""

from typing import Final

from tests.faults.mutants.planting import Fault

ANSWERS: Final = "tests/submissions/test_answers.py"
LINKS: Final = "tests/pages/test_demonstration.py"
STAFF: Final = "tests/pages/test_staff_pages.py"

CHARTS: Final = "tests/pages/test_chart_drawing.py"
THIN: Final = "tests/matchmaking/test_thin_texts.py"

FAULTS: Final = (
    Fault(
        "a chart reads a file of the server",
        "app/pages/charts/drawing.py",
        "    require_whole(specification)\n",
        "",
        (f"{CHARTS}::test_a_chart_that_names_what_is_not_in_it_is_refused",),
    ),
    Fault(
        "a team is told which texts of others are thin",
        "app/matchmaking/service/thin_texts.py",
        "    policy.require(actor, Action.SUBMISSION_READ)\n",
        "",
        (f"{THIN}::test_who_reads_the_submissions_of_a_team_alone_is_told_of_no_other",),
    ),
    Fault(
        "the last one who saves an answer wins",
        "app/submissions/service/answers.py",
        "if fingerprint(submission, answers) != seen:",
        "if not seen:",
        (
            f"{ANSWERS}::"
            "test_of_two_who_write_the_same_answer_the_second_is_told_and_nothing_is_lost",
        ),
    ),
    Fault(
        "a link of the demonstration works again",
        "app/accounts/service/demonstration_links.py",
        "self._emails.pop(digest_of(secret), None)",
        "self._emails.get(digest_of(secret))",
        (f"{LINKS}::test_a_link_signs_in_without_password_and_authenticator_and_works_once",),
    ),
    Fault(
        "a link of the demonstration signs in from elsewhere",
        "app/core/http/forwarding.py",
        "and ip_address(request.client.host).is_loopback",
        "and ip_address(request.client.host) is not None",
        (f"{LINKS}::test_from_elsewhere_there_is_nothing_and_the_link_still_works_here",),
    ),
    Fault(
        "a proxy of this machine hides who follows a link of the demonstration",
        "app/core/http/forwarding.py",
        "not forwarded\n            and request.client",
        "request.client",
        (f"{LINKS}::test_through_a_proxy_of_this_machine_there_is_nothing",),
    ),
    Fault(
        "a step for many reaches other programmes",
        "app/submissions/service/many_steps.py",
        "        Submission.programme_id == programme_id,\n",
        "",
        (f"{STAFF}::test_a_step_for_many_reaches_no_draft_and_no_other_programme",),
    ),
    Fault(
        "a run is shown under any programme",
        "app/pages/staff/rooms.py",
        "if found.programme_id != of.id:",
        "if not of.id:",
        (f"{STAFF}::test_a_run_of_another_programme_is_not_there",),
    ),
)
