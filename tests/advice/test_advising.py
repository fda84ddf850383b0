"""What advisors read and say: the declaration first, and nothing where a conflict stands."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.advice import queries
from app.advice.lifecycle import Stance
from app.advice.models import Advice, BoardItem
from app.advice.schemas import (
    AdviceQuery,
    BoardQuestionQuery,
    ItemQuery,
    ItemRead,
    NewAnswer,
    NewBoardQuestion,
    NewDeclaration,
)
from app.advice.service import advising, consultations, counting, reading
from app.core.base.errors import AppError, Conflict, NotFound, NotPermitted, Unprocessable
from app.core.storage.outbox import Letter
from app.decisions.schemas import NewDecision
from app.decisions.service import drafts
from app.organisations.models import Organisation
from app.reviews import queries as reviews
from app.reviews.lifecycle import ConflictState
from app.reviews.models import ConflictOfInterest, Review
from app.reviews.schemas.reviews import ReviewStepTaken
from app.reviews.service import conflicts
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.advice.people import a_board, an_advisor, declared, items_of, put, said
from tests.factories import a_call, a_run, a_suggestion
from tests.reviews.people import a_reviewer, a_rubric, a_submission, staff, written


def read(session: Session, actor: Actor, consultation_id: UUID) -> list[ItemRead]:
    """All items as somebody may know them, with their texts."""
    found = queries.get(session, actor, consultation_id)
    return [reading.item(session, actor, found, one.id) for one in items_of(session, found)]


def test_before_the_declaration_an_advisor_sees_who_asks_and_no_text(
    session: Session,
) -> None:
    _, consultation, (advisor, _) = a_board(session)

    (found,) = read(session, advisor, consultation.id)

    (side,) = found.sides
    assert (side.title, side.country) == ("Early flood warnings", "FR")
    assert (side.summary, side.passages, side.answers) == (None, None, None)
    assert (found.is_readable, found.is_barred) == (False, False)


def test_after_it_the_text_can_be_read_one_by_one(session: Session) -> None:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)

    (found,) = read(session, advisor, consultation.id)
    (listed,) = reading.items(session, advisor, consultation, ItemQuery()).rows

    assert found.sides[0].passages is not None
    assert found.sides[0].passages[0].text == "Our river floods twice a year."
    assert listed.is_readable
    assert listed.sides[0].passages is None


def test_of_what_an_advisor_is_close_to_they_see_the_code_alone(session: Session) -> None:
    call = a_call(session)
    near = a_submission(session, call, "BR")
    far = a_submission(session, call, "FR")
    advisor = an_advisor(session, call.programme_id, "BR")
    consultation = put(session, call_id=str(call.id))
    declared(session, advisor, consultation)

    first, second = read(session, advisor, consultation.id)

    assert (first.is_barred, first.is_readable) == (True, False)
    assert first.sides[0].model_dump(exclude_none=True) == {
        "code": near.code,
        "kind": "challenge",
    }
    assert (second.sides[0].code, second.is_readable) == (far.code, True)


def test_what_is_declared_bars_until_staff_waive_it(session: Session) -> None:
    _, consultation, (advisor, _) = a_board(session)
    (item,) = items_of(session, consultation)
    code = session.get_one(Submission, item.submission_id).code
    told = {"conflicts": [{"submission_id": code, "reason": "I advise this team."}]}

    advising.declare(session, advisor, consultation.id, NewDeclaration.model_validate(told))
    (barred,) = read(session, advisor, consultation.id)
    (conflict,) = session.exec(select(ConflictOfInterest)).all()
    reason = ReviewStepTaken(reason="It ended in 2019.")
    conflicts.resolve(session, staff(session), conflict.id, "waive", reason)
    (waived,) = read(session, advisor, consultation.id)

    assert (barred.is_barred, waived.is_barred, waived.is_readable) == (True, False, True)
    assert conflict.state is ConflictState.WAIVED


def test_only_what_is_before_the_board_can_be_declared(session: Session) -> None:
    call, consultation, (advisor, _) = a_board(session)
    elsewhere = a_submission(session, call)
    told = {"conflicts": [{"submission_id": elsewhere.code, "reason": "I know them."}]}

    with pytest.raises(Unprocessable) as refusal:
        advising.declare(session, advisor, consultation.id, NewDeclaration.model_validate(told))

    assert [one.pointer for one in refusal.value.errors] == ["/conflicts/0/submission_id"]
    assert not queries.has_declared(session, consultation.id, advisor.user_id)


def test_what_was_said_last_counts_and_nothing_is_lost(session: Session) -> None:
    _, consultation, (advisor, other) = a_board(session)
    (item,) = items_of(session, consultation)
    for one in (advisor, other):
        declared(session, one, consultation)

    said(session, advisor, item, "supports", "I would take them.")
    said(session, other, item, "opposes", "Nobody to work on it.")
    said(session, advisor, item, "doubts", "The law is not passed.")

    heard = counting.of_submission(session, staff(session), item.submission_id)
    assert heard.counts == {Stance.SUPPORTS: 0, Stance.DOUBTS: 1, Stance.OPPOSES: 1}
    assert [one.advice.comment for one in heard.voices] == [
        "The law is not passed.",
        "Nobody to work on it.",
    ]
    rows = session.exec(select(Advice).where(Advice.user_id == advisor.user_id)).all()
    assert sorted((one.number, one.is_current) for one in rows) == [(1, False), (2, True)]


def test_an_advisor_reads_their_own_advice_and_staff_all(session: Session) -> None:
    _, consultation, (advisor, other) = a_board(session)
    (item,) = items_of(session, consultation)
    for one in (advisor, other):
        declared(session, one, consultation)
        said(session, one, item)
    query = AdviceQuery(consultation=[consultation.id], is_current=True)

    own = queries.advice(session, advisor, query).rows
    every = queries.advice(session, staff(session), query).rows

    assert [one.user_id for one in own] == [advisor.user_id]
    assert {one.user_id for one in every} == {advisor.user_id, other.user_id}
    (code,) = {one.code for one in every}
    for asked_for, count in (({"code": [code]}, 2), ({"stance": ["opposes"]}, 0)):
        narrow = AdviceQuery.model_validate(asked_for)
        assert len(queries.advice(session, staff(session), narrow).rows) == count


Arranged = Callable[[Session], tuple[Actor, BoardItem]]


def undeclared(session: Session) -> tuple[Actor, BoardItem]:
    _, consultation, (advisor, _) = a_board(session)
    return advisor, items_of(session, consultation)[0]


def close_to(session: Session) -> tuple[Actor, BoardItem]:
    _, consultation, (advisor, _) = a_board(session, "BR")
    declared(session, advisor, consultation)
    return advisor, items_of(session, consultation)[0]


def withdrawn(session: Session) -> tuple[Actor, BoardItem]:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    (item,) = items_of(session, consultation)
    session.get_one(Submission, item.submission_id).state = State.WITHDRAWN
    session.flush()
    return advisor, item


def closed(session: Session) -> tuple[Actor, BoardItem]:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    consultations.take(session, staff(session), consultation.id, "close")
    return advisor, items_of(session, consultation)[0]


def of_another_programme(session: Session) -> tuple[Actor, BoardItem]:
    _, consultation, _ = a_board(session)
    stranger = an_advisor(session, a_call(session).programme_id)
    return stranger, items_of(session, consultation)[0]


def no_longer_asked(session: Session) -> tuple[Actor, BoardItem]:
    call, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    assert advisor.user_id is not None
    entry = queries.advisor_of(session, call.programme_id, advisor.user_id)
    assert entry is not None
    entry.is_active = False
    session.flush()
    return advisor, items_of(session, consultation)[0]


def by_staff(session: Session) -> tuple[Actor, BoardItem]:
    return staff(session), undeclared(session)[1]


@pytest.mark.parametrize(
    ("arranged", "refusal"),
    [
        (undeclared, Conflict),
        (close_to, Conflict),
        (withdrawn, Conflict),
        (closed, Conflict),
        (of_another_programme, NotFound),
        (no_longer_asked, NotFound),
        (by_staff, NotPermitted),
    ],
)
def test_nobody_advises_on_or_asks_about_what_they_may_not_read(
    session: Session, arranged: Arranged, refusal: type[AppError]
) -> None:
    actor, item = arranged(session)

    with pytest.raises(refusal):
        said(session, actor, item)
    new = NewBoardQuestion(question="Who works on it?", item_id=item.id)
    with pytest.raises(refusal):
        advising.ask(session, actor, item.consultation_id, new)

    assert session.exec(select(Advice)).all() == []


@pytest.mark.parametrize(
    "state", [State.WITHDRAWN, State.DRAFT, State.RETURNED, State.INELIGIBLE]
)
def test_what_is_with_its_team_again_is_read_by_no_advisor(
    session: Session, state: State
) -> None:
    _, consultation, (advisor, _) = a_board(session)
    declared(session, advisor, consultation)
    (item,) = items_of(session, consultation)
    session.get_one(Submission, item.submission_id).state = state
    session.flush()

    (found,) = read(session, advisor, consultation.id)

    assert (found.is_gone, found.is_readable, found.sides[0].passages) == (True, False, None)


def test_drafted_decisions_are_shown_where_staff_say_so(session: Session) -> None:
    call = a_call(session)
    row = a_submission(session, call)
    advisor = an_advisor(session, call.programme_id)
    shown = put(session, call_id=str(call.id), shows_decisions=True)
    hidden = put(session, call_id=str(call.id))
    a_draft(session, row)

    for one in (shown, hidden):
        declared(session, advisor, one)
    (with_it,), (without,) = (read(session, advisor, one.id) for one in (shown, hidden))

    assert with_it.decision is not None
    assert with_it.decision.model_dump() == {"outcome": "selected", "reasons": "The first."}
    assert without.decision is None


def a_draft(session: Session, row: Submission) -> None:
    new = NewDecision.model_validate(
        {"submission_id": row.code, "outcome": "selected", "reasons": "The first."}
    )
    drafts.draft(session, staff(session), new)


def test_who_still_reviews_a_submission_is_not_shown_what_the_others_say(
    session: Session,
) -> None:
    call = a_call(session)
    a_rubric(session, call)
    row = a_submission(session, call)
    written(session, row, a_reviewer(session, call))
    advisor, both = (an_advisor(session, call.programme_id) for _ in range(2))
    asked_to_review(session, row, both)
    consultation = put(session, call_id=str(call.id), is_ranked=True)
    for one in (advisor, both):
        declared(session, one, consultation)

    (seen,), (unseen,) = (read(session, one, consultation.id) for one in (advisor, both))

    assert seen.standing is not None
    assert (seen.standing.place, seen.standing.reviews) == (1, 1)
    assert (unseen.standing, unseen.is_readable) == (None, True)


def test_who_still_writes_a_blind_review_is_not_told_here_who_the_team_is(
    session: Session,
) -> None:
    call = a_call(session)
    a_rubric(session, call, is_blind=True)
    row = a_submission(session, call)
    advisor, both = (an_advisor(session, call.programme_id) for _ in range(2))
    asked_to_review(session, row, both)
    consultation = put(session, call_id=str(call.id))

    def known(person: Actor) -> list[tuple[str | None, str | None, str | None]]:
        sides = (one.sides[0] for one in read(session, person, consultation.id))
        return [(side.title, side.organisation, side.country) for side in sides]

    before = known(advisor), known(both)
    for one in (advisor, both):
        declared(session, one, consultation)
    after = known(advisor), known(both)

    (of_team,) = before[0]
    assert of_team[0::2] == (row.title, "FR")
    assert before == ([of_team], [(None, None, None)])
    assert after == ([of_team], [(row.title, None, None)])


def asked_to_review(session: Session, row: Submission, person: Actor) -> None:
    rubric = reviews.rubric_of(session, row.call_id)
    assert rubric is not None
    of = row.model_dump(include={"programme_id", "call_id", "code"})
    session.add(
        Review(
            **of, submission_id=row.id, user_id=person.user_id or row.id, due_at=rubric.due_at
        )
    )
    session.flush()


def test_a_pair_is_read_from_both_sides_and_barred_by_either(session: Session) -> None:
    run = a_run(session)
    word = {"kind": "word", "feature": "river", "share": 0.3, "words": ["river", "river"]}
    line = a_suggestion(session, run, assigned=True, contributions=[word], band="strong")
    advisor = an_advisor(session, run.programme_id, "JP")
    near = an_advisor(session, run.programme_id, "IT")
    solution = session.get_one(Submission, line.solution_id)
    team = session.get_one(Organisation, solution.organisation_id)
    team.country, team.level = "IT", "central"
    session.flush()
    consultation = put(session, run_id=run.code)
    for one in (advisor, near):
        declared(session, one, consultation)

    (found,), (barred,) = (read(session, one, consultation.id) for one in (advisor, near))

    assert [side.kind for side in found.sides] == ["challenge", "solution"]
    assert found.pair is not None
    assert found.pair.model_dump() == {
        "rank": 1,
        "band": "strong",
        "assigned": True,
        "phrases": ["river"],
    }
    assert (barred.is_barred, barred.pair, barred.sides[0].passages) == (True, None, None)
    (item,) = items_of(session, consultation)
    said(session, advisor, item, "opposes", "They met before.")
    heard = counting.of_pair(session, staff(session), line.challenge_id, line.solution_id)
    assert heard.counts[Stance.OPPOSES] == 1
    assert counting.of_submission(session, staff(session), line.challenge_id).asked is False
    (listed,) = queries.advice(session, staff(session), AdviceQuery()).rows
    assert (listed.solution, listed.stance) == (solution.code, "opposes")


def test_a_question_is_answered_once_and_who_asked_gets_a_letter(session: Session) -> None:
    _, consultation, (advisor, other) = a_board(session)
    new = NewBoardQuestion(question="Who would work on it?")
    question = advising.ask(session, advisor, consultation.id, new)
    before = len(session.exec(select(Letter)).all())

    advising.answer(session, staff(session), question.id, NewAnswer(answer="Two people."))

    letters = session.exec(select(Letter)).all()[before:]
    assert [one.user_id for one in letters] == [advisor.user_id]
    (own,), (others) = (
        advising.questions(session, one, BoardQuestionQuery(is_answered=True)).rows
        for one in (advisor, other)
    )
    assert (own.by_you, own.answer) == (True, "Two people.")
    assert [(one.by_you, one.answer) for one in others] == [(False, "Two people.")]
    with pytest.raises(Conflict):
        advising.answer(session, staff(session), question.id, NewAnswer(answer="Three."))
    with pytest.raises(NotPermitted):
        advising.answer(session, advisor, question.id, NewAnswer(answer="Three."))


def test_questions_about_what_one_is_close_to_are_not_read(session: Session) -> None:
    call = a_call(session)
    a_submission(session, call, "BR")
    near, far = (an_advisor(session, call.programme_id, one) for one in ("BR", "JP"))
    consultation = put(session, call_id=str(call.id))
    for one in (near, far):
        declared(session, one, consultation)
    (item,) = items_of(session, consultation)
    new = NewBoardQuestion(question="Who would work on it?", item_id=item.id)
    advising.ask(session, far, consultation.id, new)
    query = BoardQuestionQuery(consultation=[consultation.id], is_answered=False)

    found = [
        len(advising.questions(session, one, query).rows)
        for one in (near, far, staff(session), staff(session, Role.LEAD))
    ]

    assert found == [0, 1, 1, 1]


def test_who_is_asked_no_more_reads_nothing(session: Session) -> None:
    advisor, item = no_longer_asked(session)

    with pytest.raises(NotFound):
        queries.get(session, advisor, item.consultation_id)


def test_staff_see_how_far_the_board_is_and_advisors_what_waits_for_them(
    session: Session,
) -> None:
    call, consultation, (advisor, other) = a_board(session, "FR", "IT")
    declared(session, advisor, consultation)
    first, _ = items_of(session, consultation)
    said(session, advisor, first)
    advising.ask(session, advisor, consultation.id, NewBoardQuestion(question="Who?"))

    tally = counting.tally(session, consultation)

    assert (tally.items, tally.advisors, tally.declared, tally.advising) == (2, 2, 1, 1)
    assert (tally.advice[Stance.SUPPORTS], tally.open_questions) == (1, 1)
    waiting = {
        one.user_id: [(row.id, count) for row, count in counting.waiting(session, one)]
        for one in (advisor, other, staff(session))
    }
    assert [*waiting.values()] == [[(consultation.id, 1)], [(consultation.id, 2)], []]
    code = session.get_one(Submission, first.submission_id).code
    counted = counting.by_code(session, staff(session), call.id)
    assert {key: one[Stance.SUPPORTS] for key, one in counted.items()} == {code: 1}


def test_nobody_else_hears_what_the_board_has_said(session: Session) -> None:
    call, consultation, (advisor, _) = a_board(session)
    (item,) = items_of(session, consultation)
    declared(session, advisor, consultation)
    said(session, advisor, item)

    for one in (advisor, a_reviewer(session, call)):
        assert counting.of_submission(session, one, item.submission_id).voices == []
        assert counting.by_code(session, one, call.id) == {}
