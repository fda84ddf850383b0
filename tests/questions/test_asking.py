"""A submission answers the questions of its call, as they were when it began."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Actor, Role
from app.core.base.errors import Conflict, FieldError, NotPermitted, Unprocessable
from app.core.base.merge_patch import Patch
from app.core.storage.outbox import Letter
from app.questions.models import CallForm
from app.submissions.lifecycle import Kind, State
from app.submissions.schemas import READS, ChallengeDraft, StepTaken
from app.submissions.service import answers, asking, drafts, queries, reuse, steps
from app.submissions.service.answered import fingerprint
from tests.conftest import SignIn
from tests.factories import QUESTIONS, THEMES, a_form, a_user, an_organisation, organisation_of
from tests.questions.conftest import CONTENT, Team

LEAD = Actor(None, {Role.LEAD: frozenset()})
STAFF = Actor(None, {Role.STAFF: frozenset()})
DRAFT: dict[str, Any] = {"title": "Early flood warnings", "themes": THEMES, "content": CONTENT}


def refused(refusal: pytest.ExceptionInfo[Unprocessable]) -> dict[str, str]:
    return {error.pointer: str(error.detail) for error in refusal.value.errors}


def send(team: Team, key: Any) -> State:
    return steps.take(
        team.session, team.actor, Kind.CHALLENGE, key, "submit", StepTaken()
    ).state


def test_a_draft_answers_the_version_in_use_which_is_locked_from_then_on(team: Team) -> None:
    assert team.form.answered_since is None

    made = team.begins(answers={"scale": "city", "cities": "12"})

    assert made.form_id == team.form.id
    assert made.answers == {"scale": "City", "cities": 12}
    assert team.form.answered_since is not None


def test_through_the_interface_answers_are_read_written_and_changed(
    team: Team, as_user: SignIn
) -> None:
    client = as_user(team.user)

    made = client.post(
        "/api/v1/challenges",
        json=DRAFT | {"call_id": str(team.call.id), "answers": {"scale": "Country"}},
    )
    address = f"/api/v1/challenges/{made.json()['code']}"
    changed = client.patch(
        address,
        json={"answers": {"scale": "City", "cities": 3}},
        headers={"If-Match": made.headers["etag"]},
    )
    cleared = client.patch(
        address,
        json={"answers": {"cities": None}},
        headers={"If-Match": changed.headers["etag"]},
    )

    assert made.status_code == 201
    found = [made.json()["answers"], changed.json()["answers"], cleared.json()["answers"]]
    assert found == [{"scale": "Country"}, {"scale": "City", "cities": 3}, {"scale": "City"}]


@pytest.mark.parametrize(
    ("given", "content", "errors"),
    [
        (
            {"scale": "Village", "cities": "some"},
            {},
            {
                "/answers/scale": "'Village' is not in the list. Choose one of: City; Country.",
                "/answers/cities": (
                    "It is not a number; write digits and a point, such as 0.6."
                ),
            },
        ),
        (
            {"budget": 3},
            {},
            {"/answers/budget": "The form of this call does not ask for it. Leave it out."},
        ),
        (
            {"problem": "Twice"},
            {},
            {"/answers/problem": "The form of this call does not ask for it. Leave it out."},
        ),
        (
            {},
            {"tried": "Letters."},
            {"/content/tried": "This call does not ask for it. Leave it out."},
        ),
    ],
)
def test_what_is_not_asked_or_of_another_type_is_refused_already_in_a_draft(
    team: Team, given: dict[str, Any], content: dict[str, str], errors: dict[str, str]
) -> None:
    with pytest.raises(Unprocessable) as refusal:
        team.begins(answers=given, content=CONTENT | content)

    assert refused(refusal) == errors


def test_a_draft_is_kept_unfinished_and_sent_only_when_all_is_there(team: Team) -> None:
    made = team.begins(answers={"scale": "City", "cities": 0})

    with pytest.raises(Unprocessable) as refusal:
        send(team, made.id)
    assert refused(refusal) == {"/answers/cities": "It must be at least 1.0."}
    drafts.change(
        team.session,
        team.actor,
        Kind.CHALLENGE,
        made.id,
        Patch({"answers": {"scale": "Country"}}),
    )

    assert send(team, made.id) is State.SUBMITTED


def test_an_answer_waits_aside_while_its_question_is_hidden_and_nobody_reads_it(
    team: Team, as_user: SignIn
) -> None:
    made = team.begins(answers={"scale": "City", "cities": 77123})
    session, reader = team.session, a_user(team.session, Role.STAFF)

    drafts.change(
        session, team.actor, Kind.CHALLENGE, made.id, Patch({"answers": {"scale": "Country"}})
    )
    hidden = dict(made.answers)
    assert send(team, made.id) is State.SUBMITTED
    texts = [
        client.get(address).text
        for client in (as_user(reader), as_user(team.user))
        for address in (
            f"/api/v1/challenges/{made.code}",
            "/api/v1/challenges",
            "/api/v1/challenges?format=csv",
        )
    ]
    steps.take(session, team.actor, Kind.CHALLENGE, made.id, "reopen", StepTaken())
    drafts.change(
        session, team.actor, Kind.CHALLENGE, made.id, Patch({"answers": {"scale": "City"}})
    )

    assert hidden == {"scale": "Country"}
    assert [text for text in texts if "77123" in text] == []
    assert made.answers == {"scale": "City", "cities": 77123}


def test_a_whole_draft_replaces_answers_and_leaves_those_that_wait(team: Team) -> None:
    made = team.begins(answers={"scale": "Country", "cities": 5})
    for given in ({"scale": "Country"}, {}, {"scale": "City"}):
        draft = ChallengeDraft.model_validate(DRAFT | {"answers": given})
        drafts.replace(team.session, team.actor, Kind.CHALLENGE, made.id, draft)

    assert made.answers == {"scale": "City", "cities": 5}
    assert made.aside is None


def test_one_answer_is_saved_at_a_time_and_no_counts_as_an_answer(team: Team) -> None:
    yes = {"key": "ready", "type": "yes_no", "title": "Are you ready?"}
    a_form(team.session, team.call, number=2, questions=[*QUESTIONS, yes])
    made = team.begins()
    begun = fingerprint(made, ["answers.ready"])

    answers.answer(
        team.session, team.actor, Kind.CHALLENGE, made.id, {"answers.ready": "no"}, seen=begun
    )

    assert made.answers == {"ready": False}
    with pytest.raises(Conflict):
        answers.answer(
            team.session,
            team.actor,
            Kind.CHALLENGE,
            made.id,
            {"answers.ready": "yes"},
            seen=begun,
        )


def test_a_draft_moves_to_newer_questions_on_purpose_and_loses_nothing(team: Team) -> None:
    session = team.session
    made = team.begins(answers={"scale": "City", "cities": 5}, content=CONTENT)
    newer = [
        *QUESTIONS[:2],
        {"key": "scale", "type": "choice", "title": "For whom?", "options": ["City", "Region"]},
        {"key": "cities", "type": "short_text", "title": "Which cities?"},
    ]
    second = a_form(session, team.call, number=2, questions=newer)

    with pytest.raises(Conflict) as refusal:
        send(team, made.id)
    asking.renew(session, team.actor, made)

    assert str(refusal.value.detail) == (
        "The questions of this call have changed since you began."
    )
    assert (made.form_id, made.answers) == (second.id, {"scale": "City"})
    assert asking.earlier(session, team.actor, made) == [
        asking.Earlier("How many cities?", 5, 1)
    ]
    assert second.answered_since is not None
    assert send(team, made.id) is State.SUBMITTED
    with pytest.raises(Conflict):
        asking.renew(session, team.actor, made)


def test_what_is_hidden_or_ours_is_moved_or_set_aside_as_well(team: Team) -> None:
    session = team.session
    made = team.begins(answers={"scale": "Country", "cities": 5}, content=CONTENT)
    a_form(session, team.call, number=2, questions=QUESTIONS[:2])
    asking.renew(session, team.actor, made)
    a_form(session, team.call, number=3, questions=[*QUESTIONS[:2], {"key": "tried"}])
    asking.renew(session, team.actor, made)
    drafts.change(
        session, team.actor, Kind.CHALLENGE, made.id, Patch({"content": {"tried": "Letters."}})
    )
    a_form(session, team.call, number=4)
    asking.renew(session, team.actor, made)

    assert made.content["tried"] == ""
    assert [
        (one.title, one.value, one.number) for one in asking.earlier(session, team.actor, made)
    ] == [
        ("How many cities?", 5, 1),
        ("For whom?", "Country", 1),
        ("What you have tried", "Letters.", 3),
    ]


def test_what_stands_aside_is_for_the_team_alone(team: Team) -> None:
    made = team.begins(answers={"scale": "City"})

    with pytest.raises(NotPermitted):
        asking.earlier(team.session, STAFF, made)
    with pytest.raises(NotPermitted):
        asking.renew(team.session, STAFF, made)


def test_teams_that_write_are_told_when_their_call_asks_anew(team: Team) -> None:
    session = team.session
    made = team.begins(answers={"scale": "Country"})
    sent = team.begins(title="Sent already", answers={"scale": "Country"})
    assert send(team, sent.id) is State.SUBMITTED
    a_form(session, team.call, number=2, used_since=None)

    asking.use(session, LEAD, team.call.id, origin="https://incubator.example")

    told = col(Letter.subject).contains("asks other questions")
    (letter,) = session.exec(select(Letter).where(told)).all()
    assert (letter.recipient, letter.subject) == (
        team.user.email,
        f"{made.code}: the call asks other questions now",
    )
    assert f"https://incubator.example/submissions/{made.code}\n" in letter.body
    assert sent.state is State.SUBMITTED
    assert asking.newer(session, sent) is None


def test_what_was_taken_back_counts_with_the_answers_it_was_sent_with(team: Team) -> None:
    session = team.session
    made = team.begins(answers={"scale": "City", "cities": 5})
    send(team, made.id)
    steps.take(session, team.actor, Kind.CHALLENGE, made.id, "reopen", StepTaken())
    a_form(session, team.call, number=2, questions=QUESTIONS[:2])
    asking.renew(session, team.actor, made)
    assert made.answers == {}

    from app.submissions.service import taken_back  # noqa: PLC0415 -- beside what it tries

    team.call.closes_at = team.call.ends_at = team.call.opens_at.replace(year=2021)
    session.flush()
    taken_back.restore(session)

    session.refresh(made)
    assert (made.form_id, made.answers) == (team.form.id, {"scale": "City", "cities": 5})
    assert made.state is State.SUBMITTED
    told = col(Letter.subject).contains("counts as you last submitted it")
    assert "scale: City" not in session.exec(select(Letter).where(told)).one().body


def test_answers_of_an_earlier_submission_are_taken_over_where_the_call_asks_for_them(
    team: Team,
) -> None:
    earlier = team.begins(title="The first one", answers={"scale": "City", "cities": 5})
    a_form(
        team.session,
        team.call,
        number=2,
        questions=[
            *QUESTIONS[:2],
            {"key": "scale", "type": "choice", "title": "For whom?", "options": ["City", "X"]},
            {"key": "cities", "type": "yes_no", "title": "Are there cities?"},
        ],
    )

    made = team.begins(like=earlier.code)

    told = reuse.reused(team.session, team.actor, made)
    assert made.answers == {"scale": "City"}
    assert [one.answer for one in told.answers] == ["answers.scale"]
    assert [one.answer for one in told.left_out] == ["answers.cities"]


RULES = [
    {"subject": "country", "one_of": ["PT"], "reason": "Portugal pays for this call"},
    {
        "subject": "answer",
        "question": "scale",
        "one_of": ["City"],
        "reason": "It is for cities.",
    },
]


def test_who_may_not_take_part_is_told_why_and_what_to_do(team: Team) -> None:
    a_form(team.session, team.call, number=2, rules=RULES)
    made = team.begins(answers={"scale": "Country"})

    with pytest.raises(Unprocessable) as refusal:
        send(team, made.id)

    remedy = " If this is a mistake, correct the answer or write to the staff of the incubator."
    assert refused(refusal) == {
        "/organisation_id": (
            "Your team cannot take part as it stands: Portugal pays for this call." + remedy
        ),
        "/answers/scale": "Your team cannot take part as it stands: It is for cities." + remedy,
    }


def test_who_meets_the_conditions_can_send(team: Team) -> None:
    owner = an_organisation(team.session, country="PT")
    actor = Actor(team.user.id, {Role.MEMBER: frozenset({owner.id})})
    a_form(team.session, team.call, number=2, rules=RULES)
    team.actor = actor
    made = team.begins(answers={"scale": "City", "cities": 5})

    assert [one.is_met for one in asking.conditions_for(team.session, team.call, owner.id)] == [
        True,
        None,
    ]
    assert send(team, made.id) is State.SUBMITTED


def test_a_submission_without_a_form_answers_the_built_in_one(session: Session) -> None:
    from tests.factories import a_challenge  # noqa: PLC0415 -- of this test alone

    challenge = a_challenge(session)

    assert [one.key for one in asking.form_of(session, challenge).questions] == [
        *("problem", "affected", "tried", "outcome", "constraints", "help_wanted")
    ]
    assert asking.asked_anew(session, challenge) is None
    assert READS[Kind.CHALLENGE].model_validate(challenge).answers == {}
    assert session.exec(select(CallForm)).all() == []
    assert queries.find(session, LEAD, challenge.code) if challenge.submitted_at else True


def test_another_team_cannot_read_or_move_what_is_not_its_own(
    team: Team, as_user: SignIn
) -> None:
    made = team.begins(answers={"scale": "City", "cities": 5})
    stranger = a_user(team.session)

    client = as_user(stranger)

    assert client.get(f"/api/v1/challenges/{made.code}").status_code == 404
    assert client.post(f"/api/v1/challenges/{made.code}/newest-form").status_code == 404
    assert organisation_of(team.session, stranger) != made.organisation_id


def test_a_refusal_names_the_field(team: Team) -> None:
    made = team.begins(answers={"scale": "City"})

    _, offers = steps.offers(team.session, team.actor, Kind.CHALLENGE, made.id)

    (submit,) = [one for one in offers if one.name == "submit"]
    assert list(submit.missing) == [FieldError("/answers/cities", "Answer this question.")]
