"""What `aurum starts` says about a start, and how it shows what changed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from aurum_plugins.starts.changes import FileChange, FileState
from aurum_plugins.starts.installed_versions import installed_versions
from aurum_plugins.starts.kept_start import KeptStart
from aurum_plugins.starts.kept_starts import KeptStarts
from aurum_plugins.starts.masked_diff import masked_diff
from aurum_plugins.starts.shared_files import shared_files

_STYLES = {"-": "red", "+": "green", "@": "cyan"}


def shown_path(path: Path) -> str:
    """Relative where it is below the present folder, which is shorter."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def print_changes(start: KeptStart, changes: Sequence[FileChange], *, backwards: bool) -> bool:
    """Print what differs, file by file.

    Parameters
    ----------
    start : KeptStart
    changes : sequence of FileChange
    backwards : bool
        From what is now to what was then, as a restore goes; new files, which it leaves alone, are
        named only.

    Returns
    -------
    bool
        Whether anything differs.
    """
    different = [change for change in changes if change.state is not FileState.SAME]
    console = Console()
    for change in different:
        name = shown_path(change.path)
        if change.state is FileState.UNREADABLE:
            lines = [f"{name} cannot be read now."]
        elif change.state is FileState.NEW and backwards:
            lines = [f"{name} is read now and was not then; it stays, move it away if need be."]
        else:
            then, now = (change.then, f"{name} ({start.id})"), (change.now, f"{name} (now)")
            old, new = (now, then) if backwards else (then, now)
            lines = masked_diff(old[0], new[0], old[1], new[1])
        for line in lines:
            console.print(Text(line, _STYLES.get(line[:1], "")), soft_wrap=True)
    return bool(different)


def surroundings(start: KeptStart) -> list[str]:
    """What else was different then, and no file brings back."""
    facts = start.manifest.facts
    now = installed_versions()
    sentences = [
        f"It ran with {name} {version}; installed is {now.get(name, 'none')}."
        for name, version in facts.versions.items()
        if now.get(name) != version
    ]
    if facts.environment:
        names = ", ".join(facts.environment)
        sentences.append(f"Set in its environment, with values that were not kept: {names}.")
    return sentences


def shared_words(starts: KeptStarts, start: KeptStart, wanted: Sequence[FileChange]) -> list[str]:
    """Which other bots a restore reaches."""
    paths = [change.path for change in wanted]
    shared = shared_files(starts, start.manifest.facts.bot, paths)
    return [f"{bot} reads {', '.join(map(shown_path, both))} too." for bot, both in shared.items()]


def how_to_go_on(start: KeptStart, undo: KeptStart, user_data: Path) -> list[str]:
    """What to do after a restore."""
    command = ["aurum", "starts", "restore", undo.id]
    if user_data != Path("user_data"):
        command += ["--userdir", str(user_data)]
    facts = start.manifest.facts
    return [
        f"To undo it: {shlex.join(command)}",
        "A bot that runs reads the files when it is told to: /reload_config.",
        f"One that does not is started, in {facts.folder}, with: {shlex.join(facts.command)}",
    ]
