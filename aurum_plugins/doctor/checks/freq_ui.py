"""Whether freqtrade's web interface is installed."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "FreqUI"


def check_freq_ui(around: Surroundings) -> Iterator[Finding]:
    """Look for the files that `freqtrade install-ui` downloads."""
    if around.freqtrade_folder is None:
        return
    folder = around.freqtrade_folder / "rpc" / "api_server" / "ui" / "installed"
    if (folder / "index.html").is_file():
        yield Finding(Level.INFO, SUBJECT, "installed")
    else:
        message = "not installed; the bot and its API work without it"
        yield Finding(Level.INFO, SUBJECT, message, "freqtrade install-ui")
