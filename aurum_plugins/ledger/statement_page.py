"""A statement as one HTML page that needs no network, and prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from aurum_plugins.ledger.money_words import money, share
from aurum_plugins.ledger.statement import NO_FUNDS, Statement, opened_ms
from aurum_plugins.page_template import page_style, page_template

NONE: Final = "–"  # noqa: RUF001 - the dash that tables use for "nothing"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def statement_page(statement: Statement) -> str:
    """The statement as a page.

    Parameters
    ----------
    statement : Statement
        Its texts may hold anything: they are escaped.

    Returns
    -------
    str
        An HTML document without script, which fetches nothing.
    """
    filters: dict[str, Callable[..., str]] = {"aligned": _aligned, "moment": _moment}
    formats = (money, share, opened_ms)
    return page_template(__package__, "statement.html", formats, filters).render(
        statement=statement,
        style=page_style((__package__, "statement.css")),
        no_funds=NO_FUNDS,
        none=NONE,
    )


def _moment(moment_ms: int | None) -> str:
    """A UTC time to the minute."""
    if moment_ms is None:
        return NONE
    return f"{_EPOCH + timedelta(milliseconds=moment_ms):%Y-%m-%d %H:%M}"


def _aligned(amount: Decimal | None) -> str:
    """An amount whose decimals stand below those of others."""
    if amount is None:
        return NONE
    return f"{amount:,.8f}" if amount else "0"
