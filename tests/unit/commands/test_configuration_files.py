"""Configuration files are merged as freqtrade merges them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from freqtrade.configuration.load_config import load_from_files

from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.errors import ConfigurationError

ROOT = Path(__file__).parents[3]


def store(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def by_freqtrade(*files: Path) -> dict:
    config = load_from_files([str(file) for file in files])
    del config["config_files"]
    return config


def test_it_reads_what_freqtrade_reads(tmp_path) -> None:
    store(tmp_path, "deep/base.json", {"a": {"x": 1, "y": 1}, "b": [1], "only": 1})
    store(tmp_path, "more.json", {"a": {"y": 2, "z": 2}, "b": [2]})
    first = store(
        tmp_path,
        "first.json",
        {"a": {"z": 3}, "add_config_files": ["deep/base.json", "more.json"]},
    )
    second = store(tmp_path, "second.json", '{// words\n "a": {"x": null}, "b": 4, "c": {"d": 1},}')
    third = store(tmp_path, "third.json", {"c": {"g": {"e": 1}}, "b": [3]})
    for files in ([first], [first, second], [second, first, third]):
        assert read_configuration(files) == by_freqtrade(*files)


@pytest.mark.parametrize("name", ["user_data/config.json", "configs/backtest.json"])
def test_it_reads_the_configurations_of_this_project(name: str) -> None:
    assert read_configuration([ROOT / name]) == by_freqtrade(ROOT / name)


def test_the_default_is_read_if_it_is_there(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_configuration(None) == {}
    store(tmp_path, "user_data/config.json", {"timeframe": "4h"})
    assert read_configuration([]) == {"timeframe": "4h"}


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match=r"--config: .*nothing\.json: No such file"):
        read_configuration([tmp_path / "nothing.json"])


def test_a_torn_file_is_named_and_not_quoted(tmp_path) -> None:
    torn = store(tmp_path, "torn.json", '{\n"key": "secret" "more"}')
    with pytest.raises(ConfigurationError, match=r"torn\.json, line 2") as caught:
        read_configuration([torn])
    assert "secret" not in str(caught.value)


def test_files_that_include_each_other_are_refused(tmp_path) -> None:
    circle = store(tmp_path, "circle.json", {"add_config_files": ["circle.json"]})
    with pytest.raises(ConfigurationError, match="add_config_files: files may include each other"):
        read_configuration([circle])
