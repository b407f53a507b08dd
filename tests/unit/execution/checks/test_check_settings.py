from __future__ import annotations

import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.execution.check_settings import CheckSettings


def read(**checks: object) -> CheckSettings:
    return CheckSettings.from_config({"aurum": {"checks": checks}})


def test_what_is_not_given_has_its_default() -> None:
    assert read() == CheckSettings()
    assert read(orders_per_minute=3).orders_per_minute == 3


@pytest.mark.parametrize(
    ("key", "lowest", "highest"),
    [
        ("clock_skew_seconds", 0, 60),
        ("orders_per_minute", 1, 200),
        ("orders_per_hour", 10, 10_000),
        ("stake_tolerance", 0, 0.1),
        ("depth_multiple", 1, 1_000),
        ("longest_signal_age", 1e-9, 1),
        ("longest_book_age_seconds", 1e-9, 60),
        ("collar_ranges", 1e-9, 100),
        ("collar_bps", 1e-9, 5_000),
        ("highest_spread_bps", 1e-9, 1_000),
        ("highest_slippage_bps", 1e-9, 1_000),
        ("depth_bps", 1e-9, 1_000),
    ],
)
def test_ranges(key, lowest, highest) -> None:
    assert getattr(read(**{key: lowest}), key) == lowest
    assert getattr(read(**{key: highest}), key) == highest
    below = 0 if 0 < lowest < 1 else lowest - 1
    for outside in (below, highest * 100, float("nan"), float("inf"), "1"):
        with pytest.raises(ConfigurationError, match=r"^aurum\.checks"):
            read(**{key: outside})


def test_an_hour_holds_its_minutes() -> None:
    assert read(orders_per_minute=20, orders_per_hour=20).orders_per_hour == 20
    with pytest.raises(
        ConfigurationError,
        match=r"orders_per_hour \(9\) must not be below orders_per_minute \(10\)",
    ):
        read(orders_per_hour=9)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"aurum\.checks\.colar_bps: unknown setting"):
        read(colar_bps=10)
