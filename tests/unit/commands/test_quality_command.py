"""`aurum quality`: what it writes, what it prints, what it refuses and in which words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from aurum_plugins.cli import app
from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.errors import AurumError, ConfigurationError, DataError
from aurum_plugins.preprocessing.quality.report import DataQualityReport

# Labels compare with 30 days of hours.
COUNT = 2_000
START = "2023-01-01"
PERIODS = "indicator_periods_candles"
PERIODS_KEY = f"freqai.feature_parameters.{PERIODS}"
REAL = Path(__file__).parents[3].parent / "shared" / "data"
needs_real = pytest.mark.skipif(
    not (REAL / "binance-1h").is_dir(), reason=f"real candles are not at {REAL}"
)


def candles(seed: int, start: str = START, count: int = COUNT) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(count)))
    opened = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "date": pd.date_range(start, periods=count, freq="1h", tz="UTC"),
            "open": opened,
            "high": np.maximum(opened, close) * (1 + 0.01 * rng.random(count)),
            "low": np.minimum(opened, close) * (1 - 0.01 * rng.random(count)),
            "close": close,
            "volume": rng.lognormal(0, 1, count),
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of the candles; the current folder has no configuration."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "user_data" / "data" / "binance"
    data.mkdir(parents=True)
    for seed, name in enumerate(("AAA_USDT-1h", "BTC_USDT-1h", "ETH_USDT-1h")):
        frame = candles(seed)
        if seed == 2:
            frame = frame.drop(index=range(400, 404)).reset_index(drop=True)
        frame.to_feather(data / f"{name}.feather")
    return data


@pytest.fixture
def configure(tmp_path):
    def write(**settings) -> None:
        path = tmp_path / "user_data" / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(settings))

    return write


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["quality", *arguments], env={"COLUMNS": "160"})


def refusal(*arguments: str) -> str:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return str(result.exception)


def report(folder: Path = Path("user_data/quality")) -> DataQualityReport:
    return DataQualityReport.model_validate_json((folder / "quality.json").read_bytes())


def test_every_pair_is_reported_as_json_and_as_a_page(folder) -> None:
    result = invoke()
    assert result.exit_code == 0, result.output
    found = {pair.pair: pair for pair in report().pairs}
    assert list(found) == ["AAA/USDT", "BTC/USDT", "ETH/USDT"]
    assert len(found["ETH/USDT"].gaps) == 1
    assert found["ETH/USDT"].completeness == pytest.approx(1 - 4 / COUNT)
    for pair in found.values():
        assert pair.selection.error is None
        assert (pair.selection.columns_out, pair.selection.finite_share) == (26, 1.0)
    page = Path("user_data/quality/quality.html").read_text()
    assert "ETH/USDT" in page
    assert page.startswith("<!DOCTYPE html>")
    for words in ("user_data/quality/quality.json", "user_data/quality/quality.html", "26 of"):
        assert words in result.stdout
    assert "Assess" not in result.stdout
    assert {file.name for file in Path("user_data/quality").iterdir()} == {
        "quality.json",
        "quality.html",
    }


def test_the_report_knows_when_it_was_made(folder) -> None:
    before = datetime.now(UTC)
    invoke("AAA/USDT", "--features", "3")
    assert abs((report().created - before).total_seconds()) < 60


def test_options_choose_pairs_features_periods_and_windows(folder, tmp_path) -> None:
    output = tmp_path / "elsewhere"
    options = ("--period", "5", "--features", "all", "--split", "2023-03-01", "-o", str(output))
    result = invoke("eth_usdt", "ETH/USDT", "--datadir", str(folder), "-t", "1h", *options)
    assert result.exit_code == 0, result.output
    (pair,) = report(output).pairs
    assert pair.pair == "ETH/USDT"
    assert pair.current.start == datetime(2023, 3, 1, tzinfo=UTC)
    assert pair.selection.columns_out == pair.selection.columns_in == len(pair.features)
    names = {feature.name for feature in pair.features}
    assert "rsi_5" in names
    assert "rsi_14" not in names


def test_a_pair_has_the_same_report_alone_and_in_company(folder) -> None:
    invoke()
    together = report().pairs[0]
    invoke("AAA/USDT")
    assert report().pairs == (together,)


def test_it_says_what_cannot_be_fitted(folder) -> None:
    result = invoke("AAA/USDT", "--features", "5000")
    assert result.exit_code == 0
    error = report().pairs[0].selection.error
    assert error is not None
    assert "5000" in error
    assert "5000" in result.stdout


def test_market_pairs_are_read_once_and_others_as_they_come(folder, configure) -> None:
    configure(aurum={"features": {"market_pairs": ["BTC/USDT"], "include": ["market"]}})
    request = QualityRequest.of(pairs=["AAA/USDT"], features="2")
    assert request.market_pairs == ("BTC/USDT",)
    (pair,) = request.assessments()
    assert pair.selection.error is None


def test_the_configuration_completes_the_options(folder, configure) -> None:
    configure(
        timeframe="1h",
        freqai={
            "feature_parameters": {
                PERIODS: [7],
                "label_period_candles": 3,
                "include_corr_pairlist": ["ETH/USDT", "BTC/USDT"],
            }
        },
        aurum={"preprocessing": {"n_features": 4}, "candles": {"largest_move": 5}},
    )
    request = QualityRequest.of()
    assert request.survey.periods == (7,)
    assert request.survey.targets.purge_candles == 3
    assert request.survey.preprocessing.n_features == 4
    assert request.candles.largest_move == 5
    assert request.market_pairs == ("ETH/USDT", "BTC/USDT")
    assert QualityRequest.of(features="all").survey.preprocessing.n_features == "all"
    assert QualityRequest.of(periods=[5, 14, 5]).survey.periods == (5, 14)


def test_without_a_configuration_the_leader_comes_first(folder) -> None:
    request = QualityRequest.of()
    assert request.market_pairs == ("BTC/USDT", "AAA/USDT", "ETH/USDT")
    assert request.survey.periods == (14, 50)
    assert request.survey.timeframe == "1h"


def test_a_timeframe_of_the_configuration_without_candles_gives_way(folder, configure) -> None:
    configure(timeframe="1m")
    assert QualityRequest.of().survey.timeframe == "1h"


@pytest.mark.parametrize(
    ("settings", "folder_name"),
    [
        ({"datadir": "a"}, "a"),
        ({"user_data_dir": "b"}, "b/data/binance"),
        ({"exchange": {"name": "Kraken"}}, "user_data/data/kraken"),
        ({"exchange": {"ccxt_config": {"urls": {}}}}, "user_data/data/sandbox"),
    ],
)
def test_candles_are_looked_for_where_freqtrade_keeps_them(
    tmp_path, monkeypatch, configure, settings, folder_name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    configure(**settings)
    assert refusal().startswith(f"{folder_name}: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ETC/USDT",), "PAIR: did you mean ETH/USDT? There are candles of AAA/USDT, BTC/USDT"),
        (("nonsense",), "PAIR: There are candles of AAA/USDT, BTC/USDT, ETH/USDT (got 'nonsense')"),
        (("--timeframe", "5m"), "--timeframe: must be one of those in user_data/data/binance: 1h"),
        (("--period", "1"), "--period: must be from 2 to 1000 candles (got 1)"),
        (("--features", "0"), "--features: must be a whole number from 1, or all (got '0')"),
        (("--features", "-3"), "--features: must be a whole number from 1, or all"),
        (("--features", "most"), "--features: must be a whole number from 1, or all"),
        (("--features", "9" * 40), "--features: must be a whole number from 1, or all"),
        (("--split", "soon"), "--split: must be a date or time such as 2023-06-01"),
        (
            ("AAA/USDT", "--split", "2022-01-01"),
            "--split: must lie within the candles of AAA/USDT, 2023-01-01 to 2023-03-25",
        ),
        (("--split", "2024-01-01T00:00+02:00"), "(got '2023-12-31 22:00')"),
        (("--datadir", "/nowhere"), "/nowhere: cannot be searched for candles"),
        (("--config", "nowhere.json"), "--config: nowhere.json: No such file"),
        (("AAA/USDT", "--features", "2", "-o", "file"), "--output: must be a folder that can be"),
    ],
)
def test_a_wrong_option_is_named_with_its_mend(folder, arguments, words: str) -> None:
    Path("file").write_text("")
    assert words in refusal(*arguments)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"aurum": {"features": {"market_pairs": ["XYZ/USDT"]}}}, "aurum.features.market_pairs"),
        *(
            ({"freqai": {"feature_parameters": {PERIODS: periods}}}, PERIODS_KEY)
            for periods in ([1], [14.5], ["14"], [14, 14], [5_000], "14", None)
        ),
        ({"freqai": None}, "freqai"),
        ({"aurum": {"candles": {"largest_move": 0}}}, "aurum.candles.largest_move"),
    ],
)
def test_a_wrong_setting_is_named(folder, configure, settings, key: str) -> None:
    configure(**settings)
    with pytest.raises(ConfigurationError) as caught:
        QualityRequest.of()
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda frame: frame.assign(close="high"), "close: must be a column of numbers"),
        (
            lambda frame: frame.assign(date=frame["date"].mask(frame["volume"] > 0)),
            "holds no candle that opens",
        ),
    ],
)
def test_a_file_without_usable_candles_is_named(folder, damage, words: str) -> None:
    path = folder / "ETH_USDT-1h.feather"
    damage(candles(1)).to_feather(path)
    result = invoke()
    assert isinstance(result.exception, DataError)
    assert result.exception.path.name == path.name
    assert words in str(result.exception)
    assert not Path("user_data/quality").exists()


def test_a_torn_file_is_named(folder) -> None:
    path = folder / "AAA_USDT-1h.feather"
    path.write_bytes(path.read_bytes()[:1000])
    assert "AAA_USDT-1h.feather: is torn or not a feather file" in refusal("AAA/USDT")


def test_help_teaches() -> None:
    text = CliRunner().invoke(app, ["quality", "--help"], env={"COLUMNS": "200"}).output
    for word in ("--split", "--features", "quality.html", "aurum quality BTC/USDT", "docs/quality"):
        assert word in text


@needs_real
@pytest.mark.parametrize(("name", "timeframe", "gaps"), [("1h", "4h", None), ("5m", "1h", 0)])
def test_real_candles_come_out_finite(tmp_path, monkeypatch, name, timeframe, gaps) -> None:
    monkeypatch.chdir(tmp_path)
    request = QualityRequest.of(
        pairs=["ETH/USDT"], datadir=REAL / f"binance-{name}", timeframe=timeframe
    )
    (pair,) = request.assessments()
    assert pair.selection.error is None
    assert (pair.selection.columns_out, pair.selection.finite_share) == (26, 1.0)
    assert gaps is None or len(pair.gaps) == gaps


@needs_real
def test_the_real_outages_are_all_reported(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    request = QualityRequest.of(pairs=["BTC/USDT"], datadir=REAL / "binance-1h", timeframe="1h")
    (pair,) = request.assessments()
    assert len(pair.gaps) == 10
    assert pair.statuses["empty"] == 2
    assert (pair.selection.columns_out, pair.selection.finite_share) == (26, 1.0)
