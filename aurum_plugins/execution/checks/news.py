"""The check that the news do not speak against it."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from aurum_plugins.execution.checks.finite import finite
from aurum_plugins.execution.checks.pre_trade_check import PreTradeCheck
from aurum_plugins.execution.checks.refuse import refuse
from aurum_plugins.execution.entry_order import Situation
from aurum_plugins.execution.news_figures import shock_figures
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal

_NOBODY: Final = "no source answered lately"


class News(PreTradeCheck):
    """No shock is on that concerns the pair, and the mood about its coin is not too bad.

    Where nothing is known of the mood it passes, unless `aurum.sentiment.mood.required` says
    otherwise. Where the news are not followed it passes.
    """

    name: ClassVar[str] = "news"
    describes: ClassVar[str] = "the news tell of no shock, and the mood is not too bad"

    def __call__(self, situation: Situation) -> Refusal | None:
        """Give the refusal with what the news say, or None if the entry passes."""
        word = situation.news
        if word is None:
            return None
        if word.shock is not None:
            return refuse(Reason.NEWS_SHOCK, **shock_figures(word.shock))
        if word.required and (word.fault or not word.listened):
            return refuse(Reason.NEWS_UNKNOWN, coin=word.coin, fault=word.fault or _NOBODY)
        return _too_bad(word)


def _too_bad(word: NewsWord) -> Refusal | None:
    floor, mood = finite(word.floor), finite(word.mood)
    if floor == -1 or word.fault or not word.listened:
        return None
    # What is no number is no reason to buy.
    few = finite(word.count) < finite(word.fewest)
    if few or (mood >= floor and not math.isnan(finite(word.count))):
        return None
    return refuse(
        Reason.BAD_NEWS,
        coin=word.coin,
        mood=word.mood,
        entry_floor=word.floor,
        count=word.count,
        fewest=word.fewest,
    )
