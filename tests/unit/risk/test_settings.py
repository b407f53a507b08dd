"""The section of the configuration, and the three profiles that fill it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import rapidjson
from freqtrade.configuration.load_config import load_from_files

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.risk.settings import RiskSettings

ROOT = Path(__file__).resolve().parents[3]
PROFILES = ("conservative", "balanced", "aggressive")
# The stricter, the longer.
PAUSES = {"consecutive_pause_hours", "drawdown_pause_days"}
# Not of how much is risked, so the same in every profile.
COMMON = {"stop_multiple", "longest_hold_candles", "correlation_candles", "confidence_floor"}


def written(profile: str) -> dict[str, float | None]:
    text = (ROOT / "configs" / f"risk_{profile}.json").read_text(encoding="utf-8")
    config = rapidjson.loads(text, parse_mode=rapidjson.PM_COMMENTS)
    assert list(config) == ["aurum"]
    assert list(config["aurum"]) == ["risk"]
    return config["aurum"]["risk"]


def refused(**settings: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        RiskSettings.from_config({"aurum": {"risk": settings}})
    return caught.value


class TestProfiles:
    def test_the_defaults_are_the_balanced_ones(self) -> None:
        balanced = RiskSettings.from_config({"aurum": {"risk": written("balanced")}})
        assert balanced == RiskSettings() == RiskSettings.from_config({})

    @pytest.mark.parametrize("profile", PROFILES)
    def test_each_names_every_limit(self, profile) -> None:
        assert set(written(profile)) == set(RiskSettings.model_fields) - COMMON
        RiskSettings.from_config({"aurum": {"risk": written(profile)}})

    @pytest.mark.parametrize("pair", [*pairwise(PROFILES)], ids=" below ".join)
    def test_every_limit_of_the_more_careful_is_the_stricter(self, pair) -> None:
        careful, bold = (written(profile) for profile in pair)
        for key, value in careful.items():
            low, high = (bold[key], value) if key in PAUSES else (value, bold[key])
            # None is a pause without an end.
            assert (low or 0) < (high or float("inf")), key

    def test_the_last_one_named_counts(self) -> None:
        for last in PROFILES:
            files = [str(ROOT / "configs" / f"risk_{name}.json") for name in (*PROFILES, last)]
            assert load_from_files(files)["aurum"]["risk"] == written(last)

    def test_the_page_shows_them(self) -> None:
        text = (ROOT / "docs" / "risk.md").read_text(encoding="utf-8")
        shown = {
            cells[0]: cells[1:]
            for cells in re.findall(
                r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE
            )
        }
        limits = [written(profile) for profile in PROFILES]
        assert set(shown) == set(limits[0])
        for key, cells in shown.items():
            said = ["by hand" if limit[key] is None else f"{limit[key]:g}" for limit in limits]
            assert list(cells) == said, key

    def test_the_page_names_every_setting(self) -> None:
        text = (ROOT / "docs" / "risk.md").read_text(encoding="utf-8")
        assert [key for key in RiskSettings.model_fields if f"`{key}`" not in text] == []


class TestRules:
    @pytest.mark.parametrize(
        ("settings", "key", "rule"),
        [
            ({"position_cap": 0.7}, "group_cap", "at least position_cap, which is 0.7"),
            ({"group_cap": 0.95}, "total_cap", "at least group_cap, which is 0.95"),
            ({"weekly_loss": 0.01}, "weekly_loss", "at least daily_loss, which is 0.04"),
            ({"daily_loss": 0.09}, "weekly_loss", "at least daily_loss, which is 0.09"),
            (
                {"drawdown_throttle": 0.18},
                "drawdown_stop",
                "more than drawdown_throttle, which is 0.18",
            ),
            ({"drawdown_stop": 0.05}, "drawdown_stop", "more than drawdown_throttle"),
        ],
    )
    def test_limits_that_contradict_one_another(self, settings, key, rule) -> None:
        error = refused(**settings)
        assert error.key == f"aurum.risk.{key}"
        assert f"must be {rule}" in str(error)

    def test_equal_caps_and_losses_will_do(self) -> None:
        RiskSettings(position_cap=0.5, group_cap=0.5, total_cap=0.5)
        RiskSettings(daily_loss=0.05, weekly_loss=0.05)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("risk_per_trade", 0),
            ("risk_per_trade", 0.11),
            ("volatility_target", 0),
            ("stop_multiple", -1),
            ("longest_hold_candles", 0),
            ("position_cap", 1.01),
            ("total_cap", 1.01),
            ("group_correlation", -0.1),
            ("correlation_candles", 19),
            ("confidence_floor", 1.01),
            ("daily_loss", "0.04"),
            ("consecutive_losses", 2.5),
            ("consecutive_pause_hours", 0),
            ("drawdown_stop", float("nan")),
            ("throttle_floor", 1.5),
            ("drawdown_pause_days", 0),
            ("daily_los", 0.1),
        ],
    )
    def test_a_value_out_of_range_is_named(self, key, value) -> None:
        assert refused(**{key: value}).key == f"aurum.risk.{key}"

    def test_a_refused_bound_is_reported_itself(self) -> None:
        assert refused(drawdown_throttle=-1).key == "aurum.risk.drawdown_throttle"
