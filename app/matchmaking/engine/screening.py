"""What people should look at in what providers tell, in the words of their records."""

from collections.abc import Sequence

from app.matchmaking.engine.profiles import fields_of
from app.matchmaking.engine.suggestions import Origin, Warning
from app.submissions.records import SubmissionRecord
from matching import Screening, Spot


def warnings_of(
    screening: Screening,
    challenges: Sequence[SubmissionRecord],
    providers: Sequence[SubmissionRecord],
    language: str,
) -> dict[str, list[Warning]]:
    """Return what people should look at, by the id of the provider.

    Parameters
    ----------
    screening : Screening
    challenges, providers : sequences of SubmissionRecord
        What was screened, in that order.
    language : str
        The working language.
    """
    found: dict[str, list[Warning]] = {}

    def where(spot: Spot) -> Origin:
        records = challenges if spot.side == "query" else providers
        record = records[spot.profile]
        fields = fields_of(record, working_language=language)
        return Origin(record.id, fields[spot.passage], spot.start, spot.stop)

    for copy in screening.copies:
        name, field, start, stop = where(copy.place)
        counted = copy.source.side == "candidate"
        warning = Warning("copied", field, start, stop, (), where(copy.source), counted)
        found.setdefault(name, []).append(warning)
    for spot in screening.lists:
        name, field, start, stop = where(spot)
        found.setdefault(name, []).append(Warning("list", field, start, stop))
    for profile in screening.pool:
        if profile.claimed:
            claim = Warning("claimed", "themes", themes=tuple(sorted(profile.claimed)))
            found.setdefault(profile.id, []).append(claim)
    return found
