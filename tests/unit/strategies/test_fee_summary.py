"""The table that follows a backtest where the ledger is on."""

from __future__ import annotations

from typing import Any

import pytest
from settled import HOUR_MS, LEDGER, START_MS

from aurum_plugins.strategies.backtested_trades import backtested_trades
from aurum_plugins.strategies.fee_summary import print_fees


def exported(number: int, profit: float) -> dict[str, Any]:
    """As freqtrade exports it: 2 bought at 50, of an order whose `cost` holds a fee, and 1 not."""
    entry = {"ft_is_entry": True, "safe_price": 50.0, "order_filled_timestamp": START_MS}
    orders = [
        {**entry, "amount": 2.0, "cost": 100.1},
        {**entry, "amount": 1.0, "cost": 50.05, "order_filled_timestamp": None},
        {**entry, "amount": 2.0, "cost": 101.1, "ft_is_entry": False},
    ]
    return {
        "pair": "BTC/USDT",
        "open_timestamp": START_MS + number * HOUR_MS,
        "close_timestamp": START_MS + (number + 1) * HOUR_MS,
        "profit_abs": profit,
        "orders": orders,
    }


def printed(capsys, monkeypatch, trades: list[dict[str, Any]], **ledger: Any) -> list[str]:
    monkeypatch.setenv("COLUMNS", "150")
    result = {"trades": trades, "stake_currency": "USDT", "starting_balance": 1_000}
    print_fees({"strategy": {"Mine": result}}, {"aurum": {"ledger": {**LEDGER, **ledger}}})
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_trades_of_a_backtest_are_counted_without_the_exchanges_fee() -> None:
    (first, second) = backtested_trades([exported(0, 1.5), exported(1, -2.0)], "USDT")
    assert (first.trade_id, second.trade_id) == (1, 2)
    assert str(first.notional) == "100.00000000"
    assert (str(first.profit), first.opened_ms) == ("1.5", START_MS)
    assert first.key != second.key


def test_the_fee_on_the_notional(capsys, monkeypatch) -> None:
    lines = printed(capsys, monkeypatch, [exported(0, 30.0), exported(1, -7.8)])
    assert "Mine with the fee" in lines
    assert "USDT of 1,000 USDT" in lines
    assert "result without the fee +22.20 +2.22 %" in lines
    assert "fee, 2.5 % of notional, 2 of 2 trades charged -5.00 -0.50 %" in lines
    assert "result with the fee +17.20 +1.72 %" in lines
    assert "freqtrade's own figures are those without the fee." in " ".join(lines)


def test_the_fee_on_profits_beyond_their_mark(capsys, monkeypatch) -> None:
    trades = [exported(0, 30.0), exported(1, -10.0), exported(2, 20.0)]
    lines = printed(capsys, monkeypatch, trades, base="profit", rate=0.2)
    assert "fee, 20 % of profit, 2 of 3 trades charged -8.00 -0.80 %" in lines
    assert "result with the fee +32.00 +3.20 %" in lines


def test_a_backtest_of_the_past_is_charged_although_the_ledger_began_later(
    capsys, monkeypatch
) -> None:
    lines = printed(capsys, monkeypatch, [exported(0, 1.0)], since="2030-01-01")
    assert "fee, 2.5 % of notional, 1 of 1 trade charged -2.50 -0.25 %" in lines


def test_a_backtest_without_trades(capsys, monkeypatch) -> None:
    lines = printed(capsys, monkeypatch, [])
    assert "fee, 2.5 % of notional, 0 of 0 trades charged +0.00 +0.00 %" in lines


@pytest.mark.parametrize("config", [{}, {"aurum": {"ledger": {**LEDGER, "enabled": False}}}])
def test_where_the_ledger_is_off_nothing_is_said(config, capsys) -> None:
    result = {"trades": [exported(0, 1.0)], "stake_currency": "USDT", "starting_balance": 1_000}
    print_fees({"strategy": {"Mine": result}}, config)
    assert capsys.readouterr().out == ""


def test_a_backtest_without_results_says_nothing(capsys) -> None:
    print_fees({}, {"aurum": {"ledger": dict(LEDGER)}})
    assert capsys.readouterr().out == ""
