"""The dossier of a run, for those who advise: method, suggestions with reasons, verdicts."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.tables.exporting import Named
from app.documents import typesetting
from app.documents.blocks import (
    UNKNOWN_SAID,
    Block,
    Document,
    Facts,
    Heading,
    Items,
    Notice,
    Paragraph,
    Table,
    Text,
    Written,
)
from app.matchmaking import method
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.reasons import reasons_of
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.schemas.settings import Objective, RunSettings
from app.matchmaking.schemas.suggestions import SuggestionRead
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service import pairs_today, queries
from app.programmes.models import Programme
from app.submissions.models import Submission
from app.themes import service as themes

BEST: Final = 5
"""How many suggestions of each challenge stand in it, beside those that are assigned."""
MOST_CHALLENGES: Final = 100
"""How many challenges stand in it at most; who reads more wants the workbook."""
MOST_LINES: Final = 1_000
"""How many suggestions stand in it at most."""
MOST_VERDICTS: Final = 20
"""How many verdicts on a challenge stand in it at most, the newest ones."""
LONGEST_REASON: Final = 1_000
"""Characters of the reason of a verdict that stand in it."""

NamesOf = Callable[[Session, Actor, Mapping[str, Set[Hashable]]], Named]
Opened = Callable[[], AbstractContextManager[Session]]

_FIRST: Final[Mapping[Objective, Message]] = {
    "leximin": Message(
        "The assignment serves the challenge first that is worst off, then the next one."
    ),
    "total": Message("The assignment has the highest sum of scores."),
    "maxmin": Message("The assignment raises the weakest sum of a challenge first."),
}
_ORDER: Final = {Outcome.CHOSEN: 0, Outcome.RESERVE: 1, Outcome.REJECTED: 2}


@dataclass(frozen=True, slots=True)
class _Content:
    """What was read for a dossier.

    Attributes
    ----------
    challenges : sequence of PartyRead
        Those that stand in it, in the order of codes.
    n_all : int
        How many challenges the run has.
    lines : mapping of UUID to list of SuggestionRead
        By challenge, the best first.
    verdicts : mapping of UUID to list of VerdictRead
        By challenge: those that count.
    sides : mapping of UUID to PartyRead
    languages : mapping of UUID to str or None
        In which language each submission is written.
    is_shortened : bool
        Whether there are more verdicts, or longer reasons, than stand in it.
    names, labels : mapping
        Who decided; what people call each theme.
    """

    run: MatchRun
    programme: Programme
    settings: RunSettings
    assignment: AssignmentRead
    challenges: Sequence[PartyRead]
    n_all: int
    lines: Mapping[UUID, list[SuggestionRead]]
    verdicts: Mapping[UUID, list[VerdictRead]]
    sides: Mapping[UUID, PartyRead]
    languages: Mapping[UUID, str | None]
    is_shortened: bool
    names: Named = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """Of when it is: of the newest that stands in it."""
        ended = self.run.finished_at or self.run.created_at
        return max([ended, *(v.created_at for of in self.verdicts.values() for v in of)])


def dossier(
    opened: Opened, actor: Actor, run: MatchRun, names_of: NamesOf, into: Language
) -> Iterator[bytes]:
    """Yield the dossier as PDF; nothing is open any more while it is set.

    Parameters
    ----------
    opened : callable
        Opens a session that reads.
    run : MatchRun
        One that has a result, read by its reader.
    names_of : callable of (session, actor, identifiers by kind)
        Returns what identifiers name.
    into : Language
        That of its reader.
    """
    with opened() as session:
        content = _read(session, actor, run, names_of, into)
    yield typesetting.pdf(_Writing(content, into).document())


def _read(
    session: Session, actor: Actor, run: MatchRun, names_of: NamesOf, into: Language
) -> _Content:
    settings = RunSettings.model_validate(run.settings)
    codes = queries.codes_of_challenges(session, run.id)
    most = min(MOST_CHALLENGES, max(1, MOST_LINES // (BEST + settings.providers_max)))
    challenges = sorted(
        queries.parties_by_code(session, codes[:most]).values(), key=lambda side: side.code
    )
    keys = [side.id for side in challenges]
    lines = defaultdict[UUID, list[SuggestionRead]](list)
    for line in queries.best(session, actor, run.id, keys, BEST, plainly=True):
        lines[line.challenge.id].append(line)
    verdicts = defaultdict[UUID, list[VerdictRead]](list)
    for verdict in pairs_today.standing(session, run.id, keys).values():
        verdicts[verdict.challenge_id].append(verdict)
    shown = {key: _newest(of) for key, of in verdicts.items()}
    listed = [verdict for of in shown.values() for verdict in of]
    others = [verdict.solution_id for verdict in listed]
    sides = queries.parties(session, [*keys, *others])
    sides |= {line.solution.id: line.solution for of in lines.values() for line in of}
    deciders: set[Hashable] = {v.decided_by for v in listed if v.decided_by}
    statement = select(Submission.id, Submission.language).where(
        col(Submission.id).in_(sides.keys())
    )
    return _Content(
        run=run,
        programme=session.get_one(Programme, run.programme_id),
        settings=settings,
        assignment=AssignmentRead.model_validate(run.assignment),
        challenges=challenges,
        n_all=len(codes),
        lines=lines,
        verdicts=shown,
        sides=sides,
        languages=dict(session.exec(statement).all()),
        is_shortened=any(
            len(of) > MOST_VERDICTS or any(len(v.reason) > LONGEST_REASON for v in of)
            for of in verdicts.values()
        ),
        names=names_of(session, actor, {"decider": deciders}),
        labels=themes.labels(session, into.tag),
    )


def _newest(verdicts: list[VerdictRead]) -> list[VerdictRead]:
    """Return the newest verdicts, the chosen first."""
    newest = sorted(verdicts, key=lambda v: v.created_at, reverse=True)[:MOST_VERDICTS]
    return sorted(newest, key=lambda v: _ORDER[v.outcome])


class _Writing:
    """Writes a dossier in the language of its reader."""

    def __init__(self, content: _Content, into: Language) -> None:
        self.content = content
        self.into = into
        self.zone = content.programme.zone
        self.themes: Named = {key: (label,) for key, label in content.labels.items()}

    def document(self) -> Document:
        content = self.content
        return Document(
            title=self.into.say(
                Message("Matchmaking of {programme}", programme=content.programme.title)
            ),
            over=self.into.say(Message("Dossier for the advisory board")),
            code=content.run.code,
            language=self.into.tag,
            at=content.at,
            unknown=self.into.say(UNKNOWN_SAID),
            blocks=[
                *self._run(),
                *self._method(),
                *self._assignment(),
                *self._challenges(),
                *self._made_with(),
            ],
        )

    def _run(self) -> Iterator[Block]:
        into, run = self.into, self.content.run
        yield Facts(
            [
                (into.say(Message("Run")), run.code),
                (into.say(Message("Asked for")), into.moment(run.created_at, self.zone)),
                (into.say(Message("Challenges")), into.number(run.n_challenges)),
                (into.say(Message("Solutions")), into.number(run.n_solutions)),
                (into.say(Message("Verdicts as of")), into.moment(self.content.at, self.zone)),
            ]
        )
        if run.provisional:
            provisional = Message(
                "This run is provisional: it ranks what is not selected, or not yet."
            )
            yield Notice(into.say(provisional))
        if len(self.content.challenges) < self.content.n_all:
            left_out = Message(
                "This dossier holds the first {shown:,} of {all:,} challenges, in the order of "
                "their codes. The decision workbook holds all of them.",
                shown=len(self.content.challenges),
                all=self.content.n_all,
            )
            yield Notice(into.say(left_out))

    def _method(self) -> Iterator[Block]:
        into, settings = self.into, self.content.settings
        words = round(100 * settings.text_weight)
        yield Heading(into.say(Message("How the ranking works")))
        yield Paragraph(into.say(method.LEAD))
        yield Heading(into.say(Message("What is compared")), 2)
        yield Items([into.say(line) for line in method.COMPARED])
        shares = Message(
            "Of the score, {words} parts of 100 come from words and {themes} from themes, as "
            "was set for this run.",
            words=words,
            themes=100 - words,
        )
        yield Paragraph(into.say(shares))
        yield Heading(into.say(Message("What is not compared")), 2)
        yield Items([into.say(line) for line in method.NOT_COMPARED])
        if settings.cross_border:
            yield Paragraph(into.say(method.ACROSS_BORDERS))
        yield Heading(into.say(Message("What it cannot tell")), 2)
        people = Message(
            "Strong, fair and weak say how much of what a challenge asks a provider tells. No "
            "comparison of texts knows the people, or whether the time is right. This is why "
            "people decide, and give a reason."
        )
        yield Paragraph(into.say(people))

    def _assignment(self) -> Iterator[Block]:
        into, found = self.into, self.content.assignment
        yield Heading(into.say(Message("Best whole assignment")))
        if found.reason is not None:
            yield Notice(
                into.say(Message("There is no assignment: {reason}.", reason=found.reason))
            )
            return
        yield Paragraph(into.say(_FIRST[found.objective]))
        if found.total is not None and found.bound == found.total:
            total = Message("The sum of its scores is {total:.4f}.", total=found.total)
            yield Paragraph(f"{into.say(total)} {into.say(method.PROVED)}")
        rows = [
            [self._titled(line.challenge), self._named(line.solution), self._rank(line)]
            for side in self.content.challenges
            for line in self.content.lines.get(side.id, ())
            if line.assigned
        ]
        if rows:
            head = (Message("Challenge"), Message("Provider"), Message("Place"))
            yield Table([into.say(one) for one in head], rows, [5, 5, 1])
        else:
            yield Paragraph(into.say(method.NOTHING_IN_COMMON))
        shown = {side.code: side for side in self.content.challenges}
        short = [
            self._short(shown[one.challenge], one.missing)
            for one in found.shortfalls
            if one.challenge in shown
        ]
        if short:
            yield Heading(into.say(Message("Where more are wished for")), 2)
            yield Items(short)

    def _short(self, challenge: PartyRead, missing: int) -> str:
        wishes = self.into.ngettext(
            "It wishes for %(num)s more.", "It wishes for %(num)s more.", missing
        )
        return f"{challenge.code}, {self._whose(challenge)}: {wishes % {'num': missing}}"

    def _challenges(self) -> Iterator[Block]:
        into = self.into
        yield Heading(into.say(Message("Challenges and suggestions")))
        best = Message(
            "For each challenge: the best {best} suggestions, those beside them that the best "
            "whole assignment holds, and what people have decided.",
            best=BEST,
        )
        yield Paragraph(into.say(best))
        shortened = Message(
            "Of verdicts on a challenge the newest {most} stand here, each reason up to "
            "{longest:,} characters. The pages of the run show all of it.",
            most=MOST_VERDICTS,
            longest=LONGEST_REASON,
        )
        if self.content.is_shortened:
            yield Paragraph(into.say(shortened))
        head = (Message("Place"), Message("Provider"), Message("Score"), Message("Reason"))
        for side in self.content.challenges:
            yield Heading(self._written(side, f"{side.code}: {side.title}"), 2)
            yield Paragraph(self._whose(side))
            if untold := self.content.assignment.untold.get(side.code):
                yield from (Paragraph(into.say(method.UNTOLD)), Items(untold))
            lines = self.content.lines.get(side.id, [])
            if lines:
                rows = [self._line(line) for line in lines]
                yield Table([into.say(one) for one in head], rows, [2, 9, 3, 9])
            else:
                nothing = Message("No provider has anything in common with it.")
                yield Paragraph(into.say(nothing))
            verdicts = self.content.verdicts.get(side.id, [])
            if verdicts:
                yield Heading(into.say(Message("What people have decided")), 3)
                yield Items([self._decided(verdict) for verdict in verdicts])

    def _line(self, line: SuggestionRead) -> list[Text]:
        into = self.into
        said = [into.say(reason) for reason in reasons_of(line, self.themes)]
        if line.assigned:
            said.append(into.say(Message("In the best whole assignment")))
        if line.withdrawn:
            said.append(into.say(Message("Takes no part any more")))
        score = [into.word(line.band, "band")] if line.band else []
        score.append(into.number(line.score, 3))
        return [
            self._rank(line),
            self._named(line.solution),
            "\n".join(score),
            "\n".join(said),
        ]

    def _decided(self, verdict: VerdictRead) -> str:
        solution = self.content.sides[verdict.solution_id]
        by = next(iter(self.content.names.get(verdict.decided_by, ())), "")
        day = self.into.day(verdict.created_at, self.zone)
        word = self.into.word(verdict.outcome)
        who = ", ".join(filter(None, (by, day)))
        about = (
            f"{word[:1].upper()}{word[1:]}: {solution.code}, {self._whose(solution)} ({who})"
        )
        cut = " [...]" if len(verdict.reason) > LONGEST_REASON else ""
        return f"{about}\n“{verdict.reason[:LONGEST_REASON]}{cut}”"

    def _made_with(self) -> Iterator[Block]:
        into, run = self.into, self.content.run
        yield Heading(into.say(Message("How it can be checked")))
        frozen = Message(
            "The run keeps what it was asked with as it was then. Who has the same inputs and "
            "versions gets the same order."
        )
        yield Paragraph(into.say(frozen))
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        facts: list[tuple[Text, Text]] = [
            (into.say(Message("Fingerprint of the inputs (SHA-256)")), run.digest)
        ]
        if versions:
            facts.append((into.say(Message("Versions of the software")), versions))
        yield Facts(facts)

    def _rank(self, line: SuggestionRead) -> str:
        return self.into.number(line.rank)

    def _whose(self, side: PartyRead) -> str:
        return f"{side.organisation}, {self.into.country(side.country)}"

    def _titled(self, side: PartyRead) -> Text:
        return self._written(side, f"{side.code}: {side.title}")

    def _named(self, side: PartyRead) -> Text:
        return self._written(side, f"{self._whose(side)}\n{side.code}: {side.title}")

    def _written(self, side: PartyRead, text: str) -> Written:
        return Written(text, self.content.languages.get(side.id))
