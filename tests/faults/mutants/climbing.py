"""Faults that let somebody write its way up a list, or propose a pair on nothing."""

from typing import Final

from tests.faults.mutants.planting import Fault

SCREENING: Final = "tests/matching/text/test_screening.py"
FILES: Final = "tests/matchmaking/test_files.py"

FAULTS: Final = (
    Fault(
        "text that was copied from a challenge counts",
        "matching/text/screening.py",
        '(*(c.place for c in copies if c.source.side == "query"), *lists)',
        "lists",
        (f"{SCREENING}::test_words_that_do_not_count_are_neither_scored_nor_marked",),
    ),
    Fault(
        "who copies a rival's text pushes it out",
        "matching/text/screening.py",
        'if c.source.side == "query"), *lists)',
        "), *lists)",
        (f"{SCREENING}::test_what_two_of_a_pool_have_in_common_is_shown_and_counts",),
    ),
    Fault(
        "a list of words is prose",
        "matching/text/screening.py",
        "if n_small >= _SMALL * len(words):",
        "if n_small >= 0:",
        (f"{SCREENING}::test_passages_that_are_no_prose_are_lists_of_words",),
    ),
    Fault(
        "a theme that is claimed counts as if it were described",
        "matching/text/vectorizer.py",
        "CLAIMED: Final = 0.25",
        "CLAIMED: Final = 1.0",
        (
            f"{SCREENING}::"
            "test_themes_above_an_empty_sentence_are_claims_and_lower_the_coverage",
        ),
    ),
    Fault(
        "what stands in an earlier passage counts again",
        "matching/text/weighing.py",
        "tokens = tokens.without(again.across)",
        "tokens = tokens.without(again.across & False)",
        (
            "tests/matching/text/test_retelling.py::"
            "test_a_copy_of_a_passage_adds_nothing_to_a_profile",
        ),
    ),
    Fault(
        "a text in an unknown language is in one language with any other such text",
        "matching/text/encoded.py",
        "(left == right) & (left != _UNKNOWN)",
        "left == right",
        (
            "tests/matching/text/test_recognising.py::"
            "test_an_unknown_language_is_no_language_in_common_not_even_with_itself",
        ),
    ),
    Fault(
        "a text in a language that is not known passes for English",
        "matching/text/recognising.py",
        "others / _LIKELIER) else UNKNOWN",
        'others / _LIKELIER) else "en"',
        (
            "tests/matching/text/test_recognising.py::"
            "test_another_language_and_a_text_without_evidence_are_unknown",
        ),
    ),
    Fault(
        "a summary is not read where a text is taken for the working language",
        "app/matchmaking/engine/profiles.py",
        "passages | {first: headed} | summary",
        "passages | {first: headed}",
        (
            f"{FILES}::"
            "test_passages_in_the_working_language_are_read_below_the_title_and_the_summary_after",
        ),
    ),
    Fault(
        "who shares nothing with a challenge is listed for it",
        "app/matchmaking/engine/ranking.py",
        "np.nonzero(ranking.scores[:, :top] > 0)",
        "np.nonzero(ranking.scores[:, :top] >= 0)",
        (f"{FILES}::test_a_pair_with_nothing_in_common_is_never_listed",),
    ),
    Fault(
        "who tells nothing of what is asked is proposed",
        "app/matchmaking/engine/ranking.py",
        "self.admitted & (self.scores > 0) & ~(self.told < floor)",
        "self.admitted & (self.scores > 0)",
        (f"{FILES}::test_a_theme_without_a_word_is_a_weak_pair_and_not_assigned",),
    ),
)
