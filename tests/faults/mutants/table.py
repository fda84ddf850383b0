"""All planted faults, by what they would harm."""

from typing import Final

from tests.faults.mutants import (
    advice,
    backgrounds,
    bounds,
    browsing,
    climbing,
    credentials,
    decisions,
    duplicates,
    entering,
    floods,
    form_files,
    forms,
    letters,
    lives,
    notices,
    offers,
    permissions,
    readers,
    reviews,
    screening,
    tables,
    traces,
)
from tests.faults.mutants.planting import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *permissions.FAULTS,
    *lives.FAULTS,
    *decisions.FAULTS,
    *forms.FAULTS,
    *form_files.FAULTS,
    *reviews.FAULTS,
    *screening.FAULTS,
    *advice.FAULTS,
    *notices.FAULTS,
    *offers.FAULTS,
    *traces.FAULTS,
    *entering.FAULTS,
    *credentials.FAULTS,
    *readers.FAULTS,
    *bounds.FAULTS,
    *floods.FAULTS,
    *tables.FAULTS,
    *climbing.FAULTS,
    *browsing.FAULTS,
    *duplicates.FAULTS,
    *backgrounds.FAULTS,
    *letters.FAULTS,
)
