"""Damaged models: found by their checksums, and put where nobody loads them."""

from __future__ import annotations

import logging

from aurum_plugins.forecasting.errors import TornArtifact
from aurum_plugins.forecasting.registry.artifact import check_artifact
from aurum_plugins.forecasting.registry.event import EventKind
from aurum_plugins.forecasting.registry.shelf import Change, Shelf
from aurum_plugins.forecasting.registry.standing import Standing
from aurum_plugins.forecasting.registry.version import State, Version

logger = logging.getLogger(__name__)


def sound_version(shelf: Shelf, name: str) -> Version:
    """The facts of a model whose file is whole, as of one that serves.

    Raises
    ------
    aurum_plugins.forecasting.errors.TornArtifact
        If either is missing or damaged.
    """
    version = shelf.version(name, State.CHAMPION)
    check_artifact(shelf.artifact(name), version.digest)
    return version


def is_sound(shelf: Shelf, name: str) -> bool:
    """Whether a model's file and facts are whole."""
    try:
        sound_version(shelf, name)
    except TornArtifact:
        return False
    return True


def newest_sound(shelf: Shelf, standing: Standing) -> tuple[Version | None, list[Change]]:
    """The champion before this one that can serve.

    Returns
    -------
    Version or None
    list of Change
        To be committed: damaged ones that were met on the way to it.
    """
    damaged: list[Change] = []
    for name in reversed(standing.earlier):
        try:
            return sound_version(shelf, name), damaged
        except TornArtifact as error:
            damaged.append((EventKind.QUARANTINED, name, (str(error),)))
    return None, damaged


def put_away(shelf: Shelf, standing: Standing, name: str, error: TornArtifact) -> None:
    """Put a damaged model in quarantine; the newest sound one takes a champion's place.

    Parameters
    ----------
    shelf : Shelf
        Whose lock is held.
    standing : Standing
    name : str
    error : TornArtifact
        What is wrong with it.
    """
    logger.error("%s: model %s is put in quarantine: %s", shelf.pair, name, error)
    changes: list[Change] = [(EventKind.QUARANTINED, name, (str(error),))]
    if standing.champion == name:
        version, damaged = newest_sound(shelf, standing)
        changes += damaged
        if version is not None:
            changes.append((EventKind.REINSTATED, version.id, (f"{name} is damaged",)))
    shelf.commit(standing, changes)
