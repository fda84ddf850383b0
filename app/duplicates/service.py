"""Which submissions tell nearly the same: for those who may read every one of them.

What is asked about is checked in the session of the request. All else happens when the answer
is computed: it reads in short sessions of its own, and holds none while it compares.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.duplicates import queries
from app.duplicates.schemas import (
    MOST_AT_ONCE,
    MOST_COMPARED,
    MOST_PAIRS,
    MOST_PASSAGES,
    MOST_SIMILAR,
    BesideRead,
    ComparisonRead,
    MarkedRead,
    PairRead,
    PairsRead,
    SimilarRead,
    SimilarsRead,
    SubmittedRead,
)
from app.matchmaking import deferred
from app.matchmaking.likenesses import Alike, Marks, SideBySide, SubmittedTexts
from app.programmes import service as programmes
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session that reads."""

READ_AT_ONCE: Final = 500
"""Submissions whose texts are held at once."""
SHOWN: Final = 600
"""Characters of a passage that a list shows."""
BEFORE: Final = 80
"""Of these, characters before the first mark."""


def similar(
    session: Session, actor: Actor, kind: Kind, key: UUID | str, opened: Opened
) -> Callable[[], SimilarsRead]:
    """Return what finds the submissions that tell nearly the same as one.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    NotPermitted
        If the actor may not read the submissions of all teams.
    """
    row = _handed_in(session, actor, kind, key)
    own, programme_id, version = row.id, row.programme_id, row.version

    def compute() -> SimilarsRead:
        with opened() as reading:
            near = queries.of_a_programme(reading, actor, programme_id, None, MOST_COMPARED)
            far = queries.elsewhere(reading, actor, programme_id, MOST_COMPARED - len(near))
            n_all = queries.number(reading, actor)
        # Itself always, also where its programme has more than are compared.
        versions = {own: version} | {each.id: each.version for each in (*near, *far)}
        told = _told(opened, actor, versions)
        found = deferred.near_duplicates(told, own) if own in told else []
        beside = {own} | {each.id for each in near if each.kind is kind}
        groups = [
            [pair for pair in found if ({pair.first, pair.second} <= beside) is is_near]
            for is_near in (True, False)
        ]
        return _similars(opened, actor, own, groups, len(told) - 1, n_all - len(told))

    return compute


def comparison(
    session: Session, actor: Actor, kind: Kind, key: UUID | str, other: UUID | str
) -> Callable[[], ComparisonRead]:
    """Return what compares two submissions, passage by passage.

    Raises
    ------
    NotFound
        If there is no such submission, or none that the actor may read.
    NotPermitted
        If the actor may not read the submissions of all teams.
    """
    rows = [
        _handed_in(session, actor, kind, key),
        _handed_in(session, actor, None, other),
    ]
    keys = [row.id for row in rows]
    names = queries.named(session, actor, keys)
    texts = {one.key: one for one in queries.texts(session, actor, keys)}
    here, there = (texts[key] for key in keys)

    def compute() -> ComparisonRead:
        (found,) = deferred.side_by_side(here, [there], MOST_PASSAGES)
        return ComparisonRead(
            here=names[keys[0]],
            there=names[keys[1]],
            of_here=found.of_first,
            of_there=found.of_second,
            passages=_beside(here, there, found, None),
        )

    return compute


def pairs(
    session: Session,
    actor: Actor,
    programme: UUID | str,
    call: UUID | str | None,
    opened: Opened,
) -> Callable[[], PairsRead]:
    """Return what finds all pairs of a programme, or of a call, that tell nearly the same.

    Raises
    ------
    NotFound
        If there is no such programme, or it has no such call.
    NotPermitted
        If the actor may not read the submissions of all teams.
    Conflict
        If there are too many to look through while somebody waits.
    """
    policy.require(actor, Action.SUBMISSION_READ)
    of = programmes.programme(session, programme)
    call_id = None
    if call is not None:
        found = programmes.call(session, actor, call)
        if found.programme_id != of.id:
            raise NotFound(Message("There is no call {key}.", key=call))
        call_id = found.id
    where = [col(Submission.programme_id) == of.id]
    if call_id is not None:
        where.append(col(Submission.call_id) == call_id)
    n_all = queries.number(session, actor, *where)
    if n_all > MOST_AT_ONCE:
        raise Conflict(
            Message(
                "These are {n:,} submissions; all pairs of at most {most:,} are compared.",
                n=n_all,
                most=MOST_AT_ONCE,
            ),
            remedy="Ask for one call alone, or for what is like one submission.",
        )
    programme_id = of.id

    def compute() -> PairsRead:
        n_compared, found = alike(opened, actor, programme_id, call_id)
        return _pairs(opened, actor, found, n_compared)

    return compute


