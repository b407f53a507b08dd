"""`aurum starts`: what it lists, what it shows and asks before it writes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from started_bot import BOT, MAIN, RISK, StartedBot
from typer.testing import CliRunner

from aurum_plugins.clock import WallClock
from aurum_plugins.commands.starts import app
from aurum_plugins.errors import AurumError, ConfigurationError
from aurum_plugins.starts.errors import DamagedStart, RestoreRefused, UnknownStart

START = "20250401T120000Z_mine-dry-run"
OTHER = "Other (live)"


@pytest.fixture
def bot(tmp_path, monkeypatch) -> StartedBot:
    monkeypatch.chdir(tmp_path)
    made = StartedBot(tmp_path)
    monkeypatch.setattr(WallClock, "now_ms", lambda _: made.clock.now_ms())
    return made


@pytest.fixture
def kept(bot) -> StartedBot:
    """One good start, after which a secret and a setting were changed."""
    bot.keep()
    bot.main.write_text(MAIN.replace("the-first-key", "the-second-key").replace(": 3", ": 9"))
    return bot


def invoke(*arguments: str, answer: str | None = None):
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}, input=answer)


def printed(*arguments: str, answer: str | None = None) -> str:
    result = invoke(*arguments, answer=answer)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refusal(*arguments: str) -> AurumError:
    result = invoke(*arguments)
    assert isinstance(result.exception, AurumError), result
    return result.exception


class TestList:
    def test_each_start_with_what_differs_now(self, kept) -> None:
        kept.keep(OTHER, environment=("FREQTRADE__DRY_RUN",))
        text = printed()
        assert "2 starts" in text
        first, second = (line for line in text.splitlines() if "2025" in line)
        assert "Other (live)" in first
        assert "the same" in first
        assert second.split()[0] == "20250401T120000Z"
        assert "2025-04-01 12:00 UTC" in second
        assert "changed: config.json" in second
        assert "FREQTRADE__DRY_RUN set" in text
        assert "AurumStrategy 1h" in text

    def test_of_one_bot(self, kept) -> None:
        kept.keep(OTHER)
        text = printed("--bot", "Other")
        assert OTHER in text
        assert BOT not in text
        rule = r"there are those of Mine \(dry run\), Other \(live\) in user_data/aurum_starts"
        with pytest.raises(ConfigurationError, match=rule):
            raise refusal("--bot", "zzz")

    def test_starts_of_one_second_have_their_whole_names(self, bot) -> None:
        for name in (BOT, OTHER):
            bot.starts.keep_good(bot.facts(name), bot.files(), (), bot.clock.now_ms())
        first, second = sorted(line.split()[0] for line in printed().splitlines() if "2025" in line)
        assert (first, second) == (START, "20250401T120000Z_other-live")

    def test_a_version_that_is_not_installed_now(self, bot) -> None:
        bot.keep(versions={"freqtrade": "2025.1", "old": "1"})
        text = printed()
        assert "freqtrade 2025.1" in text
        assert "freqtrade is 20" in text
        assert "old is not installed" in text

    def test_json_for_programs(self, kept) -> None:
        document = json.loads(printed("--json"))
        (start,) = document["starts"]
        assert (start["id"], start["kind"], start["facts"]["bot"]) == (START, "good", BOT)
        assert start["last_good"] == "2025-04-01T12:00:00Z"
        assert start["now"] == ["changed: config.json"]
        assert document["damaged"] == []

    def test_damage_is_listed_and_the_rest_too(self, kept) -> None:
        other = kept.keep(OTHER)
        (kept.starts.folder / START / "01_risk.json").unlink()
        (other.folder / "manifest.json").write_text("{}")
        text = printed()
        assert "damaged: 01_risk.json" in text
        assert "manifest.json: is not the list of files" in text
        assert len(json.loads(printed("--json"))["damaged"]) == 1
        (kept.starts.folder / START / "manifest.json").unlink()
        assert "No start was kept" not in printed()

    def test_none_yet(self, bot) -> None:
        assert "No start was kept yet in user_data/aurum_starts" in printed()
        with pytest.raises(ConfigurationError, match="there is none yet"):
            raise refusal("--bot", "Mine")

    def test_a_folder_that_is_none(self, bot) -> None:
        with pytest.raises(ConfigurationError, match="--userdir: must be the user data folder"):
            raise refusal("--userdir", "nowhere")

    @pytest.mark.parametrize(
        ("option", "mend"),
        [
            (("--bot", "Mine"), "aurum starts restore --bot NAME"),
            (("--userdir", "x"), "aurum starts restore --userdir DIRECTORY"),
            (("--json",), "is an option of the list alone"),
        ],
    )
    def test_an_option_before_another_command_is_not_lost(self, kept, option, mend) -> None:
        with pytest.raises(ConfigurationError, match=mend):
            raise refusal(*option, "restore", "--yes")


class TestDiff:
    def test_from_then_to_now_without_secrets(self, kept) -> None:
        text = printed("diff")
        assert f"--- config.json ({START})\n+++ config.json (now)\n" in text
        assert '-    "max_open_trades": 3,\n' in text
        assert '+    "max_open_trades": 9,\n' in text
        assert '+    "exchange": {"key": "***", "secret": "***"},' in text
        for secret in ("first-key", "second-key", "first-secret"):
            assert secret not in text

    def test_nothing_differs(self, bot) -> None:
        bot.keep()
        assert printed("diff", "2025") == f"The files are as in {START}.\n"

    def test_what_no_file_brings_back_is_said(self, bot) -> None:
        bot.keep(environment=("FREQTRADE__A", "FREQTRADE__B"), versions={"freqtrade": "2025.1"})
        text = printed("diff")
        assert "It ran with freqtrade 2025.1; installed is 20" in text
        assert "values that were not kept: FREQTRADE__A, FREQTRADE__B." in text

    def test_files_that_are_new_gone_or_unreadable(self, bot, tmp_path) -> None:
        bot.keep()
        bot.main.write_text('{"add_config_files": ["new.json"]}')
        (tmp_path / "new.json").write_text('{"new": 1}')
        bot.risk.unlink()
        text = printed("diff")
        assert '+++ new.json (now)\n@@ -0,0 +1,1 @@\n+{"new": 1}' in text
        assert "--- more/risk.json" in text
        bot.risk.mkdir()
        assert "more/risk.json cannot be read now." in printed("diff")

    def test_a_torn_file_is_not_quoted(self, kept) -> None:
        kept.main.write_text('{"key": "the-third-key')
        text = printed("diff")
        assert "config.json (now) is no JSON that freqtrade can read" in text
        assert "third" not in text


class TestRestore:
    def test_the_change_is_shown_asked_about_made_and_undone(self, kept) -> None:
        changed = kept.main.read_text()
        text = printed("restore", answer="y\n")
        assert f"--- config.json (now)\n+++ config.json ({START})\n" in text
        assert '+    "max_open_trades": 3,\n' in text
        assert "Restored: config.json\n" in text
        assert "/reload_config" in text
        command = f"freqtrade trade --config {kept.main}"
        assert f"is started, in {kept.main.parent}, with: {command}\n" in text
        assert kept.main.read_text() == MAIN
        undo = text.partition("To undo it: aurum starts restore ")[2].split()[0]
        assert undo.endswith("_before-restore")
        assert "before a restore" in printed()
        printed("restore", undo, "-y")
        assert kept.main.read_text() == changed

    def test_no_leaves_everything_as_it_is(self, kept) -> None:
        changed = kept.main.read_text()
        kept.risk.write_text("{}")
        result = invoke("restore", answer="n\n")
        assert result.exit_code == 1
        assert f"Restore these 2 files as of {START}?" in result.stderr
        assert kept.main.read_text() == changed
        assert len(kept.starts.all()[0]) == 1

    def test_nothing_to_do(self, bot) -> None:
        bot.keep(environment=("FREQTRADE__A",))
        text = printed("restore")
        assert f"Nothing to restore: the files are as in {START}." in text
        assert "values that were not kept: FREQTRADE__A." in text

    def test_somebody_else_was_faster(self, kept, monkeypatch) -> None:
        from aurum_plugins.commands import starts

        def restore_meanwhile(*_: object, **__: object) -> None:
            kept.main.write_text(MAIN)

        monkeypatch.setattr(starts.typer, "confirm", restore_meanwhile)
        assert "Nothing to restore any more" in printed("restore")

    def test_other_bots_that_read_a_file_are_named(self, kept) -> None:
        kept.keep(OTHER)
        kept.risk.write_text("{}")
        text = printed("restore", "--bot", "Mine", answer="y\n")
        assert "Other (live) reads config.json, more/risk.json too." in text
        assert kept.risk.read_text() == RISK

    def test_a_new_file_stays_and_is_named(self, kept, tmp_path) -> None:
        kept.main.write_text('{"add_config_files": ["new.json"]}')
        new = tmp_path / "new.json"
        new.write_text('{"new": 1}')
        text = printed("restore", "--yes")
        assert "new.json is read now and was not then; it stays" in text
        assert new.exists()

    def test_another_user_data_folder_is_part_of_the_way_back(self, kept, monkeypatch) -> None:
        monkeypatch.chdir(kept.risk.parent)
        text = printed("restore", "--yes", "--userdir", "../user_data")
        assert f"Restored: {kept.main}" in text
        assert "_before-restore --userdir ../user_data\n" in text

    def test_damage_and_read_only_files_are_refused_by_name(self, kept) -> None:
        kept.main.chmod(0o400)
        assert isinstance(refusal("restore", "--yes"), RestoreRefused)
        copy = kept.starts.folder / START / "00_config.json"
        copy.write_text("{}")
        error = refusal("restore", "--yes")
        assert isinstance(error, DamagedStart)
        assert error.path == Path("user_data/aurum_starts") / START / "00_config.json"


class TestWhich:
    def test_among_several_bots_one_must_be_named(self, kept) -> None:
        kept.keep(OTHER)
        rule = r"--bot: must name one of Mine \(dry run\), Other \(live\)"
        with pytest.raises(ConfigurationError, match=rule):
            raise refusal("restore")
        assert printed("diff", "--bot", "Other").startswith("The files are as in")

    def test_only_good_ones_are_chosen_unasked(self, bot) -> None:
        bot.starts.keep_before_restore(bot.facts(), bot.files(), ())
        with pytest.raises(UnknownStart, match="No good start was kept yet"):
            raise refusal("diff")

    def test_damage_is_mentioned_where_none_is_left(self, kept) -> None:
        (kept.starts.folder / START / "manifest.json").unlink()
        with pytest.raises(UnknownStart, match="1 cannot be read, see `aurum starts`"):
            raise refusal("restore")
