"""Plain freqtrade finds our plugins, in every process that it starts."""

from __future__ import annotations

import importlib.util
import json
import os
import site
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from aurum_plugins import plugin, start_up
from aurum_plugins.errors import IncompatibleFreqtrade

PAIRLISTS = plugin.plugin_names("pairlists")
PROTECTIONS = plugin.plugin_names("protections")


def python(code: str, **environment: str) -> str:
    """Run code in a new interpreter, which knows nothing of this test's imports."""
    inherited = {k: v for k, v in os.environ.items() if k != start_up.OFF_SWITCH}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_is_something_to_register() -> None:
    assert PAIRLISTS
    assert PROTECTIONS


def test_the_start_up_file_is_installed() -> None:
    folders = [Path(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())]
    assert any((folder / "aurum_plugins.pth").is_file() for folder in folders)


def test_start_up_arms_the_hook_without_importing_freqtrade() -> None:
    code = """
import sys
from aurum_plugins import start_up
heavy = {"freqtrade", "ccxt", "pandas", "numpy", "aiohttp", "pydantic"}
print(start_up.is_armed(), sorted(heavy & sys.modules.keys()))
"""
    assert python(code) == "True []"


def test_the_hooked_modules_are_those_that_can_be_completed() -> None:
    assert set(plugin._HOOKS) == start_up.HOOKED


def test_arming_twice_changes_nothing() -> None:
    code = """
import sys
from aurum_plugins import start_up
before = len(sys.meta_path)
start_up.arm(); start_up.arm()
print(len(sys.meta_path) - before)
"""
    assert python(code) == "0"


@pytest.mark.parametrize("kind", ["PairList", "Protection"])
def test_freqtrades_resolver_finds_every_plugin(kind) -> None:
    folder = f"{kind.lower()}s"
    code = f"""
import json
from freqtrade.resolvers import {kind}Resolver as resolver
paths = resolver.build_search_paths({{}})
found = [resolver._search_object(path, object_name=name)[0]
         for name in {plugin.plugin_names(folder)} for path in paths]
print(json.dumps([cls.__name__ for cls in found if cls]))
"""
    assert json.loads(python(code)) == plugin.plugin_names(folder)


def test_the_configuration_schema_accepts_our_pairlists() -> None:
    code = """
import json
from freqtrade.config_schema import CONF_SCHEMA
print(json.dumps(CONF_SCHEMA["properties"]["pairlists"]["items"]["properties"]["method"]["enum"]))
"""
    known = json.loads(python(code))
    assert set(PAIRLISTS) <= set(known)
    assert len(known) == len(set(known))


def test_no_plugin_takes_the_name_of_a_stock_one() -> None:
    freqtrade = Path(importlib.util.find_spec("freqtrade").origin).parent / "plugins"
    source = "\n".join(file.read_text() for file in freqtrade.rglob("*.py"))
    for name in (*PAIRLISTS, *PROTECTIONS):
        assert f"class {name}(" not in source


def test_each_plugin_file_defines_the_class_that_it_is_named_after() -> None:
    folder = Path(plugin.__file__).parent
    for kind in ("pairlists", "protections"):
        for name in plugin.plugin_names(kind):
            assert f"class {name}(" in (folder / kind / f"{name}.py").read_text()


def test_a_hyperopt_worker_learns_them_too() -> None:
    code = """
from joblib import Parallel, delayed
def names():
    from freqtrade.constants import AVAILABLE_PAIRLISTS
    return list(AVAILABLE_PAIRLISTS)
print(Parallel(n_jobs=2)(delayed(names)() for _ in range(2))[1][-1])
"""
    assert python(code) == PAIRLISTS[-1]


def test_the_off_switch_gives_stock_freqtrade() -> None:
    code = """
import sys
from aurum_plugins import start_up
from freqtrade.constants import AVAILABLE_PAIRLISTS
from freqtrade.resolvers import PairListResolver
import freqtrade.main, freqtrade.exceptions
print(start_up.is_armed(), [n for n in AVAILABLE_PAIRLISTS if n.startswith("Aurum")],
      len(PairListResolver.build_search_paths({})),
      freqtrade.main.ConfigurationError is freqtrade.exceptions.ConfigurationError)
"""
    assert python(code, AURUM_PLUGINS_DISABLE="1") == "False [] 1 True"
    assert python(code, AURUM_PLUGINS_DISABLE="0").startswith("True ['Aurum")


@pytest.mark.parametrize("installed", ["2026.9", "2026.9.1"])
def test_tested_releases_are_welcome(installed) -> None:
    plugin.check_freqtrade_version(installed)


@pytest.mark.parametrize("installed", ["2026.8", "2026.10", "2026.90", "2027.1", "2026.9-dev"])
def test_other_releases_are_refused_with_a_mend(installed) -> None:
    with pytest.raises(IncompatibleFreqtrade, match=r"pip install .*AURUM_PLUGINS_DISABLE=1") as e:
        plugin.check_freqtrade_version(installed)
    assert e.value.installed == installed


def test_an_untested_freqtrade_is_refused_as_it_is_imported(monkeypatch) -> None:
    other = ModuleType("freqtrade")
    other.__version__ = "2027.1"
    monkeypatch.setattr(sys, "argv", ["pytest"])
    with pytest.raises(IncompatibleFreqtrade):
        plugin._guard_version(other)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/freqtrade", "trade"])
    with pytest.raises(SystemExit, match=r"2027\.1 is installed"):
        plugin._guard_version(other)


def test_an_invalid_configuration_ends_freqtrade_with_a_status_that_says_so(tmp_path) -> None:
    config = {"max_open_trades": "many", "exchange": {"name": "binance", "pair_whitelist": []}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    program = str(Path(sys.executable).with_name("freqtrade"))
    command = [program, "list-pairs", "--config", str(tmp_path / "config.json")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
