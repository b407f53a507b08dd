"""Telegram, webhook and freqtrade's API over real HTTP on loopback: answers of every kind."""

from __future__ import annotations

import json
import logging
import socket
import time
import traceback

import pytest
from loopback_http import Answer, LoopbackServer
from pydantic import SecretStr
from watched_snapshots import NOW_MS, condition, loop_report, notice

from aurum_plugins.clock import HOUR_MS, SECOND_MS, VirtualClock
from aurum_plugins.database import open_database
from aurum_plugins.monitoring.alerts.alert_book import AlertBook
from aurum_plugins.monitoring.alerts.channels.errors import ChannelRefuses, NoticeRefused, NotSent
from aurum_plugins.monitoring.alerts.channels.telegram import TelegramChannel
from aurum_plugins.monitoring.alerts.channels.webhook import WebhookChannel
from aurum_plugins.monitoring.alerts.notifier import Notifier
from aurum_plugins.monitoring.freqtrade_api import FreqtradeApi, ping_address
from aurum_plugins.monitoring.settings import MonitorSettings

SECRET = "AAsecret-Token_x"
TOKEN = f"123456:{SECRET}"
CLOCK = VirtualClock(NOW_MS)


def said(status: int, document: object, **headers: str) -> Answer:
    return Answer(status, {"Content-Type": "application/json", **headers}, _json(document))


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def refused(status: int, description: str, **parameters: object) -> Answer:
    document = {"ok": False, "error_code": status, "description": description}
    return said(status, document | ({"parameters": parameters} if parameters else {}))


OK = said(200, {"ok": True, "result": {"message_id": 1}})


@pytest.fixture
def server():
    with LoopbackServer(lambda _: OK) as running:
        yield running


def telegram(url: str, timeout_s: float = 5.0) -> TelegramChannel:
    return TelegramChannel(SecretStr(TOKEN), "42", "7", api=url, timeout_s=timeout_s, clock=CLOCK)


def webhook(url: str, timeout_s: float = 5.0) -> WebhookChannel:
    return WebhookChannel(SecretStr(f"{url}/hook?key={SECRET}"), timeout_s=timeout_s, clock=CLOCK)


def failure(channel, one=None) -> NotSent:
    """What the channel raises; without its secret anywhere."""
    with pytest.raises(NotSent) as failed:
        channel.send(one or notice())
    shown = "".join(traceback.format_exception(failed.value))
    chain = failed.value.__cause__, failed.value.__context__
    assert SECRET not in shown + repr(chain) + repr(vars(failed.value))
    return failed.value


