"""A sound machine, as the checks see it; tests break it one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.doctor.facts import (
    Candles,
    FreqtradeFacts,
    Registration,
    SentimentFacts,
    Settings,
    Strategy,
)
from aurum_plugins.doctor.request import Request
from aurum_plugins.doctor.surroundings import Surroundings
from aurum_plugins.plugin import plugin_names

NOW_MS = 1_700_000_000_000
REQUIREMENTS = (
    "freqtrade[freqai]>=2026.9,<2026.10",
    "numpy>=2.3",
    "TA-Lib>=0.6",
    'tomli>=2; python_version < "3"',
    "torch>=2.6; extra == 'lstm'",
    "psycopg[binary]>=3.2; extra == 'postgres'",
)
VERSIONS = {
    "aurumbotx": "0.1.0",
    "freqtrade": "2026.9",
    "numpy": "2.4.6",
    "TA-Lib": "0.8.2",
}

Build = Callable[..., Any]


def settings(user_data: Path, **changes: Any) -> Settings:
    sound = {
        "files": ("user_data/config.json",),
        "user_data_dir": str(user_data),
        "datadir": str(user_data / "data/binance"),
        "exchange": "binance",
        "trading_mode": "spot",
        "dry_run": True,
        "pairs": ("BTC/USDT",),
        "pairlists": ("StaticPairList",),
        "public_url": "http://127.0.0.1:8900/api/v3",
        "has_key": False,
    }
    return Settings.model_validate({**sound, **changes})


@pytest.fixture
def make_facts(tmp_path: Path) -> Build:
    """Facts of a sound freqtrade; keywords of `Settings` go into its settings."""

    def build(**changes: Any) -> FreqtradeFacts:
        names = set(changes) & set(Settings.model_fields)
        chosen = {name: changes.pop(name) for name in names}
        pairlists = tuple(plugin_names("pairlists"))
        sound: dict[str, Any] = {
            "armed": True,
            "registration": Registration(
                schema_pairlists=("StaticPairList", *pairlists),
                pairlists=pairlists,
                protections=tuple(plugin_names("protections")),
            ),
            "settings": settings(tmp_path, **chosen),
            "strategy": Strategy(name="S", file="S.py", timeframe="1h", protections=("P",)),
            "sentiment": SentimentFacts(),
            "candles": (
                Candles(pair="BTC/USDT", timeframe="1h", count=9, last_ms=NOW_MS - 10_800_000),
            ),
        }
        return FreqtradeFacts(**{**sound, **changes})

    return build


@pytest.fixture
def make_surroundings(make_facts: Build) -> Build:
    """A sound machine; each keyword replaces one of its attributes."""

    def build(**changes: Any) -> Surroundings:
        versions = changes.pop("versions", VERSIONS)
        sound: dict[str, Any] = {
            "request": Request(),
            "environ": {},
            "python": "3.11.7",
            "requires_python": ">=3.11,<3.14",
            "requirements": REQUIREMENTS,
            "now_ms": NOW_MS,
            "freqtrade": make_facts(),
            "installed": versions.get,
            "loads": lambda _module: None,
            "ping": lambda _url: None,
            "free_bytes": lambda _folder: 5 << 30,
            "freqtrade_folder": None,
        }
        return Surroundings(**{**sound, **changes})

    return build
