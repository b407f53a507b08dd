"""The commands that freqtrade's Telegram bot gains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Final


@dataclass(frozen=True)
class CommandLine:
    """A command as /help lists it.

    Attributes
    ----------
    name, words, sentence : str
        What follows the slash, what may stand behind it, and what it does.
    """

    name: str
    words: str
    sentence: str


COMMANDS: Final = (
    CommandLine("why", "[pair] [n]", "Why a pair was entered, left or let be"),
    CommandLine("risk", "", "Equity, limits used, and what keeps entries away"),
    CommandLine("sentiment", "[coin]", "Mood of the news, shocks, and who listens"),
    CommandLine("models", "", "The models that serve, and how good they are"),
    CommandLine("fees", "", "What is owed for trades, and what the exchange took"),
    CommandLine("kill", "[all] [flat] [reason]", "Open nothing any more; flat sells, too. Asks"),
    CommandLine("rearm", "[all] [reason]", "Undo /kill. Asks"),
)
HELP: Final = "\n".join(
    [
        "<i>AurumBotX</i>",
        "------------",
        *(
            f"<b>/{one.name}{f' {escape(one.words)}' if one.words else ''}:</b> "
            f"<code>{escape(one.sentence)}</code>"
            for one in COMMANDS
        ),
    ]
)
_NAMES: Final = "|".join(one.name for one in COMMANDS)
_KEY: Final = re.compile(rf"/(?:{_NAMES})(?: \S+){{0,3}}")


def is_key(text: object) -> bool:
    """Whether a key of a custom keyboard is one of our commands.

    Examples
    --------
    >>> is_key("/why BTC/USDT"), is_key("/whyever")
    (True, False)
    """
    return isinstance(text, str) and _KEY.fullmatch(text) is not None
