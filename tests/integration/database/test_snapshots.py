"""What a monitor reads of a bot, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from decisions import HOUR_MS, PAIR, START_MS, decision, wanted
from registry_models import SmallModel, facts
from settled import LEDGER, trade
from sqlalchemy import event, insert, text
from told_sentiment import NOW as NEWS_MS
from told_sentiment import tell

from aurum_plugins.clock import DAY_MS, MINUTE_MS, VirtualClock
from aurum_plugins.database import Database
from aurum_plugins.database.schema import (
    alerts,
    bot_reports,
    consensus_marks,
    decisions,
    equity_marks,
    orders,
    venue_health,
)
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.execution.decision_rows import row_of
from aurum_plugins.execution.journal import Journal
from aurum_plugins.forecasting.registry import ModelRegistry
from aurum_plugins.ledger.fee_ledger import FeeLedger
from aurum_plugins.ledger.settings import LedgerSettings
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    PairCandles,
)
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, Owed, SwitchWord
from aurum_plugins.monitoring.snapshot.decision_counts import decision_counts
from aurum_plugins.monitoring.snapshot.equity_curve import equity_curve
from aurum_plugins.monitoring.snapshot.forecasts import forecasts
from aurum_plugins.monitoring.snapshot.moods_now import moods_now
from aurum_plugins.monitoring.snapshot.newest_decisions import newest_decisions
from aurum_plugins.monitoring.snapshot.owed import owed
from aurum_plugins.monitoring.snapshot.pair_consensus import pair_consensus
from aurum_plugins.monitoring.snapshot.read_snapshot import MOODS_EVERY_MS, SnapshotReader
from aurum_plugins.monitoring.snapshot.serving_models import serving_models
from aurum_plugins.monitoring.snapshot.snapshot_sources import SnapshotSources
from aurum_plugins.monitoring.snapshot.source_words import source_words
from aurum_plugins.monitoring.snapshot.switch_word import switch_word
from aurum_plugins.monitoring.snapshot.told_decisions import told_decisions
from aurum_plugins.monitoring.snapshot.venue_words import venue_words
from aurum_plugins.reasons import Reason
from aurum_plugins.risk.kill_switch import KillSwitch
from aurum_plugins.risk.switch import EVERY_BOT, SwitchState
from aurum_plugins.sentiment.store.sentiment_store import SentimentStore

BOT, OTHER = "freqtrade (dry run)", "Other (live)"
# A little after the 30th hourly candle closed.
NOW_MS = START_MS + 30 * HOUR_MS + MINUTE_MS
BIG = ("decisions", "equity_marks", "consensus_marks", "sentiment_mentions", "sentiment_items")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


@pytest.fixture
def journal(database, clock) -> Journal:
    return Journal(database, BOT, "1h", "AurumStrategy", clock)


@pytest.fixture
def reader(database) -> SnapshotReader:
    return SnapshotReader(database, SnapshotSources())


def order(journal: Journal, number: int, *ends: Reason, pair: str = PAIR) -> None:
    """An entry that was sent on a candle, and what came of it."""
    journal.record([wanted(number, pair)])
    for reason in (Reason.APPROVED, *ends):
        refused = reason in {Reason.REJECTED, Reason.CANCELLED, Reason.UNBOOKED}
        verdict = Verdict.REFUSED if refused else Verdict.APPROVED
        journal.settle(pair, START_MS + number * HOUR_MS, verdict, reason, {})


def refuse(journal: Journal, number: int, reason: Reason, pair: str = PAIR) -> None:
    journal.record([wanted(number, pair)])
    journal.settle(pair, START_MS + number * HOUR_MS, Verdict.REFUSED, reason, {})


def mark(database: Database, at_ms: int, drawdown: float = 0.0, bot: str = BOT) -> None:
    row = {"bot": bot, "at_ms": at_ms, "equity": 100.0, "exposure": 1.0, "drawdown": drawdown}
    with database.writing() as connection:
        connection.execute(insert(equity_marks).values(row))


class TestCounts:
    def test_by_verdict_reason_and_what_came_of_orders(self, database, journal) -> None:
        journal.record([decision(number) for number in range(20)])
        ends = (
            (Reason.FILLED,),
            (Reason.FILLED,),
            (Reason.OUTCOME_UNKNOWN, Reason.RECOVERED),
            (Reason.CANCELLED,),
            (Reason.REJECTED,),
            (Reason.OUTCOME_UNKNOWN,),
            (),
        )
        for number, reasons in enumerate(ends, start=20):
            order(journal, number, *reasons)
        refuse(journal, 28, Reason.WIDE_SPREAD)
        found = decision_counts(database, BOT, NOW_MS)
        # Candles 6 to 29 closed in the last day; 27 and 29 were not decided.
        assert found.verdicts == {"approved": 5, "none": 14, "refused": 3}
        assert list(found.reasons.items())[:2] == [("NO_BREAKOUT", 14), ("FILLED", 2)]
        assert sum(found.reasons.values()) == 22
        # Two are under way: they are no orders that failed.
        assert (found.ordered, found.filled, found.execution_rate) == (5, 3, 0.6)

    def test_a_bot_that_did_nothing(self, database) -> None:
        found = decision_counts(database, BOT, NOW_MS)
        assert (found.verdicts, found.ordered, found.execution_rate) == ({}, 0, None)

    def test_the_day_begins_and_ends_with_closed_candles(self, database, journal) -> None:
        journal.record([decision(number) for number in range(30)])
        close = START_MS + 30 * HOUR_MS
        for now_ms, number in ((close, 24), (close - 1, 24), (close + HOUR_MS, 23)):
            found = decision_counts(database, BOT, now_ms)
            assert found.verdicts == {"none": number}, now_ms


class TestDecisions:
    def test_the_newest_of_each_pair(self, database, journal) -> None:
        journal.record([decision(n, pair) for n in range(5) for pair in (PAIR, "ADA/USDT")])
        journal.record([decision(29), decision(10, "ETH/USDT")])
        Journal(database, OTHER, "1h", "x", VirtualClock(0)).record([decision(50, "XRP/USDT")])
        found = newest_decisions(database, BOT, NOW_MS)
        # ADA was last decided on more than a day before the newest candle.
        assert found == (decision(29), decision(10, "ETH/USDT"))
        assert newest_decisions(database, BOT, NOW_MS, most=1) == (decision(29),)
        assert newest_decisions(database, "nobody", NOW_MS) == ()

    def test_the_last_that_are_worth_telling(self, database, journal) -> None:
        journal.record([decision(number) for number in range(30)])
        missed = decision(3, "ADA/USDT", signal=Reason.NOT_DECIDED, reason=Reason.MISSED)
        journal.record([missed, wanted(29, "XRP/USDT")])
        refuse(journal, 28, Reason.KILLED, "ETH/USDT")
        order(journal, 5, Reason.FILLED, pair="ETH/USDT")
        found = told_decisions(database, BOT, NOW_MS)
        ends = [(one.pair, one.reason) for one in found]
        assert ends == [
            ("XRP/USDT", Reason.BREAKOUT),
            ("ETH/USDT", Reason.KILLED),
            ("ETH/USDT", Reason.FILLED),
            ("ADA/USDT", Reason.MISSED),
        ]
        assert told_decisions(database, BOT, NOW_MS, most=2) == found[:2]
        assert told_decisions(database, "nobody", NOW_MS) == ()

    def test_where_signals_only_said_no_there_is_nothing_to_tell(self, database, journal) -> None:
        journal.record([decision()])
        assert told_decisions(database, BOT, NOW_MS) == ()

    def test_forecasts_are_those_of_the_newest_candles(self, database, journal) -> None:
        ready = {"probability": 0.7, "confidence": 0.5, "volatility_ratio": 1.0, "readiness": 1.0}
        journal.record([decision(1, figures=ready), decision(2, "ETH/USDT")])
        [found] = forecasts(database, BOT, NOW_MS)
        assert (found.pair, found.probability, found.ready) == (PAIR, 0.7, True)


class TestEquity:
    def test_few_marks_are_all_there(self, database) -> None:
        times = [START_MS + number * HOUR_MS for number in range(40)]
        for at_ms in times:
            mark(database, at_ms, drawdown=at_ms % 7 / 10)
        mark(database, START_MS, bot=OTHER)
        found = equity_curve(database, BOT, times[-1] + MINUTE_MS)
        assert [point.at_ms for point in found] == times
        assert (found[3].equity, found[3].exposure) == (100.0, 1.0)
        assert equity_curve(database, "nobody", NOW_MS) == ()

    def test_of_many_a_few_are_picked_that_do_not_change_from_look_to_look(self, database) -> None:
        rows = [
            {
                "bot": BOT,
                "at_ms": START_MS + number * MINUTE_MS,
                "equity": float(number),
                "exposure": 0.0,
                "drawdown": 0.9 if number == 7_777 else 0.1,
            }
            for number in range(20_000)
        ]
        with database.writing() as connection:
            connection.execute(insert(equity_marks), rows)
        last = rows[-1]["at_ms"]
        found = equity_curve(database, BOT, last + 1_000, most=90)
        assert 60 <= len(found) <= 95
        assert list(found) == sorted(found, key=lambda point: point.at_ms)
        assert (found[0].at_ms, found[-1].at_ms) == (START_MS, last)
        assert max(found, key=lambda point: point.drawdown).equity == 7_777.0
        # Most of them of the last day, and a third at least spread over all time.
        assert sum(point.at_ms > last - DAY_MS for point in found) >= 30
        assert sum(point.at_ms < last - 7 * DAY_MS for point in found) >= 15
        assert equity_curve(database, BOT, last + 3_000, most=90) == found

    def test_a_gap_costs_no_points(self, database) -> None:
        times = [START_MS, START_MS + MINUTE_MS, START_MS + 900 * DAY_MS]
        for at_ms in times:
            mark(database, at_ms)
        assert [one.at_ms for one in equity_curve(database, BOT, times[-1])] == [
            times[0],
            times[-1],
        ]


class TestSwitch:
    def test_nobody_ever_threw_it(self, database) -> None:
        assert switch_word(database, BOT, NOW_MS) == SwitchWord("armed")

    def test_the_more_severe_counts(self, database, clock) -> None:
        KillSwitch(database, BOT, clock).throw(SwitchState.HALTED, "odd prices", "anna")
        word = SwitchWord("halted", "odd prices", "anna", NOW_MS)
        assert switch_word(database, BOT, NOW_MS) == word
        KillSwitch(database, EVERY_BOT, clock).throw(SwitchState.FLAT, "all out", "ben")
        assert switch_word(database, BOT, NOW_MS).state == "flat"

    def test_what_is_not_understood_is_said_so(self, database, clock) -> None:
        KillSwitch(database, BOT, clock).throw(SwitchState.HALTED, "why", "who")
        with database.writing() as connection:
            connection.execute(text("UPDATE switches SET state = 'melted'"))
        word = switch_word(database, BOT, NOW_MS)
        assert word.state == ""
        assert "melted" in word.reason


class TestVenues:
    def test_as_the_bot_wrote_them_down(self, database) -> None:
        told = {"error_rate": None, "latency_p95_ms": 31.5, "last_success_ms": 5, "errors": {}}
        rows = [
            {"venue": "binance", "state": "closed", "figures": {**told, "distrusted": False}},
            {"venue": "kraken", "state": "open", "figures": {"distrusted": True}},
        ]
        with database.writing() as connection:
            connection.execute(insert(venue_health), [{**r, "bot": BOT, "at_ms": 9} for r in rows])
        binance, kraken = venue_words(database, BOT, HOUR_MS)
        assert (binance.trusted, binance.error_rate, binance.latency_p95_ms) == (True, None, 31.5)
        assert (kraken.state, kraken.trusted, kraken.last_success_ms) == ("open", False, None)
        assert venue_words(database, BOT, HOUR_MS + 10) == ()

    def test_consensus_of_each_pair(self, database, journal) -> None:
        journal.record([decision(29)])
        rows = [
            {"pair": pair, "candle_ms": START_MS + number * HOUR_MS, "price": number or None}
            for pair, number in ((PAIR, 28), (PAIR, 29), ("ETH/USDT", 29), ("ADA/USDT", 0))
        ]
        same = {"bot": BOT, "timeframe": "1h", "seen_ms": 0, "quality": 0.9, "venues": 3}
        with database.writing() as connection:
            connection.execute(
                insert(consensus_marks), [{**row, **same, "dissent": ""} for row in rows]
            )
        found = pair_consensus(database, BOT, NOW_MS)
        assert [(word.pair, word.price) for word in found] == [(PAIR, 29.0), ("ETH/USDT", 29.0)]
        assert (found[0].quality, found[0].venues, found[0].dissent) == (0.9, 3, "")
        assert pair_consensus(database, OTHER, NOW_MS) == ()


class TestNews:
    @pytest.fixture(autouse=True)
    def told(self, database) -> None:
        tell(SentimentStore(database))

    def report(self, database: Database, exchange: str, *pairs: str) -> None:
        loop = LoopReport(pid=1, host="here", started_ms=0, state="running", exchange=exchange)
        known = tuple(PairCandles(pair=pair) for pair in pairs)
        candles = CandleReport(interval_ms=HOUR_MS, pairs=known)
        both = [Reported(NEWS_MS, report) for report in (loop, candles)]
        ReportStore(database).write(BOT, both)

    def test_of_what_the_bot_trades_and_where(self, database) -> None:
        self.report(database, "kraken", PAIR, "SOL/USDT")
        found = moods_now(database, BOT, NEWS_MS, SnapshotSources())
        assert [word.subject for word in found] == ["*", "BTC", "SOL"]
        assert found[1].available
        assert found[1].count > 1
        assert (found[2].count, found[2].available) == (0.0, True)
        assert found[1].shock == "withdrawals halted (@kraken): Kraken halts withdrawals"
        self.report(database, "binance", PAIR)
        assert moods_now(database, BOT, NEWS_MS, SnapshotSources())[1].shock == ""

    def test_of_what_is_configured_or_written_about(self, database) -> None:
        sources = SnapshotSources.from_config(
            {"exchange": {"name": "kraken", "pair_whitelist": ["SOL/USDT", ".*/EUR"]}}
        )
        found = moods_now(database, "nobody", NEWS_MS, sources)
        assert [word.subject for word in found] == ["*", "SOL"]
        assert found[1].shock
        found = moods_now(database, "nobody", NEWS_MS, SnapshotSources())
        assert [word.subject for word in found] == ["*", "@kraken", "BTC"]

    def test_where_nobody_listens_there_is_no_mood(self, database) -> None:
        found = moods_now(database, BOT, NEWS_MS - DAY_MS, SnapshotSources(pairs=(PAIR,)))
        assert [word.available for word in found] == [False, False]

    def test_sources(self, database) -> None:
        coindesk, decrypt = source_words(database, BOT, NEWS_MS)
        assert (coindesk.source, coindesk.answered_ms) == ("rss:coindesk", NEWS_MS - MINUTE_MS)
        assert (coindesk.fault, coindesk.items) == ("", 4)
        assert (decrypt.polled_ms, decrypt.fault) == (NEWS_MS, "posts: 503 [red]")
        assert source_words(database, BOT, NEWS_MS + 8 * DAY_MS) == ()

    def test_a_snapshot_reads_them_again_after_a_while(self, database, reader) -> None:
        self.report(database, "kraken", PAIR)
        first = reader.read(BOT, NEWS_MS)
        assert (first.faults, len(first.moods), len(first.sources)) == ({}, 2, 2)
        self.report(database, "kraken", PAIR, "SOL/USDT")
        assert reader.read(BOT, NEWS_MS + MOODS_EVERY_MS - 1).moods == first.moods
        assert len(reader.read(BOT, NEWS_MS + MOODS_EVERY_MS).moods) == 3
        # A clock that was set back.
        self.report(database, "kraken", PAIR)
        assert len(reader.read(BOT, NEWS_MS).moods) == 2


class TestTheRest:
    def test_fees(self, database, clock, reader) -> None:
        ledger = FeeLedger(database, BOT, LedgerSettings(**LEDGER), clock)
        ledger.settle([trade(1), trade(2)])
        first = Owed("USDT", Decimal(5), Decimal(0), Decimal(0), 2)
        assert owed(database, BOT, NOW_MS) == reader.read(BOT, NOW_MS).owed == (first,)
        ledger.invoice()
        ledger.settle([trade(3)])
        second = Owed("USDT", Decimal("2.5"), Decimal(5), Decimal(0), 3)
        assert reader.read(BOT, NOW_MS).owed == owed(database, BOT, NOW_MS) == (second,)
        assert owed(database, OTHER, NOW_MS) == ()

    def test_models_where_the_bot_says_they_are(self, database, tmp_path, reader) -> None:
        registry = ModelRegistry(tmp_path / "models")
        registry.promote(PAIR, registry.add(PAIR, SmallModel(1), facts()).id, "the first")
        assert serving_models(database, BOT, NOW_MS) == ()
        report = ModelReport(model="AurumEnsemble", identifier="x", folder=str(registry.folder))
        ReportStore(database).write(BOT, [Reported(NOW_MS, report)])
        [model] = serving_models(database, BOT, NOW_MS)
        assert reader.read(BOT, NOW_MS).serving == (model,)
        assert serving_models(database, OTHER, NOW_MS, registry.folder) == (model,)
        away = report.model_copy(update={"folder": "/gone"})
        ReportStore(database).write(BOT, [Reported(NOW_MS, away)])
        snapshot = reader.read(BOT, NOW_MS)
        assert snapshot.serving == ()
        assert list(snapshot.faults) == ["serving"]
        assert "/gone is not there: is it on another machine?" in snapshot.faults["serving"]

    def test_orders_and_alerts(self, database, reader) -> None:
        order_of = {"pair": PAIR, "side": "buy", "order_type": "limit", "amount": "1"}
        rows = [
            {
                **order_of,
                "client_order_id": name,
                "state": name[:-1],
                "sent_ms": sent_ms,
                "bot": BOT,
            }
            for name, sent_ms in (
                ("unknown1", 50),
                ("leaving1", 40),
                ("settled1", 1),
                ("taken1", 2),
            )
        ]
        raised = {"bot": BOT, "rule": "disk", "subject": "", "severity": "high", "text": "full"}
        raised |= {"figures": {}, "since_ms": 1, "last_ms": 2, "ended_ms": None}
        with database.writing() as connection:
            connection.execute(insert(orders), [{**row, "updated_ms": 0} for row in rows])
            connection.execute(insert(alerts).values(raised))
        snapshot = reader.read(BOT, NOW_MS)
        assert (snapshot.unsettled_orders, snapshot.oldest_unsettled_ms) == (2, 40)
        assert [alert.rule for alert in snapshot.alerts] == ["disk"]
        other = reader.read(OTHER, NOW_MS)
        assert (other.unsettled_orders, other.oldest_unsettled_ms, other.alerts) == (0, None, ())

    def test_bots_are_known_by_whatever_they_leave(self, database, clock, reader) -> None:
        mark(database, 0, bot="By equity")
        ReportStore(database).write("By report", [Reported(0, AccountReport(cash=1.0))])
        FeeLedger(database, "By fee", LedgerSettings(**LEDGER), clock).settle([trade(1)])
        KillSwitch(database, "By switch", clock).throw(SwitchState.FLAT, "", "")
        KillSwitch(database, EVERY_BOT, clock).throw(SwitchState.FLAT, "", "")
        assert reader.bots() == ("By equity", "By fee", "By report", "By switch")


class TestFaults:
    def test_of_an_unknown_bot_nothing_is_known_and_nothing_is_wrong(self, reader) -> None:
        snapshot = reader.read("nobody", NOW_MS)
        [market] = snapshot.moods
        assert (market.subject, market.available) == ("*", False)
        assert replace(snapshot, moods=()) == BotSnapshot("nobody", NOW_MS, SwitchWord("armed"))

    @pytest.mark.parametrize(
        ("table", "faulty"),
        [
            ("decisions", {"counts", "newest", "lately", "consensus"}),
            ("equity_marks", {"equity"}),
            ("consensus_marks", {"consensus"}),
            ("switches", {"switch"}),
            ("venue_health", {"venues"}),
            ("orders", {"unsettled_orders"}),
            ("alerts", {"alerts"}),
            ("ledger_entries", {"owed"}),
            ("sentiment_sources", {"sources"}),
            ("sentiment_coverage", {"moods"}),
        ],
    )
    def test_one_section_that_fails_takes_down_no_other(
        self, table, faulty, database, journal, reader
    ) -> None:
        journal.record([decision(29)])
        mark(database, NOW_MS)
        ReportStore(database).write(BOT, [Reported(NOW_MS, AccountReport(cash=1.0))])
        with database.writing() as connection:
            connection.execute(text(f"DROP TABLE {table}"))
        snapshot = reader.read(BOT, NOW_MS)
        assert snapshot.faults.keys() == faulty
        assert all("a table is missing" in fault for fault in snapshot.faults.values())
        assert snapshot.account.report.cash == 1.0
        assert (snapshot.switch.state == "") is (table == "switches")
        assert bool(snapshot.newest) is (table != "decisions")
        assert bool(snapshot.equity) is (table != "equity_marks")

    def test_a_report_that_makes_no_sense(self, database, reader) -> None:
        row = {"bot": BOT, "topic": "account", "at_ms": 1, "report": {"cash": "much"}}
        with database.writing() as connection:
            connection.execute(insert(bot_reports).values(row))
        snapshot = reader.read(BOT, NOW_MS)
        assert snapshot.account is None
        assert "makes no sense" in snapshot.faults["account"]

    def test_a_decision_of_a_newer_version(self, database, journal, reader) -> None:
        journal.record([decision(29), decision(29, "ETH/USDT")])
        refuse(journal, 28, Reason.KILLED)
        with database.writing() as connection:
            connection.execute(text("UPDATE decisions SET reason = 'NEW' WHERE pair = 'ETH/USDT'"))
        snapshot = reader.read(BOT, NOW_MS)
        assert snapshot.faults.keys() == {"counts", "newest", "lately"}
        assert "not understood" in snapshot.faults["counts"]

    def test_a_timeframe_without_a_length(self, database, reader) -> None:
        with database.writing() as connection:
            row = row_of(BOT, "1M", "AurumStrategy", decision())
            connection.execute(insert(decisions).values(row))
        snapshot = reader.read(BOT, NOW_MS)
        assert snapshot.faults.keys() == {"counts", "newest", "lately"}


def questions(database: Database, journal: Journal) -> list[Callable[[], object]]:
    return [
        lambda: SnapshotReader(database, SnapshotSources(pairs=(PAIR,))).read(BOT, NOW_MS),
        lambda: journal.counts(0, NOW_MS),
        lambda: journal.counts(0, NOW_MS, [PAIR]),
        lambda: journal.last(PAIR, 1_000),
        lambda: journal.at(PAIR, NOW_MS),
        lambda: journal.ordered(NOW_MS - DAY_MS),
        lambda: journal.refused(PAIR, 0, NOW_MS),
        journal.newest_candles,
        journal.pending,
        journal.unfinished,
    ]


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_no_question_reads_a_table_from_end_to_end(database, journal) -> None:
    """Of a million rows that would take a second."""
    journal.record([decision(n, pair) for n in range(30) for pair in (PAIR, "ETH/USDT")])
    order(journal, 30, Reason.FILLED)
    for number in range(40):
        mark(database, START_MS + number * HOUR_MS)
    SentimentStore(database).listened_between("rss:a", NOW_MS - HOUR_MS, NOW_MS)
    asked: dict[str, object] = {}

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked[statement] = parameters

    for question in questions(database, journal):
        question()
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(asked) >= 25
    with database.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            scans = [step for step in steps if step.startswith("SCAN") and step.split()[1] in BIG]
            assert not scans, (statement, steps)
