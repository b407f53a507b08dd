"""The models that serve a running bot, loaded anew whenever the registry has others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurum_plugins.errors import AurumError
from aurum_plugins.forecasting.errors import PairLeftOut
from aurum_plugins.forecasting.registry import ModelRegistry
from aurum_plugins.forecasting.universe import Universe

# The name in the registry of a model of all pairs.
UNIVERSE = "universe"


class Champions:
    """Holds the model of each pair, or the one of all pairs, in memory.

    Parameters
    ----------
    registry : ModelRegistry
    tell : callable of (str, str)
        Called with a name in the registry and a sentence where a model turns out to be damaged.
    shared : bool
        Whether all pairs have one model, which is called "universe".

    Attributes
    ----------
    loaded : dict of str to object
        Models by their name in the registry; None where none serves.
    versions : dict of str to str
        Names of their versions.
    """

    def __init__(
        self, registry: ModelRegistry, tell: Callable[[str, str], None], *, shared: bool = False
    ) -> None:
        self._registry = registry
        self._tell = tell
        self._shared = shared
        self._stamps: dict[str, Any] = {}
        self.loaded: dict[str, Any] = {}
        self.versions: dict[str, str] = {}

    def name(self, pair: str) -> str:
        """What the registry calls the model of a pair."""
        return UNIVERSE if self._shared else pair

    def of(self, pair: str) -> Any:
        """What forecasts a pair; None if there is nothing that is whole, or does not know it."""
        model = self.current(self.name(pair))
        if not isinstance(model, Universe):
            return model
        try:
            return model.of(pair)
        except PairLeftOut:
            return None

    def current(self, name: str) -> Any:
        """The model that serves under a name; that there is none was told of, once."""
        stamp = self._registry.champion_stamp(name)
        if stamp is None or stamp != self._stamps.get(name):
            try:
                found = self._registry.load_champion(name)
            except AurumError as error:
                self._tell(name, f"{name}: no model serves: {error}; one is trained anew")
                found = None
            for fault in () if found is None else found.damaged:
                self._tell(name, f"{name}: {fault}; an earlier model serves")
            self.loaded[name] = None if found is None else found.model
            self.versions[name] = "" if found is None else found.version.id
            self._stamps[name] = self._registry.champion_stamp(name)
        return self.loaded[name]

    def keep(self, pair: str, model: Any) -> None:
        """Take what a training left for the one that serves, without loading it."""
        if not self._shared:
            self._stamps[pair] = self._registry.champion_stamp(pair)
            self.loaded[pair] = model

    def version(self, pair: str) -> str:
        """Name of the version that forecasts a pair; empty if it is not known."""
        return self.versions.get(self.name(pair), "")
