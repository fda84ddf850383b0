"""All planted faults, by what they would harm."""

from typing import Final

from tests.faults.mutants import (
    backgrounds,
    bounds,
    browsing,
    climbing,
    credentials,
    decisions,
    duplicates,
    entering,
    files,
    floods,
    forms,
    letters,
    lives,
    notices,
    offers,
    permissions,
    readers,
    reviews,
    tables,
    traces,
)
from tests.faults.mutants.planting import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *permissions.FAULTS,
    *lives.FAULTS,
    *decisions.FAULTS,
    *forms.FAULTS,
    *reviews.FAULTS,
    *files.FAULTS,
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
