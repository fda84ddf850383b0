"""Letters of decisions: written when they are released, in the language of who reads them."""

from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.accounts.service import letters as accounts
from app.core.base.messages import Message
from app.core.base.translations import ENGLISH, LANGUAGES, Language
from app.core.base.translations import language as language_of
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.models import Decision
from app.notifications import letter_texts
from app.notifications.letter_texts import ANSWER, TEXTS, LetterKind, Template
from app.notifications.service.telling import Teller, Values
from app.organisations.service import people
from app.programmes.models import Call, Programme
from app.submissions.models import Submission
from app.submissions.service import letters


def kind_of(session: Session, decision: Decision) -> LetterKind:
    """Return which letter tells of a decision."""
    if decision.corrects_id is None:
        return LetterKind(decision.outcome.value)
    corrected = session.get_one(Decision, decision.corrects_id)
    # Who has moved up before keeps the place, and reads of the correction alone.
    moves_up = corrected.outcome is DecisionOutcome.RESERVE
    if decision.in_place_of_id is not None and moves_up:
        return LetterKind.PROMOTION
    return LetterKind.CORRECTION


class Writer:
    """Writes the letters of one call; what they have in common is read once.

    Parameters
    ----------
    session : Session
    call : Call
    """

    def __init__(self, session: Session, call: Call) -> None:
        self._session = session
        self._call = call
        self._programme = session.get_one(Programme, call.programme_id)
        self._teller = Teller(session)

    def letter(
        self, decision: Decision, submission: Submission, kind: LetterKind, language: Language
    ) -> Template:
        """Return the letter of a decision as somebody reads it who speaks a language."""
        template = self._teller.template(kind, self._call.id, language)
        return self.filled(template, decision, submission, kind, language)

    def filled(
        self,
        template: Template,
        decision: Decision,
        submission: Submission,
        kind: LetterKind,
        language: Language,
    ) -> Template:
        """Return what a template becomes for a decision."""
        return letter_texts.filled(template, self._values(decision, submission, kind)(language))

    def _values(self, decision: Decision, submission: Submission, kind: LetterKind) -> Values:
        asked = decision.answer_by if "answer" in TEXTS[kind].needed else None
        fields = letters.fields_of(self._session, submission)

        def within(language: Language) -> dict[str, str]:
            answer_by = asked and language.moment(asked, self._programme.zone)
            return fields | {
                "outcome": language.word(decision.outcome),
                "feedback": decision.feedback,
                "answer": language.say(Message(ANSWER, answer_by=answer_by)) if asked else "",
            }

        return within

    def write(self, decision: Decision, submission: Submission, kind: LetterKind) -> int:
        """Add the letters of a decision to the caller's transaction; return how many."""
        values = self._values(decision, submission, kind)
        event = letters.note(self._session, TEXTS[kind].event, submission)
        readers = self.readers(submission)
        return self._teller.tell(kind, readers, values, event, self._call.id)

    def readers(self, submission: Submission) -> Sequence[User]:
        """Return the people who get the letter about a submission."""
        return people.team(self._session, submission.organisation_id)


def write(session: Session, decision: Decision, submission: Submission) -> int:
    """Write the letters of one decision in the caller's transaction; return how many."""
    writer = Writer(session, session.get_one(Call, decision.call_id))
    return writer.write(decision, submission, kind_of(session, decision))


def in_each_language(session: Session, decision: Decision) -> dict[str, Template]:
    """Return the letter of a decision in each language that the service speaks."""
    writer = Writer(session, session.get_one(Call, decision.call_id))
    submission = session.get_one(Submission, decision.submission_id)
    kind = kind_of(session, decision)
    return {
        tag: writer.letter(decision, submission, kind, language_of(tag)) for tag in LANGUAGES
    }


def count_readers(session: Session, decision: Decision) -> int:
    """Return how many people get the letter of a decision, as the team is now."""
    submission = session.get_one(Submission, decision.submission_id)
    return len(people.team(session, submission.organisation_id))


def as_sent(
    session: Session, decision: Decision, submission: Submission
) -> list[tuple[str, int, Template]]:
    """Return the letters of a decision as they will be sent: language, how many get it, text.

    Where nobody would get one, the letter in English stands for it, and the count is 0.
    """
    writer = Writer(session, session.get_one(Call, decision.call_id))
    spoken = Counter(accounts.spoken_to(user).tag for user in writer.readers(submission))
    kind = kind_of(session, decision)
    return [
        (tag, count, writer.letter(decision, submission, kind, language_of(tag)))
        for tag, count in sorted((spoken or Counter({ENGLISH: 0})).items())
    ]


def preview(
    session: Session,
    actor: Actor,
    decision: Decision,
    kind: LetterKind,
    written: Template,
    language: Language,
) -> Template:
    """Return what a template becomes for a decision.

    Raises
    ------
    NotPermitted
        If the actor may not read decisions.
    """
    policy.require(actor, Action.DECISION_READ)
    writer = Writer(session, session.get_one(Call, decision.call_id))
    submission = session.get_one(Submission, decision.submission_id)
    return writer.filled(written, decision, submission, kind, language)


def teams_without_readers(
    session: Session, batch: Sequence[tuple[Decision, Submission]]
) -> list[str]:
    """Return the codes of submissions of whose teams nobody would get a letter."""
    reached = set(
        session.exec(
            select(Membership.organisation_id)
            .join(User, col(User.id) == col(Membership.user_id))
            .where(Membership.role == Role.MEMBER, User.state == UserState.ACTIVE)
        )
    )
    return [one.code for one, row in batch if row.organisation_id not in reached]


def names(session: Session, decision: Decision) -> dict[str, str]:
    """Return the names of who drafted and who approved a decision, where they are known."""
    return {
        part: user.name
        for part, key in (("drafted", decision.drafted_by), ("approved", decision.approved_by))
        if key is not None and (user := session.get(User, key)) is not None
    }
