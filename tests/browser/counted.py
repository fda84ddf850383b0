"""An edition that is over, with enough teams for its figures to be told."""

from datetime import UTC, datetime

from sqlmodel import Session

from app.decisions.models import Release
from app.programmes.lifecycle import CallKind
from app.submissions.lifecycle import Kind, State
from tests.factories import a_call, a_challenge, a_programme, a_solution, an_organisation

OVER = datetime(2019, 6, 1, tzinfo=UTC)
TEAMS = {"BR": 14, "FR": 12, "KE": 7, "IT": 6, "JP": 3, "MT": 2}
TOLD = {
    Kind.CHALLENGE: {"problem": "It was told then.", "outcome": "It is over."},
    Kind.SOLUTION: {"experience": "It was shared then."},
}
OUTCOMES = (*[State.NOT_SELECTED] * 3, *[State.SELECTED] * 2, State.LEARNING_TRACK)


def counted(session: Session) -> dict[str, str]:
    """Let an edition of long ago have challenges and solutions, all of them decided about."""
    programme = a_programme(
        session, code="earlier-edition", title="Earlier edition", created_at=OVER
    )
    for kind, make, call_kind in (
        (Kind.CHALLENGE, a_challenge, CallKind.CHALLENGES),
        (Kind.SOLUTION, a_solution, CallKind.SOLUTIONS),
    ):
        call = a_call(
            session,
            call_kind,
            programme_id=programme.id,
            opens_at=datetime(2019, 1, 1, tzinfo=UTC),
            closes_at=OVER,
        )
        session.add(
            Release(programme_id=programme.id, call_id=call.id, decisions=44, letters=0)
        )
        countries = [country for country, n in TEAMS.items() for _ in range(n)]
        for at, country in enumerate(countries):
            level = ("central", "local", "regional")[at % 5 % 3]
            team = an_organisation(session, country=country, level=level)
            make(
                session,
                call_id=call.id,
                organisation_id=team.id,
                state=OUTCOMES[at % len(OUTCOMES)],
                themes=["policy-domain:ENVI" if at % 3 else "policy-domain:SOCI"],
                title=f"{kind.value.capitalize()} {at + 1} of an earlier edition",
                content=TOLD[kind],
                submitted_at=OVER,
            )
    return {"counted": programme.code}
