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


@pytest.mark.parametrize(
    ("values", "got"),
    [
        (b"NO", "got bytes"),
        (None, "got NoneType"),
        (578, "got int"),
        (iter(["NO"]), "got list_iterator"),
        ({"NO": 1}, "got dict"),
        ({"NO", 1}, "got int in it"),
        (["NO", None], "got NoneType in it"),
        ((float("nan"),), "got float in it"),
    ],
)
def test_what_is_no_collection_of_strings_is_refused(values: Any, got: str) -> None:
    for name, several in (
        ("themes", {"themes": values}),
        ("country", {"attributes": {"country": values}}),
    ):
        with pytest.raises(ValueError, match=rf"^{name} of profile 'a' .* {got}$"):
            Profile("a", (), **several)
    with pytest.raises(ValueError, match=rf"^texts of profile 'a' .* {got}$"):
        Profile("a", values)


def test_attributes_have_names() -> None:
    with pytest.raises(ValueError, match="attributes of profile 'a' must be a mapping"):
        Profile("a", (), attributes=["country"])  # type: ignore[arg-type]  # -- as above
