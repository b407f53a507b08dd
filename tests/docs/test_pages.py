"""The pages name what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aurum_plugins.config import SECTIONS as CONFIGURED
from aurum_plugins.database import DatabaseSettings
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.features import FeatureSettings, TargetSettings
from aurum_plugins.forecasting import EnsembleSettings, Readiness
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.members.lightgbm_trees import LightGBMParameters
from aurum_plugins.forecasting.members.linear import LinearParameters
from aurum_plugins.forecasting.members.lstm import LSTMParameters
from aurum_plugins.forecasting.members.random_forest import RandomForestParameters
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.members.xgboost_trees import XGBoostParameters
from aurum_plugins.forecasting.registry import PromotionSettings
from aurum_plugins.forecasting.registry.version import State
from aurum_plugins.forecasting.universe_settings import UniverseSettings
from aurum_plugins.freqai.forecast_columns import column_names
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.market_data.consensus import Dissent, Exclusion
from aurum_plugins.market_data.venue_settings import SourceSettings, VenueSettings
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.preprocessing import CandleSettings, PreprocessingSettings
from aurum_plugins.reasons import Reason, Stage
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.sentiment.settings import MoodSettings, SentimentSettings, ShockSettings
from aurum_plugins.signals import BreakoutSettings, PolicySettings

ROOT = Path(__file__).resolve().parents[2]
# Read from FreqAI's label_period_candles instead.
ELSEWHERE = {"horizon_candles"}
SECTIONS = (
    BreakoutSettings,
    CandleSettings,
    FeatureSettings,
    TargetSettings,
    PreprocessingSettings,
    EnsembleSettings,
    MembersSettings,
    LinearParameters,
    RandomForestParameters,
    LightGBMParameters,
    XGBoostParameters,
    LSTMParameters,
    UniverseSettings,
    PromotionSettings,
    DriftSettings,
    DatabaseSettings,
)
# Sections that have a page of their own.
PAGE_OF = {
    "policy.md": PolicySettings,
    "risk.md": RiskSettings,
    "checks.md": CheckSettings,
    "venues.md": VenueSettings,
    "sentiment.md": SentimentSettings,
    "ledger.md": LedgerSettings,
    "alerts.md": MonitorSettings,
}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every line of a table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.section)
def test_every_setting_is_on_the_page_of_configuration(section) -> None:
    text = page("configuration.md")
    keys = set(section.model_fields) - ELSEWHERE
    assert [key for key in sorted(keys) if not re.search(rf"`(\w+\.)?{key}`", text)] == []


@pytest.mark.parametrize(
    "section", [EnsembleSettings, DriftSettings, PromotionSettings], ids=lambda kind: kind.section
)
def test_defaults_are_as_on_the_page(section) -> None:
    said = {name: cells[2] for cells in rows(page("configuration.md")) for name in names(cells)}
    for key, field in section.model_fields.items():
        if isinstance(field.default, int | float):
            shown = str(field.default).lower()
            assert key in said, f"{section.section}.{key} has no line of its own"
            assert shown.removesuffix(".0") in said[key].split(", ")


@pytest.mark.parametrize(("name", "section"), PAGE_OF.items())
def test_every_setting_is_on_the_page_of_its_own(name, section) -> None:
    text = page(name)
    assert [key for key in section.model_fields if f"`{key}`" not in text] == []


def test_the_defaults_of_the_policy_are_as_on_its_page() -> None:
    said = {cells[0].strip("`"): cells[2] for cells in rows(page("policy.md")) if len(cells) == 3}
    for key, field in PolicySettings.model_fields.items():
        shown = str(field.default)
        assert said[key].strip("`") == shown.removesuffix(".0"), key


@pytest.mark.parametrize("section", [VenueSettings, SourceSettings], ids=lambda s: s.__name__)
def test_the_settings_of_venues_are_as_on_their_page(section) -> None:
    said = {cells[0].strip("`"): cells for cells in rows(page("venues.md")) if len(cells) == 4}
    for key, field in section.model_fields.items():
        assert key in said, key
        if isinstance(field.default, int | float):
            shown = str(field.default).lower().removesuffix(".0")
            assert said[key][1] == shown, key
        if field.metadata:
            least, most = field.metadata
            assert said[key][2] == f"{least.ge:g} to {most.le:g}", key


@pytest.mark.parametrize(
    ("section", "heading"),
    [
        (SentimentSettings, "In `aurum.sentiment`:"),
        (MoodSettings, "In `mood`:"),
        (ShockSettings, "In `shock`:"),
    ],
)
def test_the_settings_of_sentiment_are_as_on_their_page(section, heading) -> None:
    # Parts share names of keys: each has a table of its own.
    table = page("sentiment.md").partition(heading)[2].strip().partition("\n\n")[0]
    said = {cells[0].strip("`"): cells for cells in rows(table) if len(cells) == 4}
    for key, field in section.model_fields.items():
        named = [names for names in said if key in re.findall(r"\w+", names)]
        assert len(named) == 1, key
        if isinstance(field.default, int | float | str):
            shown = str(field.default).lower().removesuffix(".0")
            assert said[named[0]][1] == shown, key
        if len(field.metadata) == 2 and hasattr(field.metadata[0], "ge"):
            least, most = field.metadata
            assert said[named[0]][2] == f"{least.ge:g} to {most.le:g}", key


def test_the_words_on_venues_are_as_on_their_page() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows(page("venues.md")) if len(cells) == 2}
    for word in (*Exclusion, *Dissent):
        assert told[word.name] == word.value


def test_every_reason_of_the_signal_is_on_the_page_of_the_policy() -> None:
    told = [cells[1] for cells in rows(page("policy.md"))]
    reasons = [reason.name for reason in Reason if reason.stage is Stage.SIGNAL]
    assert [reason for reason in reasons if f"`{reason}`" not in told] == []


def test_every_section_and_every_file_is_on_the_page_of_configuration() -> None:
    text = page("configuration.md")
    assert [name for name in CONFIGURED if f"`{name}`" not in text] == []
    files = [path.name for path in (ROOT / "configs").glob("*.json")]
    assert [name for name in files if name not in text and "risk_" not in name] == []


def names(cells: list[str]) -> list[str]:
    return re.findall(r"`(\w+)`", cells[0]) if len(cells) == 3 else []


def test_the_codes_of_readiness_are_as_on_the_page() -> None:
    table = dict(cells for cells in rows(page("forecasting.md")) if cells[0].isdigit())
    assert table == {str(int(code)): code.sentence for code in Readiness}


def test_every_column_of_forecasts_is_on_the_page() -> None:
    text = page("forecasting.md")
    columns = [*column_names(["&-name"]), "do_predict"]
    assert [column for column in columns if f"`{column}`" not in text] == []


def test_every_state_of_a_model_is_on_the_page() -> None:
    told = {cells[0] for cells in rows(page("models.md"))}
    assert {state.value for state in State} <= told
