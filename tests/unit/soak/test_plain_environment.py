"""A bot of which nothing is real knows nothing of the real one."""

from __future__ import annotations

from aurum_plugins.soak.plain_environment import plain_environment


def test_what_leads_to_a_real_bot_is_left_out() -> None:
    around = {
        "PATH": "/usr/bin",
        "FREQTRADE__EXCHANGE__KEY": "a key",
        "FREQTRADE__TELEGRAM__TOKEN": "a token",
        "AURUM_DATABASE_URL": "postgresql://a-server/a-database",
        "AURUM_PLUGINS_DISABLE": "1",
    }
    assert plain_environment(around) == {"PATH": "/usr/bin", "AURUM_PLUGINS_DISABLE": "1"}
    assert len(around) == 5


def test_it_is_this_process_own_unless_another_is_named(monkeypatch) -> None:
    monkeypatch.setenv("FREQTRADE__DRY_RUN", "false")
    monkeypatch.setenv("A_NAME_OF_OURS", "kept")
    found = plain_environment()
    assert "FREQTRADE__DRY_RUN" not in found
    assert found["A_NAME_OF_OURS"] == "kept"
