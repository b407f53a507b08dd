"""Subcommands of `aurum`, each imported only when it is asked for.

All of them together take a second to import, most of it pandas and the simulated exchange; who
asks `aurum why` waits for neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup

MARKUP: Final = "markdown"


class Place(NamedTuple):
    """Where a subcommand is: a module of `aurum_plugins.commands`, and a function or app there."""

    module: str
    name: str


# In the order of the help.
PLACES: Final = {
    "demo": Place("demo", "demo"),
    "sandbox": Place("sandbox", "sandbox"),
    "doctor": Place("doctor", "doctor"),
    "why": Place("why", "why"),
    "status": Place("status", "status"),
    "monitor": Place("monitor", "app"),
    "venues": Place("venues", "venues"),
    "kill": Place("kill", "kill"),
    "rearm": Place("rearm", "rearm"),
    "features": Place("features", "features"),
    "quality": Place("quality", "quality"),
    "evaluate": Place("evaluate", "evaluate"),
    "tune": Place("tune", "tune"),
    "soak": Place("soak", "soak"),
    "validate": Place("validate", "validate"),
    "ledger": Place("ledger", "app"),
    "sentiment": Place("sentiment", "app"),
    "models": Place("models", "app"),
    "starts": Place("starts", "app"),
    "database": Place("database", "app"),
}
# They look something up, or write one thing down, and end.
BRIEF: Final = frozenset({"why", "status", "kill", "rearm"})


class CommandsOnDemand(TyperGroup):
    """A group of commands that are imported when they are used, or shown in the help."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        known: Any = _Commands()
        self.commands = known

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the base class has it
        """Names, without importing anything."""
        return list(self.commands)


class _Commands(Mapping[str, Any]):
    def __getitem__(self, name: str) -> Any:
        place = PLACES[name]
        found = getattr(import_module(f"aurum_plugins.commands.{place.module}"), place.name)
        whole = typer.Typer(rich_markup_mode=MARKUP, add_completion=False)
        if isinstance(found, typer.Typer):
            whole.add_typer(found, name=name)
        else:
            whole.command(name)(found)
        return typer.main.get_group(whole).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)
