"""Whom staff have invited to a call, for what was told in another programme."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("n_letters", sa.Integer(), nullable=False),
        sa.CheckConstraint("n_letters >= 0", name=op.f("ck_call_invitation_letters")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_call_invitation_call_id_call")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_call_invitation_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["submission.id"],
            name=op.f("fk_call_invitation_challenge_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"],
            ["submission.id"],
            name=op.f("fk_call_invitation_solution_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["user_account.id"],
            name=op.f("fk_call_invitation_invited_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_invitation")),
        sa.UniqueConstraint(
            "call_id",
            "organisation_id",
            name=op.f("uq_call_invitation_call_id_organisation_id"),
        ),
    )
    for name in ("organisation_id", "challenge_id", "solution_id", "invited_by"):
        op.create_index(op.f(f"ix_call_invitation_{name}"), "call_invitation", [name])


def downgrade() -> None:
    op.drop_table("call_invitation")
    # Earlier versions know neither the letter nor the event of it.
    op.execute("DELETE FROM letter_template WHERE kind = 'invited'")
    _forget("call.invited")


def _forget(*kinds: str) -> None:
    """Remove events of these kinds with their deliveries, and let no webhook want them."""
    event = sa.table("event", sa.column("id"), sa.column("kind"))
    delivery = sa.table("delivery", sa.column("event_id"))
    webhook = sa.table("webhook", sa.column("id"), sa.column("kinds", sa.JSON()))
    connection = op.get_bind()
    gone = sa.select(event.c.id).where(event.c.kind.in_(kinds))
    # By hand, since SQLite carries nothing on while the tables are changed.
    connection.execute(sa.delete(delivery).where(delivery.c.event_id.in_(gone)))
    connection.execute(sa.delete(event).where(event.c.kind.in_(kinds)))
    for key, wanted in connection.execute(sa.select(webhook.c.id, webhook.c.kinds)).all():
        if stays := [kind for kind in wanted if kind not in kinds]:
            kept = sa.update(webhook).where(webhook.c.id == key).values(kinds=stays)
            connection.execute(kept)
        else:
            told = sa.table("delivery", sa.column("webhook_id"))
            connection.execute(sa.delete(told).where(told.c.webhook_id == key))
            connection.execute(sa.delete(webhook).where(webhook.c.id == key))
