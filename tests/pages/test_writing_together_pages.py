"""A team names people from elsewhere in the browser, and they find what is shared with them."""

import pytest
from sqlmodel import Session, col, delete, update

from app.access.policy import Role
from app.accounts.models import Collaborator, Membership, User
from app.programmes.models import Call
from tests.accounts.conftest import Enter
from tests.factories import a_form, a_person
from tests.teams.people import Team, a_team, collaborates


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


def of_the_team(team: Team) -> User:
    owner = team.draft.organisation_id
    return a_person(team.session, Role.MEMBER, organisation_id=owner)


def from_elsewhere(team: Team, may: str) -> User:
    """Somebody who is nothing in any organisation, and may do this with the draft."""
    person = a_person(team.session)
    held = col(Membership.user_id) == person.id
    team.session.execute(delete(Membership).where(held))
    collaborates(team.session, team.draft, person, may)
    team.session.commit()
    return person


def test_somebody_is_named_and_taken_off_without_a_script(team: Team, enter: Enter) -> None:
    person = of_the_team(team)
    team.session.commit()
    browser = enter(person)
    place = f"/submissions/{team.draft.code}"
    ann = {"email": "ann@example.org", "name": "Ann", "may": "comment"}

    empty = browser.get(f"{place}/team").text
    refused = browser.post(f"{place}/team", data={"email": "nobody"})
    oneself = browser.post(f"{place}/team", data=ann | {"email": person.email})
    named = browser.post(f"{place}/team", data=ann)

    assert "Nobody from elsewhere works on it." in empty
    assert (refused.status_code, oneself.status_code) == (422, 422)
    assert "This person is a member of your team" in oneself.text
    assert named.headers["location"] == f"{place}/team?done=collaborator-named"
    shown = browser.get(f"{place}/team").text
    assert "ann@example.org" in shown
    assert f'href="{place}/team"' in browser.get(place).text
    end = shown.split(f'action="{place}/team/')[1].split('"')[0]
    ended = browser.post(f"{place}/team/{end}")
    assert ended.headers["location"] == f"{place}/team?done=collaborator-ended"
    assert "Nobody from elsewhere works on it." in browser.get(f"{place}/team").text


@pytest.mark.parametrize(
    ("may", "form"), [("read", False), ("comment", False), ("write", True)]
)
def test_who_is_from_elsewhere_finds_what_is_shared_and_nothing_else(
    team: Team, enter: Enter, may: str, *, form: bool
) -> None:
    browser = enter(from_elsewhere(team, may))
    place = f"/submissions/{team.draft.code}"

    mine = browser.get("/submissions").text
    shown = browser.get(place)

    assert f'href="{place}"' in mine
    assert 'href="/submissions"' in browser.get("/tasks").text
    assert "of another team" in mine
    assert team.other.code not in mine
    assert "Open calls" not in mine
    assert shown.status_code == 200
    assert ("Check your answers" in shown.text) is form
    assert f'href="{place}/team"' not in shown.text
    assert browser.get(f"/submissions/{team.other.code}").status_code == 404
    assert browser.get(f"{place}/team").status_code == 403
    assert browser.get(f"{place}/steps/submit").status_code == 403
    topic = browser.get(f"{place}/topics/problem")
    assert (topic.status_code, topic.headers.get("location")) == (
        (200, None) if form else (303, place)
    )
    told = {"seen": "", "content.problem": "The river floods."}
    saved = browser.post(f"{place}/topics/problem", data=told).status_code
    assert (saved == 403) is not form


def test_who_was_taken_off_finds_that_nothing_is_shared(team: Team, enter: Enter) -> None:
    person = from_elsewhere(team, "read")
    team.session.execute(update(Collaborator).values(ended_at=team.draft.created_at))
    team.session.commit()

    mine = enter(person).get("/submissions")

    assert mine.status_code == 200
    assert "Nobody shares a submission with you at the moment." in mine.text
    assert team.draft.code not in mine.text


def test_who_writes_with_a_team_reads_that_the_team_sends_it(team: Team, enter: Enter) -> None:
    team.draft.themes, person = [], of_the_team(team)
    helper = from_elsewhere(team, "write")

    told, own = (
        enter(one).get(f"/submissions/{team.draft.code}/check").text for one in (helper, person)
    )

    assert "missing before it can be sent." in told
    assert "Somebody of the team sends it." in told
    assert "Your roles do not" not in told
    assert "missing before you can send it." in own
    assert "Somebody of the team sends it." not in own


