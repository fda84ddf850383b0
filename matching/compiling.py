"""Compiled functions: how numba is asked, for everything that needs it.

Imported only where numba is installed; with NUMBA_DISABLE_JIT=1 the functions run as they
are written.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile a function at its first call; it lets go of the interpreter's lock.

    Compiled code is kept on disk where there is a folder for it.

    Parameters
    ----------
    options
        Of `numba.njit`.
    """

    def decorate(function: F) -> F:
        settings = {"nogil": True, "error_model": "numpy", **options}
        try:
            return cast(F, numba.njit(cache=True, **settings)(function))
        except RuntimeError:  # pragma: no cover -- no folder to keep compiled code in
            return cast(F, numba.njit(**settings)(function))

    return decorate
