"""How the answer of `counterpart match` is written: a table, JSON or CSV."""

import csv
import io
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from pydantic_core import to_json
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.cli.screen import width_of
from app.core.tables.formulas import guarded
from app.matchmaking.engine.files import Answer, Assigned, Comparison
from app.matchmaking.engine.suggestions import (
    Quote,
    Reasons,
    Suggestion,
    needs_in_json,
    warnings_in_json,
)
from app.matchmaking.results import Loss
from app.submissions.records import SubmissionRecord

_SHOWN_SHARES = 6
_SHOWN_TEXT = 300


def written(
    answer: Answer,
    form: str,
    to_output: bool,
    report: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Write an answer, part by part.

    Parameters
    ----------
    form : {"table", "json", "csv"}
    to_output : bool
        True: to the standard output; a terminal gets its width and its colours.
    report : callable
        Is told after each challenge how many are done.
    """
    suggestions = _counted(answer.suggestions, report)
    if form == "json":
        return as_json(answer, suggestions)
    if form == "csv":
        return as_csv(answer, suggestions)
    return as_table(answer, suggestions, to_output and sys.stdout.isatty())


def _counted(
    suggestions: Iterable[Suggestion], report: Callable[[int], None]
) -> Iterator[Suggestion]:
    """Pass suggestions on, and tell how many challenges they are of."""
    by_challenge = groupby(suggestions, key=lambda suggestion: suggestion.challenge.id)
    for done, (_, of_one) in enumerate(by_challenge, 1):
        yield from of_one
        report(done)


# --- JSON ------------------------------------------------------------------------------


def _encoded(value: Any) -> str:
    """Write a value as JSON; pydantic's writer takes a quarter of the standard one's time."""
    return to_json(value).decode()


def as_json(answer: Answer, suggestions: Iterable[Suggestion]) -> Iterator[str]:
    """Write everything that is known, for programs: one suggestion a line."""
    yield f'{{\n  "settings": {_encoded(asdict(answer.settings))},\n  "suggestions": ['
    separator = "\n"
    for suggestion in suggestions:
        yield f"{separator}    {_encoded(_content(suggestion))}"
        separator = ",\n"
    rest: dict[str, Any] = {"notes": answer.notes}
    if answer.settings.explain:
        rest["untold"] = answer.untold
    if answer.assigned:
        parts = asdict(answer.assigned)
        rest["assignment"] = parts.pop("whole")
        rest |= {name: part for name, part in parts.items() if part is not None}
    members = (f'  "{name}": {_encoded(value)}' for name, value in rest.items())
    yield "\n  ],\n" + ",\n".join(members) + "\n}\n"


def _content(suggestion: Suggestion) -> dict[str, Any]:
    pair, confidence, reasons = suggestion.pair, suggestion.confidence, suggestion.reasons
    content = {
        "challenge": _named(suggestion.challenge),
        "provider": _named(suggestion.provider),
        "rank": pair.rank,
        "score": pair.score,
        "text_part": pair.text_part,
        "theme_part": pair.theme_part,
        "coverage": pair.coverage,
        "band": pair.band,
        "told": pair.told,
        "warnings": warnings_in_json(suggestion.warnings),
        "stability": confidence.stability,
        "turns_at": confidence.breakpoint,
        "hub": confidence.hub and confidence.hub._asdict(),
    }
    if reasons:
        content["reasons"] = {
            "sentence": reasons.lead,
            "words": [
                {"names": c.words, "phrase": c.phrase, "share": c.share} for c in reasons.words
            ],
            "themes": [{"names": [c.feature], "share": c.share} for c in reasons.themes],
            "missing": reasons.missing_in_words,
            "challenge": _passage(reasons.challenge),
            "provider": _passage(reasons.provider),
            "needs": needs_in_json(reasons.needs),
        }
    return content


def _passage(quote: Quote | None) -> dict[str, Any] | None:
    if quote is None:
        return None
    return {"field": quote.field, "text": quote.text, "marks": quote.marks}


def _named(record: SubmissionRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "title": record.title,
        "organisation": record.organisation,
        "country": record.country,
    }


# --- CSV -------------------------------------------------------------------------------


def as_csv(answer: Answer, suggestions: Iterable[Suggestion]) -> Iterator[str]:
    """Write one suggestion a row, for spreadsheets; the notes have no place in it."""
    losses = _losses(answer)
    out = io.StringIO()
    names = [*_COLUMNS, *(_REASONS if answer.settings.explain else ())]
    table = csv.DictWriter(out, [*names, *(["regret"] if losses else [])], lineterminator="\n")
    table.writeheader()
    yield _taken(out)
    for suggestion in suggestions:
        row = _row(suggestion)
        if losses:
            row["regret"] = losses[suggestion.challenge.id, suggestion.provider.id]
        table.writerow({n: guarded(v) if isinstance(v, str) else v for n, v in row.items()})
        yield _taken(out)


def _taken(out: io.StringIO) -> str:
    """Return what was written since."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


_COLUMNS: Final = (
    *("challenge", "challenge_title", "rank", "provider", "provider_title", "organisation"),
    *("country", "score", "text_part", "theme_part", "coverage", "band", "told"),
    *("stability", "turns_at", "hub"),
)
_REASONS: Final = (
    *("sentence", "phrases", "themes", "missing", "challenge_passage", "provider_passage"),
    "points_told",
)


def _row(suggestion: Suggestion) -> dict[str, Any]:
    challenge, provider, pair = suggestion.challenge, suggestion.provider, suggestion.pair
    hub = suggestion.confidence.hub
    row = {
        "challenge": challenge.id,
        "challenge_title": challenge.title,
        "rank": pair.rank,
        "provider": provider.id,
        "provider_title": provider.title,
        "organisation": provider.organisation,
        "country": ";".join(provider.country),
        "score": pair.score,
        "text_part": pair.text_part,
        "theme_part": pair.theme_part,
        "coverage": pair.coverage,
        "band": pair.band,
        "told": pair.told,
        "stability": suggestion.confidence.stability,
        "turns_at": suggestion.confidence.breakpoint,
        "hub": f"{hub.places} of {hub.eligible}" if hub else "",
    }
    return row | _reason_cells(suggestion.reasons) if suggestion.reasons else row


def _reason_cells(reasons: Reasons) -> dict[str, str]:
    return {
        "sentence": reasons.lead,
        "phrases": "; ".join(f"{name} {share:.4f}" for name, share in _shared(reasons)),
        "themes": "; ".join(f"{one.feature} {one.share:.4f}" for one in reasons.themes),
        "missing": "; ".join(reasons.missing_in_words),
        "challenge_passage": reasons.challenge.text if reasons.challenge else "",
        "provider_passage": reasons.provider.text if reasons.provider else "",
        "points_told": reasons.points_in_words,
    }


def _shared(reasons: Reasons) -> list[tuple[str, float]]:
    """Return the phrases that both tell, and what all other shared words add together."""
    phrases = reasons.phrases
    rest = math.fsum(one.share for one in reasons.words if not one.phrase)
    return [*phrases.items(), *([("(other words)", rest)] if rest else [])]


# --- table -----------------------------------------------------------------------------


def as_table(
    answer: Answer, suggestions: Iterable[Suggestion], on_screen: bool
) -> Iterator[str]:
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
    for _, of_one in groupby(suggestions, key=lambda suggestion: suggestion.challenge.id):
        _print_challenge(console, list(of_one), losses)
        yield _printed(out)
    for sentence in _about(answer.assigned) if answer.assigned else ():
        console.print(_plain(sentence))
    for note in answer.notes:
        console.print(_plain(note))
    yield _printed(out)


def _printed(out: io.StringIO) -> str:
    """Return what was printed since, without blanks at the end of lines."""
    lines = out.getvalue().splitlines()
    out.seek(0)
    out.truncate()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _print_challenge(
    console: Console,
    suggestions: Sequence[Suggestion],
    losses: Mapping[tuple[str, str], str],
) -> None:
    challenge = suggestions[0].challenge
    where = f" ({', '.join(challenge.country)})" if challenge.country else ""
    console.print(Text(_plain(f"{challenge.id}  {challenge.title}{where}"), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("rank", "score", "text", "themes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("band", no_wrap=True)
    for name in ("coverage", "stability"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("provider", "title", "organisation", "country"):
        table.add_column(name, overflow="fold")
    if losses:
        table.add_column("without it, lost", no_wrap=True)
    for suggestion in suggestions:
        pair = (challenge.id, suggestion.provider.id)
        table.add_row(*_cells(suggestion), *([losses[pair]] if losses else []))
    console.print(table)
    for suggestion in suggestions:
        if suggestion.reasons:
            console.print(Text(_plain(f"  Why {suggestion.provider.id}"), style="bold"))
            console.print(Padding(Text("\n").join(_why(suggestion.reasons)), (0, 0, 1, 4)))


def _losses(answer: Answer) -> dict[tuple[str, str], str]:
    """Say what is lost without each assigned pair, where it is known."""
    if answer.assigned is None:
        return {}
    never = "fewer are served" if answer.assigned.whole.shortfalls else "no assignment is left"
    return {
        (r.challenge, r.solution): never if r.loss is None else _loss(r.loss)
        for r in answer.assigned.regret or ()
        if r.chosen
    }


def _loss(loss: Loss) -> str:
    """Say what is lost: in total, and first by whom, place 1 being the worst-off."""
    if not loss.fairness:
        return f"{loss.total:.4f}"
    (place, lost), others = loss.fairness[0], len(loss.fairness) - 1
    more = f" and {others} more" if others else ""
    return f"{loss.total:.4f}; place {place} {lost:.4f}{more}"


def _about(assigned: Assigned) -> Iterator[str]:
    """Say how good the assignment is, and answer what was asked about it."""
    whole = assigned.whole
    without = sum(not shortfall.providers for shortfall in whole.shortfalls)
    served = whole.fairness[without:]
    whose = "worst-off challenge that is served" if without else "worst-off challenge"
    fairness = (
        f"; the {whose} has {served[0]:.4f}, the weakest sum is {whole.weakest_sum:.4f}"
        if served
        else ""
    )
    yield (
        f"Assigned by {whole.objective}: total {whole.total:.4f}, the proven maximum{fairness}."
    )
    if assigned.compared:
        yield from _changes(assigned.compared)
    for step in assigned.frontier or ():
        yield (
            f"Nobody below {step.floor:.4f}: total {step.total:.4f}, {step.cost:.4f} less "
            "than the most."
        )


def _changes(compared: Comparison) -> Iterator[str]:
    for word, pairs in (("add", compared.added), ("remove", compared.removed)):
        named = ", ".join(f"{challenge}:{provider}" for challenge, provider in pairs)
        yield f"The conditions {word}: {named or 'none'}."
    if compared.loss is None:
        yield "Without the conditions there is no assignment."
    else:
        yield f"That costs {_loss(compared.loss)} (in total; by place, 1 the worst-off)."


def _cells(suggestion: Suggestion) -> Iterator[str]:
    pair, provider = suggestion.pair, suggestion.provider
    stability = suggestion.confidence.stability
    yield str(pair.rank)
    yield from (f"{part:.3f}" for part in (pair.score, pair.text_part, pair.theme_part))
    yield pair.band
    yield f"{pair.coverage:.2f}"
    yield "-" if stability is None else f"{stability:.2f}"
    yield _plain(provider.id)
    yield _plain(provider.title)
    yield _plain(provider.organisation)
    yield ", ".join(provider.country)


def _why(reasons: Reasons) -> Iterator[Text]:
    yield Text(_plain(reasons.lead))
    if reasons.needs:
        yield Text(f"Points  {_plain(reasons.points_in_words)}")
    yield Text(f"Phrases {_strongest(_shared(reasons))}")
    yield Text(f"Themes  {_strongest([(one.feature, one.share) for one in reasons.themes])}")
    if reasons.missing:
        yield Text(f"Missing {'; '.join(reasons.missing_in_words)}")
    for side, quote in (("Challenge", reasons.challenge), ("Provider", reasons.provider)):
        if quote:
            yield Text(f"{side} ({quote.field}): ") + _excerpt(quote)


def _strongest(shares: Sequence[tuple[str, float]]) -> str:
    shown = ", ".join(f"{_plain(name)} {share:.3f}" for name, share in shares[:_SHOWN_SHARES])
    rest = sum(share for _, share in shares[_SHOWN_SHARES:])
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
