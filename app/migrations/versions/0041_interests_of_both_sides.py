"""Sides tell how much they would like to work together, and runs keep what they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

SIDES = ("challenge", "solution")
WORDS = ("cannot", "rather_not", "open", "interested", "very")

run = sa.table("match_run", sa.column("interests", sa.JSON()))


def upgrade() -> None:
    op.create_table(
        "interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(*SIDES, name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "value",
            sa.Enum(*WORDS, name="interestword", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(value IS NULL) = (told_at IS NULL)", name=op.f("ck_interest_told")
        ),
        sa.CheckConstraint(
            "value IS NOT NULL OR asked_at IS NOT NULL", name=op.f("ck_interest_said")
        ),
        sa.CheckConstraint("value IS NOT NULL OR reason = ''", name=op.f("ck_interest_reason")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_interest_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["submission.id"],
            name=op.f("fk_interest_challenge_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["submission.id"], name=op.f("fk_interest_solution_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_interest_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["told_by"], ["user_account.id"], name=op.f("fk_interest_told_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint(
            *("side", "challenge_id", "solution_id"),
            name=op.f("uq_interest_side_challenge_id_solution_id"),
        ),
    )
    for name in ("programme_id", "challenge_id", "solution_id", "organisation_id", "told_by"):
        op.create_index(op.f(f"ix_interest_{name}"), "interest", [name])
    op.add_column("match_run", sa.Column("interests", sa.JSON(), nullable=True))
    # nobody had told anything when the runs of before were asked for
    op.execute(run.update().values(interests=[]))
    with op.batch_alter_table("match_run") as batch:
        batch.alter_column("interests", existing_type=sa.JSON(), nullable=False)
        batch.add_column(sa.Column("heeding", sa.JSON(), nullable=True))
    with op.batch_alter_table("suggestion") as batch:
        batch.add_column(sa.Column("heeded", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("suggestion") as batch:
        batch.drop_column("heeded")
    with op.batch_alter_table("match_run") as batch:
        batch.drop_column("heeding")
        batch.drop_column("interests")
    op.drop_table("interest")
