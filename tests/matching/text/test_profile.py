import dataclasses
from typing import Any

import pytest

from matching import Profile


def test_a_profile_asks_for_little_and_never_changes() -> None:
    profile = Profile("a", ("One passage.",))

    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.id = "b"  # type: ignore[misc]  # -- the refusal is what is tested

    assert (profile.themes, profile.attributes, profile.language) == (frozenset(), {}, None)


def test_profiles_are_equal_by_value_and_can_be_counted_in_sets() -> None:
    left = Profile("a", ("One.",), attributes={"country": frozenset({"NO"})})
    right = Profile("a", ("One.",), attributes={"country": frozenset({"NO"})})

    assert {left, right} == {left}


def test_one_string_is_not_a_tuple_of_passages() -> None:
    with pytest.raises(ValueError, match="must be a tuple of passages, got one string"):
        Profile("a", "One passage.")  # type: ignore[arg-type]  # -- what callers get wrong


@pytest.mark.parametrize(
    ("name", "several"),
    [("themes", {"themes": "practice:data"}), ("country", {"attributes": {"country": "NO"}})],
)
def test_one_string_is_not_a_set_of_strings(name: str, several: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{name} of profile 'a' must be a set of strings"):
        Profile("a", (), **several)
