"""Recoveries and lies are measured from the faults that were there."""

from __future__ import annotations

import pytest

from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.sandbox.faults.injector import FiredFault
from aurum_plugins.soak.bot_log import BotLog
from aurum_plugins.soak.fault_window import FaultWindow, fault_windows
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.venue_audit import audit_lies, audit_recovery, audit_venues, recovery_s
from aurum_plugins.soak.venue_records import VenueOutage, VenueRecord

DARK = FaultWindow("dark", "kraken.*", 100_000, 200_000, is_whole=True)
NOISE = FaultWindow("reset_before", "*", 0, 900_000, is_whole=False)
LIE = FaultWindow("lying_price", "kraken.*", 300_000, 400_000, is_whole=False)


def rules(*rules: dict[str, object]) -> FaultPlan:
    return FaultPlan.model_validate({"rules": rules})


def test_windows_are_cut_where_the_plan_ended() -> None:
    plan = rules(
        {"kind": "dark", "route": "kraken.*", "after_s": 10, "until_s": 20},
        {"kind": "dark", "after_s": 40, "until_s": 90},
        {"kind": "dark", "after_s": 60},
        {"kind": "reset_before", "probability": 0.1},
        {"kind": "reset_before", "count": 1},
        {"kind": "reset_before", "symbol": "BTC*"},
        {"kind": "lying_price", "factor": 2.0},
    )
    windows = fault_windows(plan, 1_000, 51_000)
    spans = [(window.began_ms, window.ended_ms, window.is_whole) for window in windows]
    assert spans[:2] == [(11_000, 21_000, True), (41_000, 51_000, True)]
    assert spans[2:] == [(1_000, 51_000, False)] * 4
    assert [window.concerns("binance") for window in windows[:2]] == [False, True]


@pytest.mark.parametrize(
    ("began", "ended", "seconds"),
    [
        (110_000, 207_500, 7.5),
        (110_000, 150_000, 0.0),
        (500_000, 512_000, 12.0),
        (110_000, None, None),
    ],
)
def test_recovery_counts_from_the_end_of_the_fault(began, ended, seconds) -> None:
    assert recovery_s(VenueOutage(began, ended), "kraken", [NOISE, DARK]) == seconds


def test_another_venues_fault_excuses_nobody() -> None:
    assert recovery_s(VenueOutage(110_000, 207_500), "coinbase", [NOISE, DARK]) == 97.5


def record(**changes: object) -> VenueRecord:
    fields = {"venue": "kraken", "requests": 40, "retries": 3, "trips": 1, "errors": {"dark": 2}}
    return VenueRecord(**{**fields, **changes})


def test_a_venue_that_is_back_late_is_named() -> None:
    findings = Findings()
    outages = [VenueOutage(110_000, 207_500), VenueOutage(120_000, 231_000), VenueOutage(1, None)]
    audit_venues(findings, [record(outages=outages)], [DARK])
    assert findings.missed == [
        "venues back after more than 30 s: 2, such as kraken: after 31.0 s; kraken: not at all"
    ]
    assert findings.figures["kraken, as the bot saw it"] == (
        "40 requests, 3 retries, 1 trips, longest recovery 31.0 s; errors: dark 2"
    )


def test_without_records_nothing_is_promised() -> None:
    findings = Findings()
    audit_venues(findings, [], [DARK])
    assert findings.figures == {"venues, as the bot saw them": "not recorded"}


def lies(*seconds: float, spoilt: tuple[float, ...] = ()) -> list[FiredFault]:
    told = [FiredFault(round(s * 1_000), "kraken.ticker", None, "lying_price", 0) for s in seconds]
    lost = [FiredFault(round(s * 1_000), "kraken.ticker", None, "reset_after", 1) for s in spoilt]
    other = FiredFault(310_000, "kraken.ohlc", None, "lying_price", 0)
    return sorted([*told, *lost, other], key=lambda fault: fault.time_ms)


def heard(*, found: list[int], judged: dict[int, bool] | None = None) -> BotLog:
    """What a bot's log has of Kraken."""
    changes = {"kraken": list((judged or {}).items())}
    return BotLog((), 0, 0, BotLog.of([]).errors, 0, {"kraken": found}, changes)


