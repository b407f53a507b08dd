"""The kept starts of a user data folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aurum_plugins.atomic_write import write_bytes_atomically
from aurum_plugins.clock import HOUR_MS, SECOND_MS, Clock
from aurum_plugins.credentials import OWNER_ONLY
from aurum_plugins.starts.errors import DamagedStart, UnknownStart
from aurum_plugins.starts.kept_start import MANIFEST, KeptStart, copy_name
from aurum_plugins.starts.manifest import KeptFile, Kind, Manifest, StartFacts
from aurum_plugins.starts.private_folder import (
    OWNER_ONLY_FOLDER,
    UNFINISHED,
    remove_folder,
    write_private_folder,
)
from aurum_plugins.starts.started_file import StartedFile

FOLDER: Final = "aurum_starts"
# Of each bot, and of each kind: what a restore leaves must not push out what ran well.
NEWEST: Final = 10


class KeptStarts:
    """Keeps configurations, finds them again, and forgets the oldest.

    Parameters
    ----------
    user_data : pathlib.Path
        freqtrade's user data folder; the starts are in `aurum_starts` below it.
    clock : Clock
    """

    def __init__(self, user_data: Path, clock: Clock) -> None:
        self.folder = user_data / FOLDER
        self._clock = clock

    def keep_good(
        self,
        facts: StartFacts,
        files: Sequence[StartedFile],
        absent: Sequence[Path],
        started_ms: int,
    ) -> KeptStart:
        """Keep a start that proved good, or renew the time of the newest one if it is the same.

        Parameters
        ----------
        facts : StartFacts
        files : sequence of StartedFile
        absent : sequence of pathlib.Path
            Files that would have counted and did not exist.
        started_ms : int
            UTC milliseconds.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        manifest = _manifest(
            Kind.GOOD, facts, files, absent, started_ms, last_good=_utc(self._clock.now_ms())
        )
        newest = self.newest_good(facts.bot)
        if newest is not None and newest.manifest.same_start(manifest) and _whole(newest):
            renewed = newest.manifest.model_copy(update={"last_good": manifest.last_good})
            write_bytes_atomically(
                newest.folder / MANIFEST, renewed.as_text().encode(), mode=OWNER_ONLY
            )
            return KeptStart(newest.folder, renewed)
        return self._write(manifest, files, "")

    def keep_before_restore(
        self, facts: StartFacts, files: Sequence[StartedFile], absent: Sequence[Path]
    ) -> KeptStart:
        """Keep files as they are, before others take their place.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        now_ms = self._clock.now_ms()
        manifest = _manifest(Kind.BEFORE_RESTORE, facts, files, absent, now_ms)
        return self._write(manifest, files, "_before-restore")

    def all(self) -> tuple[list[KeptStart], list[DamagedStart]]:
        """Every kept start, the newest first, and what is wrong with those that cannot be read."""
        starts, damaged = [], []
        for folder in self._folders():
            try:
                starts.append(KeptStart.read(folder))
            except DamagedStart as error:
                damaged.append(error)
        return sorted(starts, key=lambda start: (start.time, start.id), reverse=True), damaged

    def newest_good(self, bot: str) -> KeptStart | None:
        """The start of a bot that ran well last; None if none was kept."""
        good = (one for one in self.all()[0] if one.manifest.kind is Kind.GOOD)
        return next((start for start in good if start.manifest.facts.bot == bot), None)

    def find(self, asked: str) -> KeptStart:
        """The one start whose name begins with what was asked for.

        Raises
        ------
        aurum_plugins.starts.errors.UnknownStart
            If there is none, or more than one.
        aurum_plugins.starts.errors.DamagedStart
            If its manifest is not as it was written.
        """
        names = [folder.name for folder in self._folders()]
        found = [asked] if asked in names else [name for name in names if name.startswith(asked)]
        if not asked or not found:
            raise UnknownStart(asked, f"must be a start that `aurum starts` lists in {self.folder}")
        if len(found) > 1:
            raise UnknownStart(asked, f"must name one of {', '.join(sorted(found))}")
        return KeptStart.read(self.folder / found[0])

    def _write(self, manifest: Manifest, files: Sequence[StartedFile], suffix: str) -> KeptStart:
        self.folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        ignored = self.folder / ".gitignore"
        if not ignored.exists():
            # A user data folder may lie in a repository of the user's own.
            write_bytes_atomically(ignored, b"*\n", mode=OWNER_ONLY)
        self._sweep()
        name = f"{manifest.started:%Y%m%dT%H%M%SZ}_{_slug(manifest.facts.bot)}{suffix}"
        folder = self.folder / name
        number = 1
        while folder.exists():
            number += 1
            folder = self.folder / f"{name}-{number}"
        contents = {copy_name(at, one.path): one.content for at, one in enumerate(files)}
        write_private_folder(folder, {**contents, MANIFEST: manifest.as_text().encode()})
        self._forget_oldest(manifest.facts.bot, manifest.kind)
        return KeptStart(folder, manifest)

    def _forget_oldest(self, bot: str, kind: Kind) -> None:
        alike = [
            start
            for start in self.all()[0]
            if start.manifest.facts.bot == bot and start.manifest.kind is kind
        ]
        for start in alike[NEWEST:]:
            remove_folder(start.folder)

    def _sweep(self) -> None:
        """Delete what a process left that was killed while it wrote."""
        for folder in self.folder.glob(f"{UNFINISHED}*"):
            # Not what another bot is writing at this moment.
            if folder.stat().st_mtime * SECOND_MS < self._clock.now_ms() - HOUR_MS:
                remove_folder(folder)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        kept = (one for one in self.folder.iterdir() if not one.name.startswith("."))
        return sorted(folder for folder in kept if folder.is_dir())


def _manifest(
    kind: Kind,
    facts: StartFacts,
    files: Sequence[StartedFile],
    absent: Sequence[Path],
    started_ms: int,
    last_good: datetime | None = None,
) -> Manifest:
    return Manifest(
        kind=kind,
        facts=facts,
        started=_utc(started_ms),
        last_good=last_good,
        files=tuple(
            KeptFile(path=str(one.path), sha256=one.sha256, mode=one.mode) for one in files
        ),
        absent=tuple(map(str, absent)),
    )


def _whole(start: KeptStart) -> bool:
    try:
        start.contents()
    except DamagedStart:
        return False
    return True


def _slug(bot: str) -> str:
    """Of a bot's name what any file system takes; it need not tell bots apart."""
    return re.sub(r"[^a-z0-9]+", "-", bot.lower()).strip("-")[:60] or "bot"


def _utc(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / SECOND_MS, UTC)
