"""An index for alerts over time."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_alert_timeline", "alert", ["first_seen", "severity", "organization", "site"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_alert_timeline", table_name="alert")
