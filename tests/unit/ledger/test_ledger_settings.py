"""Off unless base and rate are named; exact rates and real dates."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.ledger.settings import FeeBase, LedgerSettings


def read(**given: object) -> LedgerSettings:
    return LedgerSettings.from_config({"aurum": {"ledger": given}})


def test_it_is_off_unless_asked_for() -> None:
    settings = read()
    assert (settings.enabled, settings.base, settings.rate) == (False, None, None)
    assert settings.since_ms is None


def test_a_rate_is_what_was_written() -> None:
    settings = read(enabled=True, base="notional", rate=0.025)
    assert (settings.base, settings.rate) == (FeeBase.NOTIONAL, Decimal("0.025"))
    assert read(enabled=True, base="profit", rate=1).rate == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"base": "profit"}, r"aurum\.ledger\.rate: must be named where the ledger is on"),
        ({"rate": 0.1}, r'aurum\.ledger\.base: must be "notional" or "profit"'),
        ({"base": "equity", "rate": 0.1}, r"aurum\.ledger\.base"),
        ({"base": "profit", "rate": 0}, r"aurum\.ledger\.rate: must be a number above 0"),
        ({"base": "profit", "rate": 2.5}, r"at most 1, 0\.025 for 2\.5 %"),
        ({"base": "profit", "rate": True}, r"must be a number above 0"),
        ({"base": "profit", "rate": "much"}, r"must be a number above 0"),
        ({"base": "profit", "rate": "NaN"}, r"must be a number above 0"),
        ({"base": "profit", "rate": 1e-13}, r"at most 12 decimal places"),
        ({"base": "profit", "rate": 0.1, "since": "23.11.2026"}, r"must be a date such as 2026-"),
        ({"base": "profit", "rate": 0.1, "since": "2026-02-30"}, r"since: must be a date"),
    ],
)
def test_what_makes_no_sense_is_named(given, said) -> None:
    with pytest.raises(ConfigurationError, match=said):
        read(enabled=True, **given)


def test_a_date_begins_at_midnight_utc() -> None:
    settings = read(since="2026-11-23")
    assert settings.since_ms == datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1_000
