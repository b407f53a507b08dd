"""Which models serve a bot, and what last happened to those of each pair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.database.database import Database
from aurum_plugins.errors import AurumError
from aurum_plugins.forecasting.errors import ForecastingError
from aurum_plugins.forecasting.registry import Event, EventKind, ModelRegistry
from aurum_plugins.forecasting.registry.shelf import pair_of
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import ModelReport
from aurum_plugins.monitoring.snapshot.bot_snapshot import ServingModel
from aurum_plugins.sentiment.one_line import one_line

# They go with others that say more: training with a judgement, coming back with a roll-back.
_UNTOLD: Final = frozenset({EventKind.TRAINED, EventKind.PRUNED, EventKind.REINSTATED})
# In place of an event, where the files of a pair make no sense.
DAMAGED: Final = "damaged"
_LONGEST_REASON: Final = 300
Stamp = tuple[int, int, int] | None


class ModelsAway(AurumError):
    """The models' folder is not on this machine.

    Attributes
    ----------
    folder : pathlib.Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"the models' folder {folder} is not there: is it on another machine?")


@dataclass(frozen=True)
class _Known:
    stamp: Stamp
    model: ServingModel


class ServingModels:
    """Reads registries; a pair whose models did not change costs one look at its folder.

    To be used by one thread.
    """

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}

    def read(self, folder: Path) -> tuple[ServingModel, ...]:
        """Every pair that has, or had, models; by their names in alphabetical order.

        Raises
        ------
        ModelsAway
            If there is no such folder.
        OSError
            If it cannot be read.
        """
        if not folder.is_dir():
            raise ModelsAway(folder)
        registry = ModelRegistry(folder)
        found: dict[Path, _Known] = {}
        for shelf in folder.iterdir():
            stamp = _stamp(shelf)
            known = self._known.get(shelf)
            if stamp is not None and known is not None and known.stamp == stamp:
                found[shelf] = known
                continue
            pair = pair_of(shelf)
            if pair is not None:
                model = _model(registry, pair)
                found[shelf] = _Known(None if model.last_event == DAMAGED else stamp, model)
        self._known = found
        return tuple(sorted((each.model for each in found.values()), key=lambda one: one.pair))


def serving_models(
    database: Database,
    bot: str,
    now_ms: int,  # noqa: ARG001 - as every section
    folder: Path | None = None,
    models: ServingModels | None = None,
) -> tuple[ServingModel, ...]:
    """The models that serve a bot; empty: it forecasts nothing, or keeps no registry.

    Parameters
    ----------
    database : Database
    bot : str
    now_ms : int
        UTC milliseconds.
    folder : pathlib.Path or None
        Of the registry. None: the one that the bot named.
    models : ServingModels or None
        One that is kept from time to time reads only what changed.

    Raises
    ------
    aurum_plugins.database.errors.DatabaseUnavailable
        If the database cannot be read.
    ModelsAway, OSError
        As `ServingModels.read`.
    """
    if folder is None:
        told = ReportStore(database).read(bot, ModelReport)
        if told is None or not told.report.folder:
            return ()
        folder = Path(told.report.folder)
    return (models or ServingModels()).read(folder)


def _model(registry: ModelRegistry, pair: str) -> ServingModel:
    try:
        version, event = registry.champion(pair), _last_told(registry.history(pair))
    except ForecastingError as error:
        # One pair's damage leaves the others to be seen.
        return ServingModel(pair, "", 0, {}, DAMAGED, one_line(str(error), _LONGEST_REASON))
    return ServingModel(
        pair=pair,
        version="" if version is None else version.id,
        created_ms=0 if version is None else round(version.created.timestamp() * SECOND_MS),
        metrics={} if version is None else version.metrics,
        last_event="" if event is None else event.kind.value,
        last_event_reason=""
        if event is None
        else one_line("; ".join(event.reasons), _LONGEST_REASON),
        last_event_ms=None if event is None else round(event.time.timestamp() * SECOND_MS),
    )


def _last_told(history: tuple[Event, ...]) -> Event | None:
    told = (event for event in reversed(history) if event.kind not in _UNTOLD)
    return next(told, None)


def _stamp(shelf: Path) -> Stamp:
    """Another one after every change of a pair's models; None: there is no standing yet."""
    try:
        found = (shelf / "champion.json").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
