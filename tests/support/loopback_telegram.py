"""A Bot API server on loopback that speaks Telegram's wire format, and people who write to it."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import Condition, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from bot_api_messages import Fault, Refused, Sent, checked, markup
from loopback_http import threaded_server

TOKEN = "123456:on-loopback-only"
BOT = {"id": 123456, "is_bot": True, "first_name": "Bot", "username": "the_bot"}
CHAT = 4711
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "username": "anna"}
BERT = {"id": 8, "is_bot": False, "first_name": "Bert"}
SLOWEST_POLL = 1.0


class LoopbackTelegram:
    """Serves one bot.

    Attributes
    ----------
    url : str
    sent : list of Sent
    alerts : list of str
        What presses were answered with.
    fault : callable
        From the name of a method to the fault it meets; None: none.
    refused : list of str
        Descriptions of what was refused on its merits.
    calls : list of str
        Names of methods.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.alerts: list[str] = []
        self.refused: list[str] = []
        self.calls: list[str] = []
        self.fault: Callable[[str], Fault | None] = lambda _: None
        self.retry_after = 1
        self._changed = Condition()
        self._updates: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._queries: set[str] = set()
        self._polls = 0
        self._ended = False
        self._http = threaded_server(self._serve)
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        with self._changed:
            self._changed.notify_all()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def write(
        self,
        text: str,
        user: dict[str, Any] = ANNA,
        chat: int = CHAT,
        topic: int | None = None,
        kind: str = "message",
    ) -> None:
        """Let a person write to the bot."""
        message = self._message(next(self._numbers), text, user, chat, topic)
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            message["entities"] = [command]
        self._tell({kind: message})

    def press(
        self,
        sent: Sent,
        label: str,
        user: dict[str, Any] = ANNA,
        chat: int = CHAT,
        data: str | None = None,
    ) -> None:
        """Let a person press one of a message's buttons; `data` is what a forged client sends."""
        told = dict(sent.buttons).get(label, "") if data is None else data
        query = f"q{next(self._numbers)}"
        self._queries.add(query)
        message = self._message(sent.number, sent.text, BOT, chat, None)
        self._tell(
            {
                "callback_query": {
                    "id": query,
                    "from": user,
                    "chat_instance": "1",
                    "message": message,
                    "data": told,
                }
            }
        )

    def answer_to(self, text: str, seconds: float = 15, **terms: Any) -> Sent:
        """Let a person write, and wait for the bot's next message."""
        before = len(self.sent)
        self.write(text, **terms)
        self.wait(lambda: len(self.sent) > before, f"answer to {text}", seconds)
        return self.sent[before]

    def wait(self, until: Callable[[], Any], what: str, seconds: float = 15) -> None:
        """Wait until something holds of what was sent."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not until():
                assert time.monotonic() < deadline, (
                    f"no {what} within {seconds:g} s; refused: {self.refused[-5:]}; "
                    f"sent: {[one.text for one in self.sent][-5:]}"
                )
                # Not all that is waited for is told here.
                self._changed.wait(0.05)

    @property
    def pending(self) -> int:
        """Updates that the bot has not confirmed."""
        with self._changed:
            return len(self._updates)

    def _tell(self, update: dict[str, Any]) -> None:
        with self._changed:
            self._updates.append({"update_id": next(self._numbers), **update})
            self._changed.notify_all()

    def _message(
        self, number: int, text: str, user: dict[str, Any], chat: int, topic: int | None
    ) -> dict[str, Any]:
        kind = "private" if chat > 0 else "supergroup"
        where = {"id": chat, "type": kind, "first_name": "x", "title": "x"}
        told: dict[str, Any] = {"message_id": number, "from": user, "chat": where}
        if topic is not None:
            told |= {"message_thread_id": topic, "is_topic_message": True}
        return {**told, "date": int(time.time()), "text": text}

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        asked = dict(parse_qsl(parts.query))
        if "json" in handler.headers.get("Content-Type", ""):
            asked |= json.loads(body)
        else:
            asked |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        token, _, method = parts.path.removeprefix("/bot").partition("/")
        fault = self.fault(method)
        if fault is Fault.DOWN:
            handler.close_connection = True
            handler.connection.close()
            return
        try:
            self._meet(fault, known=parts.path.startswith("/bot") and token == TOKEN)
            code, document = 200, {"ok": True, "result": self._do(method, asked)}
        except Refused as refused:
            code, document = refused.code, refused.document
        text = json.dumps(document).encode()
        if fault is Fault.BAD_GATEWAY:
            code, text = 502, b"<html><h1>502 Bad Gateway</h1></html>"
        with contextlib.suppress(OSError):
            handler.send_response(code)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            if fault is Fault.TORN:
                handler.wfile.write(text[: len(text) // 2])
                handler.wfile.flush()
                handler.close_connection = True
                handler.connection.close()
                return
            handler.wfile.write(text)

    def _meet(self, fault: Fault | None, *, known: bool) -> None:
        if not known:
            raise Refused(401, "Unauthorized")
        if fault is Fault.CONFLICT:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        if fault is Fault.FLOOD:
            wait = self.retry_after
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def _do(self, method: str, asked: dict[str, Any]) -> Any:
        self.calls.append(method)
        known: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _: BOT,
            "getUpdates": self._get_updates,
            "deleteWebhook": self._delete_webhook,
            "setMyCommands": lambda _: True,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message,
            "answerCallbackQuery": self._answer_query,
        }
        if method not in known:
            raise Refused(404, "Not Found")
        try:
            return known[method](asked)
        except Refused as refused:
            if refused.code == 400:
                self.refused.append(str(refused.document["description"]))
            raise

    def _get_updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(asked.get("offset") or 0)
        patience = min(float(asked.get("timeout") or 0), SLOWEST_POLL)
        with self._changed:
            self._polls += 1
            this = self._polls
            # Only the last one that asks is answered, as the servers have it.
            self._updates = [one for one in self._updates if one["update_id"] >= offset]
            self._changed.wait_for(
                lambda: self._updates or self._ended or self._polls != this, patience
            )
            return self._updates[:100]

    def _delete_webhook(self, asked: dict[str, Any]) -> bool:
        if str(asked.get("drop_pending_updates")).lower() == "true":
            with self._changed:
                self._updates.clear()
        return True

    def _send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        if int(asked["chat_id"]) != CHAT:
            raise Refused(400, "Bad Request: chat not found")
        sent = Sent(next(self._numbers), checked(asked), *markup(asked))
        with self._changed:
            self.sent.append(sent)
            self._changed.notify_all()
        return self._message(sent.number, sent.text, BOT, CHAT, None)

    def _edit_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = int(asked["message_id"])
        found = next((one for one in self.sent if one.number == number), None)
        if found is None:
            raise Refused(400, "Bad Request: message to edit not found")
        text, (buttons, _) = checked(asked), markup(asked)
        if (text, buttons) == (found.text, found.buttons):
            raise Refused(400, "Bad Request: message is not modified")
        with self._changed:
            found.text, found.buttons, found.edits = text, buttons, found.edits + 1
            self._changed.notify_all()
        return self._message(number, text, BOT, CHAT, None)

    def _answer_query(self, asked: dict[str, Any]) -> bool:
        with self._changed:
            if asked["callback_query_id"] not in self._queries:
                raise Refused(400, "Bad Request: query is too old or its ID is invalid")
            self._queries.discard(asked["callback_query_id"])
            self.alerts.append(asked.get("text", ""))
            self._changed.notify_all()
        return True
