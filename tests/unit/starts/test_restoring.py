"""What differs is written back, what was there is kept, and nothing is half done unnoticed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from started_bot import BOT, MAIN, RISK, StartedBot

from aurum_plugins.starts import restoring
from aurum_plugins.starts.changes import FileState, changes_since
from aurum_plugins.starts.errors import DamagedStart, RestoreRefused
from aurum_plugins.starts.manifest import Kind
from aurum_plugins.starts.restoring import files_to_write, restore
from aurum_plugins.starts.shared_files import shared_files


@pytest.fixture
def bot(tmp_path) -> StartedBot:
    return StartedBot(tmp_path)


def states(bot: StartedBot, start) -> dict[str, str]:
    return {change.path.name: change.state.value for change in changes_since(start)}


class TestChanges:
    def test_each_file_is_the_same_changed_or_gone(self, bot) -> None:
        start = bot.keep()
        assert states(bot, start) == {"config.json": "same", "risk.json": "same"}
        bot.main.write_text("{}")
        bot.risk.unlink()
        assert states(bot, start) == {"config.json": "changed", "risk.json": "gone"}
        bot.risk.parent.rmdir()
        bot.risk.parent.write_text("")
        assert states(bot, start)["risk.json"] == "gone"

    def test_a_file_that_is_a_folder_now_cannot_be_read(self, bot) -> None:
        start = bot.keep()
        bot.risk.unlink()
        bot.risk.mkdir()
        assert states(bot, start)["risk.json"] == "unreadable"

    def test_a_file_that_is_read_now_and_was_not_then_is_new(self, bot, tmp_path) -> None:
        parameters = tmp_path / "AurumStrategy.json"
        start = bot.keep(absent=(parameters,))
        assert "AurumStrategy.json" not in states(bot, start)
        parameters.write_text("{}")
        (tmp_path / "added.json").write_text("{}")
        bot.main.write_text('{"add_config_files": ["more/risk.json", "added.json", "none.json"]}')
        assert states(bot, start) == {
            "config.json": "changed",
            "risk.json": "same",
            "added.json": "new",
            "AurumStrategy.json": "new",
        }

    @pytest.mark.parametrize("text", ["{", "[]", '{"add_config_files": 3}', "\udcff"])
    def test_a_torn_file_includes_nothing(self, bot, text) -> None:
        start = bot.keep()
        bot.main.write_text(text, errors="surrogateescape")
        assert states(bot, start) == {"config.json": "changed", "risk.json": "same"}

    def test_files_that_include_each_other_come_to_an_end(self, bot) -> None:
        bot.risk.write_text('{"add_config_files": ["../config.json"]}')
        assert len(bot.files()) == 2


class TestRestoring:
    def test_files_are_as_they_were_and_the_restore_can_be_undone(self, bot) -> None:
        start = bot.keep()
        bot.main.write_text("{torn")
        restored = restore(bot.starts, start)
        assert bot.main.read_text() == MAIN
        assert restored.written == (bot.main,)
        assert restored.undo.id.endswith("_mine-dry-run_before-restore")
        assert restored.undo.manifest.kind is Kind.BEFORE_RESTORE
        assert bot.starts.newest_good(BOT) == start
        undone = restore(bot.starts, restored.undo)
        assert bot.main.read_text() == "{torn"
        restore(bot.starts, undone.undo)
        assert bot.main.read_text() == MAIN

    def test_what_is_as_it_was_is_not_touched(self, bot) -> None:
        start = bot.keep()
        before = bot.main.stat().st_mtime_ns
        assert restore(bot.starts, start) is None
        bot.risk.write_text("{}")
        assert restore(bot.starts, start).written == (bot.risk,)
        assert bot.main.stat().st_mtime_ns == before

    def test_a_file_that_is_gone_comes_back_with_its_folder_and_mode(self, bot) -> None:
        bot.risk.chmod(0o640)
        start = bot.keep()
        bot.risk.unlink()
        bot.risk.parent.rmdir()
        undo = restore(bot.starts, start).undo
        assert bot.risk.read_text() == RISK
        assert stat.S_IMODE(bot.risk.stat().st_mode) == 0o640
        assert undo.manifest.absent == (str(bot.risk),)
        # It is left alone by the undoing, which says so.
        assert states(bot, undo) == {"config.json": "same", "risk.json": "new"}
        assert restore(bot.starts, undo) is None

    def test_a_file_that_is_there_keeps_its_own_mode(self, bot) -> None:
        bot.risk.chmod(0o644)
        start = bot.keep()
        bot.risk.write_text("{}")
        bot.risk.chmod(0o600)
        restore(bot.starts, start)
        assert stat.S_IMODE(bot.risk.stat().st_mode) == 0o600

    def test_a_link_stays_a_link(self, bot, tmp_path) -> None:
        real = tmp_path / "real.json"
        bot.risk.rename(real)
        bot.risk.symlink_to(real)
        start = bot.keep()
        real.write_text("{}")
        assert restore(bot.starts, start).written == (real,)
        assert bot.risk.is_symlink()
        assert bot.risk.read_text() == RISK

    def test_files_outside_the_folder_are_as_good_as_others(self, bot, tmp_path_factory) -> None:
        elsewhere = tmp_path_factory.mktemp("etc") / "keys.json"
        elsewhere.write_text('{"key": 1}')
        bot.main.write_text(f'{{"add_config_files": ["{elsewhere}"]}}')
        start = bot.keep()
        elsewhere.write_text("{}")
        assert restore(bot.starts, start).written == (elsewhere,)
        assert elsewhere.read_text() == '{"key": 1}'


class TestRefusals:
    def test_a_damaged_copy_changes_nothing(self, bot) -> None:
        start = bot.keep()
        (start.folder / "01_risk.json").write_text("{}")
        bot.main.write_text("{}")
        with pytest.raises(DamagedStart, match=r"01_risk\.json"):
            restore(bot.starts, start)
        assert bot.main.read_text() == "{}"
        assert len(bot.starts.all()[0]) == 1

    def test_a_read_only_file_is_named_before_anything_is_written(self, bot) -> None:
        start = bot.keep()
        bot.main.write_text("{}")
        bot.risk.write_text("{}")
        bot.risk.chmod(0o444)
        with pytest.raises(RestoreRefused, match=r"risk\.json: is read-only.*nothing was changed"):
            restore(bot.starts, start)
        assert bot.main.read_text() == "{}"
        assert len(bot.starts.all()[0]) == 1

    def test_a_folder_that_cannot_be_written_to(self, bot, monkeypatch) -> None:
        start = bot.keep()
        bot.risk.unlink()
        monkeypatch.setattr(restoring.os, "access", lambda path, _: Path(path).is_file())
        with pytest.raises(RestoreRefused, match=r"cannot be written to \(.*more\)"):
            files_to_write(changes_since(start))

    def test_a_file_where_its_folder_was(self, bot) -> None:
        start = bot.keep()
        bot.risk.unlink()
        bot.risk.parent.rmdir()
        bot.risk.parent.write_text("")
        with pytest.raises(RestoreRefused, match=r"needs a folder where .*more is a file"):
            restore(bot.starts, start)

    def test_what_cannot_be_read_could_not_be_kept(self, bot) -> None:
        start = bot.keep()
        bot.risk.unlink()
        bot.risk.mkdir()
        with pytest.raises(RestoreRefused, match="could not be kept; make it readable"):
            restore(bot.starts, start)

    def test_a_new_file_that_cannot_be_read_is_no_obstacle(self, bot, tmp_path) -> None:
        folder = tmp_path / "AurumStrategy.json"
        start = bot.keep(absent=(folder,))
        folder.mkdir()
        assert [change.state for change in changes_since(start)][-1] is FileState.UNREADABLE
        assert files_to_write(changes_since(start)) == []

    def test_without_a_copy_of_what_is_there_nothing_is_written(self, bot, monkeypatch) -> None:
        start = bot.keep()
        bot.main.write_text("{}")

        def full_disk(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(bot.starts, "keep_before_restore", full_disk)
        with pytest.raises(RestoreRefused, match=r"cannot be kept first: .*No space left"):
            restore(bot.starts, start)
        assert bot.main.read_text() == "{}"

    def test_a_disk_that_fills_up_between_two_files_is_told_with_the_way_back(
        self, bot, monkeypatch
    ) -> None:
        start = bot.keep()
        bot.main.write_text("{}")
        bot.risk.write_text("{}")
        write = restoring.write_bytes_atomically

        def second_fails(path: Path, content: bytes, mode: int) -> None:
            if path == bot.risk:
                raise OSError(28, "No space left on device")
            write(path, content, mode=mode)

        monkeypatch.setattr(restoring, "write_bytes_atomically", second_fails)
        with pytest.raises(RestoreRefused, match="No space left") as caught:
            restore(bot.starts, start)
        assert caught.value.written == (bot.main,)
        assert f"aurum starts restore {caught.value.undo}" in str(caught.value)
        monkeypatch.undo()
        restore(bot.starts, bot.starts.find(caught.value.undo))
        assert bot.main.read_text() == bot.risk.read_text() == "{}"


def test_other_bots_that_read_a_file_are_found_by_their_last_good_start(bot) -> None:
    bot.keep("Other (live)")
    bot.keep("Past (live)")
    bot.keep()
    bot.main.write_text("{}")
    bot.clock.advance(1_000)
    bot.keep("Past (live)")
    bot.starts.keep_before_restore(bot.facts("Never good (live)"), [], ())
    shared = shared_files(bot.starts, BOT, [bot.risk])
    assert shared == {"Other (live)": [bot.risk]}
    assert shared_files(bot.starts, BOT, [bot.user_data]) == {}
