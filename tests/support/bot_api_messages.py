"""Messages of the Bot API, and what its servers refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from telegram_markup import LONGEST, Unparsable, length, seen


class Fault(Enum):
    """What goes wrong with every request that a fault is for."""

    DOWN = auto()
    TORN = auto()
    BAD_GATEWAY = auto()
    CONFLICT = auto()
    FLOOD = auto()


class Refused(Exception):
    """An answer other than "ok"."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.document = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.document["parameters"] = parameters


@dataclass
class Sent:
    """A message of the bot's.

    Attributes
    ----------
    number : int
    text : str
        As a reader sees it, after the last edit.
    buttons : list of (str, str)
        What is written on each inline button, and what pressing it tells the bot.
    keys : list of str
        Of the custom keyboard.
    edits : int
    """

    number: int
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    edits: int = 0


def checked(asked: dict[str, Any]) -> str:
    try:
        text = seen(asked.get("text", ""), asked.get("parse_mode"))
    except Unparsable as error:
        raise Refused(400, f"Bad Request: can't parse entities: {error}") from None
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if length(text) > LONGEST:
        raise Refused(400, "Bad Request: message is too long")
    return text.strip()


def markup(asked: dict[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    given = json.loads(asked.get("reply_markup") or "{}")
    buttons = [button for row in given.get("inline_keyboard", []) for button in row]
    if not all(1 <= len(button["callback_data"].encode()) <= 64 for button in buttons):
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    keys = [key["text"] for row in given.get("keyboard", []) for key in row]
    return [(button["text"], button["callback_data"]) for button in buttons], keys
