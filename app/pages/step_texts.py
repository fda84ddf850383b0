"""What the pages say about the steps of a submission: before one is taken, and afterwards."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.core.base.messages import Message

MEANS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "submit": Message("The staff of the incubator can read it then."),
        "reopen": Message(
            "You can go on writing. If you do not send it again before the call closes, the "
            "version that you had sent counts."
        ),
        "return": Message(
            "The team can write again, reads your reason, and sends it once more. It stays "
            "open to the team after the call has closed."
        ),
        "resubmit": Message("The staff of the incubator read the completed version then."),
        "pass": Message("It fulfils what the call asks, and can be selected."),
        "select": Message("It takes part: runs rank what is selected. You can undo this."),
        "set-aside": Message(
            "It does not take part. The team reads your reason. You can undo it."
        ),
        "reconsider": Message("It goes back to eligible, and can be decided anew."),
        "withdraw": Message(
            "It takes no part any more, and nobody can choose it. This cannot be undone. What "
            "was written is kept, and your team can read it."
        ),
    }
)
"""What a step leads to, by its name."""

HAPPENED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "create": Message("Begun"),
        "submit": Message("Sent to the incubator"),
        "reopen": Message("Taken back by the team"),
        "return": Message("Returned to the team with a question"),
        "resubmit": Message("Sent again, completed"),
        "pass": Message("Passed as eligible"),
        "select": Message("Selected"),
        "set-aside": Message("Not selected"),
        "reconsider": Message("The decision was undone"),
        "withdraw": Message("Withdrawn"),
    }
)
"""What a timeline says of a step that was taken, by its name."""
