"""The matcher is an estimator of scikit-learn; the plain one keeps its conventions."""

import subprocess
import sys

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import matching
from matching import Matcher, PlainMatcher, Profile, ProfileVectorizer

POOL = [Profile("a", ("Flood warnings by phone.",)), Profile("b", ("Open budgets.",))]


def test_the_matcher_is_an_estimator_of_scikit_learn() -> None:
    assert isinstance(Matcher(), BaseEstimator)
    assert Matcher().get_params() == PlainMatcher().get_params()


@pytest.mark.parametrize("made", [Matcher, PlainMatcher, ProfileVectorizer])
def test_scikit_learn_takes_it_for_one_of_its_own(
    made: type[Matcher | PlainMatcher | ProfileVectorizer],
) -> None:
    estimator = made(slope=0.5)

    copied = clone(estimator)

    assert copied is not estimator
    assert copied.get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        check_is_fitted(copied)
    check_is_fitted(copied.fit(POOL))


def test_parameters_are_changed_by_name_and_only_known_ones() -> None:
    matcher = PlainMatcher()

    assert matcher.set_params(slope=0.25, min_df=1) is matcher
    assert (matcher.slope, matcher.min_df) == (0.25, 1)
    assert repr(matcher) == "PlainMatcher(min_df=1, slope=0.25)"
    with pytest.raises(ValueError, match="PlainMatcher has no parameter 'slop'"):
        matcher.set_params(slop=1)


def test_the_plain_matcher_answers_as_the_matcher_does() -> None:
    plain, full = PlainMatcher().fit(POOL), Matcher().fit(POOL)

    assert plain.version_ == full.version_
    assert plain.explain(POOL[0], 0) == full.explain(POOL[0], 0)
    assert repr(full.set_params(slope=0.5)) == "Matcher(slope=0.5)"


@pytest.mark.server
def test_scikit_learn_is_loaded_when_its_estimator_is_asked_for() -> None:
    code = (
        "import sys, matching\n"
        "matching.PlainMatcher().fit([matching.Profile('a', ('the flood',))])\n"
        "assert not {'sklearn', 'scipy.stats', 'numba', 'joblib'} & sys.modules.keys()\n"
        "matching.Matcher\n"
        "assert 'sklearn' in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 -- our own code


def test_the_library_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Match'"):
        matching.Match  # noqa: B018 -- looking is what is tried
