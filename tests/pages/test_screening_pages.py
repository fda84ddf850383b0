"""Pages on which staff screen: a queue, one submission with what was found, two people."""

from datetime import timedelta

from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.programmes.models import Call, Programme
from app.screening.models import Exclusion
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, StepTaken
from app.submissions.service import revisions, steps
from tests.accounts.conftest import Enter
from tests.decisions.people import actor
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_person,
    a_theme,
    an_exclusion,
    organisation_of,
    themes,
)
from tests.pages.conftest import as_role
from tests.pages.test_decision_pages import place_of, tag_on

PROPOSAL = {"rule": "Governments alone take part.", "feedback": "No authority has signed it."}


def queue_of(session: Session, row: Submission) -> str:
    return f"{place_of(session, session.get_one(Call, row.call_id))}/screening"


def test_staff_propose_and_somebody_else_approves(
    session: Session, browser: TestClient
) -> None:
    row = a_challenge(session, state=State.SUBMITTED)
    place = f"/submissions/{row.code}"
    as_role(session, browser, Role.STAFF)

    saved = browser.post(f"{place}/screening", data=PROPOSAL)
    own = browser.get(f"{place}/exclusion/steps/approve").text
    as_role(session, browser, Role.STAFF)
    shown = browser.get(f"{place}/exclusion/steps/approve").text
    done = browser.post(f"{place}/exclusion/steps/approve", data={"expected": tag_on(shown)})

    session.expire_all()
    assert saved.headers["location"] == f"{place}/screening?done=exclusion-proposed"
    assert "You have proposed this yourself." in own
    assert PROPOSAL["feedback"] in shown
    assert done.headers["location"] == f"{place}/screening?done=exclusion-approve"
    assert row.state is State.INELIGIBLE
    assert "Found not eligible" in browser.get(place).text


def test_what_cannot_be_proposed_is_told_beside_its_field(
    session: Session, staff: TestClient
) -> None:
    row = a_challenge(session, state=State.SUBMITTED)
    session.commit()

    refused = staff.post(f"/submissions/{row.code}/screening", data={"rule": "x"})

    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert session.exec(select(Exclusion)).all() == []


def test_a_refusal_needs_a_reason(session: Session, staff: TestClient) -> None:
    row = an_exclusion(session)
    session.commit()
    place = f"/submissions/{row.code}/exclusion/steps/refuse"
    tag = tag_on(staff.get(place).text)

    silent = staff.post(place, data={"expected": tag})
    told = staff.post(place, data={"expected": tag, "reason": "The ministry has signed it."})

    assert (silent.status_code, told.status_code) == (422, 303)
    assert "Whoever has proposed it will read it." in silent.text
    session.expire_all()
    assert (row.state, row.message) == ("refused", "The ministry has signed it.")


def test_a_queue_lists_what_was_found_and_leads_on_to_many_steps(
    session: Session, staff: TestClient
) -> None:
    french = ChallengeContent(
        problem="Nos petites rivières montent en une heure, et personne ne le sait.",
        outcome="Les habitants sont prévenus.",
    ).model_dump()
    row = a_challenge(session, state=State.SUBMITTED, language="fr", content=french)
    session.commit()
    queue, place = queue_of(session, row), "/programmes/{}/steps/challenge"
    of = session.get_one(Programme, row.programme_id)

    calls = staff.get(f"/programmes/{of.code}/screening").text
    page = staff.get(f"{queue}?finding=summary").text
    other = staff.get(f"{queue}?finding=appeal").text
    call = session.get_one(Call, row.call_id).code
    many = f"{place.format(of.code)}?step=ask-summary&code={row.code}&call={call}"
    asked = staff.get(many).text
    done = staff.post(
        place.format(of.code),
        data={
            "step": "ask-summary",
            "code": row.code,
            "call": call,
            "answer_by": "2100-03-01T12:00",
        },
    )

    assert queue in calls
    assert row.code in page
    assert "Summary missing" in page
    assert row.code not in other
    assert "Ask for a summary: 1 submission" in asked
    assert done.headers["location"] == f"{queue}?done=many"
    session.expire_all()
    assert (row.state, row.asked) == (State.RETURNED, {"summary": ""})
    assert row.answer_by is not None


def test_many_steps_refuse_a_date_that_is_none(session: Session, staff: TestClient) -> None:
    row = a_challenge(session, state=State.SUBMITTED)
    session.commit()
    of = session.get_one(Programme, row.programme_id).code
    said = {"step": "return", "code": row.code, "reason": "Say more.", "answer_by": "soon"}

    refused = staff.post(f"/programmes/{of}/steps/challenge", data=said)

    assert refused.status_code == 422
    session.expire_all()
    assert row.state is State.SUBMITTED


