from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from watched_bots import (
    BOT,
    HEALTH,
    NOW_MS,
    PAIR,
    ShownBots,
    empty_snapshot,
    full_snapshot,
)

from aurum_plugins.clock import VirtualClock
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import AccountReport, CandleReport, PairCandles
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import (
    BotSnapshot,
    Forecast,
    SwitchWord,
    VenueWord,
)
from aurum_plugins.monitoring.web.metrics import Metrics

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]
HOSTILE = '<script>"\\\n\r\x00 x</script>/USDT'


def scraped(*bots: BotSnapshot, now_ms: int = NOW_MS, health: Any = HEALTH) -> Samples:
    metrics = Metrics(ShownBots(*bots, health=health), MonitorSettings(), VirtualClock(now_ms))
    text = metrics.exposition("")[0].decode()
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        assert family.name.startswith("aurum_")
        samples = found.setdefault(family.name, {})
        for sample in family.samples:
            place = tuple(sorted(sample.labels.items()))
            assert place not in samples, "told twice"
            assert math.isfinite(sample.value)
            samples[place] = sample.value
    return found


def of(samples: Samples, name: str, **labels: str) -> float | None:
    return samples[name].get(tuple(sorted({"bot": BOT, **labels}.items())))


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("aurum_bot_up", {}, 1.0),
        ("aurum_bot_heartbeat_age_seconds", {}, 3.0),
        ("aurum_bot_uptime_seconds", {}, 100.0),
        ("aurum_bot_loop_age_seconds", {}, 4.0),
        ("aurum_bot_loop_duration_seconds", {}, 2.0),
        ("aurum_bot_loop_running_seconds", {}, 0.0),
        ("aurum_bot_loops", {}, 21.0),
        ("aurum_bot_loop_failures", {}, 2.0),
        ("aurum_bot_memory_bytes", {}, 4e8),
        ("aurum_switch_state", {"state": "armed"}, 1.0),
        ("aurum_switch_state", {"state": "flat"}, 0.0),
        ("aurum_equity_quote", {}, 1_011.5),
        ("aurum_exposure_quote", {}, 111.5),
        ("aurum_drawdown_ratio", {}, 0.013),
        ("aurum_day_loss_ratio", {}, 0.004),
        ("aurum_week_loss_ratio", {}, None),
        ("aurum_open_positions", {}, 1.0),
        ("aurum_position_worth_quote", {"pair": PAIR}, 111.5),
        ("aurum_position_profit_quote", {"pair": PAIR}, 11.5),
        ("aurum_trades_closed", {}, 17.0),
        ("aurum_exchange_fees_quote", {}, None),
        ("aurum_decisions_24h", {"verdict": "none"}, 23.0),
        ("aurum_decision_reasons_24h", {"reason": "NO_BREAKOUT"}, 23.0),
        ("aurum_execution_ratio_24h", {}, 0.9),
        ("aurum_unsettled_orders", {}, 0.0),
        ("aurum_candle_age_seconds", {"pair": PAIR}, 5.0),
        ("aurum_consensus_quality_ratio", {"pair": PAIR}, 0.97),
        ("aurum_consensus_venues", {"pair": PAIR}, 3.0),
        ("aurum_venue_state", {"venue": "kraken", "state": "closed"}, 1.0),
        ("aurum_venue_state", {"venue": "kraken", "state": "open"}, 0.0),
        ("aurum_venue_latency_p95_seconds", {"venue": "kraken"}, 0.18),
        ("aurum_venue_error_ratio", {"venue": "kraken"}, 0.02),
        ("aurum_mood_score", {"subject": "BTC"}, 0.25),
        ("aurum_mood_score", {"subject": "ETH"}, None),
        ("aurum_mood_available", {"subject": "ETH"}, 0.0),
        ("aurum_news_source_age_seconds", {"source": "coindesk"}, 9.0),
        ("aurum_model_rows_refused", {"pair": PAIR}, 5.0),
        ("aurum_model_not_finite", {"pair": PAIR}, 0.0),
        ("aurum_model_forecast_age_seconds", {"pair": PAIR}, 8.0),
        ("aurum_model_age_seconds", {"pair": PAIR}, 50.0),
        ("aurum_model_metric", {"pair": PAIR, "target": "up_24h", "metric": "auc"}, 0.55),
        ("aurum_forecast_probability_ratio", {"pair": PAIR}, 0.61),
        ("aurum_forecast_ready", {"pair": PAIR}, 1.0),
        ("aurum_fees_quote", {"currency": "USDT", "state": "accrued"}, 2.5),
        ("aurum_open_alerts", {"severity": "high"}, 1.0),
        ("aurum_open_alerts", {"severity": "critical"}, 0.0),
        ("aurum_alert_open", {"rule": "drawdown"}, 1.0),
        ("aurum_alert_open", {"rule": "disk"}, None),
        ("aurum_snapshot_age_seconds", {}, 0.0),
        ("aurum_snapshot_faults", {}, 0.0),
    ],
)
def test_a_bots_figures_are_told(name: str, labels: dict[str, str], expected: float | None) -> None:
    assert of(scraped(full_snapshot()), name, **labels) == expected


