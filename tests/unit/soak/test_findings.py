"""Figures and missed promises are shown as they are."""

from __future__ import annotations

from collections import Counter

from aurum_plugins.soak.findings import Findings


def test_a_table_shows_it_all() -> None:
    findings = Findings()
    findings.count("rows", 1_234)
    findings.count("venues", Counter(kraken=1, binance=2_000))
    findings.count("nobody", {})
    findings.count("share", "99 %")
    findings.promise("broken", [])
    table = findings.table("title")
    assert list(table.columns[1].cells) == ["1,234", "binance 2,000, kraken 1", "none", "99 %", "0"]
    assert findings.missed == []


def test_a_broken_promise_shows_five_cases() -> None:
    findings = Findings()
    findings.promise("lost", list(range(7)))
    assert findings.missed == ["lost: 7, such as 0; 1; 2; 3; 4"]
