"""Configuration files that several bots read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aurum_plugins.starts.kept_starts import KeptStarts


def shared_files(starts: KeptStarts, bot: str, paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Which of some files other bots read, by their last good starts.

    Parameters
    ----------
    starts : KeptStarts
    bot : str
        The one that is left out.
    paths : sequence of pathlib.Path

    Returns
    -------
    dict of str to list of pathlib.Path
        By the name of the bot, in alphabetical order.
    """
    shared = {}
    for other in sorted({start.manifest.facts.bot for start in starts.all()[0]} - {bot}):
        newest = starts.newest_good(other)
        read = set() if newest is None else {Path(kept.path) for kept in newest.manifest.files}
        both = [path for path in paths if path in read]
        if both:
            shared[other] = both
    return shared
