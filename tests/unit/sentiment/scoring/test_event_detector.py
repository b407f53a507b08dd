from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.sentiment.scored_item import EventKind
from aurum_plugins.sentiment.scoring.event_detector import EventDetector

DETECTOR = EventDetector()


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("Celsius halts all withdrawals", EventKind.WITHDRAWALS_HALTED, 1.0),
        ("Exchange pauses BTC withdrawals", EventKind.WITHDRAWALS_HALTED, 1.0),
        ("Deposits and withdrawals are suspended", EventKind.WITHDRAWALS_HALTED, 1.0),
        ("Clients unable to withdraw", EventKind.WITHDRAWALS_HALTED, 0.8),
        ("Exchange hacked for $1.4 billion", EventKind.HACK, 1.0),
        ("Hackers drain $20M from bridge", EventKind.HACK, 0.8),
        ("Attackers stole $2M from vault", EventKind.HACK, 0.6),
        ("Protocol was exploited", EventKind.HACK, 0.6),
        ("Bot drained for $40k", EventKind.HACK, 0.3),
        ("Lender files for Chapter 11", EventKind.INSOLVENCY, 1.0),
        ("Lender declares bankruptcy", EventKind.INSOLVENCY, 1.0),
        ("Fund defaults on loan", EventKind.INSOLVENCY, 0.6),
        ("USDC loses its dollar peg", EventKind.DEPEG, 0.9),
        ("USDQ falls to 91 cents", EventKind.DEPEG, 0.9),
        ("Binance will delist WAVES", EventKind.DELISTING, 0.5),
        ("SEC sues Coinbase", EventKind.LAWSUIT, 0.6),
        ("Founder charged with fraud", EventKind.LAWSUIT, 0.5),
        ("China bans crypto trading", EventKind.BAN, 0.6),
        ("Solana network halted", EventKind.CHAIN_HALTED, 0.8),
        ("Chain stops producing blocks", EventKind.CHAIN_HALTED, 0.8),
        ("Bitcoin plunges 15%", EventKind.CRASH, 0.35),
        ("Token crashes 60%", EventKind.CRASH, 0.9),
        ("Alts flash crash", EventKind.CRASH, 0.6),
        ("All is well. Exchange halts withdrawals.", EventKind.WITHDRAWALS_HALTED, 1.0),
    ],
)
def test_events(text: str, kind: EventKind, severity: float) -> None:
    event = DETECTOR.event(text)
    assert event is not None
    assert (event.kind, event.severity) == (kind, severity)


@pytest.mark.parametrize(
    "text",
    [
        "Exchange denies it halted withdrawals",
        "Exchange has not halted withdrawals",
        "Exchange didn't halt withdrawals",
        "Exchange resumes withdrawals",
        "Did the exchange halt withdrawals?",
        "If the exchange halts withdrawals, sell",
        "Exchange could halt withdrawals",
        "Exchange halts withdrawals for scheduled maintenance",
        "A year after the exchange was hacked",
        "Exchange was hacked in 2016",
        "Rumours that the bridge was exploited",
        "The exploit rumors are false, protocol was not hacked",
        "Hackers fail to drain bridge",
        "White hat drained the pool, all funds are safe",
        "Hacker returned funds stolen from bridge",
        "SEC drops lawsuit against Coinbase",
        "Country lifts its ban on crypto",
        "Exchange to delist four perpetual contracts",
        "Fees plunge 90%",
        "Odds of a cut drop 40%",
        "Bitcoin is down 60% from its peak",
        "Bitcoin falls 3%",
        "Stablecoin regains peg",
        "Bitcoin is quiet",
        "",
    ],
)
def test_no_events(text: str) -> None:
    assert DETECTOR.event(text) is None


def test_the_most_severe_counts() -> None:
    event = DETECTOR.event("Token crashes 30%. Lender files for bankruptcy. SEC sues lender.")
    assert event is not None
    assert event.kind is EventKind.INSOLVENCY


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    event = DETECTOR.event(text)
    assert event is None or 0 < event.severity <= 1
