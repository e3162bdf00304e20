"""What an inspection was asked for with, by whom and when, so that two of one capture are told apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STANDARD = "GB/T 22239-2019"
_LEVELS = {_STANDARD: 3, **{f"{_STANDARD} §{level + 5}.5": level for level in (2, 3, 4)}}
"""Of the inspections that are there, by the name of their standard."""


def upgrade() -> None:
    """Apply."""
    # Never a table made anew: dropping the old one would delete every finding. Defaults are for rows that are there.
    op.add_column("inspection", sa.Column("level", sa.Integer, nullable=False, server_default="0"))
    op.add_column("inspection", sa.Column("register", sa.Text, nullable=False, server_default=""))
    op.add_column("inspection", sa.Column("user", sa.Text, nullable=False, server_default=""))
    op.add_column("inspection", sa.Column("ordered", sa.BigInteger, nullable=False, server_default="0"))
    inspection = sa.table("inspection", sa.column("standard"), sa.column("level"))
    for name, level in _LEVELS.items():
        op.execute(inspection.update().where(inspection.c.standard == name).values(level=level))


def downgrade() -> None:
    """Take back."""
    for name in ("ordered", "user", "register", "level"):
        op.execute(f'ALTER TABLE inspection DROP COLUMN "{name}"')
