"""`aurum features`: what there is to choose from, with formulas and sources."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, assert_never

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from aurum_plugins.features import Feature, MarketFeature

_EXAMPLE_PERIOD = 14


class Format(StrEnum):
    """How the list is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    NAMES = "names"


def features(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Features or families, such as rsi or volume; all by default.",
            show_default=False,
        ),
    ] = None,
    print_as: Annotated[
        Format, typer.Option("--format", "-f", help="How the list is printed.")
    ] = Format.TABLE,
) -> None:
    """List the features: name, formula, candles needed, source.

    Any of the names may stand in `aurum.features.include` or `exclude` of the configuration, and so
    may the names of the families.

    **Examples**

    `aurum features`

    `aurum features volume microstructure --format names`
    """
    # TA-Lib and its like take a moment to load: the other subcommands need not wait for it.
    from aurum_plugins.features import CATALOGUE, FeatureSettings  # noqa: PLC0415

    given = {"include": names} if names else {}
    chosen = FeatureSettings.from_config({"aurum": {"features": given}}).chosen
    listed = [feature for name, feature in CATALOGUE.items() if name in chosen]
    match print_as:
        case Format.TABLE:
            Console().print(_table(listed))
        case Format.MARKDOWN:
            typer.echo(markdown(listed), nl=False)
        case Format.NAMES:
            typer.echo("\n".join(feature.name for feature in listed))
        case _:
            assert_never(print_as)


def markdown(listed: list[Feature | MarketFeature]) -> str:
    """One Markdown table a family, in the order of the catalogue.

    Parameters
    ----------
    listed : list of Feature or MarketFeature

    Returns
    -------
    str
        With a heading before each table.
    """
    lines: list[str] = []
    family = None
    for feature in listed:
        if feature.family is not family:
            family = feature.family
            lines += ["", f"## {family.replace('_', ' ').capitalize()}", ""]
            lines += ["| name | formula | candles | source |", "|---|---|---|---|"]
        cells = (f"`{feature.name}`", feature.formula, _candles(feature), feature.source)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines[1:]) + "\n"


def _table(listed: list[Feature | MarketFeature]) -> Table:
    table = Table(title=f"{len(listed)} features", title_justify="left")
    for heading in ("name", "family", "formula", "candles", "source"):
        table.add_column(heading, overflow="fold")
    for feature in listed:
        cells = (feature.name, feature.family, feature.formula, _candles(feature), feature.source)
        # As Text: brackets in a formula are not markup.
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _candles(feature: Feature | MarketFeature) -> str:
    """Candles that a row depends on: a number, or what it is for the usual period."""
    short, usual = feature.window(2), feature.window(_EXAMPLE_PERIOD)
    return str(usual) if short == usual else f"{usual} for p = {_EXAMPLE_PERIOD}"
