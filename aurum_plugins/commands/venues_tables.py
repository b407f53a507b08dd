"""Venues, and what they agree on, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.venues_report import COUNTS, PairWord, VenuesReport
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.execution.figure_words import figures_in_words, number_in_words
from aurum_plugins.market_data.consensus import Consensus, DollarRates
from aurum_plugins.monitoring.venue_state import VenueState
from aurum_plugins.monitoring.venues_of_bots import BotVenues

# A circuit that is closed lets requests pass: for people, the venue answers.
_STATES = {
    "closed": ("answers", "green"),
    "half-open": ("on trial", "yellow"),
    "open": ("left alone", "red"),
}
_BPS = 1e-4
_NOT_KNOWN = "-"


def venues_tables(
    report: VenuesReport, bots: Sequence[BotVenues], *, with_quotes: bool = False
) -> Group:
    """All that there is to show.

    Parameters
    ----------
    report : VenuesReport
    bots : sequence of BotVenues
    with_quotes : bool
        Whether to show each venue's own quotes too.
    """
    now_ms = report.now_ms
    # Who never answered did not tell what it lists either.
    listed = {
        state.venue: f"{report.listed(state.venue)}/{len(report.pairs)}"
        for state in report.venues
        if state.last_success_ms is not None
    }
    parts: list[Table | Text] = [
        _venues("Venues", report.venues, now_ms, listed),
        _pairs(report.pairs),
        *([_quotes(report)] if with_quotes else []),
        _dollars(report.rates, now_ms),
    ]
    for bot in bots:
        title = f"As {bot.bot} saw them {elapsed(bot.at_ms, now_ms)} ago"
        parts.append(_venues(title, bot.venues, bot.at_ms))
    return Group(*parts)


def _venues(
    title: str,
    states: Iterable[VenueState],
    now_ms: int,
    pairs: dict[str, str] | None = None,
) -> Table:
    table = _table(title)
    numbers = ("p50/p95\nms", "errors", "sent", "again", "trips", "clock\nms", "last\nanswer")
    for heading in ("venue", "state", "trust"):
        table.add_column(heading)
    for heading in (*numbers, *(("pairs",) if pairs is not None else ())):
        table.add_column(heading, justify="right")
    for state in states:
        words, style = _STATES.get(state.state, (state.state, "red"))
        last_ms = state.last_success_ms
        if state.state == "closed" and last_ms is None:
            words, style = "no answer", "red"
        offset_ms = math.nan if state.clock_offset_ms is None else state.clock_offset_ms
        table.add_row(
            Text(state.venue),
            Text(words, style),
            Text("yes") if state.trusted else Text("no", "red"),
            f"{_whole(state.latency_p50_ms)}/{_whole(state.latency_p95_ms)}",
            _NOT_KNOWN if math.isnan(state.error_rate) else f"{state.error_rate:.0%}",
            f"{state.requests:,}",
            f"{state.retries:,}",
            f"{state.trips:,}",
            _whole(offset_ms, "+"),
            "never" if last_ms is None else elapsed(last_ms, now_ms),
            *((pairs.get(state.venue, _NOT_KNOWN),) if pairs is not None else ()),
        )
    return table


def _pairs(pairs: Iterable[PairWord]) -> Table:
    table = _table("What they agree on")
    table.add_column("pair", no_wrap=True)
    for heading in ("price", "quality", "cover", "agree", "fresh", "apart\nbps"):
        table.add_column(heading, justify="right")
    table.add_column("by", overflow="fold")
    for told in pairs:
        word = told.word
        without = [f"not {venue}: {reason}" for venue, reason in word.excluded.items()]
        if isinstance(word, Consensus):
            quality = word.quality
            parts = (quality.score, quality.coverage, quality.agreement, quality.freshness)
            table.add_row(
                Text(told.pair),
                number_in_words(word.price),
                *(f"{part:.2f}" for part in parts),
                f"{word.largest_deviation_bps:.1f}",
                Text("; ".join([", ".join(word.venues), *without])),
            )
        else:
            reason = str(word.dissent)
            if word.figures:
                reason += f" ({figures_in_words(word.figures)})"
            reason += f"; listed by {', '.join(told.listed) or 'none that answered'}"
            nothing = [_NOT_KNOWN] * 5
            why = Text("; ".join([reason, *without]))
            table.add_row(Text(told.pair), Text("none", "bold red"), *nothing, why)
    return table


def _quotes(report: VenuesReport) -> Table:
    table = _table("What each says")
    for heading in ("pair", "venue"):
        table.add_column(heading, no_wrap=True)
    for heading in ("price", "", "converted", "off\nbps", "spread\nbps", "age"):
        table.add_column(heading, justify="left" if heading == "" else "right")
    table.add_column("verdict", overflow="fold")
    for told in report.pairs:
        agreed = told.word.price if isinstance(told.word, Consensus) else math.nan
        for said in told.quotes:
            quote = said.quote
            price = math.nan if said.converted is None else said.converted
            table.add_row(
                Text(told.pair),
                Text(quote.venue),
                number_in_words(quote.price),
                Text(quote.currency),
                _NOT_KNOWN if math.isnan(price) else number_in_words(price),
                _bps(price / agreed - 1),
                _bps((quote.ask - quote.bid) / quote.price),
                elapsed(quote.at_ms, report.now_ms),
                Text(said.verdict, "" if said.verdict == COUNTS else "yellow"),
            )
    return table


def _dollars(rates: DollarRates, now_ms: int) -> Text:
    told = [
        f"{coin} {rate.dollars:.4f} dollars ({elapsed(rate.at_ms, now_ms)} ago)"
        for coin, rate in sorted(rates.coins.items())
    ]
    told += [f"{coin} unknown: {why}" for coin, why in sorted(rates.refused.items())]
    words = "; ".join(told) or "no venue says what a dollar coin is worth"
    return Text(f"Dollar coins: {words}", "yellow" if rates.refused or not rates.coins else "")


def _table(title: str) -> Table:
    return Table(
        title=Text(title),
        title_justify="left",
        box=SIMPLE_HEAD,
        # Eleven columns have to fit into a terminal of eighty.
        padding=0,
    )


def _whole(value: float, sign: str = "") -> str:
    return _NOT_KNOWN if math.isnan(value) else f"{value:{sign},.0f}"


def _bps(share: float) -> str:
    return _NOT_KNOWN if math.isnan(share) else f"{share / _BPS:.1f}"
