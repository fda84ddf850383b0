"""What the library says keeps the parts it was made of."""

from copy import deepcopy

from matching.statements import Statement


def test_a_copy_of_a_statement_keeps_its_parts_even_where_a_name_holds_braces() -> None:
    statement = Statement("allow {pair}", pair=Statement("{x} with {y}", x="{a}", y="B"))

    copied = deepcopy(statement)

    assert copied == "allow {a} with B"
    assert (copied.template, copied.values["pair"].template) == (
        "allow {pair}",
        "{x} with {y}",
    )
    assert copied.values["pair"].values == {"x": "{a}", "y": "B"}
