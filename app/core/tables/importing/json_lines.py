"""JSONL: one JSON object a line, read strictly."""

import json
import math
import re
from itertools import pairwise
from typing import Any, NoReturn

from app.core.base.messages import Message, Sentence
from app.core.tables.importing.records import Reading, label


def read_jsonl(text: str, reading: Reading[Any]) -> None:
    """Take the rows of a text into the reading."""
    # Not splitlines(): it also cuts at characters that may stand within a JSON string.
    for line, source in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if not source.strip():
            continue
        try:
            value = json.loads(
                source,
                object_pairs_hook=_object,
                parse_constant=_not_a_number,
                parse_float=_finite,
                parse_int=_short,
            )
        except json.JSONDecodeError as error:
            problem = Message(
                "It is not valid JSON: {error} at character {place}.",
                error=error.msg.lower(),
                place=error.colno,
            )
            reading.fault(line, "", problem, "Write one whole JSON object on each line.")
        except RecursionError:
            reading.fault(line, "", "It is nested too deeply.", "Give plain fields.")
        except ValueError as error:
            reading.fault(
                line, "", Sentence(error.args[0]), "Write each field once, and plain numbers."
            )
        else:
            _take_object(value, line, reading)


def _take_object(value: Any, line: int, reading: Reading[Any]) -> None:
    if isinstance(value, dict):
        reading.rows.append((line, value))
    else:
        remedy = Message('Write each record in braces: {"id": "...", "title": "..."}.')
        reading.fault(line, "", "The line is not a JSON object.", remedy)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = sorted(name for name, _ in pairs)
        repeated = dict.fromkeys(label(a) for a, b in pairwise(names) if a == b)
        raise ValueError(Message("Given more than once: {names}", names=", ".join(repeated)))
    return found


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(Message("{constant} is not a number in JSON", constant=constant))


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(Message("{digits} is too large a number", digits=digits[:60]))
    return value


def _short(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError(Message("A number has {n:,} digits", n=len(digits)))
    return int(digits)
