"""`counterpart demo --scenario`: a whole edition of the real size, played by the services."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, select

from app.conversations.models import AgreedTask, Conversation, Meeting
from app.conversations.service import messages
from app.core.base.clock import now
from app.core.storage.database import Database, connect, reading, transaction
from app.core.storage.outbox import Letter
from app.decisions.models import Decision
from app.matches.lifecycle import MatchState
from app.matches.models import Match
from app.matchmaking.models import MatchRun
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.operations import migrating
from app.organisations.models import Organisation
from app.programmes import service as programmes
from app.reviews.lifecycle import ReviewState
from app.reviews.models import Review
from app.seeding import demonstration, loader
from app.seeding.scenarios.cast import Cast
from app.seeding.scenarios.edition import PROGRAMME, Scenario, play_edition
from app.settings import Settings
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.worker import work_once

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database in which the longest scenario was played."""
    path = tmp_path_factory.mktemp("scenario") / "played.db"
    database = connect(f"sqlite:///{path}")
    migrating.migrate(database)
    with transaction(database) as session:
        loader.load_first_edition(session)
        demonstration.prepare(session, at=now())
    play(database)
    yield database
    database.dispose()


def play(database: Database) -> list[str]:
    """Play up to the matches; return what was said."""
    said: list[str] = []
    settings = Settings(database_url="sqlite://")

    def carry_out(_: MatchRun) -> None:
        while work_once(database, settings):
            pass

    play_edition(database, settings, Scenario.MATCHES, carry_out, said.append)
    return said


def rows_of(session: Session, kind: Kind) -> list[Submission]:
    programme = programmes.programme(session, PROGRAMME)
    statement = select(Submission).where(
        Submission.programme_id == programme.id, Submission.kind == kind
    )
    return [*session.exec(statement)]


def countries(session: Session, kind: Kind) -> set[str]:
    keys = [row.organisation_id for row in rows_of(session, kind)]
    return {*session.exec(select(Organisation.country).where(col(Organisation.id).in_(keys)))}


def test_it_has_the_size_of_the_first_edition(played: Database) -> None:
    with reading(played) as session:
        sizes = {
            kind: (len(rows_of(session, kind)), len(countries(session, kind))) for kind in Kind
        }

    assert sizes == {Kind.CHALLENGE: (72, 25), Kind.SOLUTION: (26, 18)}


def test_as_many_are_selected_as_in_the_first_edition(played: Database) -> None:
    with reading(played) as session:
        states = {kind: Counter(row.state for row in rows_of(session, kind)) for kind in Kind}

    assert states == {
        Kind.CHALLENGE: {
            State.ACCEPTED: 4,
            State.RESERVE: 4,
            State.LEARNING_TRACK: 30,
            State.NOT_SELECTED: 33,
            State.INELIGIBLE: 1,
        },
        Kind.SOLUTION: {
            State.ACCEPTED: 8,
            State.DECLINED: 1,
            State.RESERVE: 3,
            State.LEARNING_TRACK: 8,
            State.NOT_SELECTED: 6,
        },
    }


def test_everybody_is_told_in_words_of_their_own(played: Database) -> None:
    with reading(played) as session:
        feedback = [*session.exec(select(Decision.feedback).where(Decision.feedback != ""))]
        letters = session.exec(select(Letter.recipient)).all()

    assert len({*feedback}) == len(feedback)
    assert len(feedback) >= 71 + 26
    assert {address.partition("@")[2] for address in letters} <= {
        "teams.example.org",
        "reviewers.example.org",
        "demo.example.org",
    }


def test_reviews_are_handed_in_and_two_reviewers_talk(played: Database) -> None:
    with reading(played) as session:
        states = Counter(session.exec(select(Review.state)))

    assert states[ReviewState.SUBMITTED] >= 260
    assert states[ReviewState.LOCKED] == 4
    assert states[ReviewState.CONFLICT] == 2


def test_what_is_selected_stands_in_the_catalogue(played: Database) -> None:
    with reading(played) as session:
        programme = programmes.programme(session, PROGRAMME)
        states = session.exec(
            select(PublicNotice.state).where(PublicNotice.programme_id == programme.id)
        ).all()

    assert states == [NoticeState.PUBLISHED] * 4


def test_eight_matches_are_confirmed_after_one_was_declined_and_replaced(
    played: Database,
) -> None:
    with reading(played) as session:
        programme = programmes.programme(session, PROGRAMME)
        found = session.exec(select(Match).where(Match.programme_id == programme.id)).all()

    assert Counter(match.state for match in found) == {
        MatchState.CONFIRMED: 8,
        MatchState.REPLACED: 1,
    }
    assert sum(match.replaces_id is not None for match in found) == 1


def test_one_confirmed_match_talks_meets_and_has_agreed_on_something(played: Database) -> None:
    with reading(played) as session:
        room = session.exec(select(Conversation)).one()
        match = session.get_one(Match, room.match_id)
        states = Counter(session.exec(select(Meeting.state)))
        tasks = session.exec(select(AgreedTask)).all()
        owner = Cast(session).of_demonstration("challenge_owner")
        read = messages.listed(session, owner, match.id).messages

    assert match.state is MatchState.CONFIRMED
    assert [one.side for one in read] == ["solution", "challenge", "solution", "challenge"]
    assert states == {"fixed": 1, "proposed": 1}
    assert len(tasks) == 2


def test_who_is_made_up_says_so(played: Database) -> None:
    with reading(played) as session:
        programme = programmes.programme(session, PROGRAMME)
        keys = select(Submission.organisation_id).where(Submission.programme_id == programme.id)
        names = session.exec(
            select(Organisation.name).where(col(Organisation.id).in_(keys))
        ).all()

    assert len(names) > 90
    assert [name for name in names if not name.endswith(("(generated)", "(played)"))] == []


def test_a_second_play_adds_nothing(played: Database) -> None:
    with reading(played) as session:
        before = len(session.exec(select(Letter.id)).all())

    said = play(played)

    with reading(played) as session:
        assert said == []
        assert len(session.exec(select(Letter.id)).all()) == before
