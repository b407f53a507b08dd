"""Our commands in a freqtrade Telegram bot: who may give them, and where their answers come from.

Each is let through by freqtrade's own `authorized_only`. The answer is then worked out in a task of
its own, and the database read in a thread, so that neither freqtrade's loop nor its own commands
wait for either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from freqtrade.rpc.telegram import authorized_only
from telegram import CallbackQuery, InlineKeyboardButton, Message, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, filters

from aurum_plugins.clock import Clock
from aurum_plugins.errors import AurumError
from aurum_plugins.risk.switch import EVERY_BOT
from aurum_plugins.strategies import DecidingStrategy
from aurum_plugins.telegram.asked_bot import AskedBot, Question
from aurum_plugins.telegram.command_words import switch_words
from aurum_plugins.telegram.confirmations import Asker, Confirmations, NotConfirmed
from aurum_plugins.telegram.flood_limit import A_MINUTE, FloodLimit, Pass
from aurum_plugins.telegram.heard import asker_of, command_of, operator_of
from aurum_plugins.telegram.looked_at import asked_bot
from aurum_plugins.telegram.lookups import LookupBusy, Lookups, LookupTooSlow
from aurum_plugins.telegram.questions import QUESTIONS
from aurum_plugins.telegram.reply_text import plain
from aurum_plugins.telegram.switch_orders import (
    CANCEL,
    FLAT,
    HALT,
    INSTEAD,
    REARM,
    STATES,
    SwitchOrder,
    kill_question,
    rearm,
    rearm_question,
    throw,
)

logger = logging.getLogger(__name__)

# A question waits so long for a lock, and for its answer; an order is worth waiting for.
QUESTION_PATIENCE: Final = 2.0
QUESTION_SECONDS: Final = 10.0
ORDER_PATIENCE: Final = 10.0
ORDER_SECONDS: Final = 15.0
PATTERN: Final = r"^aurum:"
_BUTTONS: Final = {HALT: "Halt", FLAT: "Halt and sell", REARM: "Re-arm", CANCEL: "Cancel"}
_NOT_CONFIRMED: Final = {
    NotConfirmed.UNKNOWN: "Answered already, or asked too long ago. Nothing was done.",
    NotConfirmed.EXPIRED: "That was asked too long ago. Nothing was done: ask again.",
    NotConfirmed.FOREIGN: "Only whoever asked can answer. Nothing was done.",
    NotConfirmed.NOT_OFFERED: "That is no answer to this question. Nothing was done.",
}
_OTHER_STRATEGY: Final = (
    "This needs a strategy of AurumBotX, such as AurumStrategy; the one that runs is another. "
)


class BotCommands:
    """The commands of one bot.

    Parameters
    ----------
    telegram : freqtrade.rpc.telegram.Telegram
    clock : Clock
    questions : mapping of str to Question, optional
        By name of their command.
    """

    def __init__(
        self, telegram: Any, clock: Clock, questions: Mapping[str, Question] = QUESTIONS
    ) -> None:
        self._telegram = telegram
        self._clock = clock
        self._questions = questions
        self._lookups = Lookups()
        self._asking = FloodLimit(clock)
        # Apart, so that no flood of questions keeps an order from being heard.
        self._ordering = FloodLimit(clock)
        self._confirmations: Confirmations[SwitchOrder] = Confirmations(clock)

    def add_to(self, app: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Let an application hear them."""
        orders = {"kill": self._on_kill, "rearm": self._on_rearm}
        questions = dict.fromkeys(self._questions, self._on_question)
        for name, handler in {**questions, **orders}.items():
            # Not again when somebody edits what was written.
            app.add_handler(CommandHandler(name, handler, filters.UpdateType.MESSAGE))
        app.add_handler(CallbackQueryHandler(self._on_press, PATTERN))

    # What `authorized_only` asks of whoever has a command: it is made for freqtrade's own class.
    @property
    def _config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self._telegram._config  # noqa: SLF001 - no other way to it
        return config

    async def _send_msg(self, text: str, *args: Any, **terms: Any) -> None:
        await self._telegram._send_msg(text, *args, **terms)  # noqa: SLF001

    @authorized_only  # type: ignore[untyped-decorator]
    async def _on_question(self, update: Update, context: Any) -> None:
        name = command_of(update)
        work = partial(self._question, name, tuple(context.args or ()))
        self._begin(context, work, update, self._asking)

    @authorized_only  # type: ignore[untyped-decorator]
    async def _on_kill(self, update: Update, context: Any) -> None:
        words = tuple(context.args or ())
        work = partial(self._kill, asker_of(update), operator_of(update), words)
        self._begin(context, work, update, self._ordering)

    @authorized_only  # type: ignore[untyped-decorator]
    async def _on_rearm(self, update: Update, context: Any) -> None:
        work = partial(
            self._rearm, asker_of(update), operator_of(update), tuple(context.args or ())
        )
        self._begin(context, work, update, self._ordering)

    async def _on_press(self, update: Update, context: Any) -> None:
        query = update.callback_query
        # Of a message that is gone Telegram tells too little to say whether it may be answered.
        if query is not None and isinstance(query.message, Message):
            await self._on_authorized_press(update, context)

    @authorized_only  # type: ignore[untyped-decorator]
    async def _on_authorized_press(self, update: Update, context: Any) -> None:
        if update.callback_query is not None:
            work = partial(self._press, update.callback_query, asker_of(update))
            self._begin(context, work, update, None)

    def _begin(
        self,
        context: Any,
        work: Callable[[], Any],
        update: Update,
        limit: FloodLimit | None,
    ) -> None:
        """Do something in a task of its own; nobody waits for it but the application's end."""
        passed = Pass.ANSWER if limit is None else limit.of(asker_of(update).user)
        if passed is Pass.IGNORE:
            return
        if passed is Pass.WARN:
            work = partial(self._say, f"Slow down: {A_MINUTE} a minute are answered.")
        context.application.create_task(self._guarded(work), update=update)

    async def _guarded(self, work: Callable[[], Any]) -> None:
        try:
            await work()
        except Exception:
            logger.exception("A Telegram command failed.")

    async def _question(self, name: str, words: tuple[str, ...]) -> None:
        asked = self._asked()
        if asked is None:
            await self._say(_OTHER_STRATEGY)
            return

        def answer() -> str:
            with asked.open_database(QUESTION_PATIENCE) as database:
                return self._questions[name](database, asked, words)

        try:
            text = await self._lookups.look(f"/{name}", answer, QUESTION_SECONDS)
        except LookupBusy:
            text = f"/{name} is being looked up already."
        except Exception as error:  # noqa: BLE001 - told, and logged where nobody thought of it
            text = f"/{name} cannot be answered: {_fault(error)}"
        await self._say(text)

    async def _kill(self, asker: Asker, by: str, given: tuple[str, ...]) -> None:
        asked = self._asked()
        if asked is None:
            await self._say(f"{_OTHER_STRATEGY}No other obeys the kill switch. {INSTEAD}")
            return
        words = switch_words(given, flat=True)
        scope = EVERY_BOT if words.every_bot else asked.name
        choices = (FLAT, HALT) if words.flat else (HALT, FLAT)
        order = SwitchOrder(scope, words.reason, by)
        await self._ask(asker, order, kill_question(scope, words), (*choices, CANCEL))

    async def _rearm(self, asker: Asker, by: str, given: tuple[str, ...]) -> None:
        asked = self._asked()
        if asked is None:
            await self._say(f"{_OTHER_STRATEGY}No other obeys the kill switch.")
            return
        words = switch_words(given, flat=False)
        scope = EVERY_BOT if words.every_bot else asked.name

        def look() -> Any:
            with asked.open_database(QUESTION_PATIENCE) as database:
                return rearm_question(database, asked, scope, words)

        try:
            question = await self._lookups.look("/rearm", look, QUESTION_SECONDS)
        except Exception as error:  # noqa: BLE001 - told, and logged where nobody thought of it
            await self._say(f"The switch cannot be read: {_fault(error)}")
            return
        if question.seen is None:
            await self._say(question.text)
            return
        order = SwitchOrder(scope, words.reason, by, question.seen)
        await self._ask(asker, order, question.text, (REARM, CANCEL))

    async def _ask(
        self, asker: Asker, order: SwitchOrder, text: str, choices: tuple[str, ...]
    ) -> None:
        token = self._confirmations.ask(asker, order, frozenset(choices))
        buttons = [
            [InlineKeyboardButton(_BUTTONS[choice], callback_data=f"aurum:{token}:{choice}")]
            for choice in choices
        ]
        await self._send_msg(text, parse_mode=ParseMode.HTML, keyboard=buttons)

    async def _press(self, query: CallbackQuery, asker: Asker) -> None:
        _, token, choice = [*str(query.data).split(":", 2), "", ""][:3]
        order = self._confirmations.answer(token, choice, asker)
        if isinstance(order, NotConfirmed):
            await _tell(query, _NOT_CONFIRMED[order], alert=True)
            if order is NotConfirmed.EXPIRED:
                await self._close(query, _NOT_CONFIRMED[order])
            return
        await _tell(query, "")
        if choice == CANCEL:
            await self._close(query, "Cancelled: nothing was changed.")
            return
        await self._carry_out(query, order, choice)

    async def _carry_out(self, query: CallbackQuery, order: SwitchOrder, choice: str) -> None:
        asked = self._asked()
        not_done = "Not re-armed" if choice == REARM else "The kill switch was NOT thrown"

        def turn() -> str:
            if asked is None:
                raise AurumError(_OTHER_STRATEGY)
            with asked.open_database(ORDER_PATIENCE) as database:
                if choice == REARM:
                    return rearm(database, asked, order, self._clock)
                return throw(database, asked, order, STATES[choice], self._clock)

        instead = "" if choice == REARM else f" {INSTEAD}"
        try:
            # Each press by itself: a second switch does not wait for the first.
            text = await self._lookups.look(str(query.id), turn, ORDER_SECONDS)
        except LookupTooSlow:
            text = f"<b>It is not known whether that was done</b>: look with /risk.{instead}"
        except Exception as error:  # noqa: BLE001 - told, and logged where nobody thought of it
            text = f"<b>{not_done}</b>: {_fault(error)}{instead}"
        await self._close(query, text)

    async def _close(self, query: CallbackQuery, text: str) -> None:
        """Put a result into a question's place; into a message of its own if that fails."""
        try:
            await query.edit_message_text(text=text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            logger.warning("A question could not be closed: %s", error.message)
            await self._say(text)

    async def _say(self, text: str) -> None:
        await self._send_msg(text, parse_mode=ParseMode.HTML)

    def _asked(self) -> AskedBot | None:
        """The bot as it is now; None where its strategy is not one of ours."""
        bot = self._telegram._rpc._freqtrade  # noqa: SLF001 - as freqtrade's own commands do
        if not isinstance(bot.strategy, DecidingStrategy):
            return None
        return asked_bot(bot, self._clock.now_ms())


async def _tell(query: CallbackQuery, text: str, *, alert: bool = False) -> None:
    try:
        await query.answer(text or None, show_alert=alert)
    except TelegramError as error:
        logger.warning("A press was not answered: %s", error.message)


def _fault(error: Exception) -> str:
    if isinstance(error, AurumError):
        return plain(error, 400)
    logger.error("A Telegram command failed.", exc_info=error)
    return f"{plain(type(error).__name__)}; the bot's log has more."
