"""The commands of the kill switch, run in this process, and bots for them to find."""

from __future__ import annotations

import typer
from click.testing import Result
from sqlalchemy import insert
from typer.testing import CliRunner

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.commands.kill import kill
from aurum_plugins.commands.rearm import rearm
from aurum_plugins.commands.status import status
from aurum_plugins.database import Database
from aurum_plugins.database.schema import decisions, equity_marks, orders

app = typer.Typer()
for command in (kill, rearm, status):
    app.command()(command)


def invoke(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "120"}, input=answer)


def printed(*arguments: str, answer: str | None = None) -> str:
    """Standard output of a command that succeeds."""
    result = invoke(*arguments, answer=answer)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def add_decision(
    database: Database,
    bot: str,
    candle_ms: int,
    *,
    pair: str = "BTC/USDT",
    timeframe: str = "1h",
    verdict: str = "none",
    decided_ms: int | None = None,
) -> None:
    row = {
        "bot": bot,
        "pair": pair,
        "timeframe": timeframe,
        "candle_ms": candle_ms,
        "action": "HOLD",
        "signal": "NO_BREAKOUT",
        "verdict": verdict,
        "reason": "NO_BREAKOUT",
        "figures": {},
        "attempts": 0,
        "decided_ms": candle_ms + HOUR_MS if decided_ms is None else decided_ms,
        "strategy": "AurumStrategy",
    }
    with database.writing() as connection:
        connection.execute(insert(decisions).values(row))


def add_order(database: Database, bot: str, name: str, state: str) -> None:
    row = {
        "client_order_id": name,
        "bot": bot,
        "pair": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "amount": "1",
        "state": state,
        "detail": "",
        "sent_ms": 0,
        "updated_ms": 0,
    }
    with database.writing() as connection:
        connection.execute(insert(orders).values(row))


def add_equity(
    database: Database, bot: str, at_ms: int, equity: float, exposure: float, drawdown: float
) -> None:
    row = {
        "bot": bot,
        "at_ms": at_ms,
        "equity": equity,
        "exposure": exposure,
        "drawdown": drawdown,
    }
    with database.writing() as connection:
        connection.execute(insert(equity_marks).values(row))