def lied(log: BotLog, faults: list[FiredFault]) -> Findings:
    findings = Findings()
    audit_lies(findings, ["kraken", "binance"], log, [DARK, LIE], faults)
    return findings


def test_a_liar_is_excluded_by_its_second_quote() -> None:
    assert lied(heard(found=[305_300]), lies(300, 305, 310, 315)).missed == []
    # The second answer never arrived.
    assert lied(heard(found=[310_300]), lies(300, 305, 310, 315, spoilt=(305,))).missed == []
    # Too short a lie says nothing.
    assert lied(heard(found=[]), lies(300)).missed == []


def test_a_liar_that_is_believed_is_named() -> None:
    words = "liars believed for more than 2 quotes: 1, such as kraken: "
    found = lied(heard(found=[310_300]), lies(300, 305, 310))
    assert found.missed == [f"{words}after 3 quotes"]
    assert found.figures["false quotes until kraken was excluded, at most"] == 3
    never = lied(heard(found=[200_000]), lies(300, 305, 310))
    assert never.missed == [f"{words}never in 3 quotes"]


class TestNobodyCouldJudge:
    """Others were silent, so that there was no consensus to be false."""

    def test_such_quotes_count_apart(self) -> None:
        log = heard(found=[315_300], judged={290_100: False, 310_200: True})
        found = lied(log, lies(300, 305, 310, 315))
        assert found.missed == []
        assert found.figures["false quotes until kraken was excluded, at most"] == 2
        assert found.figures["false quotes of kraken that nobody could judge"] == 2

    def test_all_of_them(self) -> None:
        found = lied(heard(found=[], judged={300_100: False}), lies(300, 305, 310, 315))
        assert found.missed == []
        assert found.figures["false quotes of kraken that nobody could judge"] == 4

    def test_it_excuses_no_quote_that_could_be_judged(self) -> None:
        log = heard(found=[320_300], judged={290_100: False, 305_200: True})
        (missed,) = lied(log, lies(300, 305, 310, 315, 320)).missed
        assert missed.endswith("kraken: after 4 quotes")

    def test_of_each_window_the_longest_counts(self) -> None:
        again = FaultWindow("lying_price", "kraken.*", 500_000, 600_000, is_whole=False)
        faults = [*lies(300, 305, 310), *lies(500, 505)]
        findings = Findings()
        log = heard(found=[310_300, 505_300])
        audit_lies(findings, ["kraken"], log, [LIE, again], faults)
        assert findings.figures["false quotes until kraken was excluded, at most"] == 3
        assert findings.figures["liars believed for more than 2 quotes"] == 1


def test_the_bot_loops_again_soon_after_each_fault_of_its_exchange() -> None:
    burst = FaultWindow("rate_limited", "binance.*", 0, 50_000, is_whole=True)
    late = BotLog((10_000, 81_000, 905_000), 0, 0, BotLog.of([]).errors, 0)
    findings = Findings()
    audit_recovery(findings, late, [NOISE, DARK, burst])
    assert findings.figures["bot looped again after, longest s"] == "31.0"
    assert findings.missed == ["bot looped again after more than 30 s: 1, such as after 31.0 s"]
    never = Findings()
    audit_recovery(never, BotLog.of([]), [burst])
    assert never.missed == ["bot looped again after more than 30 s: 1, such as not at all"]


def test_a_storm_ends_with_its_last_burst() -> None:
    bursts = [
        FaultWindow("rate_limited", "binance.*", began, began + 10_000, is_whole=True)
        for began in (0, 20_000, 50_000)
    ]
    log = BotLog((61_000, 110_000), 0, 0, BotLog.of([]).errors, 0)
    findings = Findings()
    audit_recovery(findings, log, bursts)
    assert findings.missed == []
    assert findings.figures["bot looped again after, longest s"] == "1.0"


def test_without_faults_there_is_nothing_to_recover_from() -> None:
    findings = Findings()
    audit_recovery(findings, BotLog.of([]), [])
    assert findings.missed == []
