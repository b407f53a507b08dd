"""Checks of what the user set up: one broken thing is named, with its mend."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aurum_plugins.credentials import ApiCredentials
from aurum_plugins.doctor import checks
from aurum_plugins.doctor.checks.candles import age
from aurum_plugins.doctor.checks.exchange import is_loopback
from aurum_plugins.doctor.examination import CHECKS, examine
from aurum_plugins.doctor.facts import Candles, Fault, FreqtradeFacts, SentimentFacts
from aurum_plugins.doctor.finding import Level
from aurum_plugins.doctor.request import Request

Build = Callable[..., Any]
NOW_MS = 1_700_000_000_000
START = ": a bot does, or `aurum sentiment collect`"
BAD = (Level.WARNING, Level.ERROR)


def found(check: Any, around: Any, *levels: Level) -> list[tuple[Level, str, str]]:
    wanted = levels or tuple(Level)
    return [(f.level, f.message, f.mend) for f in check(around) if f.level in wanted]


def test_a_sound_machine_has_nothing_to_mend(make_surroundings: Build) -> None:
    report = examine(make_surroundings())
    assert report.ok
    assert [f for f in report.findings if f.level in BAD] == []
    assert len(report.by_subject()) >= len(CHECKS) - 1  # FreqUI: no freqtrade folder was given


def test_no_check_needs_a_working_freqtrade(make_surroundings: Build) -> None:
    broken = FreqtradeFacts(fault=Fault(message="ImportError: no ccxt"))
    report = examine(make_surroundings(freqtrade=broken))
    errors = [f for f in report.findings if f.level is Level.ERROR]
    assert [(f.subject, f.message) for f in errors] == [
        ("registration", "freqtrade cannot be asked: ImportError: no ccxt")
    ]


class TestConfiguration:
    @pytest.mark.parametrize(
        ("fault", "mend"),
        [
            (
                Fault(message="x", kind="missing_file", where="c.json"),
                "create c.json, or name another file with --config",
            ),
            (
                Fault(message="x", kind="torn_file", where="c.json, line 3"),
                "mend the JSON at c.json, line 3",
            ),
            (
                Fault(message="x", kind="setting", where="aurum.breakot"),
                "correct aurum.breakot; `freqtrade show-config -c`",
            ),
            (Fault(message="x", kind="setting"), "correct the setting that the message names;"),
            (
                Fault(message="x", kind="missing_folder"),
                "freqtrade create-userdir --userdir elsewhere",
            ),
            (Fault(message="x"), "mend what the message names;"),
            (
                Fault(message="x", kind="setting", where="pairlists[1].method", suggestion="A"),
                "did you mean 'A'? Correct pairlists[1].method",
            ),
        ],
    )
    def test_every_fault_has_its_mend(
        self, make_surroundings: Build, make_facts: Build, fault: Fault, mend: str
    ) -> None:
        around = make_surroundings(
            freqtrade=make_facts(settings=None, settings_fault=fault),
            request=Request(config=(Path("a b.json"),), user_data_dir=Path("elsewhere")),
        )
        [bad] = found(checks.check_configuration, around)
        expected = mend.replace("-c`", "--config 'a b.json' --userdir elsewhere`")
        assert bad[0] is Level.ERROR
        assert bad[2].startswith(expected)

    def test_a_broken_rule_hides_the_ok(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(rule_fault=Fault(message="no")))
        assert [f[:2] for f in found(checks.check_configuration, around)] == [(Level.ERROR, "no")]

    def test_live_without_a_key(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(dry_run=False))
        [bad] = found(checks.check_configuration, around, *BAD)
        assert "key or secret is empty" in bad[1]

    def test_live_with_a_key(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(dry_run=False, has_key=True))
        [(level, message, _)] = found(checks.check_configuration, around)
        assert level is Level.OK
        assert message == "valid (live, binance spot): user_data/config.json"


class TestStrategy:
    def test_not_resolved(self, make_surroundings: Build, make_facts: Build) -> None:
        facts = make_facts(strategy=None, strategy_fault=Fault(message="Impossible to load"))
        [(level, message, mend)] = found(checks.check_strategy, make_surroundings(freqtrade=facts))
        assert (level, message) == (Level.ERROR, "Impossible to load")
        assert "freqtrade list-strategies" in mend

    def test_none_named(self, make_surroundings: Build, make_facts: Build) -> None:
        facts = make_facts(strategy=None)
        [(level, _, mend)] = found(checks.check_strategy, make_surroundings(freqtrade=facts))
        assert level is Level.WARNING
        assert "--strategy" in mend


class TestPrivateFiles:
    def test_none_yet(self, make_surroundings: Build) -> None:
        [(level, message, _)] = found(checks.check_private_files, make_surroundings())
        assert level is Level.INFO
        assert "none generated yet" in message

    def test_private_and_whole(self, make_surroundings: Build, tmp_path: Path) -> None:
        ApiCredentials.load_or_create(tmp_path / "aurum_api_server.json")
        [(level, message, _)] = found(checks.check_private_files, make_surroundings())
        assert level is Level.OK
        assert "owner alone" in message

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o700])
    def test_others_may_read(self, make_surroundings: Build, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "aurum_sandbox_keys.json"
        path.write_text("{}")
        path.chmod(mode)
        [bad] = found(checks.check_private_files, make_surroundings())
        assert bad == (
            Level.ERROR,
            f"{path} has mode {mode:04o}: others may read it"
            if mode & 0o077
            else f"{path} has mode {mode:04o}, not 0600",
            f"chmod 600 {path}",
        )

    def test_torn_credentials_are_named_and_not_quoted(
        self, make_surroundings: Build, tmp_path: Path
    ) -> None:
        path = tmp_path / "aurum_api_server.json"
        path.write_text('{"password": "hunter2hunter2"}')
        path.chmod(0o600)
        [bad] = found(checks.check_private_files, make_surroundings(), *BAD)
        assert "does not hold valid credentials" in bad[1]
        assert bad[2].startswith(f"rm {path}")
        assert "hunter2" not in "".join(map(str, bad))


class TestExchange:
    @pytest.mark.parametrize(
        ("url", "asked"),
        [
            ("http://127.0.0.1:8900/api/v3", "http://127.0.0.1:8900/api/v3/ping"),
            ("http://localhost:9001/0/public", "http://localhost:9001/api/v3/ping"),
            ("http://[::1]:77/api", "http://[::1]:77/api/v3/ping"),
        ],
    )
    def test_the_sandbox_is_pinged(
        self, make_surroundings: Build, make_facts: Build, url: str, asked: str
    ) -> None:
        calls: list[str] = []
        around = make_surroundings(freqtrade=make_facts(public_url=url), ping=calls.append)
        [(level, _, _)] = found(checks.check_exchange, around)
        assert level is Level.OK
        assert calls == [asked]

    @pytest.mark.parametrize(("port", "option"), [(8900, "`aurum sandbox`"), (9, "--port 9`")])
    def test_silence_is_a_warning(
        self, make_surroundings: Build, make_facts: Build, port: int, option: str
    ) -> None:
        facts = make_facts(public_url=f"http://127.0.0.1:{port}/api/v3")
        around = make_surroundings(freqtrade=facts, ping=lambda _url: "Connection refused")
        [(level, message, mend)] = found(checks.check_exchange, around)
        assert level is Level.WARNING
        assert message.endswith(f":{port}: Connection refused")
        assert option in mend
        assert "aurum demo" in mend

    @pytest.mark.parametrize("url", ["", "https://api.binance.com/api/v3", "http://10.0.0.1:80"])
    def test_a_real_exchange_is_left_alone(
        self, make_surroundings: Build, make_facts: Build, url: str
    ) -> None:
        def forbidden(_url: str) -> None:
            raise AssertionError

        around = make_surroundings(freqtrade=make_facts(public_url=url), ping=forbidden)
        [(level, message, _)] = found(checks.check_exchange, around)
        assert (level, message.endswith("not contacted")) == (Level.INFO, True)

    def test_an_address_that_is_no_url(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(public_url="http://127.0.0.1:x/"))
        [(level, message, _)] = found(checks.check_exchange, around)
        assert level is Level.ERROR
        assert "is no URL" in message

    @pytest.mark.parametrize(
        ("host", "here"),
        [("localhost", True), ("127.8.0.1", True), ("::1", True), ("example.org", False)],
    )
    def test_loopback(self, host: str, here: bool) -> None:
        assert is_loopback(host) is here


class TestVenues:
    def test_they_are_named(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(venues=("binance", "kraken")))
        message = "prices are checked against binance, kraken: `aurum venues`"
        assert found(checks.check_venues, around) == [(Level.INFO, message, "")]

    def test_none_is_no_fault(self, make_surroundings: Build) -> None:
        [(level, message, mend)] = found(checks.check_venues, make_surroundings())
        assert level is Level.INFO
        assert message == "prices are not checked against other venues"
        assert '"venues.json"' in mend


class TestSentiment:
    def test_none_is_no_fault(self, make_surroundings: Build) -> None:
        [(level, message, mend)] = found(checks.check_sentiment, make_surroundings())
        assert (level, message) == (Level.INFO, "no news are read")
        assert '"sentiment.json"' in mend

    def test_nothing_was_configured(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(sentiment=None))
        assert found(checks.check_sentiment, around) == []

    def test_a_wrong_section(self, make_surroundings: Build, make_facts: Build) -> None:
        fault = Fault(message="aurum.sentiment.rss.a: must be an address")
        around = make_surroundings(freqtrade=make_facts(sentiment=None, sentiment_fault=fault))
        [(level, message, mend)] = found(checks.check_sentiment, around)
        assert level is Level.ERROR
        assert message == "it cannot be read: aurum.sentiment.rss.a: must be an address"
        assert "aurum.sentiment" in mend

    def test_somebody_listens(self, make_surroundings: Build, make_facts: Build) -> None:
        facts = SentimentFacts(
            sources=("rss:a", "rss:b", "rss:c"),
            off=("X is not read: set AURUM_X_BEARER_TOKEN",),
            answered_ms={"rss:a": NOW_MS - 1_000, "rss:b": NOW_MS - 3 * 3_600_000},
            faults={"rss:b": "posts: 503"},
            first_ms=NOW_MS - 5 * 86_400_000,
            listening=True,
        )
        around = make_surroundings(freqtrade=make_facts(sentiment=facts))
        named, off, told, silent = found(checks.check_sentiment, around)
        assert named == (Level.INFO, "read are rss:a, rss:b, rss:c: `aurum sentiment status`", "")
        assert off == (Level.INFO, "X is not read: set AURUM_X_BEARER_TOKEN", "")
        said = "first listened to 5 days ago; last answers: rss:a a minute ago, rss:b 3 hours ago"
        assert told == (Level.OK, said, "")
        assert silent[:2] == (Level.WARNING, "rss:b did not answer: posts: 503")
        assert "aurum sentiment status" in silent[2]

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            ({}, f"nobody listened yet{START}"),
            (
                {"first_ms": NOW_MS - 2 * 86_400_000},
                f"nobody listens now{START} (first listened to 2 days ago; last answers: none)",
            ),
            ({"unread": "no file"}, "what was read before is not known: no file"),
        ],
    )
    def test_nobody_listens(
        self, told: dict[str, Any], said: str, make_surroundings: Build, make_facts: Build
    ) -> None:
        facts = SentimentFacts(sources=("rss:a",), **told)
        around = make_surroundings(freqtrade=make_facts(sentiment=facts))
        assert found(checks.check_sentiment, around)[1:] == [(Level.INFO, said, "")]

    def test_all_are_off(self, make_surroundings: Build, make_facts: Build) -> None:
        facts = SentimentFacts(off=("Reddit is not read",))
        around = make_surroundings(freqtrade=make_facts(sentiment=facts))
        assert [message for _, message, _ in found(checks.check_sentiment, around)] == [
            "Reddit is not read",
            f"nobody listened yet{START}",
        ]


class TestCandles:
    def test_present(self, make_surroundings: Build, tmp_path: Path) -> None:
        [(level, message, _)] = found(checks.check_candles, make_surroundings())
        assert level is Level.OK
        assert message == (
            "BTC/USDT: at least 9 1h candles each, the last 3 hours old, "
            f"in {tmp_path}/data/binance"
        )

    def test_missing_torn_and_present(self, make_surroundings: Build, make_facts: Build) -> None:
        candles = (
            Candles(pair="A/USDT", timeframe="5m", count=0),
            Candles(pair="B/USDT", timeframe="5m", count=0, unreadable=True),
            Candles(pair="C/USDT", timeframe="5m", count=3, last_ms=1_699_999_990_000),
            Candles(pair="D/USDT", timeframe="5m", count=5, last_ms=1_699_000_000_000),
        )
        request = Request(config=(Path("c.json"),))
        around = make_surroundings(freqtrade=make_facts(candles=candles), request=request)
        torn, missing, present = found(checks.check_candles, around)
        download = "freqtrade download-data --config c.json --timeframes 5m --days 30"
        assert torn[0] is missing[0] is Level.WARNING
        assert torn[1].endswith(": B/USDT")
        assert torn[2] == f"{download} --erase"
        assert missing[1].endswith(": A/USDT")
        assert missing[2] == download
        assert "C/USDT, D/USDT: at least 3 5m candles each" in present[1]
        assert "the last a minute to 11 days old" in present[1]

    def test_all_torn(self, make_surroundings: Build, make_facts: Build) -> None:
        candles = (Candles(pair="A/USDT", timeframe="5m", count=0, unreadable=True),)
        around = make_surroundings(freqtrade=make_facts(candles=candles))
        assert [f[0] for f in found(checks.check_candles, around)] == [Level.WARNING]

    def test_nothing_to_look_for(self, make_surroundings: Build, make_facts: Build) -> None:
        around = make_surroundings(freqtrade=make_facts(candles=()))
        [(level, _, _)] = found(checks.check_candles, around)
        assert level is Level.INFO

    def test_a_folder_that_cannot_be_searched(
        self, make_surroundings: Build, make_facts: Build
    ) -> None:
        around = make_surroundings(freqtrade=make_facts(candles_fault=Fault(message="denied")))
        [(level, message, mend)] = found(checks.check_candles, around)
        assert level is Level.WARNING
        assert message.endswith("cannot be searched: denied")
        assert mend

    @pytest.mark.parametrize(
        ("span_ms", "said"),
        [(0, "a minute"), (180_000, "3 minutes"), (7_200_000, "2 hours"), (10**9, "11 days")],
    )
    def test_age(self, span_ms: int, said: str) -> None:
        assert age(span_ms) == said


class TestDisk:
    def test_little_space_is_a_warning(self, make_surroundings: Build) -> None:
        around = make_surroundings(free_bytes=lambda _folder: (1 << 30) - 1)
        [(level, message, _)] = found(checks.check_disk, around)
        assert level is Level.WARNING
        assert message.startswith("only 1.0 GiB free")

    def test_one_gib_is_enough(self, make_surroundings: Build) -> None:
        around = make_surroundings(free_bytes=lambda _folder: 1 << 30)
        assert found(checks.check_disk, around, *BAD) == []

    def test_read_only_folder(
        self, make_surroundings: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        [bad] = found(checks.check_disk, make_surroundings(), *BAD)
        assert bad[1] == f"{tmp_path} cannot be written to"
