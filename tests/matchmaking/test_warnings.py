"""What people are told to look at: in files, in runs, and before a submission is handed in."""

from app.matchmaking.engine.files import Settings, match
from app.matchmaking.engine.suggestions import Origin, Warning, warnings_in_json
from app.matchmaking.schemas.suggestions import WarningRead, warnings_in_words
from app.submissions.records import ChallengeRecord
from tests.matchmaking.test_files import a_challenge, a_provider

LONG = (
    "Our river floods the old town twice a year, nobody is warned in time, the sirens are"
    " broken, the bridges close without notice, and schools learn of it from the radio."
)
WORDS = (
    "river, floods, town, warned, sirens, bridges, notice, schools, radio, year, old, time,"
    " closed, broken, learn, twice, early, homes, phone"
)


def challenge() -> ChallengeRecord:
    return a_challenge(text=LONG, themes=["sdg:11", "sdg:13"])


def test_a_copied_challenge_a_list_and_a_claim_are_named_with_their_places() -> None:
    # the title stands at the head of the first passage
    copied = a_provider("P1", text=f"We do it all. {LONG} Rivers flood.")
    listed = a_provider("P2", title="Floods", text="", evidence=WORDS)
    empty = a_provider("P3", title="Our team", text="We do that.", themes=["sdg:11", "sdg:13"])

    answer = match([challenge()], [copied, listed, empty], Settings())

    warnings = {line.provider.id: line.warnings for line in answer.suggestions}
    (copy,) = warnings["P1"]
    assert (copy.kind, copy.field, copy.counted) == ("copied", "text", False)
    assert copy.source is not None
    assert copy.source[:2] == ("C1", "text")
    assert set(warnings) == {"P1", "P3"}
    assert warnings["P3"] == [Warning("claimed", "themes", themes=("sdg:11", "sdg:13"))]
    assert answer.notes[-4:-1] == (
        "Words that stand in a challenge as well do not count: P1 (C1).",
        "Lists of words do not count: P2.",
        "Themes that are claimed and not described, so they count a quarter: P3 (2).",
    )


def test_who_copies_a_challenge_is_not_its_first() -> None:
    honest = a_provider("P1", text="We warn a town by phone before its river floods.")
    copied = a_provider("P2", title="Whatever", text=LONG)

    answer = match([challenge()], [honest, copied], Settings())

    assert [line.provider.id for line in answer.suggestions] == ["P1"]


def test_warnings_are_sentences_in_tables() -> None:
    origin = Origin("CH-1", "problem", 0, 9)
    warnings = [
        Warning("copied", "profile", 0, 9, source=origin),
        Warning("list", "profile", 0, 9),
        Warning("claimed", "themes", themes=("a", "b")),
    ]
    read = [WarningRead.model_validate(one) for one in warnings_in_json(warnings)]

    sentences = warnings_in_words(read, {"a": ("Open source",)})

    assert sentences == (
        "profile holds words of CH-1 (problem). profile is a list of words. "
        "Claimed, not described: Open source and b."
    )
