"""Our commands in freqtrade's own Telegram class, against a Bot API server on loopback."""

from __future__ import annotations

import time

import pytest
from freqtrade.enums import State
from freqtrade.exceptions import OperationalException
from loopback_telegram import ANNA, BERT
from telegram_bot import lately, telegram_bot

from aurum_plugins.clock import WallClock
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState
from aurum_plugins.telegram import bot_commands, confirmations

FIVE = ("/why", "/risk", "/sentiment", "/models", "/fees")


def buttons(sent) -> list[str]:
    return [label for label, _ in sent.buttons]


def test_each_question_is_answered(bot) -> None:
    bot.journal([*lately(), *lately(pair="ETH/USDT")])
    answers = {command: bot.api.answer_to(command).text for command in FIVE}
    assert "BTC/USDT: entry refused" in answers["/why"]
    assert "Last 24 h" in answers["/why"]
    assert "Equity 1,000 USDT" in answers["/risk"]
    assert "Drawdown 2 % of 18 %" in answers["/risk"]
    assert "nothing keeps them away" in answers["/risk"]
    assert "Nobody listens" in answers["/sentiment"]
    assert "FreqAI is off" in answers["/models"]
    assert "No funds are moved" in answers["/fees"]
    assert not bot.api.refused


def test_a_pair_is_asked_about_in_any_spelling(bot) -> None:
    bot.journal(lately())
    for asked in ("BTC/USDT", "btc/usdt", "btc", "BTC_USDT"):
        assert "spread 80 bps" in bot.api.answer_to(f"/why {asked} 2").text
    assert "There is BTC/USDT" in bot.api.answer_to("/why <b>XYZ").text


def test_freqtrades_own_commands_still_work_and_help_lists_ours(bot) -> None:
    assert "current" in bot.api.answer_to("/count").text
    assert "no active trade" in bot.api.answer_to("/status").text
    assert "Version" in bot.api.answer_to("/version").text
    before = len(bot.api.sent)
    bot.api.write("/help")
    bot.api.wait(lambda: len(bot.api.sent) == before + 2, "two messages")
    theirs, ours = bot.api.sent[before:]
    assert "/forceexit" in theirs.text
    for command in (*FIVE, "/kill", "/rearm"):
        assert command in ours.text
    assert not bot.api.refused


@pytest.mark.parametrize("command", [*FIVE, "/kill", "/rearm", "/help"])
def test_a_stranger_is_not_answered(bot, command) -> None:
    bot.api.write(command, chat=666)
    assert "Version" in bot.api.answer_to("/version").text
    assert len(bot.api.sent) == 1


def test_other_topics_and_people_are_not_answered(tmp_path) -> None:
    with telegram_bot(tmp_path, topic_id="5", authorized_users=[str(ANNA["id"])]) as bot:
        bot.api.write("/fees")
        bot.api.write("/fees", topic=6)
        bot.api.write("/fees", user=BERT, topic=5)
        bot.api.write("/fees", topic=5, kind="edited_message")
        assert "No funds" in bot.api.answer_to("/fees", topic=5).text
        assert len(bot.api.sent) == 1


def test_kill_asks_and_throws_once(bot) -> None:
    question = bot.api.answer_to("/kill prices <look> wrong")
    assert buttons(question) == ["Halt", "Halt and sell", "Cancel"]
    assert "Still <bot> (dry run)" in question.text
    assert bot.switch().state is SwitchState.ARMED
    pressed = question.buttons[0][1]
    bot.api.press(question, "Halt")
    bot.api.press(question, "", data=pressed.replace("halt", "flat"))
    bot.api.wait(lambda: len(bot.api.alerts) == 2, "two answers")
    bot.api.wait(lambda: "Thrown" in question.text, "result")
    thrown = bot.switch()
    assert (thrown.state, thrown.by) == (SwitchState.HALTED, "telegram:anna")
    assert thrown.reason == "prices <look> wrong"
    assert thrown.number == 1
    assert not question.buttons
    assert "nothing is sold" in question.text
    assert any("Nothing was done" in alert for alert in bot.api.alerts)
    risk = bot.api.answer_to("/risk").text
    assert "the kill switch is thrown" in risk
    assert not bot.api.refused


def test_kill_flat_of_every_bot(bot) -> None:
    question = bot.api.answer_to("/kill all flat")
    assert buttons(question) == ["Halt and sell", "Halt", "Cancel"]
    assert "EVERY bot" in question.text
    bot.freqtrade.state = State.STOPPED
    bot.api.press(question, "Halt and sell")
    bot.api.wait(lambda: "Thrown" in question.text, "result")
    assert "freqtrade is stopped: nothing is sold" in question.text
    assert (bot.switch().state, bot.switch().bot) == (SwitchState.FLAT, EVERY_BOT)


