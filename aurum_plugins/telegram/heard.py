"""What an update of Telegram's says: who gave which command, and where."""

from __future__ import annotations

from telegram import Update

from aurum_plugins.telegram.confirmations import Asker


def command_of(update: Update) -> str:
    """Name of the command that a message begins with, in small letters, without its slash."""
    text = update.message.text if update.message is not None else None
    first = (text or "").split(maxsplit=1)[:1]
    return first[0].removeprefix("/").partition("@")[0].lower() if first else ""


def asker_of(update: Update) -> Asker:
    """Who wrote or pressed, and where."""
    user, message = update.effective_user, update.effective_message
    number = 0 if user is None else user.id
    if message is None:
        return Asker(number, 0)
    return Asker(number, message.chat_id, message.message_thread_id)


def operator_of(update: Update) -> str:
    """Who gives a command, for the records."""
    user = update.effective_user
    return "telegram" if user is None else f"telegram:{user.username or user.id}"
