"""Decisions, orders, the kill switch, and what the loss limits remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "decisions",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("pair", sa.String(60), nullable=False),
        sa.Column("timeframe", sa.String(10), nullable=False),
        sa.Column("candle_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("signal", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("decided_ms", sa.BigInteger, nullable=False),
        sa.Column("settled_ms", sa.BigInteger, nullable=True),
        sa.Column("strategy", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("bot", "pair", "timeframe", "candle_ms", name="pk_decisions"),
    )
    op.create_index(
        "ix_decisions_bot_timeframe_candle_ms", "decisions", ["bot", "timeframe", "candle_ms"]
    )
    op.create_index(
        "ix_decisions_bot_verdict_candle_ms", "decisions", ["bot", "verdict", "candle_ms"]
    )
    op.create_table(
        "orders",
        sa.Column("client_order_id", sa.String(60), nullable=False),
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("pair", sa.String(60), nullable=False),
        sa.Column("side", sa.String(4), nullable=False),
        sa.Column("order_type", sa.String(20), nullable=False),
        sa.Column("amount", sa.String(40), nullable=False),
        sa.Column("price", sa.String(40), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("exchange_order_id", sa.String(100), nullable=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("sent_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client_order_id", name="pk_orders"),
    )
    op.create_index("ix_orders_bot_state", "orders", ["bot", "state"])
    op.create_index("ix_orders_bot_sent_ms", "orders", ["bot", "sent_ms"])
    op.create_table(
        "switches",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_switches"),
    )
    op.create_index("ix_switches_bot_number", "switches", ["bot", "number"])
    op.create_table(
        "risk_states",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("bot", name="pk_risk_states"),
    )
    op.create_table(
        "equity_marks",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("at_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("equity", sa.Float, nullable=False),
        sa.Column("exposure", sa.Float, nullable=False),
        sa.Column("drawdown", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("bot", "at_ms", name="pk_equity_marks"),
    )
