"""Machine, versions and commit."""

from __future__ import annotations

import subprocess

import pytest

from aurum_plugins.validation import surroundings


@pytest.fixture
def repository(tmp_path):
    def git(*words: str) -> None:
        names = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *names, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "first")
    return tmp_path


def test_a_commit_is_named_and_so_are_changes(repository) -> None:
    head = surroundings.commit(repository)
    assert len(head) == 12
    (repository / "file").write_text("two")
    assert surroundings.commit(repository) == f"{head} and changes"


def test_without_a_repository_or_git_there_is_no_commit(tmp_path, monkeypatch) -> None:
    assert surroundings.commit(tmp_path) == ""
    monkeypatch.setattr(surroundings.shutil, "which", lambda _: None)
    assert surroundings.commit(tmp_path) == ""


def test_git_that_hangs_says_nothing(tmp_path, monkeypatch) -> None:
    def hang(*words, **_):
        raise subprocess.TimeoutExpired(words, 1)

    monkeypatch.setattr(surroundings.subprocess, "run", hang)
    assert surroundings.commit(tmp_path) == ""


def test_machine_and_versions(monkeypatch) -> None:
    monkeypatch.setattr(surroundings, "_LIBRARIES", ("numpy", "no-such-library"))
    assert set(surroundings.versions()) == {"Python", "numpy"}
    monkeypatch.setattr(surroundings.os, "getloadavg", lambda: (1.26, 0.0, 0.0))
    assert surroundings.machine().endswith(" cores, load 1.3 before")
