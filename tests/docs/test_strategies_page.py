"""The page of the strategies says what their files hold."""

from __future__ import annotations

import re

import pytest
from predicting_strategy import ROOT, load_strategy

from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.strategies import BreakoutStrategy

TEXT = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.partition("```")[0].splitlines()
    if line.startswith("|")
]
NAMES = ROWS[0][1:]


def held(strategy: BreakoutStrategy, key: str) -> str:
    """What is in force, as the page writes it."""
    section, _, name = key.partition(".")
    settings = {
        "breakout": strategy.settings,
        "policy": strategy.policy,
        "risk": RiskSettings.from_config(strategy.config),
    }[section]
    value = getattr(settings, name)
    return "none" if value is None else str(value).removesuffix(".0")


@pytest.mark.parametrize(("column", "name"), enumerate(NAMES, start=1))
def test_defaults_are_as_on_the_page(column, name) -> None:
    strategy = load_strategy(strategy=name)
    assert strategy.timeframe == ROWS[2][column]
    keyed = [row for row in ROWS if row[0].startswith("`")]
    assert len(keyed) == 8
    for row in keyed:
        values = [held(strategy, key) for key in re.findall(r"`([\w.]+)`", row[0])]
        said = re.sub(r" \(.*\)", "", row[column]).split(", ")
        # Two keys of one value have one number.
        assert said in (values, values[:1] if len(set(values)) == 1 else values), row[0]


def test_every_strategy_is_on_the_page() -> None:
    files = (ROOT / "user_data" / "strategies").glob("*.py")
    assert sorted(NAMES) == sorted(path.stem for path in files)