def test_a_message_to_telegram(server, monkeypatch, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login anna password hers\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    text = "HIGH, *bot* <b>_x_</b> [a](http://x) " + "y" * 9_000
    telegram(server.url).send(notice(text=text))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert "authorization" not in asked.headers
    assert json.loads(asked.body) == {
        "chat_id": "42",
        "message_thread_id": 7,
        "text": text[:4_000],
        "link_preview_options": {"is_disabled": True},
    }


@pytest.mark.parametrize(
    ("answer", "kind", "reason", "retry_after_s"),
    [
        (refused(401, "Unauthorized"), ChannelRefuses, "HTTP status 401, Unauthorized", None),
        (refused(403, "Forbidden: bot was blocked"), ChannelRefuses, "blocked", None),
        (refused(404, "Not Found"), ChannelRefuses, "Not Found", None),
        (refused(400, "Bad Request: chat not found"), ChannelRefuses, "chat not found", None),
        (refused(400, "Bad Request: message text is empty"), NoticeRefused, "is empty", None),
        (refused(429, "Too Many Requests", retry_after=17), NotSent, "429", 17.0),
        (refused(429, "Too Many Requests", retry_after=True), NotSent, "429", None),
        (refused(429, "Too Many Requests", retry_after="x"), NotSent, "429", None),
        (refused(429, "Too Many Requests"), NotSent, "429", None),
        (refused(500, "a\nb" * 900), NotSent, "HTTP status 500, a b", None),
        (said(502, "no document"), NotSent, "HTTP status 502", None),
        (Answer(200, body=b"<html>"), NotSent, "HTTP status 200", None),
        (said(200, {"ok": False}), NotSent, "HTTP status 200", None),
        (said(200, {"ok": 1}), NotSent, "HTTP status 200", None),
        (Answer(403, body=b"a proxy's page"), NotSent, "HTTP status 403", None),
        (Answer(200, body=b'{"ok": true', torn=True), NotSent, "", None),
        (Answer(302, {"Location": "http://example.com/"}), NotSent, "HTTP status 302", None),
        (Answer(200, body=b" " * 6_000_000), NotSent, "more than", None),
    ],
)
def test_answers_of_telegram(server, answer, kind, reason, retry_after_s) -> None:
    server.answer = lambda _: answer
    error = failure(telegram(server.url))
    assert type(error) is kind
    assert reason in error.reason
    assert error.retry_after_s == retry_after_s
    assert len(error.reason) < 300
    assert error.reason.isprintable()
    assert len(server.asked) == 1


@pytest.mark.parametrize("make", [telegram, webhook])
@pytest.mark.parametrize("drip", [{"drip_s": 0.1}, {"head_drip_s": 0.1}])
def test_an_answer_that_drips_ends_in_time(server, make, drip) -> None:
    server.answer = lambda _: Answer(200, body=b'{"ok": true}' * 50, **drip)
    began = time.monotonic()
    assert "no answer within 0.5 s" in failure(make(server.url, 0.5)).reason
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("make", [telegram, webhook])
def test_nobody_listens(make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = failure(make(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert error.reason == "ConnectionError"


@pytest.mark.parametrize("make", [telegram, webhook])
def test_an_address_that_no_library_takes(make) -> None:
    assert type(failure(make("http://" + "x" * 70 + ".invalid"))) is NotSent


@pytest.mark.parametrize("make", [telegram, webhook])
def test_nothing_is_logged_of_addresses(server, make, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        make(server.url).send(notice())
        server.answer = lambda _: Answer(500)
        failure(make(server.url))
        failure(make("http://127.0.0.1:1"))
    assert SECRET not in caplog.text
    # Others go on to log.
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("urllib3.connectionpool").debug("of somebody else")
    assert "of somebody else" in caplog.text


def test_a_webhook_gets_a_document(server) -> None:
    server.answer = lambda _: Answer(204)
    webhook(server.url).send(notice(9))
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/hook", {"key": SECRET})
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body)["notice"] == 9


@pytest.mark.parametrize(
    ("answer", "kind", "retry_after_s"),
    [
        (Answer(500), NotSent, None),
        (Answer(503, {"Retry-After": "30"}), NotSent, 30.0),
        (Answer(429, {"Retry-After": "12"}), NotSent, 12.0),
        (Answer(408), NotSent, None),
        (Answer(400), NoticeRefused, None),
        (Answer(413), NoticeRefused, None),
        (Answer(422), NoticeRefused, None),
        (Answer(401), ChannelRefuses, None),
        (Answer(404), ChannelRefuses, None),
        (Answer(301, {"Location": "/elsewhere"}), ChannelRefuses, None),
        (Answer(307, {"Location": "http://127.0.0.1:1/"}), ChannelRefuses, None),
    ],
)
def test_answers_of_a_webhook(server, answer, kind, retry_after_s) -> None:
    server.answer = lambda _: answer
    error = failure(webhook(server.url))
    assert type(error) is kind
    assert error.retry_after_s == retry_after_s
    assert len(server.asked) == 1


def test_a_refused_token_makes_no_storm(server, tmp_path) -> None:
    clock = VirtualClock(NOW_MS)
    server.answer = lambda _: refused(401, "Unauthorized")
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        book = AlertBook(database, ("telegram",), MonitorSettings())
        book.update("bot", [condition(f"rule_{n}") for n in range(30)], NOW_MS)
        notifier = Notifier(database, {"telegram": telegram(server.url)}, clock)
        while clock.now_ms() < NOW_MS + HOUR_MS:
            notifier.send_due("telegram")
            clock.advance(5 * SECOND_MS)
        assert len(server.asked) == 6
        assert "401" in notifier.faults["telegram"]
        # Somebody corrects it: nothing is lost.
        server.answer = lambda _: OK
        clock.advance(600 * SECOND_MS)
        assert notifier.send_due("telegram") == 30


def test_telegram_is_asked_as_seldom_as_it_says(server, tmp_path) -> None:
    clock = VirtualClock(NOW_MS)
    answers = [refused(429, "Too Many Requests", retry_after=40), OK]
    server.answer = lambda _: answers.pop(0)
    with open_database(f"sqlite:///{tmp_path}/aurum.sqlite") as database:
        AlertBook(database, ("telegram",), MonitorSettings()).update("bot", [condition()], NOW_MS)
        notifier = Notifier(database, {"telegram": telegram(server.url)}, clock)
        for _ in range(40):
            notifier.send_due("telegram")
            clock.advance(SECOND_MS)
        assert len(server.asked) == 1
        assert notifier.send_due("telegram") == 1
        assert notifier.faults == {}


def report(url: str, host: str = "trader"):
    return loop_report(api=url, host=host).report


def test_freqtrades_api_answers(server) -> None:
    server.answer = lambda _: said(200, {"status": "pong"})
    now_s = [0.0]
    api = FreqtradeApi("trader", lambda: now_s[0])
    assert api.answers(report(server.url)) is True
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/api/v1/ping")
    assert "authorization" not in asked.headers
    server.answer = lambda _: Answer(500)
    assert api.answers(report(server.url)) is True, "kept for ten seconds"
    now_s[0] = 10.0
    assert api.answers(report(server.url)) is False


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401),
        Answer(200, body=b"hello"),
        Answer(302, {"Location": "/x"}),
        Answer(200, body=b'{"status":"pong"}', torn=True, drip_s=0.3),
        Answer(200, head_drip_s=0.3),
    ],
)
def test_freqtrades_api_does_not(server, answer) -> None:
    server.answer = lambda _: answer
    began = time.monotonic()
    assert FreqtradeApi("trader").answers(report(server.url)) is False
    assert time.monotonic() - began < 2


def test_a_stopped_process_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stopped:
        url = f"http://127.0.0.1:{stopped.getsockname()[1]}"
        assert FreqtradeApi("trader").answers(report(url)) is False
    assert FreqtradeApi("trader").answers(report(url)) is False


def test_nobody_elses_machine_is_asked(server) -> None:
    assert FreqtradeApi("trader").answers(report(server.url, "another")) is None
    assert FreqtradeApi("trader").answers(report("http://10.0.0.1:8080")) is None
    assert server.asked == []


@pytest.mark.parametrize(
    ("api", "address"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1/ping"),
        ("http://localhost:8080/", "http://127.0.0.1:8080/api/v1/ping"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080/api/v1/ping"),
        ("http://[::]:8080", "http://[::1]:8080/api/v1/ping"),
        ("http://[::1]:8080", "http://[::1]:8080/api/v1/ping"),
        ("http://127.0.0.1", None),
        ("https://127.0.0.1:8080", None),
        ("http://u:p@127.0.0.1:8080", None),
        ("http://example.com:8080", None),
        ("http://127.0.0.1:port", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_where_it_is_asked(api, address) -> None:
    assert ping_address(api) == address
