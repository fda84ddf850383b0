"""Letters about matches: in the language of each reader, in words, and each one once."""

import pytest
from sqlmodel import Session, col, select

from app.core.base.translations import LANGUAGES
from app.core.storage.outbox import Letter
from app.matches.lifecycle import MatchLetterKind, MatchState, Side
from app.matches.models import MatchLetter
from app.matches.service import writing
from tests.factories import a_user
from tests.matches.rounds import a_round, letters, offered, prepared


def test_each_person_reads_in_their_own_language(session: Session) -> None:
    of = a_round(session)
    team = of.solutions[0].organisation_id
    for language in ("fr", "es", "pt"):
        a_user(session, organisation_id=team, language=language)

    offered(session, of, (0, 0))

    told = session.exec(
        select(Letter).where(col(Letter.body).contains(of.challenges[0].title))
    ).all()
    to_team = [one for one in told if f"{of.solutions[0].code}" in one.subject]
    assert len(to_team) == len({one.body for one in to_team}) == len(LANGUAGES)
    assert all(of.challenges[0].code in one.body for one in to_team)


@pytest.mark.parametrize("kind", MatchLetterKind)
def test_no_letter_holds_a_score_or_an_address_before_both_have_accepted(
    session: Session, kind: MatchLetterKind
) -> None:
    of = a_round(session)
    (match,) = prepared(session, of, (0, 0))

    writing.tell_both(session, match, kind)

    told = session.exec(select(Letter)).all()
    emails = {user.email for user in of.people.values()}
    assert len(told) == 2
    for letter in told:
        named = {one for one in emails if one in letter.body}
        assert bool(named) is (kind is MatchLetterKind.CONFIRMED)
        assert letter.recipient not in named
        assert "0.9" not in letter.body
        assert "{" not in letter.subject + letter.body


def test_each_letter_is_written_once(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))

    again = writing.tell_both(session, match, MatchLetterKind.OFFER)
    first = writing.tell(session, match, Side.SOLUTION, MatchLetterKind.REMINDER)
    second = writing.tell(session, match, Side.SOLUTION, MatchLetterKind.REMINDER)

    kept = session.exec(select(MatchLetter)).all()
    assert (again, first, second) == (0, 1, 0)
    assert len(letters(session)) == 3 == sum(one.letters for one in kept)
    assert match.state is MatchState.OFFERED


def test_what_a_team_has_written_is_never_read_as_a_template(session: Session) -> None:
    of = a_round(session)
    of.challenges[0].title = "Floods {contacts} {0} %s\n\nBcc: all"
    offered(session, of, (0, 0))

    told = session.exec(select(Letter)).all()
    assert len(told) == 2
    assert all("@example.org" not in letter.body for letter in told)
    assert all("\n" not in letter.subject for letter in told)
