"""How the answer of `counterpart match` is written: a table, JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.cli.console import width_of
from app.core.tables.exporting import no_formula
from app.matchmaking.offline import (
    Answer,
    Assigned,
    Comparison,
    Line,
    Quote,
    Reasons,
    Share,
)
from app.matchmaking.results import Loss
from app.submissions.records import SubmissionRecord

_SHOWN_SHARES = 6
_SHOWN_TEXT = 300


def written(answer: Answer, form: str, on_screen: bool) -> str:
    """Write an answer.

    Parameters
    ----------
    form : {"table", "json", "csv"}
    on_screen : bool
        True: for a terminal, with its width and its colours.
    """
    if form == "json":
        return as_json(answer)
    return as_csv(answer) if form == "csv" else as_table(answer, on_screen)


# --- JSON ------------------------------------------------------------------------------


def as_json(answer: Answer) -> str:
    """Write everything that is known, for programs."""
    content = {
        "settings": asdict(answer.settings),
        "suggestions": [_line(line) for line in answer.lines],
        "notes": answer.notes,
    }
    if answer.assigned:
        asked = asdict(answer.assigned)
        content["assignment"] = asked.pop("whole")
        content |= {name: told for name, told in asked.items() if told is not None}
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _line(line: Line) -> dict[str, Any]:
    suggestion = line.suggestion
    written = {
        "challenge": _named(line.challenge),
        "provider": _named(line.provider),
        "rank": suggestion.rank,
        "score": suggestion.score,
        "text_part": suggestion.text_part,
        "theme_part": suggestion.theme_part,
        "coverage": suggestion.coverage,
        "band": suggestion.band,
        "stability": line.stability,
        "turns_at": line.turns_at,
        "hub": line.hub and line.hub._asdict(),
    }
    return written | {"reasons": asdict(line.reasons)} if line.reasons else written


def _named(record: SubmissionRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "title": record.title,
        "organisation": record.organisation,
        "country": record.country,
    }


# --- CSV -------------------------------------------------------------------------------


def as_csv(answer: Answer) -> str:
    """Write one suggestion a row, for spreadsheets; the notes have no place in it."""
    losses = _losses(answer)
    rows = [
        _row(line)
        | ({"regret": _loss(losses[line.challenge.id, line.provider.id])} if losses else {})
        for line in answer.lines
    ]
    names = list(rows[0]) if rows else []
    out = io.StringIO()
    table = csv.DictWriter(out, names, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def _row(line: Line) -> dict[str, Any]:
    suggestion = line.suggestion
    row = {
        "challenge": line.challenge.id,
        "challenge_title": no_formula(line.challenge.title),
        "rank": suggestion.rank,
        "provider": line.provider.id,
        "provider_title": no_formula(line.provider.title),
        "organisation": no_formula(line.provider.organisation),
        "country": ";".join(line.provider.country),
        "score": suggestion.score,
        "text_part": suggestion.text_part,
        "theme_part": suggestion.theme_part,
        "coverage": suggestion.coverage,
        "band": suggestion.band or "",
        "stability": line.stability,
        "turns_at": line.turns_at,
        "hub": f"{line.hub.places} of {line.hub.eligible}" if line.hub else "",
    }
    return row | _reason_cells(line.reasons) if line.reasons else row


def _reason_cells(reasons: Reasons) -> dict[str, str]:
    return {
        "words": no_formula(_shares(reasons.words)),
        "themes": _shares(reasons.themes),
        "missing": "; ".join(reasons.missing),
        "challenge_passage": no_formula(reasons.challenge.text) if reasons.challenge else "",
        "provider_passage": no_formula(reasons.provider.text) if reasons.provider else "",
    }


def _shares(shares: Sequence[Share]) -> str:
    return "; ".join(f"{'/'.join(one.names)} {one.share:.4f}" for one in shares)


# --- table -----------------------------------------------------------------------------


def as_table(answer: Answer, on_screen: bool) -> str:
    """Write one table a challenge, for people."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=on_screen,
        width=width_of(on_screen),
        markup=False,
        emoji=False,
        highlight=False,
    )
    losses = _losses(answer)
    for _, lines in groupby(answer.lines, key=lambda line: line.challenge.id):
        _print_challenge(console, list(lines), losses)
    for sentence in _about(answer.assigned) if answer.assigned else ():
        console.print(_plain(sentence))
    for note in answer.notes:
        console.print(_plain(note))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _print_challenge(
    console: Console, lines: Sequence[Line], losses: Mapping[tuple[str, str], Loss | None]
) -> None:
    challenge = lines[0].challenge
    where = f" ({', '.join(challenge.country)})" if challenge.country else ""
    console.print(Text(_plain(f"{challenge.id}  {challenge.title}{where}"), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("rank", "score", "text", "themes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("band", no_wrap=True)
    for name in ("told", "kept"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("provider", "title", "organisation", "country"):
        table.add_column(name, overflow="fold")
    if losses:
        table.add_column("without it, lost", no_wrap=True)
    for line in lines:
        pair = (line.challenge.id, line.provider.id)
        table.add_row(*_cells(line), *([_loss(losses[pair])] if losses else []))
    console.print(table)
    for line in lines:
        if line.reasons:
            console.print(Text(_plain(f"  Why {line.provider.id}"), style="bold"))
            console.print(Padding(Text("\n").join(_why(line.reasons)), (0, 0, 1, 4)))


def _losses(answer: Answer) -> dict[tuple[str, str], Loss | None]:
    """Return what is lost without each assigned pair, where that was asked."""
    regret = answer.assigned.regret if answer.assigned else None
    return {(r.challenge, r.solution): r.loss for r in regret or () if r.chosen}


def _loss(loss: Loss | None) -> str:
    """Say what is lost: in total, and first by whom, place 1 being the worst-off."""
    if loss is None:
        return "no assignment is left"
    if not loss.fairness:
        return f"{loss.total:.4f}"
    (place, lost), others = loss.fairness[0], len(loss.fairness) - 1
    more = f" and {others} more" if others else ""
    return f"{loss.total:.4f}; place {place} {lost:.4f}{more}"


def _about(assigned: Assigned) -> Iterator[str]:
    """Say how good the assignment is, and what was asked about it."""
    whole = assigned.whole
    yield (
        f"Assigned by {whole.objective}: total {whole.total:.4f}, proved the most; the "
        f"worst-off challenge has {whole.fairness[0]:.4f}, the weakest sum is "
        f"{whole.weakest_sum:.4f}."
    )
    if assigned.compared:
        yield from _changes(assigned.compared)
    for step in assigned.frontier or ():
        yield (
            f"Nobody below {step.floor:.4f}: total {step.total:.4f}, {step.cost:.4f} less "
            "than the most."
        )


def _changes(compared: Comparison) -> Iterator[str]:
    for word, pairs in (("come in", compared.added), ("go out", compared.removed)):
        named = ", ".join(f"{challenge}:{provider}" for challenge, provider in pairs)
        yield f"By the conditions {word}: {named or 'none'}."
    if compared.loss is None:
        yield "Without the conditions there is no assignment."
    else:
        yield f"That costs {_loss(compared.loss)} (in total; by place, 1 the worst-off)."


def _cells(line: Line) -> Iterator[str]:
    suggestion = line.suggestion
    yield str(suggestion.rank)
    yield from (
        f"{part:.3f}"
        for part in (suggestion.score, suggestion.text_part, suggestion.theme_part)
    )
    yield suggestion.band or "-"
    yield f"{suggestion.coverage:.2f}"
    yield "-" if line.stability is None else f"{line.stability:.2f}"
    yield _plain(line.provider.id)
    yield _plain(line.provider.title)
    yield _plain(line.provider.organisation)
    yield ", ".join(line.provider.country)


def _why(reasons: Reasons) -> Iterator[Text]:
    yield Text(f"Words   {_strongest(reasons.words)}")
    yield Text(f"Themes  {_strongest(reasons.themes)}")
    if reasons.missing:
        yield Text(f"Missing {'; '.join(reasons.missing)}")
    for side, quote in (("Asked", reasons.challenge), ("Told", reasons.provider)):
        if quote:
            yield Text(f"{side} ({quote.field}): ") + _excerpt(quote)


def _strongest(shares: Sequence[Share]) -> str:
    shown = ", ".join(
        f"{_plain('/'.join(one.names))} {one.share:.3f}" for one in shares[:_SHOWN_SHARES]
    )
    rest = sum(one.share for one in shares[_SHOWN_SHARES:])
    others = f", {len(shares) - _SHOWN_SHARES} more {rest:.3f}" if rest else ""
    return shown + others or "none in common"


def _excerpt(quote: Quote) -> Text:
    """Return the stretch of a passage that has most shared words, with *marks* on them."""
    starts = [start for start, _ in quote.marks] or [0]
    first = max(starts, key=lambda start: sum(start <= s < start + _SHOWN_TEXT for s in starts))
    if len(quote.text) <= _SHOWN_TEXT:
        first = 0
    elif first:
        # a few words before the first mark; from the beginning of one of them
        first = quote.text.rfind(" ", 0, max(first - 40, 0)) + 1
    last = len(quote.text)
    if last > first + _SHOWN_TEXT:
        last = max(quote.text.rfind(" ", first, first + _SHOWN_TEXT), first + _SHOWN_TEXT - 40)
    shown = Text("... " if first else "")
    at = first
    for start, end in quote.marks:
        if first <= start and end <= last:
            shown.append(_plain(quote.text[at:start]))
            shown.append(f"*{_plain(quote.text[start:end])}*", style="bold")
            at = end
    shown.append(_plain(quote.text[at:last]))
    return shown.append(" ..." if last < len(quote.text) else "")


def _plain(text: str) -> str:
    """Return a stranger's text on one line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " / "))
