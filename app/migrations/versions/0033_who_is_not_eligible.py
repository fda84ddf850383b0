"""That a submission is not eligible: proposed by one, approved by another; one appeal."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

STATES = ("proposed", "approved", "refused", "taken_back", "lapsed")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.add_column(sa.Column("appeal", sa.String(), server_default="", nullable=False))
    # The default is for the submissions that were there before.
    with op.batch_alter_table("submission") as batch:
        batch.alter_column("appeal", existing_type=sa.String(), server_default=None)
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("kind", "challenge", "solution"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("state", _words("exclusionstate", *STATES), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR settled_by IS NULL"
            " OR settled_by != proposed_by",
            name=op.f("ck_exclusion_two_people"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_at IS NULL)", name=op.f("ck_exclusion_settled")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{to}_id"], [f"{to}.id"], name=op.f(f"fk_exclusion_{to}_id_{to}")
            )
            for to in ("programme", "call", "submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    for name in ("call_id", "submission_id", "code"):
        op.create_index(f"ix_exclusion_{name}", "exclusion", [name])
    op.create_index("ix_exclusion_listed", "exclusion", ["programme_id", "state", "code"])
    where = sa.text("state = 'proposed'")
    op.create_index(
        "uq_exclusion_proposed",
        "exclusion",
        ["submission_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    # The version before knows no other place for what was found not eligible.
    op.execute(
        "UPDATE submission SET state = 'submitted', answer_by = NULL WHERE state = 'ineligible'"
    )
    op.drop_table("exclusion")
    with op.batch_alter_table("submission") as batch:
        batch.drop_column("appeal")
