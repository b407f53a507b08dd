from __future__ import annotations

from pathlib import Path

import pytest

from aurum_plugins.monitoring.web.static_files import StaticFiles


@pytest.fixture
def static(tmp_path: Path) -> StaticFiles:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("1")
    (tmp_path / "LICENSE").write_text("free")
    (tmp_path / "notes.md").write_text("not served")
    (tmp_path / "secret.py").write_text("not served")
    return StaticFiles(tmp_path)


def test_only_known_kinds_are_served(static: StaticFiles) -> None:
    assert static.names == ("LICENSE", "js/main.js")
    answer = static.answer("js/main.js", "")
    assert answer is not None
    assert (answer.body, answer.media_type) == (b"1", "text/javascript; charset=utf-8")
    licence = static.answer("LICENSE", "")
    assert licence is not None
    assert licence.media_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", ["", "js", "js/", "/LICENSE", "./LICENSE", "js/../LICENSE", "x"])
def test_there_is_one_name_for_a_file(name: str, static: StaticFiles) -> None:
    assert static.answer(name, "") is None


def test_a_file_that_is_known_is_not_sent_again(static: StaticFiles) -> None:
    first = static.answer("js/main.js", "")
    assert first is not None
    tag = first.headers["etag"]
    for known, status in ((tag, 304), (f'"x", {tag}', 304), ('"x"', 200), ("", 200)):
        answer = static.answer("js/main.js", known)
        assert answer is not None
        assert answer.status_code == status


def test_the_pages_own_files_are_there() -> None:
    names = StaticFiles().names
    assert "js/main.js" in names
    assert all(
        name.split(".")[-1] in {"js", "css", "svg", "LICENSE"} or "/" in name for name in names
    )
