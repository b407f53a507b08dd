"""The files of one pair's models, and the one step by which a change of them counts.

    <PAIR>/champion.json         the standing; replaced as a whole: a change counts from then on
    <PAIR>/history.jsonl         what led to it
    <PAIR>/versions/<id>.model   a model, and
    <PAIR>/versions/<id>.json    what is known of it
    <PAIR>/quarantine/           damaged ones
    <PAIR>/lock                  held by whoever changes something; it stays

Whoever is killed before the step has changed nothing; whoever is killed after it leaves work that
the next change finishes first: lines of the history, which the standing has too, and files of
models that went. Readers take no lock and write nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import Clock
from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact, UnknownVersion
from aurum_plugins.forecasting.registry.errors import RegistryBusy
from aurum_plugins.forecasting.registry.event import Event, EventKind
from aurum_plugins.forecasting.registry.history import History
from aurum_plugins.forecasting.registry.standing import Standing
from aurum_plugins.forecasting.registry.version import State, Version

logger = logging.getLogger(__name__)

Change = tuple[EventKind, str, tuple[str, ...]]
_LOCK_SECONDS = 30.0
_POLL_SECONDS = 0.01
_POINTER = "champion.json"
_UNFINISHED = ".*"


def pair_of(folder: Path) -> str | None:
    """The pair whose models a folder holds; None if it holds none."""
    for path in (folder / _POINTER, *folder.glob("versions/*.json")):
        try:
            return _OfPair.model_validate_json(path.read_bytes()).pair
        except (OSError, ValidationError):
            continue
    return None


class _OfPair(BaseModel):
    """What both kinds of files have."""

    pair: str


class Shelf:
    """One pair's folder.

    Parameters
    ----------
    folder : pathlib.Path
    pair : str
    clock : Clock
        Events are dated by it.
    """

    def __init__(self, folder: Path, pair: str, clock: Clock) -> None:
        self.folder = folder
        self.pair = pair
        self.versions = folder / "versions"
        self.quarantine = folder / "quarantine"
        self.pointer = folder / _POINTER
        self.history = History(folder / "history.jsonl")
        self._clock = clock

    def artifact(self, name: str) -> Path:
        """Where a model is."""
        return self.versions / f"{name}.model"

    def manifest(self, name: str) -> Path:
        """Where the facts of a model are."""
        return self.versions / f"{name}.json"

    def new_name(self, created: datetime) -> str:
        """A name that no model of the pair has, damaged ones included; names rise with time."""
        name = moment = f"{created:%Y%m%dT%H%M%S}{created.microsecond // 1_000:03}"
        count = 1
        while any((place / f"{name}.json").exists() for place in (self.versions, self.quarantine)):
            count += 1
            name = f"{moment}-{count}"
        return name

    def now(self) -> datetime:
        """UTC."""
        return datetime.fromtimestamp(self._clock.now_ms() / 1_000, UTC)

    def standing(self) -> Standing:
        """The last standing; made anew from the history where it is damaged or missing.

        Raises
        ------
        aurum_plugins.forecasting.errors.ArtifactError
            If the folder holds the models of another pair.
        """
        try:
            standing = Standing.model_validate_json(self.pointer.read_bytes())
        except FileNotFoundError:
            pass
        except ValidationError:
            logger.warning("%s is damaged; the history is used in its place", self.pointer)
        else:
            if standing.pair != self.pair:
                raise ArtifactError(self.pointer, f"is of {standing.pair}, not of {self.pair}")
            return standing
        return reduce(Standing.after, self.history.read(), Standing(pair=self.pair)).swept()

    def state(self, standing: Standing, name: str) -> State:
        """Where a model stands.

        Raises
        ------
        aurum_plugins.forecasting.errors.UnknownVersion
        """
        try:
            return standing.states[name]
        except KeyError:
            raise UnknownVersion(self.folder, name) from None

    def version(self, name: str, state: State) -> Version:
        """The facts of a model.

        Raises
        ------
        aurum_plugins.forecasting.errors.TornArtifact
            If they are missing or damaged.
        """
        path = self.manifest(name)
        try:
            found = Version.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise TornArtifact(path, "is missing") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise TornArtifact(path, f"is damaged: {where} {first['msg']}") from error
        if (found.id, found.pair) != (name, self.pair):
            raise TornArtifact(path, f"is of model {found.id} of {found.pair}")
        return found.model_copy(update={"state": state})

    @contextmanager
    def changing(self) -> Iterator[Standing]:
        """Hold the pair's lock, after what an earlier holder left unfinished is finished.

        Yields
        ------
        Standing
            Without a folder there is nothing to change: an empty one, and no lock.

        Raises
        ------
        aurum_plugins.forecasting.registry.errors.RegistryBusy
            If another holds the lock for too long.
        """
        if not self.folder.is_dir():
            yield Standing(pair=self.pair)
            return
        lock = FileLock(self.folder / "lock", timeout=_LOCK_SECONDS)
        try:
            lock.acquire(poll_interval=_POLL_SECONDS)
        except Timeout:
            raise RegistryBusy(self.folder, _LOCK_SECONDS) from None
        try:
            yield self._finished(self.standing())
        finally:
            lock.release()

    def commit(self, standing: Standing, changes: Sequence[Change]) -> Standing:
        """Let changes count, all of them or none; only while the lock is held.

        Parameters
        ----------
        standing : Standing
            As `changing` gave it, or this.
        changes : sequence of (EventKind, str, tuple of str)
            What happened, to which model, and why.

        Raises
        ------
        OSError
            If they do not count, because the disk is full for example.
        """
        if not changes:
            return standing
        now = self.now()
        events = tuple(
            Event(number=number, time=now, kind=kind, version=name, reasons=reasons)
            for number, (kind, name, reasons) in enumerate(changes, start=standing.number + 1)
        )
        changed = reduce(Standing.after, events, standing.swept())
        changed = changed.model_copy(update={"events": events})
        write_atomically(self.pointer, changed.model_dump_json(indent=2) + "\n")
        try:
            self._finish(changed)
        except OSError as error:
            logger.warning("%s: to be finished by the next change: %s", self.folder, error)
        return changed

    def _finished(self, standing: Standing) -> Standing:
        last = self._finish(standing)
        standing = standing.model_copy(update={"number": max(last, standing.number)})
        for folder in (self.folder, self.versions):
            for path in folder.glob(_UNFINISHED):
                path.unlink(missing_ok=True)
        return self._adopted(standing)

    def _finish(self, standing: Standing) -> int:
        last = self.history.last_number()
        self.history.append(event for event in standing.events if event.number > last)
        for name in standing.pruned:
            # The facts first: a model without them is no longer one.
            self.manifest(name).unlink(missing_ok=True)
            self.artifact(name).unlink(missing_ok=True)
        for name in standing.quarantined:
            self._move_away(self.manifest(name))
            self._move_away(self.artifact(name))
        return max(last, standing.number)

    def _move_away(self, path: Path) -> None:
        if path.exists():
            self.quarantine.mkdir(exist_ok=True)
            path.replace(self.quarantine / path.name)

    def _adopted(self, standing: Standing) -> Standing:
        """Take in models whose writer was killed before they counted."""
        states = standing.states
        for path in self.versions.glob("*.model"):
            if path.stem not in states and not self.manifest(path.stem).exists():
                path.unlink()
        changes: list[Change] = []
        for path in sorted(self.versions.glob("*.json")):
            if path.stem in states:
                continue
            try:
                self.version(path.stem, State.CANDIDATE)
            except TornArtifact as error:
                changes.append((EventKind.QUARANTINED, path.stem, (str(error),)))
            else:
                reason = "its training ended before it was recorded"
                changes.append((EventKind.TRAINED, path.stem, (reason,)))
        return self.commit(standing, changes)
