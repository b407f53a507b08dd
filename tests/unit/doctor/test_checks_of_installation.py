"""Checks of the installation: a sound one pleases, and one broken thing is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.doctor import checks
from aurum_plugins.doctor.facts import Fault, Registration
from aurum_plugins.doctor.finding import Level

Build = Callable[..., Any]
BAD = (Level.WARNING, Level.ERROR)


def found(check: Any, around: Any, *levels: Level) -> list[tuple[Level, str, str]]:
    wanted = levels or tuple(Level)
    return [(f.level, f.message, f.mend) for f in check(around) if f.level in wanted]


class TestVersions:
    def test_python_outside_the_range(self, make_surroundings: Build) -> None:
        [(level, message, mend)] = found(
            checks.check_versions, make_surroundings(python="3.14.0"), *BAD
        )
        assert level is Level.ERROR
        assert message == "Python 3.14.0 is outside <3.14,>=3.11"
        assert "virtual environment" in mend

    @pytest.mark.parametrize(
        ("versions", "message"),
        [
            (None, "freqtrade is not installed"),
            ("2025.1", "freqtrade 2025.1 is installed, tested is >=2026.9,<2026.10"),
        ],
    )
    def test_freqtrade_untested(
        self, make_surroundings: Build, versions: str | None, message: str
    ) -> None:
        has = {"freqtrade": versions, "numpy": "2.4", "TA-Lib": "0.8"}
        [bad] = found(checks.check_versions, make_surroundings(versions=has), *BAD)
        assert bad[1] == message
        assert "freqtrade[freqai,hyperopt,plot]>=2026.9" in bad[2]

    @pytest.mark.parametrize(
        ("version", "says"),
        [("1.26.4", "numpy>=2.3 is needed, 1.26.4 is installed"), (None, "is not installed")],
    )
    def test_requirement_not_met(
        self, make_surroundings: Build, version: str | None, says: str
    ) -> None:
        has = {"freqtrade": "2026.9.1", "numpy": version, "TA-Lib": "0.8"}
        [bad] = found(checks.check_versions, make_surroundings(versions=has), *BAD)
        assert says in bad[1]
        assert bad[2] == "pip install 'numpy>=2.3'"

    def test_package_not_installed(self, make_surroundings: Build) -> None:
        around = make_surroundings(requirements=(), requires_python="")
        [bad] = found(checks.check_versions, around, *BAD)
        assert "AurumBotX is not installed" in bad[1]


def test_native_library_that_does_not_load(make_surroundings: Build) -> None:
    reasons = {"lightgbm": "OSError: libgomp.so.1: cannot open shared object file"}
    [bad] = found(checks.check_native, make_surroundings(loads=reasons.get), *BAD)
    assert bad[0] is Level.ERROR
    assert "lightgbm cannot be imported: OSError: libgomp.so.1" in bad[1]
    assert "libgomp1" in bad[2]


class TestRegistration:
    def test_off_switch_is_a_warning_that_names_it(
        self, make_surroundings: Build, make_facts: Build
    ) -> None:
        around = make_surroundings(
            environ={"AURUM_PLUGINS_DISABLE": "1"}, freqtrade=make_facts(armed=False)
        )
        [(level, message, mend)] = found(checks.check_registration, around)
        assert level is Level.WARNING
        assert "AURUM_PLUGINS_DISABLE is set" in message
        assert mend == "unset AURUM_PLUGINS_DISABLE"

    def test_off_switch_set_to_zero_is_off(self, make_surroundings: Build) -> None:
        around = make_surroundings(environ={"AURUM_PLUGINS_DISABLE": "0"})
        assert found(checks.check_registration, around, *BAD) == []

    def test_hook_not_armed(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(armed=False))
        [bad] = found(checks.check_registration, around)
        assert "aurum_plugins.pth is not read" in bad[1]

    def test_each_missing_name_is_listed(self, make_surroundings: Build, make_facts: Build) -> None:
        empty = Registration(schema_pairlists=(), pairlists=(), protections=())
        around = make_surroundings(freqtrade=make_facts(registration=empty))
        bad = found(checks.check_registration, around, Level.ERROR)
        assert len(bad) == 3
        assert "AurumActiveFilter" in bad[0][1]
        assert "AurumCooldown" in bad[2][1]

    @pytest.mark.parametrize(
        ("fault", "reason"), [(None, "no reason given"), (Fault(message="boom"), "boom")]
    )
    def test_resolvers_that_fail(
        self, make_surroundings: Build, make_facts: Build, fault: Fault | None, reason: str
    ) -> None:
        facts = make_facts(registration=None, registration_fault=fault)
        [bad] = found(checks.check_registration, make_surroundings(freqtrade=facts))
        assert bad[1] == f"freqtrade's resolvers failed: {reason}"


def test_freq_ui(make_surroundings: Build, tmp_path: Path) -> None:
    around = make_surroundings(freqtrade_folder=tmp_path)
    assert found(checks.check_freq_ui, around)[0][2] == "freqtrade install-ui"
    page = tmp_path / "rpc/api_server/ui/installed/index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert found(checks.check_freq_ui, around) == [(Level.INFO, "installed", "")]


def test_extras(make_surroundings: Build) -> None:
    around = make_surroundings(versions={"psycopg": "3.1"})
    assert found(checks.check_extras, around) == [
        (
            Level.INFO,
            "lstm (the LSTM member of the ensemble) is not installed: torch",
            "pip install 'aurumbotx[lstm]'",
        ),
        (
            Level.WARNING,
            "postgres (state in PostgreSQL) has unfit versions: psycopg 3.1",
            "pip install 'aurumbotx[postgres]'",
        ),
    ]
    around = make_surroundings(versions={"psycopg": "3.2", "torch": "2.6.1"})
    assert [f[1] for f in found(checks.check_extras, around)] == [
        "lstm (the LSTM member of the ensemble) is installed",
        "postgres (state in PostgreSQL) is installed",
    ]
