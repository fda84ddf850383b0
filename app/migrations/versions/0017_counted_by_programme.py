"""What counts and lists the submissions of a programme reads an index alone."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME = "ix_submission_counted"
COLUMNS = ["programme_id", "kind", "state", "organisation_id", "submitted_at"]


def upgrade() -> None:
    op.create_index(NAME, "submission", COLUMNS)
    op.create_index("ix_submission_listed", "submission", ["programme_id", "kind", "code"])
    op.drop_index("ix_submission_programme_id", "submission")


def downgrade() -> None:
    op.create_index("ix_submission_programme_id", "submission", ["programme_id"])
    op.drop_index("ix_submission_listed", "submission")
    op.drop_index(NAME, "submission")
