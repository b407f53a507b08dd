"""A champion, loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurum_plugins.forecasting.errors import TornArtifact
from aurum_plugins.forecasting.registry.version import Version


@dataclass(frozen=True)
class Loaded:
    """The champion, and what went wrong on the way to it.

    Attributes
    ----------
    version : Version
    model : object
    damaged : tuple of TornArtifact
        Champions that were put in quarantine just now; each is worth an alert.
    """

    version: Version
    model: Any
    damaged: tuple[TornArtifact, ...] = ()