def test_the_monitor_tells_of_itself() -> None:
    samples = scraped(full_snapshot())
    assert samples["aurum_monitor_look_duration_seconds"] == {(): 0.0125}
    assert samples["aurum_monitor_look_age_seconds"] == {(): 0.5}
    assert samples["aurum_monitor_looks"] == {(): 30.0}
    assert samples["aurum_monitor_info"] == {(("version", "0.1.0"),): 1.0}
    alert = Alert(1, "", "disk", "", Severity.CRITICAL, "Full.", {}, 1, 1, None)
    unwell = replace(HEALTH, at_ms=None, took_ms=None, faults={"a": "b"}, alerts=(alert,))
    samples = scraped(health=unwell)
    assert samples["aurum_monitor_look_age_seconds"] == {}
    assert samples["aurum_monitor_faults"] == {(): 1.0}
    assert samples["aurum_monitor_open_alerts"][(("severity", "critical"),)] == 1.0


def test_of_a_bot_that_said_nothing_nothing_is_told() -> None:
    samples = scraped(empty_snapshot())
    told = {name for name, found in samples.items() if any(("bot", BOT) in each for each in found)}
    assert told == {
        "aurum_entries_filled_24h",
        "aurum_entries_ordered_24h",
        "aurum_open_alerts",
        "aurum_snapshot_age_seconds",
        "aurum_snapshot_faults",
        "aurum_switch_state",
        "aurum_unsettled_orders",
    }


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("counts", "aurum_entries_ordered_24h"),
        ("alerts", "aurum_open_alerts"),
        ("unsettled_orders", "aurum_unsettled_orders"),
        ("switch", "aurum_switch_state"),
    ],
)
def test_a_part_that_could_not_be_read_is_not_told_as_0(part: str, name: str) -> None:
    samples = scraped(empty_snapshot(faults={part: "locked"}))
    assert samples[name] == {}
    assert of(samples, "aurum_snapshot_faults") == 1.0


def test_old_figures_do_not_pass_for_todays() -> None:
    samples = scraped(full_snapshot(), now_ms=NOW_MS + 30_000)
    assert of(samples, "aurum_bot_up") == 1.0
    samples = scraped(full_snapshot(), now_ms=NOW_MS + 30_001)
    assert samples["aurum_bot_up"] == {}
    assert of(samples, "aurum_snapshot_age_seconds") == 30.001


@pytest.mark.parametrize(
    ("age_ms", "state", "expected"),
    [(20_000, "running", 1.0), (20_001, "running", 0.0), (0, "exited", 0.0), (0, "stopped", 1.0)],
)
def test_a_bot_is_up_while_it_gives_signs_of_life(age_ms: int, state: str, expected: float) -> None:
    loop = full_snapshot().loop
    assert loop is not None
    said = Reported(NOW_MS - age_ms, loop.report.model_copy(update={"state": state}))
    assert of(scraped(full_snapshot(loop=said)), "aurum_bot_up") == expected


def test_a_loop_that_hangs_is_seen_to_run() -> None:
    loop = full_snapshot().loop
    assert loop is not None
    began = loop.report.model_copy(update={"loop_began_ms": NOW_MS - 40_000, "loop_ended_ms": 0})
    samples = scraped(full_snapshot(loop=Reported(NOW_MS, began)))
    assert of(samples, "aurum_bot_loop_running_seconds") == 40.0
    assert of(samples, "aurum_bot_loop_duration_seconds") is None
    assert of(samples, "aurum_bot_loop_age_seconds") is None


def test_a_switch_that_is_not_understood_has_no_state() -> None:
    assert scraped(full_snapshot(switch=SwitchWord("")))["aurum_switch_state"] == {}


def test_only_traded_pairs_stand_in_labels() -> None:
    samples = scraped(full_snapshot(candles=None))
    named = {
        name
        for name, found in samples.items()
        if any(key == "pair" for place in found for key, _ in place)
    }
    # Positions are as many as the bot may hold.
    assert named == {"aurum_position_worth_quote", "aurum_position_profit_quote"}


def test_a_whitelist_without_bound_stays_bounded() -> None:
    pairs = tuple(PairCandles(pair=f"C{number}/USDT", newest_ms=NOW_MS) for number in range(900))
    candles = Reported(NOW_MS, CandleReport(interval_ms=1_000, pairs=pairs))
    forecasts = tuple(Forecast(each.pair, NOW_MS, 0.5, 0.5, 1.0, ready=True) for each in pairs)
    samples = scraped(full_snapshot(candles=candles, forecasts=forecasts))
    assert len(samples["aurum_candle_age_seconds"]) == 500
    assert len(samples["aurum_forecast_ready"]) == 500


def test_a_script_in_a_name_is_text_in_one_line() -> None:
    samples = scraped(full_snapshot(pair=HOSTILE, bot=HOSTILE))
    shown = '<script>"\\ x</script>/USDT'
    place = tuple(sorted({"bot": shown, "pair": shown}.items()))
    assert samples["aurum_position_profit_quote"][place] == 11.5


def test_the_same_labels_twice_are_told_once() -> None:
    venue = VenueWord("kraken", "closed", NOW_MS, True, 0.02, 180.0, NOW_MS)
    long = replace(venue, venue="k" * 200), replace(venue, venue="k" * 201)
    assert len(scraped(full_snapshot(venues=(venue, venue, *long)))["aurum_venue_trusted"]) == 2


def test_what_is_not_finite_is_not_told() -> None:
    account = AccountReport.model_construct(
        cash=math.nan, equity=math.inf, positions=(), free_slots=1
    )
    samples = scraped(full_snapshot(account=Reported(NOW_MS, account)))
    assert samples["aurum_cash_quote"] == samples["aurum_equity_quote"] == {}


def test_two_bots_stand_side_by_side() -> None:
    samples = scraped(full_snapshot(), full_snapshot("Other (live)"))
    assert len(samples["aurum_equity_quote"]) == 2
