"""The file at fault is named with its line, and is not quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from aurum_plugins.doctor.unreadable import unreadable


def test_sound_files_with_comments_and_includes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.json").write_text('{"a": 1,} // fine')
    (tmp_path / "a.json").write_text('{"add_config_files": ["sub/b.json"]}')
    assert unreadable([str(tmp_path / "a.json")]) is None


def test_missing_include(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"add_config_files": ["b.json"]}')
    fault = unreadable([str(tmp_path / "a.json")])
    assert fault is not None
    assert fault.kind == "missing_file"
    assert fault.message == f"{tmp_path}/b.json: No such file or directory"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b'{\n"key": "hunter2"\n"b": 1}', 3, "Missing a comma or '}' after an object member."),
        ('{\n"é": 1,\n"secret": hunter2}'.encode(), 3, "Invalid value."),
        (b"", 1, "The document is empty."),
        (b'{"a":\n"\xff"}', 2, "not UTF-8 text"),
        (b"[1]", 1, "a configuration must be a JSON object"),
    ],
)
def test_torn(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    path = tmp_path / "torn.json"
    path.write_bytes(content)
    fault = unreadable([str(path)])
    assert fault is not None
    assert fault.kind == "torn_file"
    assert fault.message == f"{path}, line {line}: {reason}"
    assert "hunter2" not in fault.message.removeprefix(str(tmp_path))


def test_a_parser_error_without_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rapidjson

    def refuse(*_: object, **__: object) -> None:
        raise rapidjson.JSONDecodeError("odd")

    monkeypatch.setattr(rapidjson, "loads", refuse)
    (tmp_path / "a.json").write_text("{}")
    fault = unreadable(["a.json"], tmp_path)
    assert fault is not None
    assert fault.message.endswith("line 1: not valid JSON")


@pytest.mark.parametrize("included", ['"b.json"', "[1]"])
def test_includes_that_are_no_list_of_names(tmp_path: Path, included: str) -> None:
    (tmp_path / "a.json").write_text(f'{{"add_config_files": {included}}}')
    fault = unreadable(["a.json"], tmp_path)
    assert fault is not None
    assert (fault.kind, fault.where) == ("setting", "add_config_files")


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"add_config_files": ["a.json"]}')
    assert unreadable(["a.json"], tmp_path) is None  # freqtrade names the loop itself
