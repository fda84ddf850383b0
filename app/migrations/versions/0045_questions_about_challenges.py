"""Questions about published challenges, whose askers nobody is told of, letters included."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_STATES = ("waiting", "answered", "declined", "withdrawn")


def _record(*columns: sa.Column[Any]) -> list[sa.Column[Any]]:
    """Return the columns of a table behind those that each row has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *columns,
    ]


def _key(name: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}")
    )


def upgrade() -> None:
    op.create_table(
        "enquiry",
        *_record(
            sa.Column("notice_id", sa.Uuid(), nullable=False),
            sa.Column("programme_id", sa.Uuid(), nullable=False),
            sa.Column("organisation_id", sa.Uuid(), nullable=False),
            sa.Column("asker_id", sa.Uuid(), nullable=True),
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column(
                "state",
                sa.Enum(*_STATES, name="enquirystate", native_enum=False, length=40),
                nullable=False,
            ),
            sa.Column("language", sa.String(), nullable=False),
            sa.Column("body", sa.String(), nullable=False),
            sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("answer", sa.String(), nullable=False),
            sa.Column("answer_language", sa.String(), nullable=False),
            sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("reason", sa.String(), nullable=False),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (body = '')", name=op.f("ck_enquiry_withdrawn")
        ),
        sa.CheckConstraint(
            "state != 'answered' OR answered_at IS NOT NULL", name=op.f("ck_enquiry_answered")
        ),
        _key("enquiry", "public_notice", "notice_id"),
        _key("enquiry", "programme", "programme_id"),
        _key("enquiry", "organisation", "organisation_id"),
        _key("enquiry", "user_account", "asker_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_enquiry_notice_id_number")),
    )
    for name in ("programme_id", "organisation_id"):
        op.create_index(op.f(f"ix_enquiry_{name}"), "enquiry", [name])
    op.create_index("ix_enquiry_asker_id_created_at", "enquiry", ["asker_id", "created_at"])
    op.create_table(
        "asking",
        *_record(
            sa.Column("notice_id", sa.Uuid(), nullable=False),
            sa.Column(
                "state",
                sa.Enum("open", "closed", name="askingstate", native_enum=False, length=40),
                nullable=False,
            ),
        ),
        _key("asking", "public_notice", "notice_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_asking_notice_id")),
    )
    op.add_column(
        "letter",
        sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    with op.batch_alter_table("letter") as batch:
        batch.alter_column("discreet", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    # Earlier versions would show them in the outbox, and so tell who asked.
    op.execute("DELETE FROM letter WHERE discreet")
    _forget("enquiry.waiting", "enquiry.answered", "enquiry.declined")
    with op.batch_alter_table("letter") as batch:
        batch.drop_column("discreet")
    op.drop_table("asking")
    op.drop_table("enquiry")


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
