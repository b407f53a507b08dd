"""A file appears whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from aurum_plugins.atomic_write import write_atomically, write_bytes_atomically

LONG = "x" * 1_000_000


@pytest.mark.parametrize("text", ["", "one line\n", "\N{GREEK SMALL LETTER SIGMA} \n\n", LONG])
def test_what_was_written_is_read_back_as_utf_8(tmp_path, text) -> None:
    path = tmp_path / "report.json"
    write_atomically(path, text)
    assert path.read_bytes() == text.encode()
    assert names(tmp_path) == ["report.json"]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n", LONG.encode()])
def test_bytes_are_written_as_they_are(tmp_path, content) -> None:
    path = tmp_path / "one.model"
    write_bytes_atomically(path, b"old")
    write_bytes_atomically(path, content)
    assert path.read_bytes() == content
    assert names(tmp_path) == ["one.model"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_permissions_are_those_asked_for_whatever_the_mask(tmp_path, mode) -> None:
    path = tmp_path / "keys.json"
    path.write_text("old")
    mask = os.umask(0o077)
    try:
        write_bytes_atomically(path, b"new", mode=mode)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_folders_are_created(tmp_path) -> None:
    path = tmp_path / "models" / "btc" / "report.json"
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert names(path.parent) == ["report.json"]


def test_a_longer_file_is_replaced_whole(tmp_path) -> None:
    path = tmp_path / "report.json"
    path.write_text(LONG)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert names(tmp_path) == ["report.json"]


@pytest.mark.parametrize("text", ["new", LONG], ids=["short", "long"])
@pytest.mark.parametrize("old", [None, "old"])
def test_a_reader_sees_nothing_of_it_before_it_is_on_the_disk(
    tmp_path, monkeypatch, old, text
) -> None:
    path = tmp_path / "report.json"
    if old is not None:
        path.write_text(old)
    seen = []

    def look(descriptor: int) -> None:
        on_disk = os.fstat(descriptor)
        size = "folder" if stat.S_ISDIR(on_disk.st_mode) else on_disk.st_size
        seen.append((size, path.read_text() if path.exists() else None))

    monkeypatch.setattr(os, "fsync", look)
    write_atomically(path, text)
    # The folder is synchronised too, or a loss of power could undo the new name.
    assert seen == [(len(text), old), ("folder", text)]
    assert path.read_text() == text


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("code", "fatal"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_synchronised_is_no_fault_but_a_broken_disk_is(
    tmp_path, monkeypatch, code, fatal
) -> None:
    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse_folders)
    if fatal:
        with pytest.raises(OSError, match="Input/output"):
            write_atomically(tmp_path / "report.json", "new")
    else:
        write_atomically(tmp_path / "report.json", "new")
    assert contents(tmp_path) == {"report.json": "new"}


@pytest.mark.parametrize("old", [None, "old"])
@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "replace")])
def test_a_failing_write_leaves_the_folder_as_it_was(
    tmp_path, monkeypatch, owner, step, old
) -> None:
    path = tmp_path / "report.json"
    if old is not None:
        path.write_text(old)
    monkeypatch.setattr(owner, step, full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert contents(tmp_path) == ({} if old is None else {"report.json": "old"})


def test_text_that_is_no_unicode_leaves_the_folder_as_it_was(tmp_path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, LONG + "\ud800")
    assert contents(tmp_path) == {"report.json": "old"}


def test_a_folder_of_that_name_stays(tmp_path) -> None:
    path = tmp_path / "report.json"
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(path, "new")
    assert names(tmp_path) == ["report.json"]
    assert path.is_dir()


def test_a_file_where_the_folder_should_be_stays(tmp_path) -> None:
    (tmp_path / "models").write_text("old")
    with pytest.raises(OSError, match="models"):
        write_atomically(tmp_path / "models" / "report.json", "new")
    assert contents(tmp_path) == {"models": "old"}


def test_writers_do_not_share_a_temporary_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "report.json"
    monkeypatch.setattr(os, "fsync", lambda _: second())

    def second() -> None:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        write_atomically(path, "second")
        assert path.read_text() == "second"

    write_atomically(path, "first")
    assert contents(tmp_path) == {"report.json": "first"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}
