"""What `aurum doctor` was asked to look at."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

DEFAULT_USER_DATA = Path("user_data")


@dataclass(frozen=True)
class Request:
    """The options that freqtrade itself would be started with.

    Attributes
    ----------
    config : tuple of pathlib.Path
        Empty = freqtrade's own default.
    user_data_dir : pathlib.Path or None
        None = freqtrade's own default.
    strategy : str or None
        None = the configuration's.
    """

    config: tuple[Path, ...] = ()
    user_data_dir: Path | None = None
    strategy: str | None = None

    @property
    def user_data(self) -> Path:
        """Where to look as long as no configuration says otherwise."""
        return self.user_data_dir or DEFAULT_USER_DATA

    def arguments(self, *, with_strategy: bool = True) -> list[str]:
        """As arguments of a freqtrade command."""
        parts: list[str] = []
        for file in self.config:
            parts += ["--config", str(file)]
        if self.user_data_dir is not None:
            parts += ["--userdir", str(self.user_data_dir)]
        if with_strategy and self.strategy is not None:
            parts += ["--strategy", self.strategy]
        return parts

    def command(self, name: str, *more: str) -> str:
        """A freqtrade command with the same configuration, for a mend."""
        return shlex.join(["freqtrade", name, *self.arguments(with_strategy=False), *more])
