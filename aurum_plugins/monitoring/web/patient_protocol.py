"""HTTP with an end to all patience: who sends or reads slowly is hung up on."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 20.0


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, which would wait for ever for the rest of a request or a reader.

    From the first byte of a request, or from the connection on, its head has to be there within ten
    seconds, and from then on everything has to be sent and taken within twenty.
    """

    _deadline: asyncio.TimerHandle | None = None
    _awaits_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and has yet to ask."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request came."""
        was_busy = self._is_busy
        super().data_received(data)
        if self._is_busy and not was_busy:
            self._await_answer()
        elif not self._is_busy and not self._awaits_head:
            # Every byte more is not a reason to wait longer.
            self._await_head()

    def on_response_complete(self) -> None:
        """An answer was handed over, which need not mean that it was taken."""
        self._expect(self.timeout_keep_alive + HEAD_SECONDS)
        self._awaits_head = False
        super().on_response_complete()
        if self._is_busy:
            self._await_answer()

    @property
    def _is_busy(self) -> bool:
        # The base class declares that there always is one.
        cycle = getattr(self, "cycle", None)
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        self._awaits_head = True
        self._expect(HEAD_SECONDS)

    def _await_answer(self) -> None:
        self._awaits_head = False
        self._expect(ANSWER_SECONDS)

    def _expect(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._hang_up)

    def _hang_up(self) -> None:
        # Without waiting until what is left is taken.
        self.transport.abort()
