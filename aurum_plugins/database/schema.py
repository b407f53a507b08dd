"""The tables. Times are UTC milliseconds; a bot is named by `aurum_plugins.bot_identity`.

Migrations (`aurum_plugins/database/migrations`) bring a database to this shape; a test holds the
two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

# SQLite only counts up a column of exactly this type.
_COUNTER = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row for each closed candle of each traded pair: see aurum_plugins.execution.journal.
decisions = Table(
    "decisions",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("pair", String(60), primary_key=True),
    Column("timeframe", String(10), primary_key=True),
    Column("candle_ms", BigInteger, primary_key=True, autoincrement=False),
    # What the signal wanted, and why: names of Action and Reason.
    Column("action", String(20), nullable=False),
    Column("signal", String(40), nullable=False),
    # What came of it: approved, refused, pending (not settled yet) or none (nothing was wanted).
    Column("verdict", String(20), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("figures", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger, nullable=True),
    Column("strategy", String(100), nullable=False),
    Index(None, "bot", "timeframe", "candle_ms"),
    Index(None, "bot", "verdict", "candle_ms"),
)

# Every order on its way to an exchange, written down before it leaves:
# see aurum_plugins.execution.order_record.
orders = Table(
    "orders",
    metadata,
    Column("client_order_id", String(60), primary_key=True),
    Column("bot", String(200), nullable=False),
    Column("pair", String(60), nullable=False),
    Column("side", String(4), nullable=False),
    Column("order_type", String(20), nullable=False),
    # Decimal numbers as text: base and quote currency.
    Column("amount", String(40), nullable=False),
    Column("price", String(40), nullable=True),
    # leaving, unknown, taken, settled, refused: see OrderState.
    Column("state", String(20), nullable=False),
    Column("exchange_order_id", String(100), nullable=True),
    Column("detail", Text, nullable=False, default=""),
    Column("sent_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Index(None, "bot", "state"),
)

# The kill switch's history, append-only: see aurum_plugins.risk.kill_switch.
switches = Table(
    "switches",
    metadata,
    Column("number", _COUNTER, primary_key=True),
    # "*" is every bot.
    Column("bot", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "bot", "number"),
)

# What the loss limits remember: see aurum_plugins.risk.loss_limits.
risk_states = Table(
    "risk_states",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

# Equity at each closed candle.
equity_marks = Table(
    "equity_marks",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    # Quote currency.
    Column("equity", Float, nullable=False),
    Column("exposure", Float, nullable=False),
    # Below the peak, 0.2 is 20 %.
    Column("drawdown", Float, nullable=False),
)

# What the venues agreed on at each closed candle of each pair, for those who look back:
# see aurum_plugins.trading.venue_log.
consensus_marks = Table(
    "consensus_marks",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("pair", String(60), primary_key=True),
    Column("timeframe", String(10), primary_key=True),
    Column("candle_ms", BigInteger, primary_key=True, autoincrement=False),
    # When it was looked at; nothing may use it as of an earlier time.
    Column("seen_ms", BigInteger, nullable=False),
    # Quote currency; null = no consensus.
    Column("price", Float, nullable=True),
    # Of the consensus, in [0, 1]; 0 = none.
    Column("quality", Float, nullable=False),
    # Venues whose quotes counted.
    Column("venues", Integer, nullable=False),
    # Name of the Dissent; empty = consensus.
    Column("dissent", String(40), nullable=False),
)

# How each venue was doing when it was last looked at: see aurum_plugins.trading.venue_log.
venue_health = Table(
    "venue_health",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("venue", String(40), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    # closed, open or half-open: of its circuit breaker.
    Column("state", String(20), nullable=False),
    # Figures by name, as VenueHealth has them.
    Column("figures", JSON, nullable=False),
)
