"""Practices that teams have offered or staff entered, and what of them everybody reads."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

STATES = ("draft", "offered", "listed", "declined", "withdrawn", "removed")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _text() -> list[sa.Column[Any]]:
    """Return the columns that are the same in what is written and in what is listed."""
    return [
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("code", "title", "summary", "text", "results", "organisation", "notes")
        ),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("source_date", sa.Date(), nullable=True),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("themes", "works_in", "sources", "countries")
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "practice",
        *_record(),
        *_text(),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="practicestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state != 'listed' OR listed_at IS NOT NULL", name=op.f("ck_practice_listed")
        ),
        sa.CheckConstraint(
            "state != 'offered' OR offered_at IS NOT NULL", name=op.f("ck_practice_offered")
        ),
        sa.CheckConstraint(
            "organisation_id IS NOT NULL OR external_id IS NOT NULL",
            name=op.f("ck_practice_whose"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_practice_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
        sa.UniqueConstraint("code", name=op.f("uq_practice_code")),
        sa.UniqueConstraint("external_id", name=op.f("uq_practice_external_id")),
    )
    with op.batch_alter_table("practice") as batch:
        batch.create_index("ix_practice_organisation_id", ["organisation_id"])
        batch.create_index("ix_practice_state", ["state"])
    op.create_table(
        "listed_practice",
        *_record(),
        *_text(),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_listed_practice_practice_id_practice"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_practice")),
        sa.UniqueConstraint("code", name=op.f("uq_listed_practice_code")),
        sa.UniqueConstraint("practice_id", name=op.f("uq_listed_practice_practice_id")),
    )
    with op.batch_alter_table("listed_practice") as batch:
        batch.create_index("ix_listed_practice_newest", ["listed_at", "id"])
    op.create_table(
        "listed_practice_words",
        sa.Column("listed_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listed_id"],
            ["listed_practice.id"],
            name=op.f("fk_listed_practice_words_listed_id_listed_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listed_id", name=op.f("pk_listed_practice_words")),
    )


def downgrade() -> None:
    op.drop_table("listed_practice_words")
    op.drop_table("listed_practice")
    op.drop_table("practice")
