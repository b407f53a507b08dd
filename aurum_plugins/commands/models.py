"""`aurum models`: which models serve, and going back to an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.text import Text

from aurum_plugins.commands.models_tables import (
    facts_table,
    history_table,
    metrics_table,
    models_table,
)
from aurum_plugins.commands.options import ConfigFiles
from aurum_plugins.errors import ConfigurationError

if TYPE_CHECKING:
    from aurum_plugins.forecasting.registry.version import Version

app = typer.Typer(
    name="models",
    help="Say which models serve, and why; promote one, or go back to an earlier one.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
_EVENTS = 10

Identifier = Annotated[
    str | None,
    typer.Option(
        "--identifier",
        "-i",
        help="FreqAI's name of the models; the configuration's freqai.identifier by default.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIRECTORY",
        help="The registry itself; user_data/models/IDENTIFIER/registry by default.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON document instead.")]
Pair = Annotated[
    str,
    typer.Argument(metavar="PAIR", help="For example BTC/USDT; universe for a model of all pairs."),
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Written into the history.")]


@app.command("list")
def list_models(
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="PAIR", help="All pairs by default.", show_default=False),
    ] = None,
    identifier: Identifier = None,
    config: ConfigFiles = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """List the models of each pair, the oldest first, with what each is now.

    A *candidate* was neither promoted nor rejected yet; the *champion* serves; an *earlier* one may
    serve again; one that was *rolled_back* or *rejected* serves only when you promote it.

    **Examples**

    `aurum models list`

    `aurum models list BTC/USDT --identifier aurum-ensemble --json`
    """
    from aurum_plugins.commands.models_request import known_pair, open_registry  # noqa: PLC0415

    registry = open_registry(config, identifier, folder)
    chosen = [known_pair(registry, pair) for pair in pairs or ()] or registry.pairs()
    versions = [version for pair in chosen for version in registry.versions(pair)]
    if as_json:
        _print_json([version.model_dump(mode="json") for version in versions])
    elif versions:
        Console().print(models_table(versions))
    else:
        Console().print(Text(f"No models yet in {registry.folder}"))


@app.command()
def show(
    pair: Pair,
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION", help="As listed; the champion by default.", show_default=False
        ),
    ] = None,
    identifier: Identifier = None,
    config: ConfigFiles = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Show all that is known of a model: data, figures, verdict, and what happened to the pair.

    The model's file is checked, and left as it is.

    **Examples**

    `aurum models show BTC/USDT`

    `aurum models show BTC/USDT 20250401T120000000`
    """
    from aurum_plugins.commands.models_request import (  # noqa: PLC0415
        known_pair,
        known_version,
        open_registry,
    )

    registry = open_registry(config, identifier, folder)
    name = known_pair(registry, pair)
    found = known_version(registry, name, version)
    fault, history = registry.fault(found), registry.history(name)
    if as_json:
        document = {
            **found.model_dump(mode="json"),
            "fault": None if fault is None else str(fault),
            "history": [event.model_dump(mode="json") for event in history],
        }
        _print_json(document)
        return
    console = Console()
    console.print(facts_table(found, "whole" if fault is None else str(fault)))
    if found.metrics:
        console.print(metrics_table(found))
    console.print(history_table(history[-_EVENTS:]))


@app.command()
def promote(
    pair: Pair,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As listed.")],
    reason: Reason = "by hand",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask, whatever speaks against it.")
    ] = False,
    identifier: Identifier = None,
    config: ConfigFiles = None,
    folder: Folder = None,
) -> None:
    """Let a model serve in place of the champion; a running bot takes it at its next candle.

    If the model missed a floor, was worse than the champion, was rolled back or never judged, you
    are told so and asked.

    **Example**

    `aurum models promote BTC/USDT 20250401T120000000 --reason "floor was too high"`
    """
    from aurum_plugins.commands.models_request import (  # noqa: PLC0415
        known_pair,
        known_version,
        open_registry,
    )

    registry = open_registry(config, identifier, folder)
    name = known_pair(registry, pair)
    found = known_version(registry, name, version)
    doubts = _doubts(found)
    if doubts and not yes:
        errors = Console(stderr=True)
        for doubt in doubts:
            errors.print(Text(doubt, "yellow"), soft_wrap=True)
        typer.confirm(f"Let {found.id} serve for {name} all the same?", abort=True, err=True)
    with _writing(registry.folder):
        promoted = registry.promote(name, found.id, reason)
    Console().print(Text(f"{name}: {promoted.id} serves"), soft_wrap=True)


@app.command()
def rollback(
    pair: Pair,
    reason: Reason = "by hand",
    identifier: Identifier = None,
    config: ConfigFiles = None,
    folder: Folder = None,
) -> None:
    """Go back to the champion before this one; a running bot takes it at its next candle.

    The model that served does not serve again unless you promote it. Doing this twice goes back
    twice.

    **Example**

    `aurum models rollback BTC/USDT --reason "lost five times in a row"`
    """
    from aurum_plugins.commands.models_request import known_pair, open_registry  # noqa: PLC0415

    registry = open_registry(config, identifier, folder)
    name = known_pair(registry, pair)
    with _writing(registry.folder):
        version = registry.rollback(name, reason)
    Console().print(Text(f"{name}: {version.id} serves again"), soft_wrap=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        rule = f"must be a folder that can be written to: {error.strerror}"
        raise ConfigurationError("--folder", rule, str(folder)) from None


def _doubts(version: Version) -> list[str]:
    """What speaks against letting a model serve."""
    from aurum_plugins.forecasting.registry.version import State  # noqa: PLC0415

    doubts = []
    if version.state is State.ROLLED_BACK:
        doubts.append(f"{version.id} was rolled back")
    if version.verdict is None:
        doubts.append(f"{version.id} was never judged")
    else:
        doubts += [str(reason) for reason in version.verdict.against]
    return doubts


def _print_json(document: Any) -> None:
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
