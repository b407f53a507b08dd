"""What venues agree on and how they are; an index that nobody asks goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the market data."""
    op.drop_index("ix_orders_bot_sent_ms", "orders")
    op.create_table(
        "consensus_marks",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("pair", sa.String(60), nullable=False),
        sa.Column("timeframe", sa.String(10), nullable=False),
        sa.Column("candle_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("price", sa.Float, nullable=True),
        sa.Column("quality", sa.Float, nullable=False),
        sa.Column("venues", sa.Integer, nullable=False),
        sa.Column("dissent", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("bot", "pair", "timeframe", "candle_ms", name="pk_consensus_marks"),
    )
    op.create_table(
        "venue_health",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("venue", sa.String(40), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("bot", "venue", name="pk_venue_health"),
    )
