"""What a document consists of: plain values, in the language of its reader.

A text stays a text: nothing in it is a command to what sets it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from app.core.base.messages import Message

UNKNOWN_SAID: Final = Message(
    "\ufffd stands for a character that the letters of this document do not have. You find it "
    "on the pages of the service."
)
"""What a document says at its end where it could not show a character."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote.

    Attributes
    ----------
    text : str
    language : str or None
        Its BCP 47 tag; None where nobody knows it.
    """

    text: str
    language: str | None = None


Text = str | Written


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading; `level` 1 is below the title of the document."""

    kind: ClassVar[str] = "heading"
    text: Text
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """A paragraph; each line of its text is a line of its own."""

    kind: ClassVar[str] = "paragraph"
    text: Text
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Notice(Block):
    """What must not be overlooked."""

    kind: ClassVar[str] = "notice"
    text: Text


@dataclass(frozen=True, slots=True)
class Items(Block):
    """A list, with numbers where its order counts."""

    kind: ClassVar[str] = "items"
    items: Sequence[Text]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts(Block):
    """Names with what they stand for, such as Title and the title."""

    kind: ClassVar[str] = "facts"
    pairs: Sequence[tuple[Text, Text]]


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table whose first row heads its columns.

    Attributes
    ----------
    head : sequence of str
    rows : sequence of sequences of texts
        Each as long as the head.
    widths : sequence of int
        The shares of the columns.
    """

    kind: ClassVar[str] = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[Text]]
    widths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes
    ----------
    title, over : str
        Its title, and what stands above it in small letters.
    code : str
        What it is about; it stands at the foot of each page.
    language : str
        In which the service speaks in it, as a BCP 47 tag.
    at : datetime
        Of when it is: of its data, never of now, so that the same data give the same bytes.
    unknown : str
        What is said at the end where a character could not be shown.
    blocks : sequence of Block
    """

    title: str
    over: str
    code: str
    language: str
    at: datetime
    unknown: str
    blocks: Sequence[Block] = field(default_factory=tuple)

    def plain(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        blocks = [{"kind": block.kind, **asdict(block)} for block in self.blocks]
        return {
            **{"title": self.title, "over": self.over, "code": self.code},
            **{"language": self.language, "unknown": "", "blocks": blocks},
        }


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture beside a link says.

    Attributes
    ----------
    title : Written
    over, who : str
        What stands above and below it.
    name : str
        Of the service.
    language : str
        In which the service speaks in it, as a BCP 47 tag.
    """

    title: Written
    over: str
    who: str
    name: str
    language: str
