"""How often something is done, where that is what makes an answer quick: no clock is asked."""

from typing import Any

import pytest


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[str]:
    """Return a list to which the name is added at each call from now on; the call is made."""
    calls: list[str] = []
    called = getattr(owner, name)

    def count(*positional: Any, **named: Any) -> Any:
        calls.append(name)
        return called(*positional, **named)

    monkeypatch.setattr(owner, name, count)
    return calls
