"""What is kept is whole, private, not kept twice, and forgotten when it is old."""

from __future__ import annotations

import os
import shutil
import stat

import orjson
import pytest
from started_bot import BOT, MAIN, RISK, START_MS, StartedBot

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.starts import installed_versions, private_folder
from aurum_plugins.starts.errors import DamagedStart, UnknownStart
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.kept_starts import NEWEST
from aurum_plugins.starts.manifest import Kind
from aurum_plugins.starts.started_file import StartedFile

OTHER = "Other (live)"


@pytest.fixture
def bot(tmp_path) -> StartedBot:
    return StartedBot(tmp_path)


def names(bot: StartedBot) -> list[str]:
    return sorted(path.name for path in bot.starts.folder.iterdir() if path.is_dir())


def test_files_are_kept_byte_for_byte_with_what_is_known_of_them(bot) -> None:
    bot.main.chmod(0o640)
    kept = bot.keep(environment=("FREQTRADE__DRY_RUN",))
    assert kept.id == "20250401T120000Z_mine-dry-run"
    found = KeptStart.read(kept.folder)
    assert found == kept
    assert dict(found.contents()) == {bot.main: MAIN.encode(), bot.risk: RISK.encode()}
    assert found.modes()[bot.main] == 0o640
    assert found.manifest.kind is Kind.GOOD
    assert found.manifest.started == found.manifest.last_good
    assert found.manifest.started.timestamp() * 1_000 == START_MS


