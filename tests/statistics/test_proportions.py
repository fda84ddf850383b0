"""Shares come with how sure they are."""

import pytest

from app.statistics.service.proportions import Share, share_of


@pytest.mark.parametrize(
    ("count", "whole", "expected"),
    [
        # Newcombe 1998, table I, method 3
        (81, 263, Share(0.308, 0.255, 0.366)),
        (15, 148, Share(0.101, 0.062, 0.16)),
        (0, 20, Share(0.0, 0.0, 0.161)),
        (1, 29, Share(0.034, 0.006, 0.172)),
        (20, 20, Share(1.0, 0.839, 1.0)),
    ],
)
def test_an_interval_is_wilsons(count: int, whole: int, expected: Share) -> None:
    assert share_of(count, whole) == expected


def test_nothing_has_no_shares() -> None:
    assert share_of(0, 0) is None
