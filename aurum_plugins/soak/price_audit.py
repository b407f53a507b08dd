"""Whether what venues agreed on was so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.sqlite_rows import read

# A quote counts for 20 s, and some venues tell whole seconds.
REACH_S: Final = 25
# As far as venues that agree may be apart (`largest_deviation_bps`).
FURTHEST: Final = 0.01

# The market's own price of a pair at a time, UTC milliseconds; quote currency.
PriceAt = Callable[[str, int], float]


def audit_prices(findings: Findings, records: Path, price_at: PriceAt) -> None:
    """No price that venues agreed on at a decided candle was false, whoever lied.

    It was if the market had not been within 1 % of it in the 25 s before. This asks nobody whom
    the bot believed: a lie of more than that, once believed, shows.

    Parameters
    ----------
    findings : Findings
    records : pathlib.Path
        Our database.
    price_at : callable
    """
    marks = read(records, "SELECT pair, seen_ms, price FROM consensus_marks WHERE price > 0")
    false = []
    for mark in marks:
        pair, seen_ms, price = mark["pair"], mark["seen_ms"], mark["price"]
        moments = range(seen_ms - REACH_S * SECOND_MS, seen_ms + 1, SECOND_MS)
        was = [price_at(pair, at_ms) for at_ms in moments]
        low, high = min(was), max(was)
        if not low * (1 - FURTHEST) <= price <= high * (1 + FURTHEST):
            false.append(f"{pair} at {seen_ms}: {price:g}, and it was {low:g} to {high:g}")
    findings.count("prices that venues agreed on", len(marks))
    findings.promise("false prices that venues agreed on", false)
