"""Calls that block, in threads that nobody has to wait for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(call: Callable[[], T], name: str) -> T:
    """Await what a blocking call returns or raises.

    Unlike `asyncio.to_thread`, whose threads an ending event loop and an ending process wait for,
    however long a call hangs. Who is cancelled leaves the call to itself: it goes on to its end.

    Parameters
    ----------
    call : callable
    name : str
        Of the thread.

    Raises
    ------
    RuntimeError
        If the call raises `asyncio.CancelledError`: nobody has cancelled who awaits it.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    returned: list[T] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            returned.append(call())
        except asyncio.CancelledError as error:
            raised.append(RuntimeError(f"cancelled from within: {error!r}"))
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            raised.append(error)
        # Nobody may be there any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=work, name=name, daemon=True).start()
    await ended.wait()
    for error in raised:
        raise error
    return returned[0]
