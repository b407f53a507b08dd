"""A bot's configuration files in a folder, and starts that were kept of them."""

from __future__ import annotations

from pathlib import Path

from aurum_plugins.clock import VirtualClock
from aurum_plugins.starts.installed_versions import installed_versions
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.manifest import StartFacts
from aurum_plugins.starts.reached_files import reached_files
from aurum_plugins.starts.started_file import StartedFile

START_MS = 1_743_508_800_000  # 2025-04-01T12:00:00Z
BOT = "Mine (dry run)"
MAIN = """{
    // What the bot reads first.
    "max_open_trades": 3,
    "exchange": {"key": "the-first-key", "secret": "the-first-secret"},
    "add_config_files": ["more/risk.json"],
}
"""
RISK = '{"aurum": {"risk": {"risk_per_trade": 0.01}}}\n'


class StartedBot:
    """Two files in a folder, one of which includes the other.

    Parameters
    ----------
    folder : pathlib.Path
        Where they are made, beside `user_data`.
    """

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(START_MS)
        self.main = folder / "config.json"
        self.risk = folder / "more" / "risk.json"
        self.risk.parent.mkdir()
        self.main.write_text(MAIN)
        self.risk.write_text(RISK)
        self.user_data = folder / "user_data"
        self.user_data.mkdir()
        self.starts = KeptStarts(self.user_data, self.clock)

    def facts(self, bot: str = BOT, **other: object) -> StartFacts:
        """How it was started; `other` takes the place of what is usual."""
        usual = {
            "bot": bot,
            "strategy": "AurumStrategy",
            "timeframe": "1h",
            "run_mode": "dry_run",
            "versions": installed_versions(),
            "command": ("freqtrade", "trade", "--config", str(self.main)),
            "folder": str(self.main.parent),
            "given": (str(self.main),),
            "environment": (),
        }
        return StartFacts.model_validate({**usual, **other})

    def files(self) -> list[StartedFile]:
        """Those that are reached now."""
        return [StartedFile.read(path) for path in reached_files([str(self.main)])]

    def keep(self, bot: str = BOT, absent: tuple[Path, ...] = (), **other: object) -> KeptStart:
        """Keep them as a good start of this moment; a minute passes."""
        now_ms = self.clock.now_ms()
        kept = self.starts.keep_good(self.facts(bot, **other), self.files(), absent, now_ms)
        self.clock.advance(60_000)
        return kept
