"""What the news do to trading, in words, once for each thing that is done."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from aurum_plugins.execution.figure_words import moment_in_words, number_in_words
from aurum_plugins.execution.news_figures import shock_figures, subject_in_words
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.one_line import one_line

logger = logging.getLogger(__name__)

# Subject, and when it began.
ShockKey = tuple[str, int]

MOST_PAIRS: Final = 10
# freqtrade sends texts of strategies as Telegram's old Markdown, where these begin something; a
# text that does not parse is not sent at all.
_MARKUP: Final = re.compile(r"([_*`\[])")


class NewsAlerts:
    """Logs, and tells somebody; never raises.

    Parameters
    ----------
    alert : callable, optional
        Takes a text in Telegram's old Markdown.
    """

    def __init__(self, alert: Callable[[str], object] = lambda _: None) -> None:
        self._alert = alert
        self._shocks: dict[ShockKey, str] = {}
        self._done: set[tuple[ShockKey, str, str]] = set()
        self._fault = ""

    def began(self, shock: Shock, pairs: Sequence[str], *, entries: bool) -> None:
        """Tell of a shock that is on, and of the pairs that it concerns."""
        key = shock_key(shock)
        if key in self._shocks:
            return
        figures, about = shock_figures(shock), _about(shock)
        self._shocks[key] = about
        then = f"Nothing is entered: {_listed(pairs)}." if entries else f"Pairs: {_listed(pairs)}."
        before, headline = f"News shock, {about}: ", str(figures["headline"])
        after = f" ({figures['source']}, {_items(shock)}). {then}"
        self._tell(f'{before}"{headline}"{after}', before, headline, after)

    def ended(self, still: Callable[[ShockKey], bool]) -> None:
        """Tell of the end of shocks that were told of and are not on any more."""
        for key in [key for key in self._shocks if not still(key)]:
            self._say(f"The news shock is over, {self._shocks.pop(key)}.")
            self._done = {done for done in self._done if done[0] != key}

    def sold(self, shock: Shock, pair: str) -> None:
        """Tell that a position is given up."""
        self._act("sold", shock, pair, "is sold")

    def cancelled(self, shock: Shock, pair: str) -> None:
        """Tell that an entry order which had not filled is cancelled."""
        self._act("cancelled", shock, pair, "had an entry order, which is cancelled")

    def tightened(self, shock: Shock, pair: str, stop: float) -> None:
        """Tell that a stop is drawn nearer."""
        self._act("stop", shock, pair, f"has its stop at {number_in_words(stop)} now")

    def not_tightened(self, shock: Shock, pair: str) -> None:
        """Tell that a stop stays where it is, because the average true range is not known."""
        self._act("no stop", shock, pair, "keeps its stop: the average true range is not known")

    def readable(self, fault: str) -> None:
        """Tell, when that changes, that the news cannot be read, or can again."""
        fault = one_line(fault, 300)
        if bool(fault) != bool(self._fault):
            self._say(f"The news cannot be read: {fault}" if fault else "The news are read again.")
        self._fault = fault

    def source_events(self, events: Collection[str]) -> None:
        """Pass on what happened to sources, which is logged already."""
        for event in events:
            self._send(escaped(one_line(event, 300)))

    def failed(self, what: str, error: Exception) -> None:
        """Log what nobody thought of, once."""
        key = (("", 0), what, repr(type(error)))
        if key not in self._done:
            self._done.add(key)
            logger.error("%s.", what, exc_info=error)

    def _act(self, action: str, shock: Shock, pair: str, what: str) -> None:
        done = (shock_key(shock), pair, action)
        if done not in self._done:
            self._done.add(done)
            self._say(f"News shock, {_about(shock)}: {one_line(pair)} {what}.")

    def _say(self, text: str) -> None:
        logger.warning("%s", text)
        self._send(escaped(text))

    def _tell(self, logged: str, before: str, quoted: str, after: str) -> None:
        logger.warning("%s", logged)
        # As code nothing in it becomes a link, a name or a command.
        self._send(f"{escaped(before)}`{quoted.replace('`', chr(39))}`{escaped(after)}")

    def _send(self, text: str) -> None:
        try:
            self._alert(text)
        except Exception as error:  # noqa: BLE001 - logged there
            self.failed("An alert could not be sent", error)


def shock_key(shock: Shock) -> ShockKey:
    """What tells one shock from another."""
    return shock.subject, shock.since_ms


def escaped(text: str) -> str:
    r"""A plain text in Telegram's old Markdown.

    Examples
    --------
    >>> print(escaped("reddit:some_name [new]"))
    reddit:some\_name \[new]
    """
    return _MARKUP.sub(r"\\\1", text)


def _about(shock: Shock) -> str:
    since = moment_in_words(shock.since_ms)
    return f"{subject_in_words(shock.subject)}, {shock.kind}, since {since}"


def _items(shock: Shock) -> str:
    return f"{shock.items} item{'' if shock.items == 1 else 's'}"


def _listed(pairs: Sequence[str]) -> str:
    shown = ", ".join(one_line(pair) for pair in pairs[:MOST_PAIRS])
    more = len(pairs) - MOST_PAIRS
    return f"{shown} and {more} more" if more > 0 else shown
