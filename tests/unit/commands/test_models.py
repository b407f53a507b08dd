"""`aurum models`: what it lists, what it asks before, what it refuses and in which words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from registry_models import PAIR, SmallModel, facts
from typer.testing import CliRunner

from aurum_plugins.clock import VirtualClock
from aurum_plugins.commands.models import app
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.forecasting.registry.errors import NothingToRollBack
from aurum_plugins.forecasting.registry.model_registry import ModelRegistry
from aurum_plugins.forecasting.registry.version import State

START_MS = 1_743_508_800_000  # 2025-04-01T12:00:00Z
FIRST, SECOND, THIRD = (f"20250401T12000{second}000" for second in range(3))


@pytest.fixture
def registry(tmp_path, monkeypatch) -> ModelRegistry:
    """Three models: the first two served, the third missed a floor."""
    monkeypatch.chdir(tmp_path)
    clock = VirtualClock(START_MS)
    found = ModelRegistry(Path("user_data/models/aurum/registry"), clock)
    for seed in range(3):
        name = found.add(PAIR, SmallModel(seed), facts(seed=seed, floors_met=seed < 2)).id
        if seed < 2:
            found.promote(PAIR, name, "better")
        clock.advance(1_000)
    found.reject(PAIR, THIRD, ["Brier skill -0.050; the floor is -0.030"])
    return found


@pytest.fixture
def configured(registry, tmp_path) -> ModelRegistry:
    text = '{// a comment\n"freqai": {"identifier": "aurum"}}'
    (tmp_path / "user_data" / "config.json").write_text(text)
    return registry


def invoke(*arguments: str, answer: str | None = None):
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}, input=answer)


def printed(*arguments: str, answer: str | None = None) -> str:
    result = invoke(*arguments, answer=answer)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refusal(*arguments: str) -> AurumError:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return result.exception


def champion(registry: ModelRegistry) -> str:
    return registry.champion(PAIR).id


def test_models_are_listed_with_their_states(configured) -> None:
    text = printed("list")
    lines = {line.split()[1]: line for line in text.splitlines() if PAIR in line}
    assert list(lines) == [FIRST, SECOND, THIRD]
    states = [line.split()[2] for line in lines.values()]
    assert states == ["earlier", "champion", "rejected"]
    assert "2024-01-01 to 2024-12-31" in lines[FIRST]
    assert "forward_return 0.534" in lines[FIRST]
    assert "3 models" in text


def test_a_list_as_json_holds_the_manifests(configured) -> None:
    listed = json.loads(printed("list", "btc_usdt", "--json"))
    assert [one["id"] for one in listed] == [FIRST, SECOND, THIRD]
    assert [one["state"] for one in listed] == ["earlier", "champion", "rejected"]
    assert listed[0]["trained_on"]["first"] == "2024-01-01T00:00:00Z"
    assert listed[0]["verdict"]["promoted"] is True


def test_an_empty_registry_says_so(tmp_path) -> None:
    assert "No models yet" in printed("list", "--folder", str(tmp_path))
    assert json.loads(printed("list", "--folder", str(tmp_path), "--json")) == []


def test_the_champion_is_shown_with_figures_verdict_and_history(configured) -> None:
    text = printed("show", PAIR)
    for words in (SECOND, "champion", "26", "lightgbm 4.7.0", "whole", "Brier skill 0.010"):
        assert words in text
    assert "accuracy" in text
    assert "0.545" in text
    assert "better" in text


def test_any_model_is_shown_and_its_file_is_checked(configured) -> None:
    path = configured.folder / "BTC_USDT" / "versions" / f"{FIRST}.model"
    path.write_bytes(path.read_bytes()[:-1])
    assert " bytes" not in printed("show", PAIR)
    assert " bytes" in printed("show", PAIR, FIRST)
    shown = json.loads(printed("show", PAIR, FIRST, "--json"))
    assert "bytes" in shown["fault"]
    assert [event["kind"] for event in shown["history"]][-1] == "rejected"
    assert path.exists()
    assert json.loads(printed("show", PAIR, "--json"))["fault"] is None


def test_undefined_figures_and_whole_ones_are_shown_as_such(tmp_path) -> None:
    registry = ModelRegistry(tmp_path)
    metrics = {"forward_return": {"auc": float("nan"), "rows": 876.0}, "other": {"rows": 5.0}}
    name = registry.add(PAIR, SmallModel(0), facts(metrics=metrics, floors_met=None)).id
    text = printed("show", PAIR, name, "--folder", str(tmp_path))
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert rows["auc"] == ["-", "-"]
    assert rows["rows"] == ["876", "5"]
    assert rows["verdict"] == ["not", "judged"]
    name = registry.add(PAIR, SmallModel(0), facts(metrics={})).id
    assert "Judged on rows" not in printed("show", PAIR, name, "--folder", str(tmp_path))


def test_a_sound_earlier_model_is_promoted_without_a_question(configured) -> None:
    assert f"{FIRST} serves" in printed("promote", PAIR, FIRST, "--reason", "like it")
    assert champion(configured) == FIRST
    assert configured.history(PAIR)[-1].reasons == ("like it",)


@pytest.mark.parametrize(("answer", "serves"), [("y\n", THIRD), ("n\n", SECOND), ("", SECOND)])
def test_a_model_that_missed_a_floor_is_asked_about(configured, answer, serves) -> None:
    result = invoke("promote", PAIR, THIRD, answer=answer)
    assert "the floor is -0.030" in result.stderr
    assert "all the same?" in result.stderr
    assert result.exit_code == (0 if serves == THIRD else 1)
    assert champion(configured) == serves


def test_yes_asks_nothing(configured) -> None:
    result = invoke("promote", PAIR, THIRD, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert champion(configured) == THIRD


def test_doubts_about_a_rolled_back_or_unjudged_model(configured) -> None:
    configured.rollback(PAIR, "bad")
    assert f"{SECOND} was rolled back" in invoke("promote", PAIR, SECOND, answer="n").stderr
    name = configured.add(PAIR, SmallModel(0), facts(floors_met=None)).id
    assert f"{name} was never judged" in invoke("promote", PAIR, name, answer="n").stderr
    assert champion(configured) == FIRST


def test_a_roll_back_goes_to_the_champion_before(configured) -> None:
    assert f"{FIRST} serves again" in printed("rollback", PAIR, "-r", "lost five times")
    assert champion(configured) == FIRST
    assert configured.version(PAIR, SECOND).state is State.ROLLED_BACK
    assert configured.history(PAIR)[-1].reasons == ("lost five times",)
    error = refusal("rollback", PAIR)
    assert isinstance(error, NothingToRollBack)
    assert champion(configured) == FIRST


def test_the_registry_is_found_by_option_configuration_or_folder(registry, tmp_path) -> None:
    for options in (("-i", "aurum"), ("--folder", "user_data/models/aurum/registry")):
        assert "3 models" in printed("list", *options)
    other = tmp_path / "elsewhere.json"
    other.write_text(
        json.dumps(
            {"user_data_dir": str(tmp_path / "user_data"), "freqai": {"identifier": "aurum"}}
        )
    )
    assert "3 models" in printed("list", "-c", str(other))


@pytest.mark.parametrize(
    ("arguments", "key", "words"),
    [
        (("list",), "--identifier", "unless freqai.identifier does in the configuration; there "),
        (("list", "-i", "nobody"), "--identifier", "there are those of aurum in user_data"),
        (("list", "-i", "../models/aurum"), "--identifier", "there are those of aurum"),
        (("list", "--folder", "nowhere"), "--folder", "must be a folder that exists"),
        (("list", "ETH/USDT", "-i", "aurum"), "PAIR", "must have models; BTC/USDT has"),
        (("show", PAIR, "x", "-i", "aurum"), "VERSION", f"known are {FIRST}, {SECOND}, {THIRD}"),
        (("promote", PAIR, "x", "-i", "aurum"), "VERSION", "must be a model of BTC/USDT; known"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(registry, arguments, key, words) -> None:
    error = refusal(*arguments)
    assert isinstance(error, ConfigurationError)
    assert error.key == key
    assert words in str(error)


def test_before_the_first_model_the_errors_say_so(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is none yet in user_data/models" in str(refusal("list", "-i", "aurum"))
    assert "no pair has" in str(refusal("show", PAIR, "--folder", str(tmp_path)))
    registry = ModelRegistry(tmp_path)
    name = registry.add(PAIR, SmallModel(0), facts()).id
    error = refusal("show", PAIR, "--folder", str(tmp_path))
    assert f"no model of BTC/USDT serves; known are {name}" in str(error)
    (tmp_path / "BTC_USDT" / "versions" / f"{name}.json").write_text("{")
    assert "it has none" in str(refusal("show", PAIR, "--folder", str(tmp_path)))


def test_a_folder_that_cannot_be_written_to_is_named(configured, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fsync", refuse)
    error = refusal("rollback", PAIR)
    assert "must be a folder that can be written to: Permission denied" in str(error)
    monkeypatch.undo()


@pytest.mark.parametrize("command", ["list", "show", "promote", "rollback"])
def test_help_shows_an_example(command) -> None:
    assert f"aurum models {command}" in printed(command, "--help")
