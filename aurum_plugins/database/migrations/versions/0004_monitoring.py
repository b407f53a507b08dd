"""What bots say of themselves, fees on trades, and what is wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# What was entered stays. SQLite's REPLACE deletes without asking the trigger on deletes.
_APPEND_ONLY = {
    "sqlite": (
        """
        CREATE TRIGGER ledger_entries_are_not_changed BEFORE UPDATE ON ledger_entries
        BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
        """,
        """
        CREATE TRIGGER ledger_entries_are_not_deleted BEFORE DELETE ON ledger_entries
        BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END
        """,
        """
        CREATE TRIGGER ledger_entries_are_not_replaced BEFORE INSERT ON ledger_entries
        WHEN EXISTS (
            SELECT 1 FROM ledger_entries WHERE bot = NEW.bot AND number = NEW.number
        )
        BEGIN SELECT RAISE(ABORT, 'ledger entries are never replaced'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION refuse_to_change_ledger_entries() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger entries are never changed nor deleted'
            USING ERRCODE = 'restrict_violation';
        END
        $$
        """,
        """
        CREATE TRIGGER ledger_entries_are_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_ledger_entries()
        """,
    ),
}
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of reports, of the ledger and of alerts, and what finds rows among many."""
    # Counts by verdict and reason, and the newest of each, without reading a million rows.
    op.create_index(
        "ix_decisions_bot_timeframe_verdict_reason_candle_ms",
        "decisions",
        ["bot", "timeframe", "verdict", "reason", "candle_ms"],
    )
    op.drop_index("ix_decisions_bot_verdict_candle_ms", table_name="decisions")
    op.create_index("ix_equity_marks_bot_drawdown", "equity_marks", ["bot", "drawdown"])
    op.create_table(
        "bot_reports",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("bot", "topic", name="pk_bot_reports"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("trade", sa.String(120), nullable=False),
        sa.Column("pair", sa.String(60), nullable=False),
        sa.Column("closed_ms", sa.BigInteger, nullable=True),
        sa.Column("base", sa.String(20), nullable=False),
        sa.Column("rate", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(60), nullable=False),
        sa.Column("amount", sa.String(60), nullable=False),
        sa.Column("currency", sa.String(20), nullable=False),
        sa.Column("profit", sa.String(60), nullable=True),
        sa.Column("invoice", sa.BigInteger, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("bot", "number", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_bot_trade", "ledger_entries", ["bot", "trade"])
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "alerts",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("bot", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("last_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_alerts"),
    )
    op.create_index("ix_alerts_bot_ended_ms", "alerts", ["bot", "ended_ms"])
    op.create_index("ix_alerts_since_ms", "alerts", ["since_ms"])
    op.create_table(
        "alert_notices",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("alert", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("sent_ms", sa.BigInteger, nullable=True),
        sa.Column("fault", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_alert_notices"),
    )
    op.create_index("ix_alert_notices_sent_ms_due_ms", "alert_notices", ["sent_ms", "due_ms"])
    op.create_index("ix_alert_notices_alert", "alert_notices", ["alert"])