def test_kill_can_be_cancelled(bot) -> None:
    question = bot.api.answer_to("/kill")
    bot.api.press(question, "Cancel")
    bot.api.wait(lambda: "Cancelled" in question.text, "result")
    assert bot.switch().number == 0


def test_kill_is_confirmed_by_whoever_asked_and_by_the_buttons_offered(bot) -> None:
    question = bot.api.answer_to("/kill")
    bot.api.press(question, "Halt", user=BERT)
    bot.api.press(question, "Halt", chat=666)
    bot.api.press(question, "", data="aurum:guessed:halt")
    bot.api.press(question, "", data=question.buttons[0][1].replace(":halt", ":rearm"))
    bot.api.press(question, "", data="aurum:")
    # The one from another chat is not even answered.
    bot.api.wait(lambda: len(bot.api.alerts) == 4, "answers")
    assert "Only whoever asked" in bot.api.alerts[0]
    assert bot.switch().number == 0
    bot.api.press(question, "Halt")
    bot.api.wait(lambda: "Thrown" in question.text, "result")


def test_a_confirmation_expires(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(
        bot_commands, "Confirmations", lambda clock: confirmations.Confirmations(clock, 0.05)
    )
    with telegram_bot(tmp_path) as bot:
        question = bot.api.answer_to("/kill")
        time.sleep(0.06)
        bot.api.press(question, "Halt")
        bot.api.wait(lambda: "too long ago" in question.text, "result")
        assert bot.switch().number == 0
        assert not question.buttons


def test_rearm_shows_who_threw_it_and_undoes_that_alone(bot) -> None:
    assert "Nothing to undo" in bot.api.answer_to("/rearm").text
    ours = KillSwitch(bot.database, bot.name, WallClock())
    ours.throw(SwitchState.HALTED, "<i>why</i>", "bert@home")
    question = bot.api.answer_to("/rearm all is well")
    # "all" is every bot's, which is armed.
    assert "Still thrown: Still <bot> (dry run)" in question.text
    question = bot.api.answer_to("/rearm it is well")
    assert "by bert@home: <i>why</i>" in question.text
    ours.throw(SwitchState.FLAT, "worse", "bert@home")
    bot.api.press(question, "Re-arm")
    bot.api.wait(lambda: "Not re-armed" in question.text, "result")
    assert bot.switch().state is SwitchState.FLAT
    question = bot.api.answer_to("/rearm it is well")
    bot.api.press(question, "Re-arm")
    bot.api.wait(lambda: "Armed" in question.text, "result")
    assert bot.switch().state is SwitchState.ARMED
    with bot.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT reason, by FROM switches ORDER BY number").all()
    assert tuple(rows[-1]) == ("it is well", "telegram:anna")


def test_rearming_one_switch_tells_of_the_other(bot) -> None:
    KillSwitch(bot.database, EVERY_BOT, WallClock()).throw(SwitchState.HALTED, "all", "cron")
    KillSwitch(bot.database, bot.name, WallClock()).throw(SwitchState.HALTED, "one", "cron")
    question = bot.api.answer_to("/rearm")
    bot.api.press(question, "Re-arm")
    bot.api.wait(lambda: "Armed" in question.text, "result")
    assert "Still thrown: Every bot" in question.text
    assert "/rearm all" in question.text


def test_a_strategy_of_somebody_else_has_no_answers(bot) -> None:
    bot.freqtrade.strategy = object()
    for command in (*FIVE, "/kill", "/rearm"):
        assert "needs a strategy of AurumBotX" in bot.api.answer_to(command).text
    assert bot.switch().number == 0


def test_keys_of_a_custom_keyboard(tmp_path) -> None:
    keyboard = [["/why", "/risk", "/kill flat"], ["/status"]]
    with telegram_bot(tmp_path, keyboard=keyboard) as bot:
        keys = ["/why", "/risk", "/kill flat", "/status"]
        assert bot.api.answer_to("/fees").keys == keys


def test_an_unknown_key_is_refused_as_ever(tmp_path) -> None:
    with (
        pytest.raises(OperationalException, match="whyever"),
        telegram_bot(tmp_path, keyboard=[["/why", "/whyever"]]),
    ):
        pass


def test_many_pairs_fit_into_one_message(bot) -> None:
    names = [f"A{number}_[*`<&/USDT" for number in range(400)]
    bot.journal([one for name in names for one in lately(pair=name)])
    sent = bot.api.answer_to("/why")
    assert " more" in sent.text
    assert "A0_[*`<&/USDT" in sent.text
    assert not bot.api.refused
