"""A catalogue of 10,000 public notices, searched as everybody searches it.

    python -m benchmarks catalogue

Made-up notices in two languages, of some 110 words in each, in a SQLite file. The figures are
process CPU of one answer of the service function, without HTTP: the first page of 50. A word is
looked for that stands in many notices, one that stands in few, and one that stands in none.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlmodel import Session, select

from app.core.base.clock import now
from app.core.base.logging import configure
from app.core.storage.database import Database, connect, reading, transaction
from app.notices import queries
from app.notices.lifecycle import NoticeState
from app.notices.models import PublicNotice
from app.notices.schemas import CatalogueQuery, NoticeText
from app.operations import migrating
from app.organisations.models import Organisation
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call
from app.seeding import demonstration, loader
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from benchmarks import corpus
from benchmarks.report import Figure, Target, measured

NOTICES: Final = 10_000
SEARCHED_IN: Final = 0.05
"""Seconds of CPU in which a search is answered."""
LANGUAGES: Final = ("en", "fr")
COUNTRIES: Final = ("FR", "NO", "PT", "CO", "EE", "KE", "NZ", "DK")


def run(*, large: bool = False) -> Sequence[Figure]:
    """Return what each search costs."""
    del large  # this is the size of a large catalogue
    with _filled() as (database, words):
        return [*_searched(database, words)]


@contextmanager
def _filled() -> Iterator[tuple[Database, Counter[str]]]:
    """Fill a catalogue; in how many of its texts each word stands is known."""
    configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="counterpart-catalogue-") as folder:
        database = connect(f"sqlite:///{Path(folder) / 'catalogue.db'}")
        migrating.migrate(database)
        with transaction(database) as session:
            loader.load_first_edition(session)
            demonstration.prepare(session, at=now())
            words = _publish(session)
        yield database, words
        database.dispose()


def _publish(session: Session) -> Counter[str]:
    texts = corpus.texts(NOTICES * len(LANGUAGES))
    words = Counter[str]()
    call = session.exec(select(Call).where(Call.kind == CallKind.CHALLENGES)).all()[0]
    teams = [Organisation(name=f"Team {n}", country=COUNTRIES[n % 8]) for n in range(200)]
    session.add_all(teams)
    session.flush()
    notices = list[PublicNotice]()
    for number in range(NOTICES):
        team = teams[number % len(teams)].id
        told = [NoticeText(language=tag, **_parts(next(texts))) for tag in LANGUAGES]
        words.update({word for text in told for word in text.problem.split()})
        row = Submission(
            id=uuid4(),
            kind=Kind.CHALLENGE,
            state=State.SELECTED,
            code=f"CH-9999-{number:05}",
            programme_id=call.programme_id,
            call_id=call.id,
            organisation_id=team,
            title=told[0].title,
            content={},
            themes=[],
            submitted_at=now(),
        )
        notice = PublicNotice(
            code=row.code,
            challenge_id=row.id,
            programme_id=call.programme_id,
            organisation_id=team,
            state=NoticeState.PUBLISHED,
            names_country=True,
            published_at=now() - timedelta(minutes=number),
            themes=["policy-domain:ENVI"] if number % 9 == 0 else ["policy-domain:HEAL"],
            texts=[text.model_dump() for text in told],
        )
        session.add(row)
        notices.append(notice)
    session.flush()  # a notice stands upon its challenge
    session.add_all(notices)
    return words


def _parts(text: str) -> dict[str, str]:
    """Cut a text into the parts of a notice."""
    words = text.split()
    return {
        "title": " ".join(words[:8]),
        "summary": " ".join(words[8:28]),
        "problem": " ".join(words[28:80]),
        "outcome": " ".join(words[80:95]),
        "help_wanted": " ".join(words[95:]),
    }


def _searched(database: Database, words: Counter[str]) -> Iterator[Figure]:
    often = [word for word, count in words.most_common(400) if len(word) > 6]
    many = next(word for word in often if words[word] < NOTICES / 10)
    few = next(word for word, count in words.items() if count == 3 and len(word) > 6)
    asked: dict[str, dict[str, Any]] = {
        "the first page": {},
        f"a word of {words[many]:,} notices": {"q": many},
        f"a word of {words[few]:,} notices": {"q": few},
        "a word that stands nowhere": {"q": "zzyzx"},
        "two words": {"q": f"{often[0]} {often[1]}"},
        "a theme": {"theme": ["policy-domain:ENVI"]},
        "a country and a word": {"country": ["FR"], "q": many},
    }
    for what, words_or_filters in asked.items():
        query = CatalogueQuery(limit=50, **words_or_filters)
        yield _figure(database, what, query)


def _figure(database: Database, what: str, query: CatalogueQuery) -> Figure:
    def search() -> int:
        with reading(database) as session:
            return len(queries.catalogue(session, query).rows)

    search()
    found = measured(search, 5)
    limit = Target(SEARCHED_IN * 1000, at_least=False)
    notes: dict[str, float | str] = {"rows": found.answer}
    return Figure(f"{NOTICES:,} notices: {what}", found.cpu * 1000, "ms", limit, notes=notes)
