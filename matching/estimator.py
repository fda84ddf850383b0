"""The conventions of scikit-learn, without loading it: that takes a second and 80 MB.

Parameters go into the constructor and stay as they were given; what is learned ends with an
underscore. `sklearn.base.clone` and the like take such an object as one of their own.
"""

import inspect
from typing import Any, Self


class Estimator:
    """An object with parameters; see `sklearn.base.BaseEstimator`."""

    @classmethod
    def _parameters(cls) -> list[str]:
        return sorted(inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name; none of them has parameters of its own."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **parameters: Any) -> Self:
        """Change some parameters; `fit` reads them.

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        for name, value in parameters.items():
            if name not in self._parameters():
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """Name the parameters that are not the default."""
        defaults = inspect.signature(type(self)).parameters
        changed = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value is not defaults[name].default and value != defaults[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what kind of estimator this is: one without a kind."""
        from sklearn.utils import InputTags, Tags, TargetTags  # noqa: PLC0415 -- loads slowly

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            regressor_tags=None,
            classifier_tags=None,
            input_tags=InputTags(two_d_array=False),
        )


def check_fitted(estimator: object) -> None:
    """Refuse what has learned nothing yet.

    Raises
    ------
    NotFittedError
        If `fit` has not been called.
    """
    if not any(name.endswith("_") and not name.startswith("__") for name in vars(estimator)):
        from sklearn.exceptions import NotFittedError  # noqa: PLC0415 -- loads slowly

        raise NotFittedError(
            f"This {type(estimator).__name__} is not fitted yet: call its fit first."
        )
