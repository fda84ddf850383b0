"""The interval of the gap watch is held to what it says on made-up calls."""

import pytest

from app.gaps.forecasting import INTERVAL
from benchmarks.forecast import SHAPES, held


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("earlier", [0, 8])
def test_the_interval_holds_what_comes_about_as_often_as_it_says(
    shape: str, earlier: int
) -> None:
    found = held(SHAPES[shape], 300, earlier, 0.75, draws=60)

    assert found is not None
    assert found.within >= INTERVAL - 0.05
