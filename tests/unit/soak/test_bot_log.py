"""Loops, pauses and errors are read from freqtrade's own lines."""

from __future__ import annotations

from datetime import datetime

from aurum_plugins.soak.bot_log import BotLog

HEARTBEAT = "freqtrade.worker - INFO - Bot heartbeat. PID=1, version='2026.9', state='{}'"


def line(second: float, text: str) -> str:
    return f"2026-11-23 09:00:{second:06.3f}".replace(".", ",") + f" - {text}"


def ms(second: float) -> int:
    return round(datetime.fromisoformat("2026-11-23 09:00:00").timestamp() * 1_000 + second * 1_000)


def beat(second: float, state: str = "RUNNING") -> str:
    return line(second, HEARTBEAT.format(state))


def test_loops_are_heartbeats_of_a_running_bot() -> None:
    log = BotLog.of([beat(1), beat(2.25), beat(3, "STOPPED"), beat(4)])
    assert log.loops_ms == (ms(1), ms(2.25), ms(4))
    assert log.failed_loops == 0


def test_a_loop_that_was_given_up_is_none() -> None:
    failed = line(2, "freqtrade.worker - WARNING - Error: no answer, retrying in 30 seconds...")
    log = BotLog.of([beat(1), failed, beat(32), beat(33)])
    assert log.loops_ms == (ms(1), ms(33))
    assert log.failed_loops == 1
    stopped = line(2, "freqtrade.worker - ERROR - OperationalException. Stopping trader ...")
    assert BotLog.of([beat(1), stopped, beat(3)]).loops_ms == (ms(1),)


def test_the_longest_gap_has_the_ends_in_it() -> None:
    log = BotLog.of([beat(10), beat(12), beat(20)])
    assert log.longest_gap_s(ms(10), ms(21)) == 8.0
    assert log.longest_gap_s(ms(10), ms(40)) == 20.0
    assert log.longest_gap_s(ms(0), ms(21)) == 10.0
    assert BotLog.of([]).longest_gap_s(ms(0), ms(5)) == 5.0


def test_seconds_until_the_next_loop() -> None:
    log = BotLog.of([beat(10), beat(12.5)])
    assert log.seconds_until_loop(ms(9)) == 1.0
    assert log.seconds_until_loop(ms(10.5)) == 2.0
    assert log.seconds_until_loop(ms(13)) is None


def test_errors_of_one_kind_are_one() -> None:
    log = BotLog.of(
        [
            line(1, "freqtrade.freqtradebot - ERROR - No order aurum-00ff on BTC/USDT at 12.5."),
            line(2, "freqtrade.freqtradebot - ERROR - No order aurum-11aa on LTC/USDT at 9."),
            "Traceback (most recent call last):",
            "  File ... - ERROR - inside a trace",
            line(3, "ccxt - CRITICAL - gone"),
        ]
    )
    assert log.errors == {
        "freqtrade.freqtradebot - ERROR - No order * on * at *": 2,
        "ccxt - CRITICAL - gone": 1,
    }
    assert log.traces == 1


def test_retries_of_freqtrade_are_counted() -> None:
    text = 'freqtrade.exchange.common - WARNING - f() returned exception: "x". Retrying still {}'
    lines = [line(1, text.format("4 times.")), line(2, text.format("for 3 times."))]
    assert BotLog.of([*lines, line(3, "Retrying is not said here")]).retries == 2


def test_venues_that_are_not_believed_are_noted() -> None:
    words = "aurum_plugins.market_data.venue_events - WARNING - kraken is {} believed"
    lines = [line(1, words.format("no longer")), line(2, words.format("again"))]
    assert BotLog.of(lines).distrusted_ms == {"kraken": [ms(1)]}


def test_when_a_venue_could_be_judged_is_noted() -> None:
    words = "aurum_plugins.market_data.quote_board - INFO - kraken {}"
    log = BotLog.of(
        [
            line(1, words.format("cannot be judged: no others agree on any of its pairs.")),
            line(4, words.format("can be judged again.")),
        ]
    )
    assert log.judged_ms == {"kraken": [(ms(1), False), (ms(4), True)]}
    assert [log.is_judged("kraken", ms(second)) for second in (0.5, 1, 2, 4, 5)] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert log.is_judged("coinbase", ms(2))
