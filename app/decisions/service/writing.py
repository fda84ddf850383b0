"""Letters of decisions: written when they are released, in the language of who reads them."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.accounts.service import letters as accounts
from app.core.base.messages import Message
from app.core.base.translations import ENGLISH, LANGUAGES, Language
from app.core.base.translations import language as language_of
from app.core.storage import outbox
from app.decisions import letters
from app.decisions.letters import ASKING, LetterKind, Template
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.models import Decision, LetterTemplate
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Call, Programme
from app.submissions.models import Submission

Templates = dict[tuple[str, str], Template]
"""What a lead has written for a call, by kind and language."""


def templates_of(session: Session, call_id: UUID) -> Templates:
    """Return the templates that were written for a call."""
    rows = session.exec(select(LetterTemplate).where(LetterTemplate.call_id == call_id))
    return {(row.kind, row.language): Template(row.subject, row.body) for row in rows}


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
        self._templates = templates_of(session, call.id)

    def letter(
        self, decision: Decision, submission: Submission, kind: LetterKind, language: Language
    ) -> Template:
        """Return the letter of a decision as somebody reads it who speaks a language."""
        template = self._templates.get((kind, language.tag)) or letters.default(kind, language)
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
        team = self._session.get_one(Organisation, submission.organisation_id)
        asked = decision.answer_by if kind in ASKING else None
        return letters.filled(
            template,
            {
                "code": submission.code,
                "title": submission.title,
                "organisation": team.name,
                "call": self._call.title,
                "programme": self._programme.title,
                "outcome": language.word(decision.outcome),
                "feedback": decision.feedback,
                "answer": language.say(
                    Message(
                        letters.ANSWER,
                        answer_by=language.moment(asked, self._programme.zone),
                    )
                )
                if asked
                else "",
            },
        )

    def write(self, decision: Decision, submission: Submission, kind: LetterKind) -> int:
        """Add the letters of a decision to the caller's transaction; return how many."""
        readers = self.readers(submission)
        for user in readers:
            language = accounts.spoken_to(user)
            letter = self.letter(decision, submission, kind, language)
            outbox.write(
                self._session,
                user_id=user.id,
                recipient=user.email,
                subject=letter.subject,
                body=letter.body,
            )
        return len(readers)

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