def alike(
    opened: Opened, actor: Actor, programme_id: UUID, call_id: UUID | None = None
) -> tuple[int, Sequence[Alike]]:
    """Return how many submissions of a programme were compared, and the pairs that were found.

    Whoever asks may read all of them. Of more than `MOST_AT_ONCE` the first by code are.
    """
    with opened() as reading:
        rows = queries.of_a_programme(reading, actor, programme_id, call_id, MOST_AT_ONCE)
    told = _told(opened, actor, {each.id: each.version for each in rows})
    return len(told), deferred.near_duplicates(told)


def _handed_in(
    session: Session, actor: Actor, kind: Kind | None, key: UUID | str
) -> Submission:
    """Return a submission for somebody who may compare it with those of all teams."""
    row = (
        submissions.find(session, actor, key)
        if kind is None
        else submissions.get(session, actor, kind, key)
    )
    # A team reads its own, and must not learn what others have written.
    policy.require(actor, Action.SUBMISSION_READ)
    if row.submitted_at is None:
        raise NotFound(Message("There is no {kind} {key}.", kind=row.kind, key=key))
    return row


def _told(opened: Opened, actor: Actor, versions: Mapping[UUID, int]) -> Mapping[UUID, Any]:
    """Return what is compared of submissions; the texts alone are read that are new."""
    told = deferred.known(versions)
    new = [key for key in versions if key not in told]
    for start in range(0, len(new), READ_AT_ONCE):
        with opened() as session:
            some = queries.texts(session, actor, new[start : start + READ_AT_ONCE])
        told |= deferred.read(some)
    # In the order in which they were asked for, whatever was known before.
    return {key: told[key] for key in versions if key in told}


def _similars(
    opened: Opened,
    actor: Actor,
    own: UUID,
    groups: Sequence[Sequence[Alike]],
    n_compared: int,
    n_left_out: int,
) -> SimilarsRead:
    listed = [[_other(pair, own) for pair in group[:MOST_SIMILAR]] for group in groups]
    keys = [own, *(key for group in listed for key in group)]
    with opened() as session:
        names = queries.named(session, actor, keys)
        texts = {one.key: one for one in queries.texts(session, actor, keys)}
    if own not in names or own not in texts:  # taken back since it was asked for
        raise NotFound("There is no such submission any more.")
    # What has gone meanwhile is left out.
    kept = [[key for key in group if key in names and key in texts] for group in listed]
    others = [texts[key] for group in kept for key in group]
    found = dict(
        zip(
            (other.key for other in others),
            deferred.side_by_side(texts[own], others, 1),
            strict=True,
        )
    )
    near, far = (
        [
            SimilarRead(
                submission=names[key],
                of_this=found[key].of_first,
                of_other=found[key].of_second,
                beside=next(iter(_beside(texts[own], texts[key], found[key], SHOWN)), None),
            )
            for key in group
        ]
        for group in kept
    )
    return SimilarsRead(
        submission=names[own],
        least=deferred.least_share(),
        n_compared=n_compared,
        n_left_out=n_left_out,
        n_found=sum(map(len, groups)),
        similar=near,
        elsewhere=far,
    )


def _other(pair: Alike, own: UUID) -> UUID:
    return pair.second if pair.first == own else pair.first


def _pairs(opened: Opened, actor: Actor, found: Sequence[Alike], n_compared: int) -> PairsRead:
    listed = found[:MOST_PAIRS]
    with opened() as session:
        names = queries.named(
            session, actor, (key for pair in listed for key in (pair.first, pair.second))
        )
    return PairsRead(
        least=deferred.least_share(),
        n_compared=n_compared,
        n_found=len(found),
        pairs=[_pair(names, one) for one in listed if {one.first, one.second} <= set(names)],
    )


def _pair(names: Mapping[UUID, SubmittedRead], found: Alike) -> PairRead:
    """Name the two sides of a pair, in the order of their codes."""
    sides = [(names[found.first], found.of_first), (names[found.second], found.of_second)]
    (first, of_first), (second, of_second) = sorted(sides, key=lambda side: side[0].code)
    return PairRead(first=first, second=second, of_first=of_first, of_second=of_second)


def _beside(
    here: SubmittedTexts, there: SubmittedTexts, found: SideBySide, most: int | None
) -> list[BesideRead]:
    return [
        BesideRead(
            here=_marked(one, here.texts[one], marks, most),
            there=_marked(other, there.texts[other], others, most),
        )
        for one, marks, other, others in found.passages
    ]


def _marked(field: str, text: str, marks: Marks, most: int | None) -> MarkedRead:
    """Return a passage with its marks; at most so many characters from about the first on."""
    start, stop = 0, len(text)
    if most is not None and len(text) > most:
        first = marks[0][0]
        if first > BEFORE:
            # not within a word
            start = text.find(" ", first - BEFORE, first) + 1 or first
        stop = min(start + most, len(text))
    return MarkedRead(
        field=field,
        start=start,
        text=text[start:stop],
        length=len(text),
        marks=list(_within(marks, start, stop)),
    )


def _within(marks: Marks, start: int, stop: int) -> Iterable[tuple[int, int]]:
    return ((a - start, min(b, stop) - start) for a, b in marks if a < stop)