def test_people_talk_beside_a_question_without_a_script(team: Team, enter: Enter) -> None:
    helper = from_elsewhere(team, "comment")
    asking, place = of_the_team(team), f"/submissions/{team.draft.code}"
    team.session.commit()
    browser = enter(asking)

    empty = browser.get(f"{place}/comments?about=problem").text
    nothing = browser.post(f"{place}/comments", data={"question": "problem", "body": " "})
    said = browser.post(
        f"{place}/comments",
        data={"question": "problem", "body": "<b>Figures?</b>", "asks": str(helper.id)},
    )
    shown = browser.get(f"{place}/comments").text
    thread = shown.split('<section class="panel" id="t-')[1].split('"')[0]
    refused = browser.post(f"{place}/comments", data={"thread": thread, "body": ""})

    assert "Nobody has said anything yet." in empty
    assert '<option value="problem" selected>' in empty
    assert (nothing.status_code, refused.status_code) == (422, 422)
    assert "Write something." in nothing.text
    assert said.headers["location"] == f"{place}/comments?done=comment-said"
    assert "&lt;b&gt;Figures?&lt;/b&gt;" in shown
    assert "<b>Figures" not in shown
    assert "1 open comment" in browser.get(place).text
    assert "1 open comment" in browser.get(f"{place}/topics/problem").text
    assert "1 open comment" not in browser.get(f"{place}/topics/outcome").text
    assert "waits for you" not in browser.get("/tasks").text
    helping = enter(helper)
    assert "1 comment on" in helping.get("/tasks").text
    to_topic = f'<a class="link" href="{place}/topics/problem">'
    assert to_topic in shown
    assert to_topic not in helping.get(f"{place}/comments").text


def test_a_comment_is_changed_removed_and_resolved_without_a_script(
    team: Team, enter: Enter
) -> None:
    browser, place = enter(from_elsewhere(team, "write")), f"/submissions/{team.draft.code}"
    for body in ("Figures?", "Maps?"):
        browser.post(f"{place}/comments", data={"question": "problem", "body": body})
    shown = browser.get(f"{place}/comments").text
    comment = shown.split(f'action="{place}/comments/')[1].split("/")[0]
    thread = shown.split(f'action="{place}/threads/')[1].split("/")[0]

    changed = browser.post(f"{place}/comments", data={"comment": comment, "body": "Whose?"})
    resolved = browser.post(f"{place}/threads/{thread}/steps/resolve")
    after = browser.get(f"{place}/comments").text
    reopened = browser.post(f"{place}/threads/{thread}/steps/reopen")
    removed = browser.post(f"{place}/comments/{comment}/remove")

    done = [one.headers["location"] for one in (changed, resolved, reopened, removed)]
    assert [one.partition("done=")[2] for one in done] == [
        *("comment-changed", "thread-resolve", "thread-reopen", "comment-removed"),
    ]
    assert ("Whose?" in after, "Resolved" in after, "Open again" in after) == (True,) * 3
    assert "Whose?" not in browser.get(f"{place}/comments").text


def test_a_superior_is_named_and_asked_again_without_a_script(team: Team, enter: Enter) -> None:
    call = team.session.get_one(Call, team.draft.call_id)
    asked = [{"key": "problem", "required": True}]
    team.draft.form_id = a_form(team.session, call, questions=asked, support=True).id
    person = of_the_team(team)
    team.session.commit()
    browser, place = enter(person), f"/submissions/{team.draft.code}"
    ann = {"name": "Ann Berg", "office": "Director", "email": "ann@example.org"}

    topics = browser.get(place).text
    missing = browser.get(f"{place}/check").text
    refused = browser.post(f"{place}/support", data=ann | {"email": "nobody"})
    sent = browser.post(f"{place}/support", data=ann)
    waiting = browser.get(f"{place}/support").text
    again = browser.post(f"{place}/support", data=ann)

    assert f'href="{place}/support"' in topics
    assert "the statement of support is missing" in missing
    assert refused.status_code == 422
    assert sent.headers["location"] == f"{place}/support?done=support-asked"
    assert again.headers["location"] == f"{place}/support?done=support-asked"
    assert "waits for an answer" in waiting
    assert 'value="ann@example.org"' in waiting
    assert "Ann Berg has not said yet" in browser.get(f"{place}/check").text


def test_a_call_that_asks_for_no_support_shows_nothing_of_it(team: Team, enter: Enter) -> None:
    person = of_the_team(team)
    team.session.commit()
    browser, place = enter(person), f"/submissions/{team.draft.code}"

    sent = browser.post(
        f"{place}/support",
        data={"name": "Ann Berg", "office": "Director", "email": "ann@example.org"},
    )

    assert "Statement of support" not in browser.get(place).text
    assert "asks for no statement of support" in browser.get(f"{place}/support").text
    assert sent.status_code == 409
