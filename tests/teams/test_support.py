"""A superior says by the link of a letter whether they support what a team sends."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import May
from app.core.base.clock import now
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.programmes.models import Call
from app.reviews.service import reading
from app.submissions.lifecycle import Kind, State
from app.submissions.schemas import StepTaken
from app.submissions.service import steps
from app.teams.models import SupportStatement
from app.teams.schemas import NewSupport, SupportAnswer, SupportRead, SupportState
from app.teams.service import support
from tests.factories import a_form
from tests.reviews.people import a_reviewer, a_rubric, written
from tests.teams.people import ADDRESS, WAYS, Team, a_team, acting

YES, NO = SupportAnswer(supports=True, words="Go on."), SupportAnswer(supports=False)


@pytest.fixture
def team(session: Session) -> Team:
    """A team whose call asks for the support of a superior."""
    team = a_team(session)
    call = session.get_one(Call, team.draft.call_id)
    asked = [{"key": "problem", "required": True}]
    team.draft.form_id = a_form(session, call, questions=asked, support=True).id
    session.flush()
    return team


def asked(team: Team, name: str = "Ann Berg") -> str:
    """Name a superior; return the code that stands in their letter."""
    new = NewSupport.model_validate(
        {"name": name, "office": "Director", "email": "ann@example.org"}
    )
    support.ask(team.session, team.actor, team.draft.id, new, public_url=ADDRESS)
    newest = select(Letter).order_by(col(Letter.created_at).desc(), col(Letter.id))
    letters = team.session.exec(newest).all()
    codes = [re.search(r"/support\?code=(\S+)", one.body) for one in letters]
    return next(code[1] for code in codes if code and _holds(team.session, code[1]))


def _holds(session: Session, code: str) -> bool:
    try:
        support.find(session, code)
    except NotFound:
        return False
    return True


def read(team: Team) -> SupportRead:
    return support.read(team.session, team.actor, team.draft.id)


def lacks(team: Team) -> list[str]:
    found = support.lacking(team.session, team.draft)
    return [f"{error.pointer} {error.detail}" for error in found]


def test_what_a_superior_says_is_read_with_who_they_are(team: Team) -> None:
    before = read(team)
    code = asked(team)
    waiting = read(team)

    one = support.answer(team.session, code, YES)

    assert before == SupportRead(required=True, state=SupportState.NOT_ASKED)
    assert (waiting.state, waiting.name, waiting.words) == ("waiting", "Ann Berg", None)
    assert read(team) == SupportRead(
        required=True,
        state=SupportState.SUPPORTED,
        name="Ann Berg",
        office="Director",
        answered_at=one.answered_at,
        words="Go on.",
    )


def test_nothing_is_sent_without_the_support_that_the_call_asks_for(team: Team) -> None:
    nobody = lacks(team)
    first = asked(team)
    waiting = lacks(team)
    support.answer(team.session, first, NO)
    refused = lacks(team)
    support.answer(team.session, asked(team), YES)

    assert [said.partition(" ")[0] for said in (*nobody, *waiting, *refused)] == [
        *("/support", "/support", "/support")
    ]
    assert "is missing" in nobody[0]
    assert "Ann Berg has not said yet" in waiting[0]
    assert "Ann Berg does not support it" in refused[0]
    assert lacks(team) == []


def test_the_step_names_the_support_among_all_that_is_missing(team: Team) -> None:
    def pointers() -> set[str]:
        with pytest.raises(Unprocessable) as refusal:
            steps.take(
                team.session, team.actor, Kind.CHALLENGE, team.draft.id, "submit", StepTaken()
            )
        return {error.pointer for error in refusal.value.errors}

    team.draft.themes = []
    before = pointers()
    support.answer(team.session, asked(team), YES)

    assert before - pointers() == {"/support"}


def test_a_call_that_asks_for_none_takes_everything_without(team: Team) -> None:
    new = NewSupport.model_validate(
        {"name": "Ann Berg", "office": "Director", "email": "ann@example.org"}
    )

    assert support.lacking(team.session, team.other) == ()
    with pytest.raises(Conflict, match="asks for no statement"):
        support.ask(team.session, team.actor, team.other.id, new, public_url=ADDRESS)


def test_a_link_works_once_and_for_a_time_and_while_it_is_being_written(team: Team) -> None:
    code = asked(team)
    one = support.current(team.session, team.draft)
    assert one is not None

    one.ends_at = now()
    expired = read(team).state
    with pytest.raises(NotFound, match="not valid or has expired"):
        support.find(team.session, code)
    one.ends_at = now() + timedelta(days=1)
    team.draft.submitted_at, team.draft.state = now(), State.SUBMITTED
    with pytest.raises(NotFound):
        support.answer(team.session, code, YES)
    team.draft.state, team.draft.submitted_at = State.DRAFT, None
    support.answer(team.session, code, YES)
    with pytest.raises(NotFound):
        support.answer(team.session, code, NO)

    assert expired is SupportState.EXPIRED
    assert read(team).state is SupportState.SUPPORTED


def test_only_the_newest_letter_counts_and_its_code_is_stored_nowhere(team: Team) -> None:
    first = asked(team)
    second = asked(team, "Bo Lind")

    with pytest.raises(NotFound):
        support.find(team.session, first)
    rows = team.session.exec(select(SupportStatement)).all()
    assert not any(second in str(row.model_dump()) for row in rows)
    assert read(team).name == "Bo Lind"
    letters = team.session.exec(select(Letter)).all()
    assert {(one.recipient, one.confidential) for one in letters} == {("ann@example.org", True)}


def test_what_was_said_before_the_last_change_is_kept_and_told(team: Team) -> None:
    support.answer(team.session, asked(team), YES)

    team.draft.title = "Floods that come by night"

    assert (read(team).state, read(team).before_last_change) == ("supported", True)
    assert lacks(team) == []


@pytest.mark.parametrize("may", WAYS)
def test_nobody_but_the_team_names_a_superior(team: Team, may: May) -> None:
    helper = acting(team.session, team.with_a(may))
    new = NewSupport.model_validate(
        {"name": "Ann Berg", "office": "Director", "email": "ann@example.org"}
    )

    with pytest.raises(NotPermitted, match="draft:share"):
        support.ask(team.session, helper, team.draft.id, new, public_url=ADDRESS)
    assert support.read(team.session, helper, team.draft.id).state == "not_asked"


def test_nobody_is_asked_about_what_was_sent(team: Team) -> None:
    team.draft.submitted_at, team.draft.state = now(), State.SUBMITTED

    with pytest.raises(TransitionNotAllowed):
        asked(team)


def test_a_team_writes_so_many_letters_and_no_more(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support, "MOST_LETTERS", 1)
    asked(team)

    with pytest.raises(Conflict, match="1 letters"):
        asked(team)


def test_the_record_tells_what_was_said_and_names_nobody(team: Team) -> None:
    support.answer(team.session, asked(team), YES)
    support.answer(team.session, asked(team), NO)
    team.session.commit()

    statement = select(AuditEvent).where(AuditEvent.subject_kind == support.SUBJECT)
    events = team.session.exec(statement.order_by(col(AuditEvent.id))).all()

    assert [(e.action, e.actor_id, e.facts) for e in events] == [
        (action, actor, {"code": team.draft.code})
        for action, actor in (
            ("ask", team.user.id),
            ("support", None),
            ("ask", team.user.id),
            ("refuse support", None),
        )
    ]


@pytest.mark.parametrize("is_blind", [False, True])
def test_reviewers_read_who_supports_it_after_the_declaration_and_never_of_blind_calls(
    team: Team, *, is_blind: bool
) -> None:
    session, call = team.session, team.session.get_one(Call, team.draft.call_id)
    a_rubric(session, call, is_blind=is_blind)
    support.answer(session, asked(team), YES)
    team.draft.submitted_at, team.draft.state = now(), State.ELIGIBLE
    review = written(session, team.draft, a_reviewer(session, call))

    told = reading.subject(session, review).support

    if is_blind:
        assert told is None
    else:
        assert told is not None
        assert (told.name, told.words, told.before_last_change) == ("Ann Berg", "Go on.", False)


def test_old_requests_go_and_old_addresses_of_statements(team: Team) -> None:
    support.answer(team.session, asked(team), YES)
    later = now() + timedelta(days=1)

    support.forget(team.session, later)
    kept = read(team)
    asked(team, "Bo Lind")
    support.forget(team.session, later)
    team.session.expire_all()

    assert (kept.state, kept.name) == ("supported", "Ann Berg")
    assert team.session.exec(select(SupportStatement)).all() == []


def test_a_superior_answers_on_a_page_without_an_account(
    team: Team, client: TestClient
) -> None:
    code = asked(team)
    team.session.commit()
    place = f"/support?code={code}"

    page = client.get(place)
    nothing = client.post("/support", data={"code": code})
    long = client.post("/support", data={"code": code, "supports": "yes", "words": "a" * 2001})
    said = {"code": code, "supports": "no", "words": "<b>Why</b>"}
    unread = client.post("/support", data=said)
    given = client.post("/support", data=said | {"read": support.seen(team.draft)})

    assert team.draft.title in page.text
    assert (page.status_code, nothing.status_code, long.status_code) == (200, 422, 422)
    assert "Say whether you support it." in nothing.text
    assert f'value="{support.seen(team.draft)}"' in page.text
    assert unread.status_code == 409
    assert "has changed it since you opened this page" in unread.text
    assert given.status_code == 200
    assert "do not support" in given.text
    assert client.get(place).status_code == 404
    assert client.get(f"/support?code={uuid4()}").status_code == 404
    assert client.post("/support", data={"code": code, "supports": "yes"}).status_code == 404
    team.session.expire_all()
    assert (read(team).state, read(team).words) == ("not_supported", "<b>Why</b>")


def test_what_the_team_has_changed_since_it_was_read_is_read_again_first(team: Team) -> None:
    code = asked(team)
    read_then = support.seen(team.draft)
    team.draft.title = "Something else"
    team.session.flush()

    with pytest.raises(Conflict, match="has changed it since"):
        support.answer(team.session, code, YES, read_then)

    assert read(team).state == "waiting"
    assert support.answer(team.session, code, YES, support.seen(team.draft)).supports
