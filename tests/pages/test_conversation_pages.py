"""The pages of a room: what both teams say, when they meet, what they agree on."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.conversations.models import AgreedTask, Meeting, RoomMessage
from app.conversations.service import messages
from app.core.base.clock import now
from app.matches.lifecycle import MatchState
from tests.accounts.conftest import Enter
from tests.attachments.samples import PDF
from tests.conversations.people import Pair, a_pair, talked
from tests.factories import a_person

HOSTILE = '<script>alert(1)</script> & "x" {{ 7 * 7 }} javascript:alert(1)'


@pytest.fixture
def pair(session: Session) -> Pair:
    return a_pair(session)


def come_in(pair: Pair, enter: Enter, side: str) -> TestClient:
    """Somebody of a side, in a browser of their own."""
    organisation = {
        one.id: one.organisation_id for one in (*pair.of.challenges, *pair.of.solutions)
    }
    key = pair.match.challenge_id if side == "challenge" else pair.match.solution_id
    person = a_person(pair.session, organisation_id=organisation[key])
    client = enter(person)
    pair.session.commit()
    return client


def place_of(pair: Pair) -> str:
    return f"/matches/{pair.match.code}/conversation"


def text_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_both_write_and_read_in_turns(pair: Pair, enter: Enter) -> None:
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    place = place_of(pair)

    empty = owner.get(place)
    said = owner.post(place, data={"body": "Which sensors?"}, follow_redirects=True)
    answered = provider.post(place, data={"body": "Cheap ones."}, follow_redirects=True)

    assert "Nobody has written anything yet." in empty.text
    assert "Sent. The people of both teams can read it." in said.text
    text = text_of(answered.text)
    assert text.index("Which sensors?") < text.index("Cheap ones.")


def test_a_message_is_changed_and_taken_back(pair: Pair, enter: Enter) -> None:
    owner, place = come_in(pair, enter, "challenge"), place_of(pair)
    owner.post(place, data={"body": "A secret"})
    message = pair.session.exec(select(RoomMessage.id)).one()

    changed = owner.post(
        place, data={"message": str(message), "body": "Less of it"}, follow_redirects=True
    )
    back = owner.post(f"{place}/messages/{message}/take-back", follow_redirects=True)

    assert "Less of it" in changed.text
    assert "A secret" not in changed.text
    assert "Taken back by its author." in back.text
    assert "Less of it" not in back.text


def test_what_is_wrong_is_said_and_nothing_is_lost(pair: Pair, enter: Enter) -> None:
    owner, place = come_in(pair, enter, "challenge"), place_of(pair)

    long = owner.post(place, data={"body": "a" * 4001})
    none = owner.post(place, data={"body": ""})

    assert (long.status_code, none.status_code) == (422, 422)
    assert "a" * 4001 in long.text
    assert 'class="wrong"' in long.text
    pair.match.state = MatchState.ENDED
    pair.session.commit()
    over = owner.post(place, data={"body": "Too late"})
    assert over.status_code == 409
    assert "do not work together any more" in text_of(over.text)


def test_what_people_write_stays_text(pair: Pair, enter: Enter) -> None:
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    place = place_of(pair)
    at = (now() + timedelta(days=2)).isoformat()

    owner.post(place, data={"body": HOSTILE})
    told = {"topic": HOSTILE, "place": HOSTILE, "minutes": "60", "times": at}
    owner.post(f"{place}/meetings", data=told)
    owner.post(f"{place}/tasks", data={"title": HOSTILE, "who": "solution"})

    for path in (place, f"{place}/meetings", f"{place}/tasks", "/tasks"):
        page = provider.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text
        if path != "/tasks":
            assert HOSTILE in text_of(page.text).replace("< ", "<") or HOSTILE in unescape(
                page.text
            ), path


def test_what_is_unread_is_counted_and_marked(pair: Pair, enter: Enter) -> None:
    pair.says("challenge")
    pair.says("challenge")
    provider, place = come_in(pair, enter, "solution"), place_of(pair)

    before = provider.get(place)
    tasks = provider.get("/tasks")
    match = provider.get(f"/matches/{pair.match.code}")
    after = provider.post(f"{place}/read", data={"number": "2"}, follow_redirects=True)

    assert "Mark 2 messages as read" in before.text
    assert "Read 2 messages about" in tasks.text
    assert "Open it: 2 unread messages" in match.text
    assert "Marked as read." in after.text
    assert "as read</button>" not in after.text
    assert "messages about" not in provider.get("/tasks").text


def test_long_conversations_have_pages(pair: Pair, enter: Enter) -> None:
    for number in range(1, 56):
        pair.says("challenge", f"Line-{number}.")
    provider, place = come_in(pair, enter, "solution"), place_of(pair)

    newest = provider.get(place)
    earlier = provider.get(f"{place}?before=6")

    assert f'href="{place}?before=6"' in newest.text
    assert "Line-55." in newest.text
    assert "Line-5." not in newest.text
    assert "Line-5." in earlier.text
    assert "Line-6." not in earlier.text
    assert "Newest messages" in earlier.text


def test_a_meeting_is_proposed_taken_and_cancelled(pair: Pair, enter: Enter) -> None:
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    place = f"{place_of(pair)}/meetings"
    times = re.findall(r'name="times" value="([^"]+)"', owner.get(place).text)

    proposed = owner.post(
        place,
        data={"topic": "Sensors", "minutes": "60", "times": times[:2]},
        follow_redirects=True,
    )
    waiting, task = provider.get(place), provider.get("/tasks")
    meeting = pair.session.exec(select(Meeting)).one()
    said = {"time": times[0], "expected": expected_in(waiting.text)}
    fixed = provider.post(
        f"{place}/{meeting.id}/steps/choose", data=said, follow_redirects=True
    )
    file = provider.get(f"{place}/{meeting.id}/calendar")
    said = {"expected": expected_in(fixed.text)}
    cancelled = owner.post(
        f"{place}/{meeting.id}/steps/cancel", data=said, follow_redirects=True
    )

    assert len(times) >= 5
    assert "Proposed. The other team gets a letter." in proposed.text
    assert "It waits for the other team." in proposed.text
    assert "Answer 1 proposal of a meeting" in task.text
    assert "Which time do you take?" in waiting.text
    assert "Fixed. Both teams get a letter." in fixed.text
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert file.headers["content-disposition"].endswith('.ics"')
    assert "BEGIN:VEVENT" in file.text
    assert "Cancelled. The other team gets a letter." in cancelled.text


def expected_in(page: str) -> str:
    return unescape(page.partition('name="expected" value="')[2].partition('"')[0])


def test_times_of_ones_own_are_of_the_zone_of_the_page(pair: Pair, enter: Enter) -> None:
    owner, place = come_in(pair, enter, "challenge"), f"{place_of(pair)}/meetings"
    day = (now() + timedelta(days=3)).date().isoformat()

    owner.post(place, data={"topic": "Sensors", "minutes": "30", "own": f"{day}T10:00"})

    found = pair.session.exec(select(Meeting)).one()
    page = owner.get(place)
    assert found.minutes == 30
    assert "10:00" in text_of(page.text)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"topic": "Sensors", "minutes": "60"}, "times"),
        ({"topic": "", "minutes": "60", "times": "2100-01-01T10:00:00Z"}, "topic"),
        ({"topic": "Sensors", "minutes": "60", "own": "2001-01-01T10:00"}, "times"),
        ({"topic": "Sensors", "minutes": "no", "times": "2100-01-01T10:00:00Z"}, "minutes"),
    ],
)
def test_a_proposal_that_lacks_something_is_shown_again(
    pair: Pair, enter: Enter, said: dict[str, str], wrong: str
) -> None:
    owner, place = come_in(pair, enter, "challenge"), f"{place_of(pair)}/meetings"

    refused = owner.post(place, data=said)

    assert refused.status_code == 422
    assert f'href="#{wrong}' in refused.text
    assert pair.session.exec(select(Meeting)).all() == []


def test_who_takes_a_time_of_what_was_moved_meanwhile_is_told(pair: Pair, enter: Enter) -> None:
    talked(pair.session, pair.of, pair.match)
    provider, place = come_in(pair, enter, "solution"), f"{place_of(pair)}/meetings"
    meeting = pair.session.exec(select(Meeting).where(Meeting.topic == "Our data")).one()

    said = {"meeting": str(meeting.id), "time": "", "expected": '"another"'}
    stale = provider.post(f"{place}/{meeting.id}/steps/choose", data=said)
    said["expected"] = expected_in(provider.get(place).text)
    nothing = provider.post(f"{place}/{meeting.id}/steps/choose", data=said)

    assert (stale.status_code, nothing.status_code) == (412, 422)
    assert "Somebody has changed this meeting meanwhile." in stale.text
    assert "Choose one of the times that are proposed." in nothing.text


def test_tasks_are_agreed_on_done_and_found_among_ones_own(pair: Pair, enter: Enter) -> None:
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    place = f"{place_of(pair)}/tasks"

    wrong = owner.post(place, data={"title": "Send the plan", "who": ""})
    said = {"title": "Send the plan", "who": "solution", "due_on": "2100-03-01"}
    added = owner.post(place, data=said, follow_redirects=True)
    own = provider.get("/tasks")
    task = pair.session.exec(select(AgreedTask.id)).one()
    done = provider.post(f"{place}/{task}/steps/finish", follow_redirects=True)

    assert wrong.status_code == 422
    assert "Choose who does it." in wrong.text
    assert "1 March 2100" in text_of(added.text)
    assert "Send the plan" in own.text
    assert "Send the plan" not in owner.get("/tasks").text
    assert "Marked as done." in done.text
    assert "Send the plan" not in provider.get("/tasks").text


def test_staff_come_in_while_both_let_them_and_can_do_nothing_there(
    pair: Pair, enter: Enter
) -> None:
    talked(pair.session, pair.of, pair.match)
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    staff, place = enter(a_person(pair.session, Role.STAFF)), place_of(pair)
    about = f"/matches/{pair.match.code}"
    paths = (place, f"{place}/meetings", f"{place}/attachments", f"{place}/tasks")

    facts, before = staff.get(about), [staff.get(path).status_code for path in paths]
    owner.post(f"{place}/steps/let-staff")
    one = [staff.get(path).status_code for path in paths]
    provider.post(f"{place}/steps/let-staff")
    both, shown = staff.get(about), [staff.get(path) for path in paths]
    owner.post(f"{place}/steps/shut-staff")
    after = [staff.get(path).status_code for path in paths]

    assert "2 messages, 2 meetings" in text_of(facts.text)
    assert "Both teams let you read it" not in facts.text
    assert "Both teams let you read it" in both.text
    assert before == one == after == [403] * len(paths)
    assert [page.status_code for page in shown] == [200] * len(paths)
    assert "thank you for choosing us" in shown[0].text
    for page in shown:
        assert '<form method="post" action="/matches/' not in page.text
    assert "lets the staff of the incubator read" in text_of(owner.get(place).text)


def test_the_list_of_the_staff_says_when_a_room_last_lived(pair: Pair, enter: Enter) -> None:
    staff = enter(a_person(pair.session, Role.STAFF))
    pair.says("challenge", "A canary")
    pair.session.commit()
    about = staff.get(f"/matches/{pair.match.code}").text
    listing = re.findall(r'href="(/programmes/[^"]+/matches)"', about)[0]

    page = staff.get(listing)

    assert "Last used on" in page.text
    assert ", 1 message" in text_of(page.text)
    assert "canary" not in page.text


def test_a_file_is_given_removed_and_put_back_without_a_script(
    pair: Pair, enter: Enter
) -> None:
    owner, provider = (come_in(pair, enter, side) for side in ("challenge", "solution"))
    place = f"{place_of(pair)}/attachments"

    empty = owner.get(place).text
    wrong = owner.post(place, files={"file": ("a.pdf", b"<svg/>")})
    added = owner.post(place, files={"file": ("plan.exe", PDF)})
    shown = provider.get(place).text
    (key,) = re.findall(rf'href="{place}/([^"]+)"', shown)

    assert "Nobody has added a file yet." in empty
    assert (wrong.status_code, "Save it as a PDF." in wrong.text) == (422, True)
    assert added.headers["location"] == f"{place}?done=file-renamed"
    assert (provider.get(f"{place}/{key}").content, "steps/remove" in shown) == (PDF, False)
    assert "added a file: plan.pdf" in text_of(provider.get(place_of(pair)).text)
    removed = owner.post(f"{place}/{key}/steps/remove")
    assert removed.headers["location"] == f"{place}?done=file-remove"
    assert "added a file that was removed" in provider.get(place_of(pair)).text
    assert provider.get(f"{place}/{key}").status_code == 404
    owner.post(f"{place}/{key}/steps/put-back")
    assert provider.get(f"{place}/{key}").content == PDF


def test_a_stranger_finds_no_room(pair: Pair, enter: Enter) -> None:
    pair.says("challenge")
    stranger, place = enter(a_person(pair.session)), place_of(pair)
    pair.session.commit()

    for path in (place, f"{place}/meetings", f"{place}/attachments", f"{place}/tasks"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(place, data={"body": "Hello"}).status_code == 404


def test_an_offer_that_waits_has_no_room(session: Session, enter: Enter) -> None:
    pair = a_pair(session)
    pair.match.state = MatchState.OFFERED
    session.commit()
    owner = come_in(pair, enter, "challenge")

    assert owner.get(place_of(pair)).status_code == 404
    assert "conversation" not in owner.get(f"/matches/{pair.match.code}").text


def test_of_what_is_over_the_room_is_read(pair: Pair, enter: Enter) -> None:
    talked(pair.session, pair.of, pair.match)
    pair.match.state = MatchState.COMPLETED
    owner, place = come_in(pair, enter, "challenge"), place_of(pair)

    for path in (place, f"{place}/meetings", f"{place}/attachments", f"{place}/tasks"):
        page = owner.get(path)
        assert "nothing is added" in page.text
        forms = re.findall(r'<form method="post" action="(/matches/[^"]+)"', page.text)
        # To say to the staff what they may is left, and to mark what was read.
        assert set(forms) <= {f"{place}/steps/let-staff", f"{place}/read"}
    assert messages.listed(pair.session, pair.actor("challenge"), pair.match.id).messages
