"""Keeping the configuration of a start that proved good: see `aurum_plugins.starts`."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aurum_plugins.bot_identity import bot_identity
from aurum_plugins.clock import HOUR_MS, Clock
from aurum_plugins.redaction import MASK, Redactor
from aurum_plugins.starts.installed_versions import installed_versions
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.loaded_files import taken_down
from aurum_plugins.starts.manifest import StartFacts
from aurum_plugins.starts.probation import Probation
from aurum_plugins.starts.reached_files import reached_files
from aurum_plugins.starts.started_file import StartedFile

logger = logging.getLogger(__name__)

# While it goes on running well, the time up to which it did is renewed.
RENEWED_EVERY_MS: Final = HOUR_MS
_VARIABLES: Final = ("FREQTRADE__", "AURUM_")
_SECRET_OPTION: Final = re.compile(r"--db-url(?:-from)?(?P<value>=.*)?")


class StartKeeping:
    """Watches a bot's loops, and keeps what it was started with once it runs well.

    Nothing of it raises: a start that cannot be kept is warned of once.

    Parameters
    ----------
    strategy : aurum_plugins.strategies.DecidingStrategy
    clock : Clock
    """

    def __init__(self, strategy: Any, clock: Clock) -> None:
        self._strategy = strategy
        self._clock = clock
        self._files: tuple[StartedFile, ...] = ()
        self._absent: tuple[Path, ...] = ()
        self._facts: StartFacts | None = None
        self._started_ms = 0
        self._probation = Probation(0)
        self._decided: set[str] = set()
        self._kept_ms: int | None = None
        self._warned = False

    def begin(self) -> None:
        """Note how the bot was started; without configuration files nothing is kept."""
        config = self._strategy.config
        files = taken_down(config)
        if not files:
            return
        try:
            parameters = _parameter_file(self._strategy)
            if parameters is not None and parameters.exists():
                files += (StartedFile.read(parameters),)
            elif parameters is not None:
                self._absent = (parameters,)
            self._facts = _facts(self._strategy)
        except (OSError, ValueError) as error:
            self._warn(error)
            return
        self._files = files
        self._started_ms = self._clock.now_ms()
        self._probation = Probation(self._started_ms)

    def analysed(self, newest: Mapping[str, int | None]) -> None:
        """See which pairs were decided on; one whose analysis failed makes it a failed loop.

        Parameters
        ----------
        newest : mapping of str to (int or None)
            When the newest closed candle of each pair opened, UTC milliseconds.
        """
        for pair, candle_ms in newest.items():
            if candle_ms is None:
                continue
            if self._strategy.decided.has(pair, candle_ms):
                self._decided.add(pair)
            elif not self._strategy.accounts_for(pair, candle_ms):
                self._probation.loop_ended(failed=True)
        if newest and self._decided.issuperset(newest):
            self._probation.decided = True

    def loop_ended(self, *, failed: bool) -> None:
        """Count a loop, and keep the start when it is due."""
        self._probation.loop_ended(failed=failed)
        now_ms = self._clock.now_ms()
        is_fresh = self._kept_ms is not None and now_ms - self._kept_ms < RENEWED_EVERY_MS
        if self._facts is None or is_fresh or not self._probation.passed(now_ms):
            return
        is_first = self._kept_ms is None
        # Also after a failure: not at every loop.
        self._kept_ms = now_ms
        starts = KeptStarts(Path(self._strategy.config["user_data_dir"]), self._clock)
        try:
            kept = starts.keep_good(self._facts, self._files, self._absent, self._started_ms)
        except (OSError, ValueError) as error:
            self._warn(error)
            return
        if is_first:
            logger.info("This start went well; its configuration is kept in %s.", kept.folder)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            logger.warning("The configuration of this start cannot be kept: %s", error)
        self._warned = True


def _facts(strategy: Any) -> StartFacts:
    config = strategy.config
    return StartFacts(
        bot=bot_identity(config),
        strategy=strategy.get_strategy_name(),
        timeframe=str(strategy.timeframe),
        run_mode=str(strategy.dp.runmode.value),
        versions=installed_versions(),
        command=_command(sys.argv, strategy),
        folder=str(Path.cwd()),
        given=_given(config["config_files"]),
        environment=tuple(sorted(name for name in os.environ if name.startswith(_VARIABLES))),
    )


def _given(names: Sequence[str]) -> tuple[str, ...]:
    """Those of all files that no other one includes; links not followed, as they may change."""
    included = {path for name in names for path in reached_files([name])[1:]}
    roots = [Path(name) for name in names if Path(name).resolve() not in included]
    return tuple(str(root.absolute()) for root in roots)


def _parameter_file(strategy: Any) -> Path | None:
    """Where freqtrade looks for what hyperopt found, which overrides the strategy."""
    file = getattr(strategy, "__file__", None)
    return Path(file).resolve().with_suffix(".json") if file else None


def _command(arguments: Sequence[str], strategy: Any) -> tuple[str, ...]:
    """The command line without secrets; a plain one where another program runs the bot."""
    program = Path(arguments[0])
    if program.name == "__main__.py":
        program = program.parent
    if program.name != "freqtrade":
        files = strategy.config.get("config_files", ())
        named = [part for name in files for part in ("--config", str(name))]
        return ("freqtrade", "trade", *named, "--strategy", strategy.get_strategy_name())
    shown: list[str] = []
    logins = Redactor()
    is_secret = False
    for argument in arguments[1:]:
        option = _SECRET_OPTION.fullmatch(argument)
        if is_secret:
            shown.append(MASK)
        elif option is not None and option["value"]:
            shown.append(f"{argument.partition('=')[0]}={MASK}")
        else:
            shown.append(logins.mask(argument))
        is_secret = option is not None and not option["value"]
    return (program.name, *shown)
