"""A source of news does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, SourceWord
from aurum_plugins.sentiment.one_line import one_line

SILENT_MS: Final = HOUR_MS
# A source that is not in the configuration any more keeps its row.
FORGET_MS: Final = DAY_MS
_LONGEST_NAME: Final = 100


class NewsSource:
    """A source was asked and has not answered for an hour; or none was asked for an hour.

    One alert a source, and one without a subject where nobody asks. Sources that were not asked for
    a day are forgotten.
    """

    name: ClassVar[str] = "news_source"
    needs: ClassVar[frozenset[str]] = frozenset({"sources"})
    of_living: ClassVar[bool] = True

    def look(self, snapshot: BotSnapshot) -> Sequence[Condition]:
        """See `Rule.look`."""
        now_ms = snapshot.now_ms
        asked = [one for one in snapshot.sources if now_ms - one.polled_ms <= FORGET_MS]
        if not asked:
            return ()
        last_ms = max(one.polled_ms for one in asked)
        # Searches on X may be hours apart.
        often = any(not one.source.startswith("x:") for one in asked)
        if often and now_ms - last_ms > SILENT_MS:
            text = f"no source of news was asked for {elapsed(last_ms, now_ms)}"
            figures = {"sources": len(asked), "asked_ms": last_ms}
            return (Condition(self.name, Severity.MEDIUM, text, figures=figures),)
        return [self._silent(one, now_ms) for one in asked if _is_silent(one, now_ms)]

    def _silent(self, word: SourceWord, now_ms: int) -> Condition:
        source = one_line(word.source, _LONGEST_NAME)
        why = f": {one_line(word.fault)}" if word.fault else ""
        if word.answered_ms is None:
            return Condition(
                self.name, Severity.MEDIUM, f"{source} has never answered{why}", source
            )
        text = f"{source} has not answered for {elapsed(word.answered_ms, now_ms)}{why}"
        figures = {"answered_ms": word.answered_ms, "asked_ms": word.polled_ms}
        return Condition(self.name, Severity.MEDIUM, text, source, figures)


def _is_silent(word: SourceWord, now_ms: int) -> bool:
    if word.answered_ms is None:
        return True
    return word.answered_ms < word.polled_ms and now_ms - word.answered_ms > SILENT_MS
