"""From a clone to a bot, with a repository whose installation and bot are shell scripts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering import deployment_account as deploying
from aurum_plugins.validation.gathering.deployment_account import deployment_account

HEARTBEAT = "echo \"Bot heartbeat. state='RUNNING'\"; exec sleep 60"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Makes a repository whose `make install` installs an `aurum` that runs a script."""
    monkeypatch.setattr(deploying, "TICK", 0.01)

    def of(aurum: str, install: str = "true") -> Path:
        folder = tmp_path / "checkout"
        folder.mkdir()
        (folder / "aurum.sh").write_text(f"#!/bin/sh\n{aurum}\n")
        recipe = f"\t{install}\n\tmkdir -p .venv/bin\n\tinstall aurum.sh .venv/bin/aurum\n"
        (folder / "Makefile").write_text(f"install:\n{recipe}")
        for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
            names = ("-c", "user.name=x", "-c", "user.email=x@example.org")
            subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)
        return folder

    return of


def test_each_step_is_timed_up_to_the_first_heartbeat(repository, tmp_path) -> None:
    moments = iter([0.0, 2.0, 102.0, 102.0, *(120.0,) * 10_000])
    found = deployment_account(tmp_path / "new", repository(HEARTBEAT), lambda: next(moments))
    assert (found.clone_s, found.install_s, found.start_s) == (2.0, 100.0, 18.0)
    assert found.whole_s == 120.0


def test_an_installation_that_fails_is_named_with_its_last_words(repository, tmp_path) -> None:
    checkout = repository(HEARTBEAT, "echo no matching distribution; exit 1")
    with pytest.raises(
        NotMeasured, match=r"make install failed; is there a package index\? .*no m"
    ):
        deployment_account(tmp_path / "new", checkout)


def test_variables_of_our_own_make_do_not_reach_that_of_the_clone(
    repository, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "-- VENV=.venv312")
    monkeypatch.setenv("MAKELEVEL", "1")
    checkout = repository(HEARTBEAT, 'test "$(VENV)$(MAKELEVEL)" = 0')
    assert deployment_account(tmp_path / "new", checkout).whole_s > 0


def test_the_bot_of_the_clone_knows_nothing_of_a_real_one(
    repository, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("FREQTRADE__EXCHANGE__KEY", "of a real account")
    monkeypatch.setenv("AURUM_DATABASE_URL", "sqlite:///of-a-real-bot.sqlite")
    known = 'test -z "$FREQTRADE__EXCHANGE__KEY$AURUM_DATABASE_URL" || exit 3'
    checkout = repository(f"{known}; {HEARTBEAT}")
    assert deployment_account(tmp_path / "new", checkout).whole_s > 0


def test_a_bot_that_ends_is_no_deployment(repository, tmp_path) -> None:
    checkout = repository("echo port in use; exit 2")
    with pytest.raises(NotMeasured, match=r"bot of the clone did not start: .*port in use"):
        deployment_account(tmp_path / "new", checkout)


def test_a_bot_that_is_deaf_is_killed(repository, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(deploying, "_GRACE", 0.05)
    deaf = "trap '' INT; echo Bot heartbeat; while :; do sleep 0.1; done"
    assert deployment_account(tmp_path / "new", repository(deaf)).whole_s > 0


def test_nobody_waits_for_ever(repository, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(deploying, "LONGEST", 0.2)
    with pytest.raises(NotMeasured, match=r"(git clone|make install) did not end within 0 s"):
        deployment_account(tmp_path / "new", repository(HEARTBEAT, "sleep 5"))


def test_what_is_no_repository_cannot_be_cloned(tmp_path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with pytest.raises(NotMeasured, match=r"git clone failed; is this a checkout that git knows\?"):
        deployment_account(tmp_path / "new", folder)


def test_without_git_nothing_can_be_cloned(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotMeasured, match="git clone cannot be run"):
        deployment_account(tmp_path / "new", tmp_path)