def test_only_the_owner_can_look_into_it(bot) -> None:
    kept = bot.keep()
    bot.keep()  # renews the manifest
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.folder.iterdir()}
    assert modes == {"00_config.json": 0o600, "01_risk.json": 0o600, "manifest.json": 0o600}
    for folder in (kept.folder, bot.starts.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_git_leaves_it_out_wherever_it_is(bot) -> None:
    bot.keep()
    assert (bot.starts.folder / ".gitignore").read_text() == "*\n"


def test_a_package_that_is_not_installed_has_no_version(monkeypatch) -> None:
    monkeypatch.setattr(installed_versions, "PACKAGES", ("no-such-package",))
    assert installed_versions.installed_versions() == {"no-such-package": "not installed"}


def test_no_content_is_in_a_repr(bot) -> None:
    assert "the-first-key" not in repr(bot.files()) + repr(bot.keep())


def test_the_same_start_is_renewed_and_another_is_kept_beside_it(bot) -> None:
    first = bot.keep()
    again = bot.keep()
    assert again.folder == first.folder
    assert (again.manifest.last_good - first.manifest.last_good).total_seconds() == 60
    assert again.manifest.started == first.manifest.started
    bot.risk.write_text("{}")
    changed = bot.keep()
    versions = bot.keep(versions={"freqtrade": "2027.1"})
    absent = bot.keep(versions={"freqtrade": "2027.1"}, absent=(bot.main.with_name("x.json"),))
    listed, damaged = bot.starts.all()
    assert [one.id for one in listed] == [absent.id, versions.id, changed.id, first.id]
    assert damaged == []
    assert bot.starts.newest_good(BOT) == absent


def test_a_damaged_newest_start_is_not_renewed(bot) -> None:
    kept = bot.keep()
    (kept.folder / "00_config.json").write_text("{}")
    assert bot.keep().folder != kept.folder


def test_two_starts_of_one_second_have_two_names(bot) -> None:
    first = bot.starts.keep_good(bot.facts(), bot.files(), (), START_MS)
    bot.risk.write_text("{}")
    second = bot.starts.keep_good(bot.facts(), bot.files(), (), START_MS)
    assert second.id == f"{first.id}-2"


def test_the_newest_of_each_bot_and_kind_stay(bot) -> None:
    kept = [bot.keep(OTHER)]
    bot.starts.keep_before_restore(bot.facts(), bot.files(), ())
    for number in range(NEWEST + 2):
        bot.risk.write_text(f'{{"n": {number}}}')
        kept.append(bot.keep())
    listed = bot.starts.all()[0]
    good = [one.id for one in listed if one.manifest.kind is Kind.GOOD]
    assert good == [one.id for one in reversed(kept[3:])] + [kept[0].id]
    assert len(listed) == len(good) + 1


def test_bots_whose_names_look_alike_are_told_apart(bot) -> None:
    one, other = bot.keep("A b (live)"), bot.keep("A-b (live)")
    assert one.id.partition("_")[2] == other.id.partition("_")[2]
    assert bot.starts.newest_good("A b (live)") == one
    nameless = bot.keep("\N{GREEK SMALL LETTER SIGMA}")
    assert nameless.id.endswith("_bot")


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_failed_write_leaves_nothing(bot, monkeypatch, step) -> None:
    first = bot.keep()

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    owner = os if step == "fsync" else type(bot.main)
    monkeypatch.setattr(owner, step, full_disk)
    bot.risk.write_text("{}")
    with pytest.raises(OSError, match="No space left"):
        bot.keep()
    monkeypatch.undo()
    assert names(bot) == [first.id]


def test_what_a_killed_process_left_goes_when_it_is_old(bot) -> None:
    bot.keep()
    left = {age: bot.starts.folder / f"{private_folder.UNFINISHED}{age}" for age in (1, 3)}
    for age, folder in left.items():
        folder.mkdir()
        (folder / "00_config.json").write_text("{}")
        written = bot.clock.now_ms() / 1_000 - age * HOUR_MS / 2_000
        os.utime(folder, (written, written))
    bot.risk.write_text("{}")
    bot.keep()
    assert [folder.exists() for folder in left.values()] == [True, False]
    assert bot.starts.all()[1] == []


def test_a_folder_that_somebody_else_forgot_first_is_no_fault(tmp_path) -> None:
    private_folder.remove_folder(tmp_path / "gone")


class TestDamage:
    def test_a_changed_or_missing_copy_is_named(self, bot) -> None:
        kept = bot.keep()
        copy = kept.folder / "01_risk.json"
        copy.write_text(RISK.replace("0.01", "0.09"))
        with pytest.raises(DamagedStart, match=r"01_risk\.json: the copy of .*its checksum"):
            kept.contents()
        copy.unlink()
        with pytest.raises(DamagedStart, match="No such file") as caught:
            kept.contents()
        assert caught.value.path == copy

    def test_a_manifest_with_another_path_is_refused(self, bot) -> None:
        path = bot.keep().folder / "manifest.json"
        path.write_text(path.read_text().replace("config.json", "confid.json"))
        starts, damaged = bot.starts.all()
        assert starts == []
        assert "manifest.json: its checksum differs" in str(damaged[0])

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"start": {}, "sha256": ""}', "\N{SNOWMAN}"])
    def test_a_manifest_that_is_none_is_refused(self, bot, text) -> None:
        folder = bot.keep().folder
        (folder / "manifest.json").write_text(text)
        with pytest.raises(DamagedStart, match=r"manifest\.json"):
            KeptStart.read(folder)

    def test_a_manifest_of_another_shape_is_refused(self, bot) -> None:
        from aurum_plugins.starts.manifest import _digest

        folder = bot.keep().folder
        start = {"kind": "good"}
        whole = {"start": start, "sha256": _digest(start)}
        (folder / "manifest.json").write_bytes(orjson.dumps(whole))
        with pytest.raises(DamagedStart, match="is not the list of files"):
            KeptStart.read(folder)

    def test_a_missing_manifest_is_listed_as_damaged(self, bot) -> None:
        (bot.keep().folder / "manifest.json").unlink()
        assert "cannot be read: No such file" in str(bot.starts.all()[1][0])


class TestFinding:
    def test_by_the_whole_name_or_its_beginning(self, bot) -> None:
        kept = bot.keep()
        assert bot.starts.find(kept.id) == bot.starts.find("20250401T12") == kept

    def test_a_whole_name_wins_over_longer_ones(self, bot) -> None:
        first = bot.starts.keep_good(bot.facts(), bot.files(), (), START_MS)
        bot.risk.write_text("{}")
        bot.starts.keep_good(bot.facts(), bot.files(), (), START_MS)
        assert bot.starts.find(first.id) == first
        with pytest.raises(UnknownStart, match=f"must name one of {first.id}, {first.id}-2"):
            bot.starts.find("2025")

    @pytest.mark.parametrize("asked", ["2024", "", ".."])
    def test_none_is_refused(self, bot, asked) -> None:
        bot.keep()
        with pytest.raises(UnknownStart, match="must be a start that `aurum starts` lists"):
            bot.starts.find(asked)


def test_without_a_folder_there_is_nothing(bot) -> None:
    assert bot.starts.all() == ([], [])
    bot.keep()
    shutil.rmtree(bot.starts.folder)
    assert bot.starts.newest_good(BOT) is None


def test_a_file_is_read_through_a_link(bot, tmp_path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(bot.risk)
    assert StartedFile.read(link).path == bot.risk