def test_one_page_shows_the_text_the_difference_and_the_themes_that_it_may_be_about(
    session: Session, staff: TestClient
) -> None:
    themes(session)
    a_theme(session, "practice:open-source", labels={"en": "Open source"})
    row = a_challenge(session, state=State.SUBMITTED)
    revisions.keep(session, row)
    problem = "Our river floods thrice a year. The source code is open."
    row.content = {**row.content, "problem": problem}
    row.asked = {"problem": "How often?"}
    revisions.keep(session, row)
    session.commit()
    place = f"/submissions/{row.code}"

    page = staff.get(f"{place}/screening").text
    added = staff.post(
        f"{place}/proposed-themes",
        data={"expected": tag_on(page), "themes": "practice:open-source"},
    )
    nothing = staff.post(f"{place}/proposed-themes", data={"expected": tag_on(page)})

    assert "twice" in page.partition("<del>")[2].partition("</del>")[0]
    assert "thrice" in page.partition("<ins>")[2].partition("</ins>")[0]
    assert "How often?" in page
    assert "open, source" in page
    assert added.headers["location"] == f"{place}/screening?done=themes-added"
    assert nothing.headers["location"] == f"{place}/screening?done=nothing-ticked"
    session.expire_all()
    assert row.themes == [*THEMES, "practice:open-source"]


def test_auditors_read_what_is_proposed_and_change_nothing(
    session: Session, browser: TestClient
) -> None:
    row = an_exclusion(session)
    as_role(session, browser, Role.AUDITOR)

    page = browser.get(f"/submissions/{row.code}/screening").text

    assert row.feedback in page
    assert "/exclusion/steps/" not in page
    assert "What was found" not in page


def test_staff_ask_question_by_question_and_a_team_reads_it_there(
    session: Session, staff: TestClient, enter: Enter
) -> None:
    person = a_person(session)
    organisation = organisation_of(session, person)
    row = a_challenge(session, state=State.SUBMITTED, organisation_id=organisation)
    session.commit()
    place = f"/submissions/{row.code}"
    asking = staff.get(f"{place}/steps/return").text

    late = {
        "expected": tag_on(asking),
        "asked.0.key": "problem",
        "answer_by": "2001-01-01T12:00",
    }
    refused = staff.post(f"{place}/steps/return", data=late | {"asked.0.text": "Since when?"})
    said = late | {"asked.0.text": "Since when?", "answer_by": "2100-01-01T12:00"}
    staff.post(f"{place}/steps/return", data=said)
    team = enter(person)
    topics, topic = team.get(place).text, team.get(f"{place}/topics/problem").text

    assert refused.status_code == 422
    assert "Choose a date that is to come." in refused.text
    assert "Since when?" in topics
    assert "Send it again before" in topics
    assert "Since when?" in topic


def test_a_team_reads_why_it_is_not_eligible_and_appeals(
    session: Session, enter: Enter
) -> None:
    person = a_person(session)
    row = a_challenge(
        session,
        organisation_id=organisation_of(session, person),
        state=State.INELIGIBLE,
        answer_by=now() + timedelta(days=3),
        message="Governments alone take part.",
    )
    session.commit()
    team, place = enter(person), f"/submissions/{row.code}"

    page = team.get(place).text
    tag = tag_on(team.get(f"{place}/steps/appeal").text)
    silent = team.post(f"{place}/steps/appeal", data={"expected": tag})
    done = team.post(f"{place}/steps/appeal", data={"expected": tag, "reason": "It is signed."})

    assert "Your submission is not eligible" in page
    assert "Governments alone take part." in page
    assert "your team can appeal once" in page
    assert silent.status_code == 422
    assert done.headers["location"] == f"{place}?done=appeal"
    session.expire_all()
    assert (row.state, row.appeal) == (State.SUBMITTED, "It is signed.")
    assert session.exec(select(Letter)).all() == []


def test_a_final_exclusion_offers_no_appeal(session: Session, enter: Enter) -> None:
    person = a_person(session)
    row = a_challenge(
        session,
        organisation_id=organisation_of(session, person),
        state=State.INELIGIBLE,
        appeal="It is signed.",
    )
    session.commit()

    page = enter(person).get(f"/submissions/{row.code}").text

    assert "Your team has appealed. This is final." in page
    assert f"/submissions/{row.code}/steps/appeal" not in page


def test_a_second_screener_finds_the_proposals_of_others_among_the_tasks(
    session: Session, browser: TestClient
) -> None:
    row = an_exclusion(session)
    steps.take(
        session,
        actor(session, Role.LEAD),
        Kind.CHALLENGE,
        a_challenge(session, call_id=a_call(session).id, state=State.SUBMITTED).id,
        "pass",
        StepTaken(),
    )
    as_role(session, browser, Role.STAFF)

    page = browser.get("/tasks").text

    of = session.get_one(Programme, row.programme_id).code
    assert f"/programmes/{of}/screening" in page
    assert "Approve or refuse that 1 submission is not eligible" in page
