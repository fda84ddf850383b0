"""A call that is being screened: what is proposed, asked, answered and not eligible."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.core.base.clock import now
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent
from app.submissions.service import revisions
from tests.factories import a_call, a_challenge, a_form, an_exclusion, an_organisation

PROBLEM: Final = (
    "Every spring the small rivers of our valleys rise within one hour, and households below "
    "the bridges learn of the water when it already stands in their cellars. We share data of "
    "forty sensors as open data, and nobody reads them at night."
)
WORDS: Final = (
    "data, cloud, sensors, platform, portal, map, app, code, model, network, grid, " * 2
)
RULE: Final = {
    "subject": "country",
    "one_of": ["NO", "FR"],
    "reason": "Norway and France pay for this call.",
}


def screened(session: Session, programme: Programme, team: UUID) -> dict[str, str]:
    """Let a call of a programme be screened; return the names of what stands in it."""
    over = datetime(2021, 1, 1, tzinfo=UTC)
    call = a_call(
        session, programme_id=programme.id, title="A call in screening", closes_at=over
    )
    empty = a_call(session, programme_id=programme.id, title="Nothing waits", closes_at=over)
    form = a_form(session, call, questions=[{"key": "problem"}], rules=[RULE])

    def sent(problem: str, **fields: Any) -> Submission:
        content = ChallengeContent(problem=problem).model_dump()
        fields.setdefault("state", State.SUBMITTED)
        fields.setdefault("themes", ["policy-domain:ENVI"])
        return a_challenge(session, call_id=call.id, form_id=form.id, content=content, **fields)

    asked = {"problem": "How often does this happen, and since when?"}
    answered = sent(PROBLEM.replace("Every spring", "In May"), title="Floods at night")
    revisions.keep(session, answered)
    answered.content = {**answered.content, "problem": PROBLEM}
    answered.asked, answered.submitted_at = asked, now()
    revisions.keep(session, answered)
    abroad = an_organisation(session, country="DE").id
    proposed = sent(
        "Our company sells an app for rivers.",
        title="An app for rivers",
        organisation_id=abroad,
    )
    an_exclusion(session, submission=proposed)
    sent(WORDS, title="A platform for everything", language="en")
    sent("Nos rivières montent en une heure.", title="Crues soudaines", language="fr")
    until = now() + timedelta(days=9)
    mine = {"organisation_id": team}
    returned = sent(PROBLEM, state=State.RETURNED, answer_by=until, asked=asked, **mine)
    returned.message = "We cannot compare your challenge with others yet."
    failed = sent(PROBLEM, state=State.INELIGIBLE, answer_by=until, **mine)
    failed.message = "Governments alone take part.\n\nNo authority has signed what you sent."
    return {
        "screened_call": call.code,
        "screened_none": empty.code,
        "answered": answered.code,
        "excluded": proposed.code,
        "my_returned": returned.code,
        "my_ineligible": failed.code,
    }
