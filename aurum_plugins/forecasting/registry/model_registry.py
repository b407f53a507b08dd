"""The models of each pair: which one serves, which served before, and why."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aurum_plugins.atomic_write import write_atomically
from aurum_plugins.clock import Clock, WallClock
from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact
from aurum_plugins.forecasting.registry.artifact import (
    check_artifact,
    read_artifact,
    write_artifact,
)
from aurum_plugins.forecasting.registry.errors import InService, NothingToRollBack
from aurum_plugins.forecasting.registry.event import Event, EventKind
from aurum_plugins.forecasting.registry.loaded import Loaded
from aurum_plugins.forecasting.registry.quarantine import (
    is_sound,
    newest_sound,
    put_away,
    sound_version,
)
from aurum_plugins.forecasting.registry.shelf import Shelf, pair_of
from aurum_plugins.forecasting.registry.version import State, TrainingFacts, Version

logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class ModelRegistry:
    """Stored models, one champion a pair.

    Several processes and threads may use one folder at a time: changes take turns, pair by pair,
    and readers wait for nobody. A process that is killed at any instant leaves the champion as it
    was before or as it was to be.

    Parameters
    ----------
    folder : pathlib.Path
        Created with the first model.
    clock : Clock or None
        None: the machine's own.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self._clock = clock or WallClock()

    def add(self, pair: str, model: object, facts: TrainingFacts) -> Version:
        """Store a model as a candidate.

        Raises
        ------
        aurum_plugins.forecasting.errors.ArtifactError
            If it cannot be pickled.
        OSError
            If it cannot be written.
        """
        shelf = self._shelf(pair)
        shelf.versions.mkdir(parents=True, exist_ok=True)
        with shelf.changing() as standing:
            created = shelf.now()
            name = shelf.new_name(created)
            digest = write_artifact(shelf.artifact(name), model)
            version = Version(**dict(facts), id=name, pair=pair, created=created, digest=digest)
            write_atomically(shelf.manifest(name), version.manifest())
            shelf.commit(standing, [(EventKind.TRAINED, name, ())])
        return version

    def pairs(self) -> tuple[str, ...]:
        """The pairs that have, or had, models; in alphabetical order."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        found = {pair for folder in folders if (pair := pair_of(folder)) is not None}
        return tuple(sorted(found))

    def versions(self, pair: str) -> tuple[Version, ...]:
        """All models of a pair, the oldest first; damaged manifests are left out, with a warning.

        Models of a quarantine are not among them.
        """
        shelf = self._shelf(pair)
        found = []
        for name, state in shelf.standing().states.items():
            try:
                found.append(shelf.version(name, state))
            except TornArtifact as error:
                logger.warning("%s", error)
        return tuple(sorted(found, key=lambda version: (version.created, version.id)))

    def version(self, pair: str, name: str) -> Version:
        """One model of a pair.

        Raises
        ------
        aurum_plugins.forecasting.errors.UnknownVersion
        aurum_plugins.forecasting.errors.TornArtifact
            If its manifest is damaged.
        """
        shelf = self._shelf(pair)
        return shelf.version(name, shelf.state(shelf.standing(), name))

    def champion(self, pair: str) -> Version | None:
        """The model that serves; None if there is none.

        Raises
        ------
        aurum_plugins.forecasting.errors.TornArtifact
            If its manifest is damaged; `load_champion` falls back to another.
        """
        shelf = self._shelf(pair)
        while (name := shelf.standing().champion) is not None:
            try:
                return shelf.version(name, State.CHAMPION)
            except TornArtifact:
                # Or it was replaced, and removed, between the two looks.
                if shelf.standing().champion == name:
                    raise
        return None

    def champion_stamp(self, pair: str) -> Stamp | None:
        """Something that differs after every change of a pair's champion, at the price of one stat.

        It may also differ where the champion is the same. None: the pair has no models.
        """
        try:
            found = self._shelf(pair).pointer.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def load(self, version: Version) -> Any:
        """Load a model that is whole; a damaged one is put in quarantine.

        If that was the champion, the newest sound one before it takes its place.

        Raises
        ------
        aurum_plugins.forecasting.errors.TornArtifact
            If it is damaged.
        aurum_plugins.forecasting.errors.UnknownVersion
            If it was removed meanwhile.
        aurum_plugins.forecasting.errors.ArtifactError
            If it is whole, but cannot be read or unpickled; it stays where it is.
        """
        shelf = self._shelf(version.pair)
        try:
            return read_artifact(shelf.artifact(version.id), version.digest)
        except TornArtifact as error:
            with shelf.changing() as standing:
                shelf.state(standing, version.id)
                # Unless the file is sound, and another one than the caller thought.
                if not is_sound(shelf, version.id):
                    put_away(shelf, standing, version.id, error)
            raise

    def load_champion(self, pair: str) -> Loaded | None:
        """Load the model that serves, or else the newest sound one that served before it.

        Returns
        -------
        Loaded or None
            None if there is no champion.

        Raises
        ------
        aurum_plugins.forecasting.errors.TornArtifact
            If it was damaged, and so were all before it. There is no champion from then on.
        aurum_plugins.forecasting.errors.ArtifactError
            As of `load`.
        """
        shelf = self._shelf(pair)
        damaged: list[TornArtifact] = []
        while (name := shelf.standing().champion) is not None:
            try:
                version = shelf.version(name, State.CHAMPION)
                model = read_artifact(shelf.artifact(name), version.digest)
            except TornArtifact as error:
                with shelf.changing() as standing:
                    if standing.champion == name:
                        put_away(shelf, standing, name, error)
                        damaged.append(error)
            else:
                return Loaded(version, model, tuple(damaged))
        if damaged:
            raise damaged[0]
        return None

    def promote(self, pair: str, name: str, reason: str) -> Version:
        """Let a model serve, in place of the champion; nothing changes if it does already.

        Raises
        ------
        aurum_plugins.forecasting.errors.UnknownVersion
        aurum_plugins.forecasting.errors.TornArtifact
            If it is damaged; it is put in quarantine, and the champion stays.
        """
        shelf = self._shelf(pair)
        with shelf.changing() as standing:
            shelf.state(standing, name)
            try:
                version = sound_version(shelf, name)
            except TornArtifact as error:
                put_away(shelf, standing, name, error)
                raise
            if standing.champion != name:
                shelf.commit(standing, [(EventKind.PROMOTED, name, (reason,))])
        return version

    def reject(self, pair: str, name: str, reasons: Sequence[str]) -> Version:
        """Record that a model is not to serve.

        Raises
        ------
        aurum_plugins.forecasting.errors.UnknownVersion
        aurum_plugins.forecasting.registry.errors.InService
            If it is the champion.
        """
        shelf = self._shelf(pair)
        with shelf.changing() as standing:
            if shelf.state(standing, name) is State.CHAMPION:
                raise InService(pair, name)
            version = shelf.version(name, State.REJECTED)
            shelf.commit(standing, [(EventKind.REJECTED, name, tuple(reasons))])
        return version

    def rollback(self, pair: str, reason: str) -> Version:
        """Go back to the newest sound champion before this one, which serves no more.

        Doing it again goes back further.

        Raises
        ------
        aurum_plugins.forecasting.registry.errors.NothingToRollBack
            If there is none; the champion stays.
        """
        shelf = self._shelf(pair)
        with shelf.changing() as standing:
            if standing.champion is None:
                raise NothingToRollBack(pair, "no model serves")
            version, changes = newest_sound(shelf, standing)
            if version is not None:
                changes.append((EventKind.ROLLED_BACK, standing.champion, (reason,)))
                changes.append((EventKind.REINSTATED, version.id, (reason,)))
            shelf.commit(standing, changes)
        if version is None:
            raise NothingToRollBack(pair, f"no sound one served before {standing.champion}")
        return version

    def prune(self, pair: str, keep: int) -> tuple[str, ...]:
        """Remove all but the newest models; never the champion, nor the one before it.

        Parameters
        ----------
        pair : str
        keep : int >= 1

        Returns
        -------
        tuple of str
            What was removed.
        """
        if keep < 1:
            raise ValueError(f"keep must be 1 or more, got {keep}")
        shelf = self._shelf(pair)
        with shelf.changing() as standing:
            spared = {standing.champion, *standing.earlier[-1:]}
            # Names begin with the time of creation.
            old = sorted(standing.states)[:-keep]
            gone = tuple(name for name in old if name not in spared)
            reason = f"older than the newest {keep}"
            shelf.commit(standing, [(EventKind.PRUNED, name, (reason,)) for name in gone])
        return gone

    def fault(self, version: Version) -> ArtifactError | None:
        """What is wrong with a model's file; None if it is whole. Changes nothing."""
        try:
            check_artifact(self._shelf(version.pair).artifact(version.id), version.digest)
        except ArtifactError as error:
            return error
        return None

    def history(self, pair: str) -> tuple[Event, ...]:
        """What happened to a pair's models, the oldest event first."""
        shelf = self._shelf(pair)
        standing = shelf.standing()
        events = shelf.history.read()
        last = events[-1].number if events else 0
        return (*events, *(event for event in standing.events if event.number > last))

    def _shelf(self, pair: str) -> Shelf:
        return Shelf(self.folder / re.sub(r"\W", "_", pair), pair, self._clock)
