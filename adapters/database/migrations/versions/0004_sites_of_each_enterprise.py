"""A site is known by its enterprise and id: each enterprise may call one `local`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _make_anew("organization", "id")


def downgrade() -> None:
    """Take back; of several sites with one id only one stays."""
    op.execute(
        "DELETE FROM site WHERE EXISTS "
        "(SELECT 1 FROM site AS other WHERE other.id = site.id AND other.organization < site.organization)"
    )
    _make_anew("id")


def _make_anew(*key: str) -> None:
    # Nothing refers to a site by a foreign key.
    columns = [sa.Column(name, sa.Text(), nullable=False) for name in ("id", "organization", "name", "region")]
    op.create_table("site_anew", *columns, sa.PrimaryKeyConstraint(*key, name=op.f("pk_site")))
    op.execute("INSERT INTO site_anew (id, organization, name, region) SELECT id, organization, name, region FROM site")
    op.drop_table("site")
    op.rename_table("site_anew", "site")
