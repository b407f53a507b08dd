"""What a configuration is checked for, and completed with."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import pytest

from aurum_plugins.config import (
    CREDENTIALS_FILE,
    SECTIONS,
    _settings,
    complete_api_server,
    keep_simulated_candles_apart,
    validate,
)
from aurum_plugins.credentials import ApiCredentials
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.settings import Section

# Imports whatever the configuration in the first argument asks for, and says which is heavy.
IMPORTED = """
import json, sys
from aurum_plugins.config import validate
validate(json.loads(sys.argv[1]))
print(*sorted({"numpy", "pandas", "scipy", "sklearn", "datasieve"} & set(sys.modules)))
"""


def test_a_configuration_without_our_section_is_valid() -> None:
    validate({"dry_run": True})


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (7, r"^aurum: must be an object of settings \(got 7\)$"),
        ({"brakeout": {}}, r"^aurum\.brakeout: unknown setting; known are breakout"),
        ({"breakout": {"entry": 3}}, r"^aurum\.breakout\.entry: unknown setting; known are atr"),
        ({"breakout": {"entry_candles": 1}}, r"^aurum\.breakout\.entry_candles: .*got 1\)$"),
    ],
)
def test_a_wrong_section_is_refused_by_name(section, message) -> None:
    with pytest.raises(ConfigurationError, match=message):
        validate({"aurum": section})


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_where_the_table_says(name) -> None:
    settings = _settings(name)
    assert issubclass(settings, Section)
    assert settings.section == f"aurum.{name}"
    assert settings.__name__ == SECTIONS[name].partition(":")[2]
    validate({"aurum": {name: {}}})


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("section", [None, 7, []])
def test_a_section_that_is_no_object_is_refused_by_name(name, section) -> None:
    with pytest.raises(ConfigurationError, match="must be an object of settings") as caught:
        validate({"aurum": {name: section}})
    assert caught.value.key == f"aurum.{name}"


@pytest.mark.parametrize("name", SECTIONS)
def test_an_unknown_setting_is_refused_by_name(name) -> None:
    with pytest.raises(ConfigurationError, match="unknown setting; known are ") as caught:
        validate({"aurum": {name: {"nonsense": 3}}})
    assert caught.value.key == f"aurum.{name}.nonsense"


def test_an_unknown_section_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate({"aurum": {"feature": {}}})
    assert caught.value.key == "aurum.feature"
    assert caught.value.rule == f"unknown setting; known are {', '.join(SECTIONS)}"


@pytest.mark.parametrize(
    ("section", "key", "message"),
    [
        ({"features": {"include": ["rsi", "rsj"]}}, "features.include", "'rsj' is no feature"),
        ({"features": {"exclude": ["Market"]}}, "features.exclude", "'Market' is no feature"),
        ({"features": {"market_periods": [24, 1]}}, "features.market_periods", "from 2 to 1000"),
        ({"targets": {"include": ["return"]}}, "targets.include", "'return' is no target"),
        ({"targets": {"include": []}}, "targets.include", "at least 1 item"),
        ({"preprocessing": {"k": 26}}, "preprocessing.k", "unknown setting; known are clip_width"),
        ({"preprocessing": {"n_features": 0}}, "preprocessing.n_features", 'from 1, or "all"'),
        ({"candles": {"largest_move": 1}}, "candles.largest_move", "greater than 1"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_dotted_name(section, key, message) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        validate({"aurum": section})
    assert caught.value.key == f"aurum.{key}"


def test_a_wrong_setting_behind_a_right_section_is_found() -> None:
    with pytest.raises(ConfigurationError, match=r"^aurum\.targets\.horizon: unknown setting"):
        validate({"aurum": {"candles": {}, "features": {}, "targets": {"horizon": 3}}})


@pytest.mark.parametrize(
    ("section", "needed"), [({}, set()), ({"breakout": {"entry_candles": 20}}, {"numpy", "pandas"})]
)
def test_absent_sections_import_nothing_heavy(section, needed) -> None:
    assert imported({"aurum": section}) <= needed


def test_a_section_that_is_there_imports_what_it_needs() -> None:
    assert "sklearn" in imported({"aurum": {"preprocessing": {}}})


def imported(config: dict[str, object]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, json.dumps(config)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_a_placeholder_anywhere_is_refused_by_name() -> None:
    config = {"exchange": {"pairs": ["BTC/USDT"], "list": ["EDIT: name a pair"]}}
    with pytest.raises(ConfigurationError, match=r"exchange\.list\[0\]: must be filled in"):
        validate(config)


def test_freqtrades_own_copies_are_not_searched() -> None:
    validate({"original_config": {"key": "EDIT: me"}, "internals": {"key": "EDIT: me"}})


def server(**more: object) -> dict[str, object]:
    return {"enabled": True, **more}


def test_missing_credentials_are_generated_once_and_kept_private(tmp_path) -> None:
    first = {"api_server": server(), "user_data_dir": tmp_path}
    complete_api_server(first)
    again = {"api_server": server(), "user_data_dir": tmp_path}
    complete_api_server(again)
    assert first == again
    assert len(first["api_server"]["password"]) >= 24
    assert len(first["api_server"]["jwt_secret_key"]) >= 32
    assert stat.S_IMODE((tmp_path / CREDENTIALS_FILE).stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [CREDENTIALS_FILE]


def test_credentials_differ_between_installations(tmp_path) -> None:
    one = ApiCredentials.load_or_create(tmp_path / "one.json")
    other = ApiCredentials.load_or_create(tmp_path / "other.json")
    assert one.password != other.password


def test_given_credentials_stay(tmp_path) -> None:
    given = {"username": "me", "password": "x", "jwt_secret_key": "y", "ws_token": "z"}
    config = {"api_server": server(**given), "user_data_dir": tmp_path}
    complete_api_server(config)
    assert config["api_server"] == server(**given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("api_server", [None, {}, {"enabled": False}, "nonsense"])
def test_without_a_server_nothing_is_written(tmp_path, api_server) -> None:
    complete_api_server({"api_server": api_server, "user_data_dir": tmp_path})
    assert list(tmp_path.iterdir()) == []


def test_a_torn_credentials_file_is_named_with_its_mend(tmp_path) -> None:
    path = tmp_path / CREDENTIALS_FILE
    path.write_text('{"username": "aurum", "pass')
    with pytest.raises(ConfigurationError, match=r"aurum_api_server\.json: .*delete it"):
        ApiCredentials.load_or_create(path)


def test_credentials_never_show_in_a_repr(tmp_path) -> None:
    credentials = ApiCredentials.load_or_create(tmp_path / "c.json")
    plain = json.loads((tmp_path / "c.json").read_text())
    for name in ("password", "jwt_secret_key", "ws_token"):
        assert plain[name] not in repr(credentials)


def test_the_first_writer_wins(tmp_path, monkeypatch) -> None:
    path = tmp_path / "c.json"
    rival = ApiCredentials.load_or_create(tmp_path / "rival.json")
    stock = ApiCredentials._generate

    def generate_while_another_process_writes() -> dict[str, str]:
        path.write_bytes((tmp_path / "rival.json").read_bytes())
        return stock()

    monkeypatch.setattr(ApiCredentials, "_generate", generate_while_another_process_writes)
    assert ApiCredentials.load_or_create(path) == rival


REAL = {"name": "binance", "ccxt_config": {"enableRateLimit": True}}
SIMULATED = {"name": "binance", "ccxt_config": {"urls": {"api": {"public": "http://sandbox"}}}}


@pytest.mark.parametrize(
    ("exchange", "given", "folder"),
    [
        (REAL, None, "binance"),
        (SIMULATED, None, "sandbox"),
        (SIMULATED, "binance", "binance"),
        ({}, None, "binance"),
    ],
)
def test_simulated_candles_never_land_among_real_ones(tmp_path, exchange, given, folder) -> None:
    (tmp_path / "binance").mkdir()
    config = {"exchange": exchange, "datadir": tmp_path / "binance"}
    keep_simulated_candles_apart(config, given)
    assert config["datadir"] == tmp_path / folder
    assert config["datadir"].is_dir()


def test_a_command_without_candles_is_left_alone() -> None:
    config = {"exchange": SIMULATED}
    keep_simulated_candles_apart(config, None)
    assert "datadir" not in config
