"""The database lets one organisation of a name through, as names are read, in each country.

Those that read the same already stay as they are, each with a number of its own.
"""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

organisation = sa.table(
    "organisation",
    *(sa.column(name, sa.String()) for name in ("country", "name_read")),
    sa.column("id", sa.Uuid()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("twin", sa.Integer()),
)
UNIQUE = "uq_organisation_name_read_country_twin"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("twin", sa.Integer(), nullable=True))
    op.execute(organisation.update().values(twin=0))
    _number_twins()
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("twin", existing_type=sa.Integer(), nullable=False)
        batch.drop_index("ix_organisation_name_read")
        batch.create_unique_constraint(UNIQUE, ["name_read", "country", "twin"])


def _number_twins() -> None:
    connection = op.get_bind()
    columns = (organisation.c.id, organisation.c.name_read, organisation.c.country)
    rows = connection.execute(
        sa.select(*columns).order_by(organisation.c.created_at, organisation.c.id)
    ).all()
    before = Counter[tuple[str, str]]()
    for row in rows:
        name = (row.name_read, row.country)
        if before[name]:
            connection.execute(
                organisation.update()
                .where(organisation.c.id == row.id)
                .values(twin=before[name])
            )
        before[name] += 1


def downgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(UNIQUE, type_="unique")
        batch.create_index("ix_organisation_name_read", ["name_read"])
        batch.drop_column("twin")
