"""Faults in what happens to secrets, tokens and sessions after they were given out."""

from typing import Final

from tests.faults.mutants.planting import Fault

SETTINGS: Final = "tests/test_settings.py::"

FAULTS: Final = (
    Fault(
        "a setting that is refused stands in the traceback",
        "app/settings.py",
        "        hide_input_in_errors=True,\n",
        "",
        (
            f"{SETTINGS}test_no_secret_stands_in_a_traceback_or_in_the_settings_as_they_are_shown",
        ),
    ),
)
