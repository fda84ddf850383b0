"""A programme whose call for solutions is open, with challenges that lack something."""

from datetime import timedelta

from sqlmodel import Session

from app.core.base.clock import now
from app.programmes.lifecycle import CallKind
from app.submissions.lifecycle import State
from app.submissions.schemas import ChallengeContent, SolutionContent
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_solution,
    a_user,
    an_organisation,
)

ASKED = (
    (
        "PT",
        "Small rivers flood our villages within an hour",
        "Volunteers watch the water at night, and the alarm comes when it is in the houses.",
        "We want cheap sensors that warn the villages. We want training for volunteers.",
    ),
    (
        "KE",
        "Permits for food stalls take seven signatures",
        "Traders queue for days, and each office keeps a paper file of its own.",
        "One form on the telephone. A single office that decides about permits.",
    ),
    (
        "CL",
        "Nobody reads the letters about pensions",
        "Old people do not understand what we write, and call the office.",
        "Letters in plain language, tried out with the people who read them.",
    ),
)
SENT = (
    "Cheap sensors watch our small rivers and warn the villages within an hour, day and night.",
    "Our villages warn each other of the river by telephone chains.",
    "We put forms for permits on the telephone, with one office that decides.",
    "We measure noise at night along the motorway.",
    "Our libraries lend tools and teach how to repair them.",
    "We plan bus lines with the people who take them.",
)
TOLD = (
    "We hold training for volunteers in our villages each spring, with the fire service.",
    "We rewrote our letters about pensions in plain language, and tried them with readers.",
)


def watched(session: Session) -> dict[str, str]:
    """Let a call for solutions be open with three quarters of its time over."""
    at = now()
    programme = a_programme(session, code="watched-edition", title="An edition that is open")
    a_programme(session, code="unwatched-edition", title="An edition that has not begun")
    call = a_call(
        session,
        CallKind.SOLUTIONS,
        programme_id=programme.id,
        code="solutions",
        opens_at=at - timedelta(days=45),
        closes_at=at + timedelta(days=15, hours=1),
    )
    names: dict[str, str] = {"watched": programme.code, "watched_call": call.code}
    for country, title, problem, outcome in ASKED:
        row = a_challenge(
            session,
            programme_id=programme.id,
            organisation_id=an_organisation(session, country=country).id,
            state=State.SELECTED,
            title=title,
            content=ChallengeContent(problem=problem, outcome=outcome).model_dump(),
        )
        names["watched_flood" if country == "PT" else "watched_last"] = row.code
    for number, text in enumerate(SENT):
        a_solution(
            session,
            call_id=call.id,
            state=State.SUBMITTED,
            title=f"What our city does, {number + 1}",
            content=SolutionContent(experience=text).model_dump(),
            submitted_at=at - timedelta(days=20 - number),
        )
    earlier = a_programme(session, code="told-before", title="What was told before")
    for has_people, text in zip((True, False), TOLD, strict=True):
        team = an_organisation(
            session, name=f"Agency of {'people' if has_people else 'letters'}"
        )
        row = a_solution(
            session,
            programme_id=earlier.id,
            organisation_id=team.id,
            state=State.NOT_SELECTED,
            title="Training for volunteers" if has_people else "Letters that are understood",
            content=SolutionContent(experience=text).model_dump(),
        )
        names["watched_reached" if has_people else "watched_unreached"] = row.code
        if has_people:
            a_user(session, organisation_id=team.id)
    return names
