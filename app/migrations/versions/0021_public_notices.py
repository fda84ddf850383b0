"""Public notices of challenges, and what is searched of them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("draft", "proposed", "approved", "published", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "public_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="noticestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("names_country", sa.Boolean(), nullable=False),
        sa.Column("names_organisation", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state != 'published' OR published_at IS NOT NULL",
            name=op.f("ck_public_notice_published"),
        ),
        sa.CheckConstraint(
            "names_country OR NOT names_organisation", name=op.f("ck_public_notice_named")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_public_notice_{name}_id_{table}"),
            )
            for name, table in (
                ("challenge", "submission"),
                ("programme", "programme"),
                ("organisation", "organisation"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_notice")),
        sa.UniqueConstraint("code", name=op.f("uq_public_notice_code")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_public_notice_challenge_id")),
    )
    with op.batch_alter_table("public_notice") as batch:
        batch.create_index("ix_public_notice_programme_id", ["programme_id"])
        batch.create_index("ix_public_notice_organisation_id", ["organisation_id"])
        batch.create_index("ix_public_notice_listed", ["state", "published_at", "id"])
        batch.create_index(
            "ix_public_notice_named", ["state", "names_country", "organisation_id"]
        )
    op.create_table(
        "public_notice_text",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["public_notice.id"],
            name=op.f("fk_public_notice_text_notice_id_public_notice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_public_notice_text")),
    )


def downgrade() -> None:
    op.drop_table("public_notice_text")
    op.drop_table("public_notice")
