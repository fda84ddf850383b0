"""Writing letters: in the language of each reader, as staff have written them, none twice."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app.accounts.models import User
from app.accounts.service.letters import spoken_to
from app.core.base.translations import Language
from app.core.storage import outbox, upserts
from app.events.models import Event
from app.notifications import letter_texts
from app.notifications.letter_texts import TEXTS, LetterKind, Template
from app.notifications.models import LetterTemplate, Reminder

Values = Callable[[Language], Mapping[str, str]]
"""What stands in the fields of a letter, in a language."""


class Teller:
    """Writes letters in one transaction; what they have in common is read once.

    Parameters
    ----------
    session : Session
        Nothing is sent before it is committed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._templates: dict[UUID, dict[tuple[LetterKind, str], Template]] = {}

    def written(self, call_id: UUID) -> Mapping[tuple[LetterKind, str], Template]:
        """Return what staff have written for a call, by kind and language."""
        if call_id not in self._templates:
            statement = select(LetterTemplate).where(LetterTemplate.call_id == call_id)
            self._templates[call_id] = {
                (row.kind, row.language): Template(row.subject, row.body)
                for row in self._session.exec(statement)
            }
        return self._templates[call_id]

    def template(self, kind: LetterKind, call_id: UUID | None, language: Language) -> Template:
        """Return how a letter reads in a language, before its fields are filled."""
        written = self.written(call_id) if call_id is not None else {}
        return written.get((kind, language.tag)) or letter_texts.default(kind, language)

    def tell(
        self,
        kind: LetterKind,
        readers: Iterable[User],
        values: Values,
        event: Event,
        call_id: UUID | None = None,
        written: Template | None = None,
    ) -> int:
        """Write a letter to each reader who wants letters of its kind.

        Parameters
        ----------
        values : callable
            One value for each field that may stand in letters of this kind.
        event : Event
            Of which the letters tell.
        call_id : UUID, optional
            The call for which staff may have written another text.
        written : Template, optional
            A text for these readers alone, without faults, in place of all others.

        Returns
        -------
        written : int
            How many letters.
        """
        optional = TEXTS[kind].is_optional
        wanting = [
            user for user in readers if not optional or kind not in user.unwanted_letters
        ]
        for user in wanting:
            language = spoken_to(user)
            text = written or self.template(kind, call_id, language)
            letter = letter_texts.filled(text, values(language))
            outbox.write(
                self._session,
                event_id=event.id,
                user_id=user.id,
                recipient=user.email,
                subject=letter.subject,
                body=letter.body,
            )
        return len(wanting)


def is_first(session: Session, kind: LetterKind, about: UUID, due_at: datetime) -> bool:
    """Note that a letter is written which a date asks for; tell whether it is the first one.

    Of two workers that do so at once, the second waits for the first, and hears False.
    """
    row = {"kind": kind, "about": about, "due_at": due_at}
    new = upserts.insert(upserts.dialect_of(session), vars(Reminder)["__table__"]).values(**row)
    done = session.execute(new.on_conflict_do_nothing().returning(new.table.c.about))
    return done.first() is not None


def purge(session: Session, before: datetime) -> None:
    """Forget the reminders that were due before an instant: none of them is due again."""
    session.execute(delete(Reminder).where(col(Reminder.due_at) < before))
