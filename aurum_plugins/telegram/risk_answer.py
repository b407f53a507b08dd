"""`/risk`: what is at stake, how much of the limits is used, and what keeps entries away."""

from __future__ import annotations

from collections.abc import Sequence

from aurum_plugins.database import Database
from aurum_plugins.errors import AurumError
from aurum_plugins.execution.figure_words import number_in_words
from aurum_plugins.monitoring.reports import AccountReport, HeldReport
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.switch import EVERY_BOT
from aurum_plugins.risk.switch_history import last_entries
from aurum_plugins.risk.switch_words import is_thrown, name_in_words, switch_in_words
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.reply_text import bold, clock_time, fitted, plain, unknown

_STATES = {
    "paused": "freqtrade is paused: it enters nothing until /start",
    "stopped": "freqtrade is stopped: it does nothing, and watches no position, until /start",
}


def risk_answer(database: Database, asked: AskedBot, words: Sequence[str]) -> str:  # noqa: ARG001
    """The account as the bot itself sees it, and the kill switch as the database has it.

    Parameters
    ----------
    database : Database
    asked : AskedBot
    words : sequence of str
        Not asked for.
    """
    account = asked.account
    switches, thrown = _switches(database, asked)
    head = [bold(asked.name)]
    if account is None:
        return fitted([*head, "The account was not looked at yet.", *switches])
    against = [*thrown, *_against(account, asked)]
    opens = ["<b>Entries</b>: nothing keeps them away"]
    if against:
        opens = ["<b>Nothing is entered</b>:", *(f"- {line}" for line in against)]
    held = [_position(one) for one in account.positions]
    head += [*_account(account, asked), *_limits(account, asked), "", *opens, *switches]
    return fitted([*head, "", f"<b>Positions</b>: {len(held)}"], held)


def _account(account: AccountReport, asked: AskedBot) -> list[str]:
    when = (
        "not known when" if asked.marked_ms is None else clock_time(asked.marked_ms, asked.now_ms)
    )
    currency = plain(asked.currency, 20)
    worth, part = (
        unknown(account.exposure, number_in_words),
        _share(account.exposure, account.equity),
    )
    lost = unknown(account.risk_to_stops, number_in_words)
    lost_part = _share(account.risk_to_stops, account.equity)
    return [
        f"As of {when}",
        f"Equity {unknown(account.equity, number_in_words)} {currency}",
        f"Cash {number_in_words(account.cash)} {currency}",
        f"In positions {worth} {currency}, {part} of at most {_percent(account.total_cap)}",
        f"Lost if all stops are hit: {lost} {currency}, {lost_part}",
    ]


def _limits(account: AccountReport, asked: AskedBot) -> list[str]:
    streak = f"{account.losing_streak} of {account.consecutive_losses}"
    cap = account.position_cap
    largest = "" if account.equity is None else f", {_amount(cap * account.equity, asked)}"
    return [
        "",
        "<b>Limits</b>, used and allowed",
        f"Drawdown {unknown(account.drawdown, _percent)} of {_percent(account.drawdown_stop)}",
        f"Day {unknown(account.day_loss, _percent)} of {_percent(account.daily_loss)}",
        f"Week {unknown(account.week_loss, _percent)} of {_percent(account.weekly_loss)}",
        f"Losses in a row {streak}",
        f"Largest position {_percent(cap)}{largest}",
        f"Free slots {account.free_slots}",
        f"Sizes {_percent(account.size_scale)} of the usual",
    ]


def _against(account: AccountReport, asked: AskedBot) -> list[str]:
    reasons = [_STATES[asked.state]] if asked.state in _STATES else []
    if account.refusal:
        known = account.refusal in Reason.__members__
        reasons.append(Reason[account.refusal].sentence if known else account.refusal)
    if account.free_slots < 1:
        reasons.append("every slot is taken")
    return [plain(reason) for reason in reasons]


def _switches(database: Database, asked: AskedBot) -> tuple[list[str], list[str]]:
    """The switches that are thrown, and that they keep entries away."""
    try:
        with database.reading() as connection:
            entries = last_entries(connection, (asked.name, EVERY_BOT)).values()
    except AurumError as error:
        lines = [f"<b>Kill switch</b>: cannot be read: {plain(error, 300)}"]
        return lines, ["whether the kill switch is thrown cannot be read"]
    thrown = [entry for entry in entries if is_thrown(entry)]
    lines = [
        f"<b>Kill switch</b>, {plain(name_in_words(entry.bot))}: "
        f"{plain(switch_in_words(entry, asked.now_ms), 500)} "
        f"({'/rearm all' if entry.bot == EVERY_BOT else '/rearm'})"
        for entry in thrown
    ]
    against = ["the kill switch is thrown"] if thrown else []
    return lines or ["<b>Kill switch</b>: armed"], against


def _position(held: HeldReport) -> str:
    price, stop = (unknown(value, number_in_words) for value in (held.price, held.stop))
    waits = " (an entry order waits)" if held.ordered else ""
    gained = "" if held.profit is None else f", {held.profit:+,.2f}"
    return (
        f"{bold(held.pair, 40)} {number_in_words(held.amount)} at "
        f"{number_in_words(held.open_rate)}{waits}, now {price}, stop {stop}{gained}"
    )


def _amount(value: float, asked: AskedBot) -> str:
    return f"{number_in_words(value)} {plain(asked.currency, 20)}"


def _share(part: float | None, whole: float | None) -> str:
    return "not known" if part is None or not whole else _percent(part / whole)


def _percent(share: float) -> str:
    return f"{number_in_words(share * 100, 3)} %"
