"""Where it is stored whom staff have invited to a call."""

from uuid import UUID

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from app.core.storage.database import Record


class CallInvitation(Record, table=True):
    """That an organisation was asked to take part in a call: there is one of each.

    `solution_id` is what it has told in another programme, `challenge_id` the challenge with
    which that may help. `invited_by` is who of the staff has asked; none for the operator.
    Of the `n_letters` the outbox holds the words; none was written where staff bring the
    text themselves, as there is nobody to write to.
    """

    __tablename__ = "call_invitation"
    __table_args__ = (
        UniqueConstraint("call_id", "organisation_id"),
        CheckConstraint("n_letters >= 0", name="letters"),
    )

    call_id: UUID = Field(foreign_key="call.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    invited_by: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    n_letters: int = 0
