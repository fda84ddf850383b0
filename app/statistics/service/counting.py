"""Who was submitted, eligible, selected, suggested and matched, counted for the one rule.

`app.statistics.service.disclosure` decides what of it is told.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sql
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists

from app.core.tables.regions import REGIONS, Region
from app.matches.lifecycle import KNOWN_TO_EACH_OTHER, MatchState
from app.matches.models import Match
from app.matchmaking.models import Suggestion
from app.matchmaking.service.run_figures import FIRST
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.statistics.schemas.groups import Division, Experience, FunnelStage
from app.statistics.service.disclosure import Counts, Group
from app.submissions.lifecycle import FOUND_ELIGIBLE, TAKES_PART, Kind, State
from app.submissions.models import Submission

GIVEN_A_PLACE: Final = TAKES_PART | {State.DECLINED}
"""The states of what was selected, whether the team has taken its place or not."""
AGREED: Final = KNOWN_TO_EACH_OTHER | {MatchState.ENDED}
"""The states of matches to which both sides have said yes."""
UNKNOWN: Final = "unknown"
"""Where nobody has said it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Submissions that are alike in all that is counted, and how many they are.

    Attributes
    ----------
    country, level, language : str
    is_first : bool
        Whether the organisation had submitted nothing to another programme before.
    state : State
    is_suggested, is_matched : bool
    names_country, names_team : bool
        Whether everybody may read of the country, and of the team, that they are selected.
    is_published : bool
        Whether everybody may read that one of these is selected.
    themes : tuple of str
    n : int
    """

    country: str
    level: str
    language: str
    is_first: bool
    state: State
    is_suggested: bool
    is_matched: bool
    names_country: bool
    names_team: bool
    is_published: bool
    themes: tuple[str, ...]
    n: int


_COMES: Final[Mapping[FunnelStage, Callable[[Counted], bool]]] = {
    FunnelStage.SUBMITTED: lambda _: True,
    FunnelStage.ELIGIBLE: lambda one: one.state in FOUND_ELIGIBLE,
    FunnelStage.SELECTED: lambda one: one.state in GIVEN_A_PLACE,
    FunnelStage.SUGGESTED: lambda one: one.is_suggested,
    FunnelStage.MATCHED: lambda one: one.is_matched,
}
_KEYS: Final[Mapping[Division, Callable[[Counted], str]]] = {
    Division.REGION: lambda one: REGIONS.get(one.country, Region.EUROPE),
    Division.COUNTRY: lambda one: one.country,
    Division.LEVEL: lambda one: one.level,
    Division.LANGUAGE: lambda one: one.language,
    Division.EXPERIENCE: lambda one: (
        Experience.FIRST_TIME if one.is_first else Experience.BEFORE
    ),
}
_KNOWN: Final[Mapping[Division, Callable[[Counted], bool]]] = {
    Division.REGION: lambda one: one.names_country,
    Division.LEVEL: lambda one: one.names_team,
    Division.LANGUAGE: lambda one: one.is_published,
    Division.EXPERIENCE: lambda one: one.names_team,
    Division.THEME: lambda one: one.is_published,
}
"""Of whom everybody knows where it belongs, by the catalogue."""


def counted(
    session: Session,
    programme_id: UUID,
    kind: Kind,
    run_id: UUID | None = None,
    *,
    with_themes: bool = False,
    published: bool = False,
) -> list[Counted]:
    """Return what was submitted to a programme, counted; drafts are not.

    Parameters
    ----------
    run_id : UUID, optional
        The run whose suggestions count.
    with_themes : bool
        Whether they are told apart by their themes as well.
    published : bool
        Whether only those of published calls count: not of one that was cancelled.
    """
    earlier = aliased(Submission)
    side = Match.challenge_id if kind is Kind.CHALLENGE else Match.solution_id
    listed = Suggestion.challenge_id if kind is Kind.CHALLENGE else Suggestion.solution_id
    of_run = (col(Suggestion.run_id) == run_id, col(Suggestion.rank) <= FIRST)
    of_calls = sql.select(col(Call.id)).where(
        col(Call.programme_id) == programme_id, col(Call.state) == CallState.PUBLISHED
    )
    is_published = sql.and_(
        col(PublicNotice.id).is_not(None), col(Submission.state).in_(TAKES_PART)
    )
    facts = {
        "country": col(Organisation.country),
        "level": col(Organisation.level),
        "language": sql.func.coalesce(col(Submission.language), UNKNOWN),
        "is_first": ~exists().where(
            col(earlier.organisation_id) == col(Submission.organisation_id),
            col(earlier.programme_id) != programme_id,
            col(earlier.submitted_at) < col(Submission.submitted_at),
        ),
        "state": col(Submission.state),
        "is_suggested": (exists().where(col(listed) == col(Submission.id), *of_run))
        if run_id
        else sql.false(),
        "is_matched": exists().where(
            col(side) == col(Submission.id), col(Match.state).in_(AGREED)
        ),
        "names_country": sql.and_(is_published, col(PublicNotice.names_country)),
        "names_team": sql.and_(is_published, col(PublicNotice.names_organisation)),
        "is_published": is_published,
        "themes": sql.cast(Submission.themes, sql.Text) if with_themes else sql.literal("[]"),
    }
    each = (
        sql.select(*(fact.label(name) for name, fact in facts.items()))
        .select_from(Submission)
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .outerjoin(
            PublicNotice,
            sql.and_(
                col(PublicNotice.challenge_id) == col(Submission.id),
                col(PublicNotice.state) == NoticeState.PUBLISHED,
            ),
        )
        .where(
            col(Submission.programme_id) == programme_id,
            col(Submission.kind) == kind,
            col(Submission.submitted_at).is_not(None),
            col(Submission.call_id).in_(of_calls) if published else sql.true(),
        )
        .subquery()
    )
    rows = session.execute(
        sql.select(*each.c, sql.func.count().label("n")).group_by(*each.c)
    ).mappings()
    return [
        Counted(
            **{**row, "state": State(row["state"]), "themes": tuple(json.loads(row["themes"]))}
        )
        for row in rows
    ]


def divided(
    rows: Sequence[Counted],
    stages: Sequence[FunnelStage],
    by: Division,
    *,
    known: bool = False,
) -> Group:
    """Return all of it in the groups of a division; countries stand within their regions.

    Parameters
    ----------
    stages : sequence of FunnelStage
        Each of them counts what has come through those before it as well.
    known : bool
        Whether what everybody knows is told apart.
    """
    is_known = _KNOWN[by] if known else None
    parts = [
        _group(
            key,
            within,
            stages,
            is_known,
            [
                _group(country, of_country, stages, is_known)
                for country, of_country in _by(within, _KEYS[Division.COUNTRY])
            ]
            if by is Division.REGION
            else (),
        )
        for key, within in _by(rows, _KEYS[by])
    ]
    return _group("", rows, stages, is_known, parts)


def by_theme(
    rows: Sequence[Counted], stages: Sequence[FunnelStage], *, known: bool = False
) -> Iterator[Group]:
    """Yield for each theme all of it, parted in what names the theme and what does not."""
    is_known = _KNOWN[Division.THEME] if known else None
    for theme in sorted({theme for row in rows for theme in row.themes}):
        named = dict(_by(rows, lambda row, key=theme: key in row.themes))  # type: ignore[misc]  # -- bound at once
        parts = [
            _group(theme if names else "", within, stages, is_known)
            for names, within in named.items()
        ]
        yield _group(theme, rows, stages, is_known, parts)


def _group(
    key: str,
    rows: Sequence[Counted],
    stages: Sequence[FunnelStage],
    is_known: Callable[[Counted], bool] | None,
    parts: Sequence[Group] = (),
) -> Group:
    known = [row for row in rows if is_known(row)] if is_known else []
    return Group(key, _counts(rows, stages), _counts(known, stages) if is_known else (), parts)


def _counts(rows: Sequence[Counted], stages: Sequence[FunnelStage]) -> Counts:
    counts = []
    for stage in stages:
        rows = [row for row in rows if _COMES[stage](row)]
        counts.append(sum(row.n for row in rows))
    return tuple(counts)


def _by(
    rows: Sequence[Counted], key: Callable[[Counted], Hashable]
) -> list[tuple[str, list[Counted]]]:
    found = defaultdict[str, list[Counted]](list)
    for row in rows:
        found[key(row)].append(row)  # type: ignore[index]  # -- texts, or whether
    return sorted(found.items())
