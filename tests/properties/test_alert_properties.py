"""The alert book and its notifier through any sequence of conditions, times, restarts and faults.

The model knows of each key since when it is open and since when it is missed, and nothing of
notices; those are held to rules that do not depend on how the book decides.
"""

from __future__ import annotations

import contextlib
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from watched_snapshots import NOW_MS, NotingChannel, condition

from aurum_plugins.clock import HOUR_MS, MINUTE_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.database.schema import alert_notices, alerts
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.channels.errors import NotSent
from aurum_plugins.monitoring.alerts.notice_queue import CLAIM_MS
from aurum_plugins.monitoring.alerts.notifier import Notifier
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.settings import MonitorSettings

BOTS = ("", "freqtrade (live)")
GRACE_MS = 60 * SECOND_MS
CHANNELS = ("log", "telegram")
found = st.lists(
    st.tuples(
        st.sampled_from(["drawdown", "breaker_open"]),
        st.sampled_from(["", "kraken"]),
        st.sampled_from(list(Severity)),
    ),
    max_size=4,
)
steps = st.sampled_from([0, 2_000, 10_000, 59_000, 60_000, 3 * MINUTE_MS, HOUR_MS, 7 * HOUR_MS])


class Killed(BaseException):
    """The process ends here."""


class AlertMachine(RuleBasedStateMachine):
    @initialize(raises=st.integers(1, 4))
    def begin(self, raises: int) -> None:
        self.settings = MonitorSettings(raises_an_hour=raises)
        self.database = open_database("sqlite://")
        self.clock = VirtualClock(NOW_MS)
        self.channels = {name: NotingChannel() for name in CHANNELS}
        # By rule and subject: since when it is open, since when it is missed, its worst.
        self.open: dict[str, dict[tuple[str, str], list]] = {bot: {} for bot in BOTS}
        self.kills: Counter[int] = Counter()
        self.books: list[AlertBook] = []
        self.restart()

    @rule()
    def restart(self) -> None:
        """The monitor ends and begins again."""
        self.book = AlertBook(self.database, CHANNELS, self.settings)
        self.notifier = Notifier(self.database, self.channels, self.clock)
        for keys in self.open.values():
            for state in keys.values():
                state[1] = None

    @rule(by_ms=steps)
    def time_passes(self, by_ms: int) -> None:
        self.clock.advance(by_ms)

    @rule(bot=st.sampled_from(BOTS), seen=found, judged=st.booleans())
    def look(self, bot: str, seen, judged: bool) -> None:
        now_ms = self.clock.now_ms()
        unjudged = () if judged else ("drawdown",)
        conditions = [condition(name, severity, subject) for name, subject, severity in seen]
        self.book.update(bot, conditions, now_ms, unjudged=unjudged)
        worst: dict[tuple[str, str], Severity] = {}
        for one in conditions:
            worst[one.key] = max(one.severity, worst.get(one.key, one.severity), key=rank)
        keys = self.open[bot]
        for key in [key for key in keys if key not in worst]:
            if key[0] in unjudged:
                keys[key][1] = None
            else:
                since_ms = keys[key][1] = keys[key][1] or now_ms
                # Written down every ten seconds at least while it holds.
                if now_ms - since_ms >= GRACE_MS:
                    del keys[key]
        for key, severity in worst.items():
            known = keys.setdefault(key, [now_ms, None, severity])
            known[1], known[2] = None, max(known[2], severity, key=rank)

    @rule(bot=st.sampled_from(BOTS), by_ms=steps)
    def is_well_for(self, bot: str, by_ms: int) -> None:
        self.look(bot, [], judged=True)
        self.clock.advance(by_ms)
        self.look(bot, [], judged=True)

    @rule(channel=st.sampled_from(CHANNELS), fails=st.booleans())
    def send(self, channel: str, fails: bool) -> None:
        self.channels[channel].errors = [NotSent("no")] if fails else []
        self.notifier.send_due(channel)
        self.channels[channel].errors = []

    @rule(channel=st.sampled_from(CHANNELS), is_sent=st.booleans())
    def kill_while_sending(self, channel: str, is_sent: bool) -> None:
        noting = self.channels[channel]
        send = noting.send

        def killed(notice) -> None:
            if is_sent:
                send(notice)
            self.kills[notice.number] += is_sent
            raise Killed

        noting.send = killed
        with contextlib.suppress(Killed):
            self.notifier.send_due(channel)
        del noting.send
        self.restart()

    @invariant()
    def the_open_ones_are_those_of_the_model(self) -> None:
        if not hasattr(self, "open"):
            return
        for bot in BOTS:
            kept = {(one.rule, one.subject): one for one in self.book.open(bot)}
            assert len(kept) == len(self.book.open(bot)), "one for each key"
            assert kept.keys() == self.open[bot].keys()
            for key, (since_ms, _, severity) in self.open[bot].items():
                assert kept[key].since_ms == since_ms
                assert kept[key].severity is severity

    @invariant()
    def notices_make_sense(self) -> None:
        if not hasattr(self, "open"):
            return
        with self.database.reading() as connection:
            rows = connection.execute(select(alert_notices).order_by("number")).all()
            ended = {
                row.number: row.ended_ms is not None
                for row in connection.execute(select(alerts.c.number, alerts.c.ended_ms))
            }
        by_channel = [
            [(row.alert, row.kind) for row in rows if row.channel == name] for name in CHANNELS
        ]
        assert by_channel[0] == by_channel[1]
        for number, is_over in ended.items():
            kinds = [kind for alert, kind in by_channel[0] if alert == number]
            assert kinds.count("ended") == (is_over and bool(set(kinds) - {"paused", "ended"}))
            assert "ended" not in kinds[:-1]
            assert not {"raised", "paused"} & set(kinds[1:])
            assert kinds.count("worse") < len(Severity)
            if not kinds or kinds[0] not in {"raised", "paused"}:
                # Nothing was told at first: only where it comes and goes.
                assert self.raised_before(number) >= self.settings.raises_an_hour

    def raised_before(self, number: int) -> int:
        with self.database.reading() as connection:
            one = connection.execute(select(alerts).where(alerts.c.number == number)).one()
            query = select(alerts.c.number).where(
                alerts.c.bot == one.bot,
                alerts.c.rule == one.rule,
                alerts.c.subject == one.subject,
                alerts.c.number < number,
                alerts.c.since_ms > one.since_ms - HOUR_MS,
            )
            return len(connection.execute(query).all())

    @invariant()
    def nothing_is_sent_twice_but_after_a_kill(self) -> None:
        if not hasattr(self, "open"):
            return
        for channel in self.channels.values():
            for number, times in Counter(one.number for one in channel.sent).items():
                assert times <= 1 + self.kills[number]

    def teardown(self) -> None:
        """In the end everything is told, in order, unless it is older than a day."""
        if not hasattr(self, "open"):
            return
        self.clock.advance(CLAIM_MS + 10 * MINUTE_MS)
        for name in CHANNELS:
            self.notifier.send_due(name)
            numbers = list(dict.fromkeys(one.number for one in self.channels[name].sent))
            assert numbers == sorted(numbers)
        with self.database.reading() as connection:
            rows = connection.execute(select(alert_notices)).all()
        sent = {one.number for channel in self.channels.values() for one in channel.sent}
        for row in rows:
            if row.sent_ms is None:
                assert row.fault.startswith("given up after 24 h")
                assert row.number not in sent or self.kills[row.number]
            else:
                assert row.number in sent
        self.database.close()


def rank(severity: Severity) -> int:
    return severity.rank


AlertMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAlerts = AlertMachine.TestCase
