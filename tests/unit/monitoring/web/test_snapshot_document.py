from __future__ import annotations

import json
import math
from dataclasses import fields
from decimal import Decimal

import orjson
from watched_bots import BOT, NOW_MS, PAIR, empty_snapshot, full_snapshot

from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.snapshot.bot_snapshot import (
    BotSnapshot,
    DecisionCounts,
    EquityPoint,
    Owed,
)
from aurum_plugins.monitoring.web.snapshot_document import snapshot_document


def test_every_field_stands_in_it_under_its_name() -> None:
    for snapshot in (full_snapshot(), empty_snapshot()):
        assert list(snapshot_document(snapshot)) == [field.name for field in fields(BotSnapshot)]


def test_the_figures_are_the_snapshots() -> None:
    document = snapshot_document(full_snapshot())
    assert document["account"]["at_ms"] == NOW_MS - 3_000
    assert document["account"]["report"]["positions"][0]["profit"] == 11.5
    assert document["equity"] == [
        {"at_ms": NOW_MS - 60_000, "equity": 1_011.5, "exposure": 111.5, "drawdown": 0.013}
    ]
    assert document["counts"]["execution_rate"] == 0.9
    assert document["alerts"][0]["severity"] == "high"
    assert document["alerts"][0]["ended_ms"] is None
    assert document["owed"] == [
        {
            "currency": "USDT",
            "accrued": "2.50",
            "invoiced": "0",
            "collected": "1.25",
            "trades": 4,
        }
    ]


def test_decisions_are_as_the_command_shows_them() -> None:
    decision = snapshot_document(full_snapshot())["newest"][0]
    assert (decision["bot"], decision["pair"]) == (BOT, PAIR)
    assert decision["reason"]["code"] == "NO_BREAKOUT"
    assert decision["explanation"]


def test_what_is_not_known_is_null_and_not_0() -> None:
    document = snapshot_document(empty_snapshot())
    assert document["loop"] is None
    assert document["counts"]["execution_rate"] is None
    assert snapshot_document(full_snapshot())["account"]["report"]["week_loss"] is None


def test_numbers_that_are_not_finite_are_null_so_that_json_can_be_read() -> None:
    snapshot = empty_snapshot(
        equity=(EquityPoint(NOW_MS, math.nan, math.inf, -math.inf),),
        counts=DecisionCounts(),
    )
    document = snapshot_document(snapshot)
    assert document["equity"][0] == {
        "at_ms": NOW_MS,
        "equity": None,
        "exposure": None,
        "drawdown": None,
    }
    json.loads(orjson.dumps(document), parse_constant=lambda text: 1 / 0)


def test_an_exact_number_keeps_its_digits() -> None:
    exact = Decimal("0.000000012345678901234567890")
    document = snapshot_document(
        empty_snapshot(owed=(Owed("BTC", exact, exact, Decimal("1E+3"), 1),))
    )
    assert document["owed"][0]["accrued"] == "0.000000012345678901234567890"
    assert document["owed"][0]["collected"] == "1000"


def test_a_report_keeps_its_time() -> None:
    snapshot = full_snapshot()
    assert isinstance(snapshot.loop, Reported)
    assert snapshot_document(snapshot)["loop"]["at_ms"] == snapshot.loop.at_ms
