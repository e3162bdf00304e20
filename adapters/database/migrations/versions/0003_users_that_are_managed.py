"""What people call a user, and whether the user may sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Never a table made anew: dropping the old one would end every session. Defaults are for rows that are there.
    op.add_column("user", sa.Column("display_name", sa.Text, nullable=False, server_default=""))
    op.add_column("user", sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("provisional", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take back."""
    for name in ("provisional", "disabled", "display_name"):
        op.execute(f'ALTER TABLE "user" DROP COLUMN {name}')
