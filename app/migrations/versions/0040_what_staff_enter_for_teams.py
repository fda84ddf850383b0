"""Staff enter a submission for a team that cannot do it itself, and the team confirms it."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assisted_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("writing", "waiting", "confirmed", "ended"),
                name="entrystate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)",
            name=op.f("ck_assisted_entry_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_assisted_entry_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_assisted_entry_call_id_call")
        ),
        sa.ForeignKeyConstraint(
            ["begun_by"],
            ["user_account.id"],
            name=op.f("fk_assisted_entry_begun_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["user_account.id"],
            name=op.f("fk_assisted_entry_confirmed_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assisted_entry")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_assisted_entry_submission_id")),
    )
    for name in ("call_id", "begun_by", "confirmed_by"):
        op.create_index(op.f(f"ix_assisted_entry_{name}"), "assisted_entry", [name])


def downgrade() -> None:
    op.drop_table("assisted_entry")
    # Who has entered something for a team collaborates on nothing in earlier versions.
    op.execute("DELETE FROM collaborator WHERE may = 'enter'")
