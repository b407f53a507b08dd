"""What our commands do under floods, outages, locks and defects."""

from __future__ import annotations

import logging
import time

from bot_api_messages import Fault
from telegram_bot import telegram_bot

from aurum_plugins.risk.switch import SwitchState
from aurum_plugins.telegram import bot_commands


def test_a_flood_is_answered_once_and_orders_are_heard_all_the_same(bot) -> None:
    for _ in range(60):
        bot.api.write("/fees")
    bot.api.wait(lambda: bot.api.pending == 0, "confirmed updates", 30)
    bot.api.wait(lambda: any("Slow down" in one.text for one in bot.api.sent), "warning", 30)
    bot.api.write("/kill")
    bot.api.wait(lambda: [one for one in bot.api.sent if "Throw" in one.text], "question", 30)
    question = next(one for one in bot.api.sent if "Throw" in one.text)
    texts = [one.text for one in bot.api.sent]
    assert sum("Slow down" in text for text in texts) == 1
    assert len(texts) <= 22
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "Thrown" in question.text, "result")


def test_an_outage_loses_replies_and_nothing_else(bot, caplog) -> None:
    caplog.set_level(logging.WARNING)
    for fault in (Fault.DOWN, Fault.BAD_GATEWAY, Fault.TORN, Fault.FLOOD):
        bot.api.fault = lambda method, f=fault: f if method == "sendMessage" else None
        caplog.clear()
        bot.api.write("/fees")
        bot.api.wait(lambda: "Giving up" in caplog.text, "loss", 30)
    bot.api.fault = lambda _: None
    bot.api.sent.clear()
    assert "No funds" in bot.api.answer_to("/fees").text
    assert bot.telegram._thread.is_alive()


def test_a_switch_is_thrown_though_the_result_cannot_be_told(bot) -> None:
    question = bot.api.answer_to("/kill")
    bot.api.fault = lambda method: None if method == "getUpdates" else Fault.DOWN
    bot.api.press(question, "Halt")
    deadline = time.monotonic() + 15
    while bot.switch().number == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert bot.switch().state is SwitchState.HALTED
    bot.api.fault = lambda _: None
    # What became of the press may be told after all, before the answer.
    bot.api.write("/risk")
    told = "the kill switch is thrown"
    bot.api.wait(
        lambda: any(told in one.text for one in bot.api.sent),
        "answer that the switch is thrown",
        30,
    )


def test_polling_goes_on_after_an_outage(bot) -> None:
    bot.api.fault = lambda _: Fault.BAD_GATEWAY
    time.sleep(1.5)
    bot.api.fault = lambda _: None
    assert "No funds" in bot.api.answer_to("/fees", 40).text


def test_a_database_that_cannot_be_read_is_told_and_the_switch_is_not_thrown(bot, tmp_path) -> None:
    bot.database.close()
    for file in tmp_path.glob("aurum.sqlite*"):
        file.rename(file.with_name(f"away-{file.name}"))
    assert "cannot be answered" in bot.api.answer_to("/why").text
    question = bot.api.answer_to("/kill")
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "NOT thrown" in question.text, "result")
    assert "/stopentry" in question.text
    assert "cannot be read" in bot.api.answer_to("/rearm").text


def test_a_result_that_cannot_take_the_place_of_its_question_is_told_by_itself(bot) -> None:
    question = bot.api.answer_to("/kill")
    bot.api.fault = lambda method: Fault.BAD_GATEWAY if method.startswith("edit") else None
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "Thrown" in bot.api.sent[-1].text, "result")
    assert bot.switch().number == 1


def test_a_throw_that_takes_long_is_not_called_done(bot, monkeypatch) -> None:
    monkeypatch.setattr(bot_commands, "ORDER_SECONDS", 0.05)
    question = bot.api.answer_to("/kill")
    with bot.database.writing():
        bot.api.press(question, "Halt")
        bot.api.wait(lambda: "not known" in question.text, "result")
        assert "/risk" in question.text
        assert "/stopentry" in question.text
    deadline = time.monotonic() + 15
    while bot.switch().number == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert bot.switch().state is SwitchState.HALTED


def test_what_nobody_thought_of_is_told_and_logged(bot, monkeypatch, caplog) -> None:
    def fail(*_: object) -> str:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(bot_commands, "throw", fail)
    monkeypatch.setattr(bot_commands, "rearm_question", fail)
    assert "ZeroDivisionError; the bot's log has more" in bot.api.answer_to("/rearm").text
    question = bot.api.answer_to("/kill")
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "NOT thrown: ZeroDivisionError" in question.text, "result")
    assert "secret" in caplog.text
    assert not any("secret" in one.text for one in bot.api.sent)


def test_a_strategy_that_changed_between_question_and_answer_is_not_halted(bot) -> None:
    question = bot.api.answer_to("/kill")
    bot.freqtrade.strategy = object()
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "NOT thrown" in question.text, "result")
    assert bot.switch().number == 0


def test_freqtrades_commands_work_without_ours(tmp_path, monkeypatch, caplog) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(bot_commands, "BotCommands", fail)
    with telegram_bot(tmp_path) as bot:
        assert "Version" in bot.api.answer_to("/version").text
        assert "goes without the commands of AurumBotX" in caplog.text
